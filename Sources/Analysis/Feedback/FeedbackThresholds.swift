// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What people's verdicts ask of a new anomaly before it is told: a pure function of the verdicts
/// in force and the time. It stands outside the detectors, which learn from readings alone, so
/// that taking a verdict back leaves nothing behind.
///
/// A dismissal asks, of anomalies of the same device, metric, channel and side, for a novelty above
/// (dismissed novelty + ``margin``) × 2^(−age ÷ ``halfLife``), its age counted in whole days. Of
/// several the highest holds. A confirmation ends what was dismissed there before it.
package struct FeedbackThresholds: Sendable {
  /// Novelty is a logarithm (ANOMALIES.md): what is told must be e times as rare as what somebody
  /// dismissed.
  package static let margin = 1.0
  package static let halfLife: Milliseconds = 30 * LocalTime.dayLength
  /// Later nothing is left of it: a thousandth of a threshold is none.
  package static let lengthMax: Milliseconds = 10 * halfLife
  /// 2^(−1 ÷ 30): what is left after a day.
  private static let dayFactor = 0.977_159_968_434_245_8

  /// By device, ascending by id: those that teach something.
  private var rowsOfDevice: [Int64: [AnomalyFeedback]] = [:]

  package init() {}

  /// - Parameter rows: withdrawn ones too, in any order: blocks from before are judged with them.
  package init(_ rows: [AnomalyFeedback]) {
    rowsOfDevice = Dictionary(grouping: rows.filter { $0.novelty != nil }) { $0.device }
      .mapValues { $0.sorted { $0.id < $1.id } }
  }

  /// - Parameters:
  ///   - time: of the reading; before a verdict's time its age is 0.
  ///   - block: the block that holds the reading; `.max` is the next one.
  /// - Returns: what the novelty must exceed; nil if nobody dismissed the like of it.
  package func threshold(
    device: Int64, metric: String, channel: String, isAbove: Bool, at time: Milliseconds,
    block: Int64 = .max
  ) -> Double? {
    guard let rows = rowsOfDevice[device] else { return nil }
    var highest: Double?
    for row in rows
    where row.metric == metric && row.channel == channel && row.isAbove == isAbove
      && row.isHeeded(inBlock: block)
    {
      guard row.verdict == .dismissed, let novelty = row.novelty else {
        highest = nil
        continue
      }
      let age = max(0, time - row.enteredAt)
      guard age < Self.lengthMax else { continue }
      highest = max(highest ?? 0, Self.left(of: novelty + Self.margin, after: age))
    }
    return highest
  }

  /// Multiplied day by day, by squaring: the same bits on every machine, without a library.
  private static func left(of threshold: Double, after age: Milliseconds) -> Double {
    var (days, power, factor) = (age / LocalTime.dayLength, dayFactor, 1.0)
    while days > 0 {
      if days % 2 == 1 { factor *= power }
      power *= power
      days /= 2
    }
    return threshold * factor
  }
}
