// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

extension ProgrammeFacts {
  /// The sums over days that indicators and the ranking look at.
  static let sumNames: [String] =
    DeviceFacts.priorityNames.flatMap { ["requested_\($0)_ms", "played_\($0)_ms"] }
    + Indicator.flags.flatMap { ["\($0)_ready", "\($0)_known"] } + [
      "unverifiable_slots", "voice_tts_ms", "voice_all_ms", "voice_tts_bulletins",
      "voice_all_bulletins", "meetings", "meetings_on_time", "meetings_unverifiable",
      "wrong_clock", "out_of_range", "duplicates",
    ]

  /// What a report tells, with the systems of the registry.
  init(
    _ report: Report, hierarchy: UnitHierarchy, placements: Placements, scope: String?,
    systems: [InformationSystem]
  ) {
    let days = report.period.localDays
    self.init(
      period: report.period, knownUntil: report.knownUntil, tree: hierarchy, scope: scope,
      devices: report.devices.map { DeviceFacts($0, placements: placements, days: days) },
      systems: systems)
  }
}

extension DeviceFacts {
  fileprivate init(
    _ report: DeviceReport, placements: Placements, days: ClosedRange<Int64>
  ) {
    let place = report.placement
    let last = place.days?.upperBound ?? days.upperBound
    let site = placements.site(place.site, onDay: last)
    let end = LocalTime.start(ofDay: days.upperBound + 1)
    let device = report.device
    self.init(
      device: device, unit: place.unit, siteType: site?.type ?? "", provider: site?.isp ?? "",
      isThereAtEnd: last == days.upperBound && device.commissionedAt ?? .min < end
        && device.retiredAt ?? .max >= end)
    verdict = report.targetVerdict
    (daysAtTarget, daysJudged) = (report.daysAtTarget, report.daysJudged)
    (up, down) = (report.times[.up], report.times.down)
    (maintenance, unobserved) = (report.times[.maintenance], report.times[.unobserved])
    service = report.service.map {
      ServiceFacts(
        held: $0.held, failed: $0.failed, ratioLowest: $0.ratioLowest,
        ratioHighest: $0.ratioHighest)
    }
    lastHeard = report.lastHeard
    readings = Int64(report.readingCount)
    for name in ProgrammeFacts.sumNames {
      if let value = report.figures[name], value != 0 { sums[name] = value }
    }
    for result in report.usage {
      guard let shown = result.shown, shown.magnitude < 9e12 else { continue }
      usage[result.figure.name] = Int64((shown * 1e6).rounded())
    }
  }
}
