// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// One anomaly of a report with the two days around it.
package struct AnomalyPicture: Sendable, Hashable {
  /// A report draws so many, the gravest.
  package static let countMax = 10
  /// What is drawn before and behind the beginning.
  static let lengthBefore: Milliseconds = 36 * LocalTime.hourLength
  static let lengthAfter: Milliseconds = 12 * LocalTime.hourLength
  /// The band is what a detector expects that has seen so much before.
  package static let learningDaysMax = 14

  package var device: Int64
  package var metric: Title
  package var summary: Title
  package var since: Milliseconds
  package var picture: SeriesPicture
}

/// An alert that a detector opened, with what its picture needs.
struct PicturedAlert {
  let alert: Alert
  let metric: Metric
  let severity: Double
  /// What is drawn; nothing later than what the report knows.
  let interval: Interval

  /// Nil if no detector opened it, or if the profile does not know its metric any more.
  init?(_ alert: Alert, profile: Profile?, until end: Milliseconds) {
    // A month of a province has alerts by the thousand, and nearly none of them is a detector's:
    // looking at the text is cheaper than decoding it.
    guard alert.evidence.contains("\"anomaly\"") else { return nil }
    guard let facts = AnomalyFacts(alert), facts.trigger == "anomaly", let name = facts.metric,
      let metric = profile?.metrics.first(where: { $0.name == name }), alert.since < end
    else { return nil }
    self.alert = alert
    self.metric = metric
    severity = facts.severity ?? 0
    interval = Interval(
      start: alert.since - AnomalyPicture.lengthBefore,
      end: max(alert.since + 1, min(alert.since + AnomalyPicture.lengthAfter, end)))
  }

  /// The gravest, most severe first.
  static func gravest(_ alerts: [PicturedAlert]) -> [PicturedAlert] {
    let sorted = alerts.sorted { left, right in
      if left.severity != right.severity { return left.severity > right.severity }
      return (left.alert.since, left.alert.id) < (right.alert.since, right.alert.id)
    }
    return Array(sorted.prefix(AnomalyPicture.countMax))
  }

  /// What has to be read for it.
  func needed(learningDays: Int) -> Interval {
    Interval(
      start: interval.start - Int64(learningDays) * LocalTime.dayLength, end: interval.end)
  }

  /// - Parameters:
  ///   - points: ascending, of all that has to be read.
  ///   - others: what else of the same device and metric is to be marked.
  ///   - plan: when the device had to serve, and its holidays: the detector learnt by them.
  /// - Returns: nil if nothing was measured around it.
  func picture(
    _ points: [WatchedSeries.Point], others: [PicturedAlert], plan: ServicePlan,
    gapMax: Milliseconds, language: Language
  ) -> AnomalyPicture? {
    let words = Words(language: language)
    let title = words.title(metric.title)
    var picture = SeriesPicture(title: title, unit: metric.unit, language: language)
    var bank = DetectorBank()
    bank.append(count: 1)
    var before: Milliseconds?
    var duty = DutyStretch()
    var values: [Milliseconds: Double] = [:]
    let marked = ([self] + others).filter { interval.contains($0.alert.since) }
    let instants = Set(marked.map(\.alert.since))
    for point in points where point.time < interval.end {
      if !duty.contains(point.time) { duty = DutyStretch(plan, at: point.time) }
      // What was measured while nobody expected service is drawn, and nothing is expected of it.
      let judgement =
        duty.isServing
        ? bank.judge(
          point.value, at: point.time, slot: 0, watch: metric.watch ?? Watch(),
          isHoliday: duty.isHoliday) : nil
      guard interval.contains(point.time) else { continue }
      // The newest at or before each beginning: the very reading, unless it was corrected since.
      for instant in instants where point.time <= instant { values[instant] = point.value }
      picture.add(
        point.value, at: point.time, band: judgement?.band,
        isAfterGap: before.map { point.time - $0 > gapMax } ?? false)
      before = point.time
    }
    guard !picture.isEmpty else { return nil }
    for other in marked.sorted(by: { $0.alert.since < $1.alert.since }) {
      guard let value = values[other.alert.since] else { continue }
      picture.mark(
        value, at: other.alert.since, severity: other.severity,
        sentence: words.title(other.alert.summary))
    }
    return AnomalyPicture(
      device: alert.device, metric: metric.title, summary: alert.sentence,
      since: alert.since, picture: picture)
  }
}
