// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// The figures of one device and one local day, as whole numbers: what a seal keeps, `nhip verify`
/// computes again, a revision compares and a report sums.
///
/// A pure function of the sealed block, when we could hear, and what the device is judged by.
package enum DayFigures {
  /// Later than this after the day's end nothing is looked at: the silence of a device that does
  /// not come back is judged within it. DESIGN's lateness allowance.
  package static let knowledgeAfter: Milliseconds = 7 * LocalTime.dayLength

  /// - Parameters:
  ///   - block: nil if the device has no reading on or around the day.
  ///   - observed: when we could hear, ascending and disjoint.
  /// - Returns: nil if there is nothing to say: no reading, and the whole day is excluded.
  package static func compute(
    _ block: SealedBlock?, terms: DeviceTerms, day: Int64, observed: IntervalSet
  ) -> SealedFigures? {
    let period = SealedDay.interval(ofDay: day)
    var account = DeviceAccount(
      profile: terms.profile, and: ScheduleReadings.metricNames(for: terms.profile))
    if let block { account.add(block, rows: block.readings.eventTime.indices) }
    let knownUntil = min(
      observed.intervals.last?.end ?? period.end, period.end + knowledgeAfter)
    let piece = FigurePiece(
      account, terms: terms, period: period, knownUntil: knownUntil, observed: observed)
    let scheduled = terms.schedule.figures(
      of: account.readings, profile: terms.profile, plan: terms.plan, in: period,
      observed: observed, knownUntil: knownUntil)
    if piece.readingCount == 0, piece.availability[.excluded] == period.duration {
      return nil
    }
    return SealedFigures(
      device: terms.device.number, inputHash: terms.inputHash(ofDay: day),
      text: (piece.figures + scheduled).map { "\($0.name)=\($0.value.text)" }
        .joined(separator: " "),
      intervals: SealedIntervals.text(of: piece.availability),
      failures: SealedFailures.text(of: piece.failures, day: day))
  }
}

/// What one stretch of one device's time gives: figures that may be summed with those of other
/// stretches, and its outages.
struct FigurePiece {
  /// Bumped when a figure of the same name comes to mean something else, or one is added: figures
  /// that were sealed before are not compared with new ones then.
  static let definitionVersion = 3

  let availability: Availability
  let figures: [NamedFigure]
  /// Of service; none where the profile has no conditions of it.
  let failures: [ServiceFailure]
  /// Each reading once.
  let readingCount: Int

  /// - Parameters:
  ///   - account: of the device, with the readings of the stretch and around it.
  ///   - knownUntil: the end of knowledge.
  init(
    _ account: DeviceAccount, terms: DeviceTerms, period: Interval, knownUntil: Milliseconds,
    observed: IntervalSet
  ) {
    let profile = terms.profile
    availability = terms.availability(
      of: account.history, period: period, now: knownUntil, observed: observed)
    let usage = UsageCalculator(readings: account.readings, profile: profile)
    let times = availability.times
    readingCount = usage.readingCount(in: period)
    var figures = [
      NamedFigure("readings", Int64(readingCount)),
      NamedFigure("up", times[.up]), NamedFigure("no_link", times[.noLink]),
      NamedFigure("off", times[.off]), NamedFigure("unknown", times[.unknown]),
      NamedFigure("unobserved", times[.unobserved]),
      NamedFigure("maintenance", times[.maintenance]), NamedFigure("excluded", times[.excluded]),
      NamedFigure("outages", Int64(availability.outageCount)),
      NamedFigure("short_outages", Int64(availability.shortOutageCount)),
      NamedFigure("longest_outage", availability.longestOutage),
      NamedFigure("reboots", Int64(usage.rebootCount(in: period))),
    ]
    let service = ServiceAvailability.compute(
      readings: account.readings, profile: profile, availability: availability)
    failures = service?.failures ?? []
    if let times = service?.times {
      figures += [
        NamedFigure("service_held", times.held), NamedFigure("service_failed", times.failed),
        NamedFigure("service_unknown", times.unknown),
      ]
    }
    for result in usage.figures(in: period) {
      figures.append(NamedFigure(result.figure.name, FigureValue(result.amount)))
      if let at = result.at { figures.append(NamedFigure("\(result.figure.name)_at", at)) }
      if result.covered > 0 {
        figures.append(NamedFigure("\(result.figure.name)_covered", result.covered))
      }
    }
    self.figures =
      figures + account.quality.figures(in: period)
      + Self.announced(
        account.history, terms: terms, unlike: availability, knownUntil: knownUntil,
        observed: observed)
  }

  /// How much more of each state there would be without what people entered after the fact; nothing
  /// where that changes none of them.
  private static func announced(
    _ history: DeviceHistory, terms: DeviceTerms, unlike availability: Availability,
    knownUntil: Milliseconds, observed: IntervalSet
  ) -> [NamedFigure] {
    let period = availability.period
    guard terms.plan.clipped(to: DeviceTerms.planScope(of: period)).hasLateMaintenance else {
      return []
    }
    let other = terms.availability(
      of: history, period: period, now: knownUntil, observed: observed, announced: true)
    guard other.times != availability.times || other.outageCount != availability.outageCount
    else { return [] }
    return DeviceState.allCases.map {
      NamedFigure(FigureNames.announced($0), other.times[$0] - availability.times[$0])
    } + [
      NamedFigure(
        "announced_outages_more", Int64(other.outageCount - availability.outageCount))
    ]
  }
}
