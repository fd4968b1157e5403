// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

extension Report {
  /// Turns sums into a report; pure.
  static func assemble(
    _ kinds: [KindSums], scope: ReportScope, period: Interval, knownUntil: Milliseconds,
    language: Language, settings: UptimeSettings
  ) -> Report {
    var byUnit: [String: [DeviceReport]] = [:]
    var quality = DataQuality()
    for kind in kinds {
      for slot in kind.slots.indices {
        let device = DeviceReport(kind, slot: slot, period: period, settings: settings)
        quality.add(device.figures)
        byUnit[device.placement.unit, default: []].append(device)
      }
    }
    return Report(
      period: period, knownUntil: knownUntil, language: language, settings: settings,
      unitName: scope.unitName, units: UnitTree(scope: scope, devices: byUnit).reports,
      quality: quality)
  }
}

extension DeviceReport {
  init(_ kind: KindSums, slot: Int, period: Interval, settings: UptimeSettings) {
    let place = kind.slots[slot]
    device = place.device
    placement = place.placement
    kindTitle = kind.profile.title
    times = kind.times(slot)
    // A sealed day on which nothing was counted has no figures.
    times[.excluded] += max(0, placement.length(within: period) - times.total)
    announcedTimes = kind.announcedTimes(slot)
    outages = kind.outages[slot]
    outageCount = outages.count { $0.accountable >= settings.outageMin }
    shortOutageCount = outages.count - outageCount
    longestOutage = outages.map(\.downInPeriod).max() ?? 0
    targetVerdict = TargetVerdict(times, targetPartsPerMillion: settings.targetPartsPerMillion)
    service = kind.service(slot)
    serviceFailures = kind.failures[slot]
    hasLostServiceFailures = kind.hasLostFailures[slot]
    usage = kind.usage(slot)
    figures = kind.figures(slot)
    daysAtTarget = Int(kind.daysAtTarget[slot])
    daysJudged = Int(kind.daysJudged[slot])
    rebootCount = Int(figures["reboots"] ?? 0)
    readingCount = Int(figures["readings"] ?? 0)
    lastHeard = figures["last_heard"]
    strip = kind.strips[slot]
  }

  static func precedes(_ left: DeviceReport, _ right: DeviceReport) -> Bool {
    if left.name != right.name { return LocalFormat.precedes(left.name, right.name) }
    if left.device.number != right.device.number {
      return left.device.number < right.device.number
    }
    return (left.placement.days?.lowerBound ?? .min) < (right.placement.days?.lowerBound ?? .min)
  }
}

extension Placement {
  /// How much of a period it holds for.
  func length(within period: Interval) -> Milliseconds {
    guard let days else { return period.duration }
    let start = max(period.start, LocalTime.start(ofDay: days.lowerBound))
    return max(0, min(period.end, LocalTime.start(ofDay: days.upperBound + 1)) - start)
  }
}

extension DataQuality {
  fileprivate mutating func add(_ figures: NamedFigures) {
    let repeated = Int(figures["duplicates"] ?? 0)
    readings += Int(figures["readings"] ?? 0) + repeated
    duplicates += repeated
    backlog += Int(figures["backlog"] ?? 0)
    wrongClock += Int(figures["wrong_clock"] ?? 0)
    ownClockWrong += Int(figures["own_clock_wrong"] ?? 0)
    untimed += Int(figures["untimed"] ?? 0)
    outOfRange += Int(figures["out_of_range"] ?? 0)
  }
}
