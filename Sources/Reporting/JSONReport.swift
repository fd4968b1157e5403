// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation
import Telemetry

/// A report for programs: all times are integers in UTC milliseconds, all ratios in parts per
/// million, keys English in snake case and in alphabetical order.
package enum JSONReport {
  package static func render(_ report: Report) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    do {
      return String(decoding: try encoder.encode(Document(report)), as: UTF8.self) + "\n"
    } catch {
      // Every number is checked to be finite before it gets here; nothing else can fail.
      preconditionFailure("a report cannot be encoded: \(error)")
    }
  }

  private struct Document: Encodable {
    var format = "nhip-report/1"
    /// False only when every day is sealed and judged by the same rules still.
    var provisional: Bool
    /// The last sealed day, `2026-11-20`; absent if no day of the period is sealed.
    var sealedThrough: String?
    /// 1 unless a sealed day was revised.
    var revision: Int
    var periodStart: Milliseconds
    var periodEnd: Milliseconds
    var knownUntil: Milliseconds
    var outageMinMs: Milliseconds
    var targetPpm: Int64
    var units: [UnitPart]
    var alerts: [AlertPart]
    var dataQuality: QualityPart
    /// Before it readings are gone and what was sealed stands; absent if none are.
    var readingsFrom: Milliseconds?

    init(_ report: Report) {
      provisional = !report.seal.isSealed
      sealedThrough = report.seal.through.map(LocalTime.isoDate(ofDay:))
      revision = report.seal.revision
      periodStart = report.period.start
      periodEnd = report.period.end
      knownUntil = report.knownUntil
      outageMinMs = report.settings.outageMin
      targetPpm = report.settings.targetPartsPerMillion
      units = report.units.map(UnitPart.init)
      alerts = report.alerts.rules.map(AlertPart.init)
      dataQuality = QualityPart(report.quality)
      readingsFrom = report.seal.readingsGoneUntil
    }
  }

  /// What one rule told in the period; single alerts: `nhip alerts list --format json`.
  private struct AlertPart: Encodable {
    var rule: String
    var severity: String
    var count: Int
    var open: Int
    var devices: Int
    var durationMs: Milliseconds

    init(_ line: AlertAccount.RuleLine) {
      rule = line.rule
      severity = line.severity.rawValue
      count = line.count
      open = line.openCount
      devices = line.devices.count
      durationMs = line.duration
    }
  }

  private struct UnitPart: Encodable {
    var code: String
    var name: String
    var levelLabel: String
    var devices: [DevicePart]

    init(_ unit: UnitReport) {
      code = unit.code
      name = unit.name
      levelLabel = unit.levelLabel
      devices = unit.devices.map(DevicePart.init)
    }
  }

  private struct DevicePart: Encodable {
    var number: Int64
    var id: String
    var name: String
    var kind: String
    var site: String
    var commune: String
    var availability: AvailabilityPart
    /// `met`, `missed`, `undecided`; absent where the availability is unknown.
    var meetsTarget: String?
    /// Absent where the kind has no conditions of service.
    var service: ServicePart?
    var usage: [UsagePart]
    var reboots: Int
    var readings: Int
    var lastHeard: Milliseconds?

    init(_ report: DeviceReport) {
      number = report.device.number
      id = report.device.id
      name = report.name
      kind = report.device.kind
      site = report.device.site
      commune = report.device.commune
      availability = AvailabilityPart(report)
      meetsTarget = report.targetVerdict?.rawValue
      service = report.service.map(ServicePart.init)
      usage = report.usage.map(UsagePart.init)
      reboots = report.rebootCount
      readings = report.readingCount
      lastHeard = report.lastHeard
    }
  }

  private struct AvailabilityPart: Encodable {
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
    var outages: Int
    var shortOutages: Int
    var longestOutageMs: Milliseconds
    var outageList: [OutagePart]

    init(_ report: DeviceReport) {
      let spent = report.times
      ppm = spent.ratio
      lowestPpm = spent.ratioLowest
      highestPpm = spent.ratioHighest
      upMs = spent[.up]
      downMs = spent.down
      noLinkMs = spent[.noLink]
      offMs = spent[.off]
      unknownMs = spent[.unknown]
      maintenanceMs = spent[.maintenance]
      unobservedMs = spent[.unobserved]
      excludedMs = spent[.excluded]
      outages = report.outageCount
      shortOutages = report.shortOutageCount
      longestOutageMs = report.longestOutage
      outageList = report.outages.map(OutagePart.init)
    }
  }

  private struct ServicePart: Encodable {
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

  private struct OutagePart: Encodable {
    var start: Milliseconds
    var end: Milliseconds
    var downInPeriodMs: Milliseconds
    var cause: String
    var marked: Bool
    var open: Bool

    init(_ outage: Outage) {
      start = outage.interval.start
      end = outage.interval.end
      downInPeriodMs = outage.downInPeriod
      cause = snakeCase(outage.cause)
      marked = outage.isMarked
      open = outage.isOpen
    }
  }

  private struct UsagePart: Encodable {
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

    init(_ result: UsageResult) {
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

  private struct QualityPart: Encodable {
    var readings: Int
    var duplicates: Int
    var backlog: Int
    var wrongClock: Int
    var ownClockWrong: Int
    var untimed: Int
    var outOfRange: Int
    var quarantine: [Quarantine]
    var inboxAddresses: Int

    struct Quarantine: Encodable {
      var reason: String
      var count: Int64
    }

    init(_ quality: DataQuality) {
      readings = quality.readings
      duplicates = quality.duplicates
      backlog = quality.backlog
      wrongClock = quality.wrongClock
      ownClockWrong = quality.ownClockWrong
      untimed = quality.untimed
      outOfRange = quality.outOfRange
      quarantine = quality.quarantine.map { Quarantine(reason: $0.reason, count: $0.count) }
      inboxAddresses = quality.inboxAddresses
    }
  }

  static func snakeCase(_ state: DeviceState) -> String {
    state == .noLink ? "no_link" : state.rawValue
  }
}
