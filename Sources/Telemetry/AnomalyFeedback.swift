// SPDX-License-Identifier: Apache-2.0

/// What a person said of one anomaly. Rows are added and withdrawn, never changed or deleted, so
/// that who said what, and since when nhip acts on it, can be told for ever.
package struct AnomalyFeedback: Sendable, Hashable {
  package enum Verdict: String, Codable, Sendable, CaseIterable {
    /// Nothing was wrong: the like of it need not be told for a while.
    case dismissed
    /// Something was wrong: tell me again.
    case confirmed
  }

  /// Given by the store, ascending in the order in which people spoke; 0 before that.
  package var id: Int64
  /// Id of the alert.
  package var alert: String
  package var verdict: Verdict
  /// Registry number.
  package var device: Int64
  package var metric: String
  /// What the detector compared with, as evidence names it, and on which side of the usual.
  package var channel: String
  package var isAbove: Bool
  /// Of the reading that opened the alert; nil if it was no detector that found it: such a verdict
  /// is kept and teaches nothing.
  package var novelty: Double?
  /// It is heeded in the blocks behind this one.
  package var afterBlock: Int64
  package var enteredAt: Milliseconds
  package var enteredBy: String
  package var note: String
  package var withdrawal: Withdrawal?

  /// Taken back: from the blocks behind `afterBlock` on nothing is heeded any more.
  package struct Withdrawal: Sendable, Hashable {
    package var afterBlock: Int64
    package var at: Milliseconds
    package var by: String

    package init(afterBlock: Int64, at: Milliseconds, by: String) {
      self.afterBlock = afterBlock
      self.at = at
      self.by = by
    }
  }

  package init(
    id: Int64 = 0, alert: String, verdict: Verdict, device: Int64, metric: String,
    channel: String, isAbove: Bool, novelty: Double?, afterBlock: Int64,
    enteredAt: Milliseconds, enteredBy: String, note: String = "", withdrawal: Withdrawal? = nil
  ) {
    self.id = id
    self.alert = alert
    self.verdict = verdict
    self.device = device
    self.metric = metric
    self.channel = channel
    self.isAbove = isAbove
    self.novelty = novelty
    self.afterBlock = afterBlock
    self.enteredAt = enteredAt
    self.enteredBy = enteredBy
    self.note = note
    self.withdrawal = withdrawal
  }

  package var isInForce: Bool { withdrawal == nil }

  /// Whether readings of a block are judged by it.
  package func isHeeded(inBlock block: Int64) -> Bool {
    afterBlock < block && withdrawal.map { block <= $0.afterBlock } ?? true
  }
}
