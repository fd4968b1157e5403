// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// The figures of one device and one local day, as whole numbers: what a seal keeps, `nhip verify`
/// computes again and a revision compares.
///
/// A pure function of the sealed block, when we could hear, and what the device is judged by.
/// Lengths of time are milliseconds, figures of use that are no whole numbers are millionths of
/// their unit. "-" means that nothing tells.
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
    let profile = terms.profile
    var account = DeviceAccount(
      profile: profile, and: ScheduleReadings.metricNames(for: profile))
    if let block { account.add(block, rows: block.readings.eventTime.indices) }
    let period = SealedDay.interval(ofDay: day)
    let knownUntil = min(
      observed.intervals.last?.end ?? period.end, period.end + knowledgeAfter)
    let availability = terms.availability(
      of: account.history, period: period, now: knownUntil, observed: observed)
    let usage = UsageCalculator(readings: account.readings, profile: profile)
    let readingCount = usage.readingCount(in: period)
    if readingCount == 0, availability[.excluded] == period.duration { return nil }
    let service = ServiceAvailability.compute(
      readings: account.readings, profile: profile, availability: availability)
    var pairs: [(String, String)] = [
      ("readings", "\(readingCount)"), ("up", "\(availability[.up])"),
      ("no_link", "\(availability[.noLink])"), ("off", "\(availability[.off])"),
      ("unknown", "\(availability[.unknown])"), ("unobserved", "\(availability[.unobserved])"),
      ("maintenance", "\(availability[.maintenance])"),
      ("excluded", "\(availability[.excluded])"), ("outages", "\(availability.outageCount)"),
      ("short_outages", "\(availability.shortOutageCount)"),
      ("longest_outage", "\(availability.longestOutage)"),
      ("reboots", "\(usage.rebootCount(in: period))"),
    ]
    pairs += announced(
      account.history, terms: terms, day: day, known: knownUntil, observed: observed,
      unlike: availability)
    if let service {
      pairs += [
        ("service_held", "\(service.held)"), ("service_failed", "\(service.failed)"),
        ("service_unknown", "\(service.unknown)"),
      ]
    }
    for result in usage.figures(in: period) {
      pairs.append((result.figure.name, text(result.amount)))
      if let at = result.at { pairs.append(("\(result.figure.name)_at", "\(at)")) }
      if result.covered > 0 {
        pairs.append(("\(result.figure.name)_covered", "\(result.covered)"))
      }
    }
    pairs += terms.schedule.figures(
      of: account.readings, profile: profile, day: day, observed: observed,
      knownUntil: knownUntil
    ).map { ($0.0, "\($0.1)") }
    return SealedFigures(
      device: terms.device.number, inputHash: terms.inputHash(ofDay: day),
      text: pairs.map { "\($0)=\($1)" }.joined(separator: " "),
      intervals: SealedIntervals.text(of: availability))
  }

  /// What the figures would be without what people entered after the fact; nothing where that
  /// changes none of them.
  private static func announced(
    _ history: DeviceHistory, terms: DeviceTerms, day: Int64, known: Milliseconds,
    observed: IntervalSet, unlike availability: Availability
  ) -> [(String, String)] {
    guard terms.plan.clipped(to: DeviceTerms.planScope(ofDay: day)).hasLateMaintenance else {
      return []
    }
    let other = terms.availability(
      of: history, period: availability.period, now: known, observed: observed, announced: true)
    guard
      DeviceState.allCases.contains(where: { other[$0] != availability[$0] })
        || other.outageCount != availability.outageCount
    else { return [] }
    return [
      ("announced_up", "\(other[.up])"), ("announced_no_link", "\(other[.noLink])"),
      ("announced_off", "\(other[.off])"), ("announced_unknown", "\(other[.unknown])"),
      ("announced_unobserved", "\(other[.unobserved])"),
      ("announced_maintenance", "\(other[.maintenance])"),
      ("announced_excluded", "\(other[.excluded])"),
      ("announced_outages", "\(other.outageCount)"),
    ]
  }

  private static func text(_ amount: UsageResult.Amount?) -> String {
    switch amount {
    case nil: "-"
    case .whole(let value): "\(value)"
    case .number(let value):
      value.magnitude < 1e24 ? "\(Int128((value * 1e6).rounded()))u" : "\(value)"
    }
  }
}
