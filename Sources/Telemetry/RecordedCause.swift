// SPDX-License-Identifier: Apache-2.0

/// Why a device was down, as a person says (nguyên nhân ghi nhận). It stands beside what the
/// machine found and changes no figure.
package struct RecordedCause: Sendable, Hashable {
  /// Given by the store; 0 before that.
  package var id: Int64
  /// Registry number.
  package var device: Int64
  /// An instant of the outage it is about.
  package var at: Milliseconds
  package var cause: String
  package var responsible: String
  /// The paper that tells more: a report's number, a ticket.
  package var reference: String
  package var enteredAt: Milliseconds
  package var enteredBy: String
  package var withdrawnAt: Milliseconds?
  package var withdrawnBy: String?

  package init(
    id: Int64 = 0, device: Int64, at: Milliseconds, cause: String, responsible: String = "",
    reference: String = "", enteredAt: Milliseconds, enteredBy: String,
    withdrawnAt: Milliseconds? = nil, withdrawnBy: String? = nil
  ) {
    self.id = id
    self.device = device
    self.at = at
    self.cause = cause
    self.responsible = responsible
    self.reference = reference
    self.enteredAt = enteredAt
    self.enteredBy = enteredBy
    self.withdrawnAt = withdrawnAt
    self.withdrawnBy = withdrawnBy
  }
}

/// A stretch in which our own uplink was down, as a person confirms: devices were silent for us
/// then, not by their fault.
package struct ConfirmedGap: Sendable, Hashable {
  /// Given by the store; 0 before that.
  package var id: Int64
  package var interval: Interval
  package var note: String
  package var enteredAt: Milliseconds
  package var enteredBy: String
  package var withdrawnAt: Milliseconds?
  package var withdrawnBy: String?

  package init(
    id: Int64 = 0, interval: Interval, note: String, enteredAt: Milliseconds, enteredBy: String,
    withdrawnAt: Milliseconds? = nil, withdrawnBy: String? = nil
  ) {
    self.id = id
    self.interval = interval
    self.note = note
    self.enteredAt = enteredAt
    self.enteredBy = enteredBy
    self.withdrawnAt = withdrawnAt
    self.withdrawnBy = withdrawnBy
  }
}
