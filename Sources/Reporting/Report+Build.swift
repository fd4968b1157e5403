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
      let positions = kind.positions()
      for slot in kind.slots.indices {
        let device = DeviceReport(
          kind, positions, slot: slot, period: period, settings: settings)
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
  init(
    _ kind: KindSums, _ positions: KindSums.Positions, slot: Int, period: Interval,
    settings: UptimeSettings
  ) {
    let place = kind.slots[slot]
    device = place.device
    placement = place.placement
    kindTitle = kind.profile.title
    let counted = kind.times(slot, at: positions)
    times = counted
    // A sealed day on which nothing was counted has no figures.
    times[.excluded] += max(0, placement.length(within: period) - times.total)
    announcedTimes = kind.announcedTimes(slot, at: positions)
    outages = kind.outages[slot]
    outageCount = outages.count { $0.accountable >= settings.outageMin }
    shortOutageCount = outages.count - outageCount
    longestOutage = outages.map(\.downInPeriod).max() ?? 0
    targetVerdict = TargetVerdict(times, targetPartsPerMillion: settings.targetPartsPerMillion)
    service = kind.service(slot, at: positions, times: counted)
    serviceFailures = kind.failures[slot]
    hasLostServiceFailures = kind.hasLostFailures[slot]
    usage = kind.usage(slot, at: positions)
    figures = kind.figures(slot)
    daysAtTarget = Int(kind.daysAtTarget[slot])
    daysJudged = Int(kind.daysJudged[slot])
    rebootCount = Int(figures["reboots"] ?? 0)
    readingCount = Int(figures["readings"] ?? 0)
    lastHeard = figures["last_heard"]
    strip = kind.strips[slot]
  }

  /// In Vietnamese order of names; of one name by number, then by when they stood there.
  static func ordered(_ devices: [DeviceReport]) -> [DeviceReport] {
    let keys = devices.map { CollationKey($0.name) }
    let positions = devices.indices.sorted { left, right in
      if keys[left] != keys[right] { return keys[left] < keys[right] }
      let (first, second) = (devices[left], devices[right])
      if first.device.number != second.device.number {
        return first.device.number < second.device.number
      }
      return (first.placement.days?.lowerBound ?? .min)
        < (second.placement.days?.lowerBound ?? .min)
    }
    return positions.map { devices[$0] }
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
