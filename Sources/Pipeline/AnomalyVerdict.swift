// SPDX-License-Identifier: Apache-2.0

import Alerting
import Storage
import Telemetry

/// What an operator says of an anomaly, kept in the store with who and when.
enum AnomalyVerdict {
  /// Says that nothing was wrong, or that something was. The last word on an anomaly counts.
  ///
  /// - Returns: what to tell the operator.
  /// - Throws: `ControlFailure` if there is no such anomaly; `StoreError`.
  static func give(
    _ verdict: AnomalyFeedback.Verdict, of id: String, in store: Store, by actor: String,
    note: String?, at now: Milliseconds
  ) throws -> String {
    let (alert, evidence) = try anomaly(id, in: store)
    let channel = evidence.channel?.rawValue ?? ""
    _ = try store.add(
      AnomalyFeedback(
        alert: id, verdict: verdict, device: alert.device, metric: evidence.metric ?? "",
        channel: channel, isAbove: evidence.isAbove ?? true,
        novelty: channel.isEmpty ? nil : evidence.novelty, afterBlock: 0, enteredAt: now,
        enteredBy: actor, note: note ?? ""))
    return "\(id) \(verdict.rawValue): \(alert.sentence.vi)"
  }

  /// Takes back what was said.
  static func undo(
    _ id: String, in store: Store, by actor: String, at now: Milliseconds
  ) throws -> String {
    let (alert, _) = try anomaly(id, in: store)
    let before = try store.withdrawFeedback(alert: id, by: actor, at: now)
    return "\(id) is no longer \(before.verdict.rawValue) (\(before.enteredBy), "
      + "\(LocalTime.text(before.enteredAt))): \(alert.sentence.vi)"
  }

  private static func anomaly(
    _ id: String, in store: Store
  ) throws -> (Alert, AlertEvidence) {
    guard let alert = try store.alert(id: id) else {
      throw ControlFailure(.refused, "there is no anomaly '\(id)'; see `nhip anomalies list`")
    }
    // Evidence that this nhip cannot read is not that of an anomaly it could learn from.
    guard let evidence = try? AlertEvidence(json: alert.evidence), evidence.trigger.isAnomaly
    else {
      throw ControlFailure(
        .refused,
        "alert '\(id)' (\(alert.rule)) is no anomaly; `nhip alerts ack` says that it is known")
    }
    return (alert, evidence)
  }
}
