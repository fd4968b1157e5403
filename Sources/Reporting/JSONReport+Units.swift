// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Units and devices of the report for programs.
extension JSONReport {
  struct UnitPart: Encodable {
    var code: String
    var name: String
    var level: String
    var levelLabel: String
    var areaClass: String
    var parent: String
    var depth: Int
    /// When it ended or will; absent if open.
    var validTo: Milliseconds?
    /// In it and below it, as are the sums.
    var siteCount: Int
    var deviceCount: Int
    var outages: Int
    var times: TimesPart
    /// Without what was entered after the fact; absent where that is the same.
    var announcedTimes: TimesPart?
    var service: ServicePart?
    var usage: [UsagePart]
    /// Where the devices that stand directly in it stand.
    var sites: [SitePart]
    /// Standing directly in it.
    var devices: [DevicePart]

    init(_ unit: UnitReport, causes: [Int64: [RecordedCause]]) {
      code = unit.code
      name = unit.name
      level = unit.level
      levelLabel = unit.levelLabel
      areaClass = unit.areaClass
      parent = unit.parent
      depth = unit.depth
      validTo = unit.validTo
      siteCount = unit.siteCount
      deviceCount = unit.deviceCount
      outages = unit.outageCount
      times = TimesPart(unit.times)
      announcedTimes = unit.announcedTimes.map(TimesPart.init)
      service = unit.service.map(ServicePart.init)
      usage = unit.usage.map { UsagePart($0.result, kind: $0.kind) }
      sites = unit.sites.map(SitePart.init)
      let siteNames = unit.siteNames
      devices = unit.devices.map {
        DevicePart(
          $0, siteName: siteNames[$0.placement.site] ?? $0.placement.site,
          causes: causes[$0.device.number] ?? [])
      }
    }
  }

  /// The sums of the devices of one site.
  struct SitePart: Encodable {
    var code: String
    var name: String
    var deviceCount: Int
    var outages: Int
    var times: TimesPart
    var announcedTimes: TimesPart?
    var service: ServicePart?

    init(_ site: SiteReport) {
      (code, name) = (site.code, site.name)
      (deviceCount, outages) = (site.deviceCount, site.outageCount)
      times = TimesPart(site.times)
      announcedTimes = site.announcedTimes.map(TimesPart.init)
      service = site.service.map(ServicePart.init)
    }
  }

  struct DevicePart: Encodable {
    var number: Int64
    var id: String
    var name: String
    var kind: String
    var site: String
    /// Its code where it has no name.
    var siteName: String
    var commune: String
    /// Local days `2026-11-20`; absent where it stood there the whole period.
    var firstDay: String?
    var lastDay: String?
    var availability: AvailabilityPart
    var announcedTimes: TimesPart?
    /// `met`, `missed`, `undecided`; absent where the availability is unknown.
    var meetsTarget: String?
    var daysAtTarget: Int
    var daysJudged: Int
    /// Absent where the kind has no conditions of service.
    var service: ServicePart?
    /// Absent where the kind has no conditions of service.
    var serviceFailures: [ServiceFailurePart]?
    /// False where an older nhip sealed a day and kept only how long its failures lasted together.
    var serviceFailuresComplete: Bool?
    var usage: [UsagePart]
    /// Of the schedule, by name; absent where it asked for nothing.
    var schedule: [String: Int64]?
    var reboots: Int
    var readings: Int
    var lastHeard: Milliseconds?
    var strip: StripPart

    init(_ report: DeviceReport, siteName: String, causes: [RecordedCause]) {
      self.siteName = siteName
      number = report.device.number
      id = report.device.id
      name = report.name
      kind = report.device.kind
      site = report.placement.site
      commune = report.device.commune
      firstDay = report.placement.days.map { LocalTime.isoDate(ofDay: $0.lowerBound) }
      lastDay = report.placement.days.map { LocalTime.isoDate(ofDay: $0.upperBound) }
      availability = AvailabilityPart(report, causes: causes)
      announcedTimes = report.announcedTimes.map(TimesPart.init)
      meetsTarget = report.targetVerdict?.rawValue
      daysAtTarget = report.daysAtTarget
      daysJudged = report.daysJudged
      service = report.service.map(ServicePart.init)
      serviceFailures = report.service.map { _ in
        report.serviceFailures.map(ServiceFailurePart.init)
      }
      serviceFailuresComplete = report.service.map { _ in !report.hasLostServiceFailures }
      usage = report.usage.map { UsagePart($0) }
      let known = ScheduleFigures.all.compactMap { name in report.figures[name].map { (name, $0) } }
      schedule = known.isEmpty ? nil : Dictionary(uniqueKeysWithValues: known)
      reboots = report.rebootCount
      readings = report.readingCount
      lastHeard = report.lastHeard
      strip = StripPart(report.strip)
    }
  }

  /// Milliseconds in each state; they sum to the period.
  struct TimesPart: Encodable {
    var ppm: Int64?
    var lowestPpm: Int64?
    var highestPpm: Int64?
    var upMs: Milliseconds
    var downMs: Milliseconds
    var noLinkMs: Milliseconds
    var offMs: Milliseconds
    var unknownMs: Milliseconds
    var maintenanceMs: Milliseconds
    var unobservedMs: Milliseconds
    var excludedMs: Milliseconds

    init(_ times: StateTimes) {
      ppm = times.ratio
      lowestPpm = times.ratioLowest
      highestPpm = times.ratioHighest
      upMs = times[.up]
      downMs = times.down
      noLinkMs = times[.noLink]
      offMs = times[.off]
      unknownMs = times[.unknown]
      maintenanceMs = times[.maintenance]
      unobservedMs = times[.unobserved]
      excludedMs = times[.excluded]
    }
  }

  /// The times of a device with its outages, keys of both in one object.
  struct AvailabilityPart: Encodable {
    var times: TimesPart
    var counts: CountsPart

    struct CountsPart: Encodable {
      var outages: Int
      var shortOutages: Int
      var longestOutageMs: Milliseconds
      var outageList: [OutagePart]
    }

    init(_ report: DeviceReport, causes: [RecordedCause]) {
      times = TimesPart(report.times)
      counts = CountsPart(
        outages: report.outageCount, shortOutages: report.shortOutageCount,
        longestOutageMs: report.longestOutage,
        outageList: report.outages.map { OutagePart($0, recorded: causes.of($0.interval)) })
    }

    func encode(to encoder: any Encoder) throws {
      try times.encode(to: encoder)
      try counts.encode(to: encoder)
    }
  }

  struct ServicePart: Encodable {
    var ppm: Int64?
    var lowestPpm: Int64?
    var highestPpm: Int64?
    var heldMs: Milliseconds
    var failedMs: Milliseconds
    var unknownMs: Milliseconds

    init(_ service: ServiceTimes) {
      ppm = service.ratio
      lowestPpm = service.ratioLowest
      highestPpm = service.ratioHighest
      heldMs = service.held
      failedMs = service.failed
      unknownMs = service.unknown
    }
  }

  struct OutagePart: Encodable {
    var start: Milliseconds
    var end: Milliseconds
    var accountableMs: Milliseconds
    var downInPeriodMs: Milliseconds
    var cause: String
    var marked: Bool
    var open: Bool
    /// What a person recorded of it; absent if nobody did.
    var recorded: RecordedPart?

    struct RecordedPart: Encodable {
      var cause: String
      var responsible: String
      var reference: String
      var enteredAt: Milliseconds
      var enteredBy: String
    }

    init(_ outage: Outage, recorded note: RecordedCause?) {
      start = outage.interval.start
      end = outage.interval.end
      accountableMs = outage.accountable
      downInPeriodMs = outage.downInPeriod
      cause = snakeCase(outage.cause)
      marked = outage.isMarked
      open = outage.isOpen
      recorded = note.map {
        RecordedPart(
          cause: $0.cause, responsible: $0.responsible, reference: $0.reference,
          enteredAt: $0.enteredAt, enteredBy: $0.enteredBy)
      }
    }
  }

  struct UsagePart: Encodable {
    /// Of a unit's sum only: what it was summed over.
    var kind: String?
    var name: String
    var metric: String
    var formula: String
    var unit: String
    /// What the formula gives: exact where it is whole and fits, before the divisor.
    var whole: Int64?
    var number: Double?
    /// In `unit`, after the divisor.
    var shown: Double?
    var at: Milliseconds?
    var coveredMs: Milliseconds

    init(_ result: UsageResult, kind: String? = nil) {
      self.kind = kind
      name = result.figure.name
      metric = result.figure.metric
      formula = result.figure.formula.rawValue
      unit = result.figure.unit
      switch result.amount {
      case .whole(let value):
        whole = Int64(exactly: value)
        number = whole == nil ? Double(value) : nil
      case .number(let value): number = value.isFinite ? value : nil
      case nil: break
      }
      shown = result.shown.flatMap { $0.isFinite ? $0 : nil }
      at = result.at
      coveredMs = result.covered
    }
  }

  /// Shares of each bar in 65,535ths: up, down, maintenance, unobserved; the rest was not counted.
  struct StripPart: Encodable {
    var start: Milliseconds
    var barLengthMs: Milliseconds
    var bars: [[UInt16]]

    init(_ strip: Strip) {
      start = strip.start
      barLengthMs = strip.barLength
      bars = strip.bars.map { [$0.up, $0.down, $0.maintenance, $0.unobserved] }
    }
  }
}
