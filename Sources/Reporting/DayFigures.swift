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
    _ block: SealedBlock?, device: Device, profile: Profile, day: Int64, observed: IntervalSet,
    settings: UptimeSettings
  ) -> SealedFigures? {
    var account = DeviceAccount(profile: profile)
    if let block { account.add(block, rows: block.readings.eventTime.indices) }
    let period = SealedDay.interval(ofDay: day)
    let knownUntil = min(
      observed.intervals.last?.end ?? period.end, period.end + knowledgeAfter)
    let availability = Report.judge(
      account.history, device: device, profile: profile, period: period, now: knownUntil,
      observed: observed, settings: settings)
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
    return SealedFigures(
      device: device.number, inputHash: inputHash(device, profile, settings),
      text: pairs.map { "\($0)=\($1)" }.joined(separator: " "),
      intervals: SealedIntervals.text(of: availability))
  }

  private static func text(_ amount: UsageResult.Amount?) -> String {
    switch amount {
    case nil: "-"
    case .whole(let value): "\(value)"
    case .number(let value):
      value.magnitude < 1e24 ? "\(Int128((value * 1e6).rounded()))u" : "\(value)"
    }
  }

  /// Over what decides the figures besides readings and observation, written out so that it stays
  /// the same in later versions.
  package static func inputHash(
    _ device: Device, _ profile: Profile, _ settings: UptimeSettings
  ) -> Int64 {
    var parts = [
      device.kind, text(device.commissionedAt), text(device.retiredAt),
      "\(settings.outageMin)", "\(profile.reportInterval)", "\(profile.offlineAfter)",
    ]
    for part in settings.maintenance.intervals { parts.append("\(part.start)-\(part.end)") }
    for hours in profile.serviceHours {
      parts.append("\(hours.weekdays) \(hours.startMinute) \(hours.endMinute)")
    }
    for condition in profile.service {
      parts.append("\(condition.metric) \(condition.comparison.rawValue) \(condition.constant)")
    }
    for figure in profile.usage {
      parts.append("\(figure.name) \(figure.metric) \(figure.formula.rawValue) \(figure.word)")
    }
    let used = Set(profile.usage.map(\.metric) + profile.service.map(\.metric))
    for metric in profile.metrics where used.contains(metric.name) {
      let range = [metric.lowest, metric.highest].map { $0.map { "\($0)" } ?? "-" }
      parts.append("\(metric.name) \(range.joined(separator: " "))")
    }
    let bytes = Array(parts.joined(separator: "\n").utf8)
    return unsafe bytes.withUnsafeBytes { unsafe Int64(bitPattern: PayloadHash.of($0)) }
  }

  private static func text(_ instant: Milliseconds?) -> String { instant.map { "\($0)" } ?? "-" }
}
