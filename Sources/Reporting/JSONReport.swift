// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation
import Telemetry

/// A report for programs: all times are integers in UTC milliseconds, all ratios in parts per
/// million, keys English in snake case and in alphabetical order. `docs/api/report.schema.json`
/// says what each key is; a key that has nothing to say is absent.
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
    var format = "nhip-report/2"
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
    /// In preorder: a unit stands before those below it.
    var units: [UnitPart]
    var indicators: [IndicatorPart]
    var rankings: [RankingPart]
    var alerts: [AlertPart]
    var dataQuality: QualityPart
    /// The store's own name, and how far it was read.
    var store: String
    var watermark: String
    /// Counts changes of what figures mean.
    var definitionVersion: Int
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
      units = report.units.map { UnitPart($0, causes: report.recordedCauses) }
      indicators = report.indicators.map(IndicatorPart.init)
      rankings = report.rankings.map(RankingPart.init)
      alerts = report.alerts.rules.map(AlertPart.init)
      dataQuality = QualityPart(report.quality)
      store = report.provenance.store
      watermark = report.provenance.watermark
      definitionVersion = report.provenance.definitionVersion
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

  private struct QualityPart: Encodable {
    var readings: Int
    var duplicates: Int
    var backlog: Int
    var wrongClock: Int
    var ownClockWrong: Int
    var untimed: Int
    var outOfRange: Int
    var quarantine: [Quarantine]
    var inboxMessages: Int64
    /// From before messages were counted by day; both absent if there are none.
    var undatedMessages: Int64?
    var undatedThrough: String?

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
      inboxMessages = quality.inboxMessages
      undatedMessages = quality.undatedThrough.map { _ in quality.undatedMessages }
      undatedThrough = quality.undatedThrough.map(LocalTime.isoDate(ofDay:))
    }
  }

  static func snakeCase(_ state: DeviceState) -> String {
    state == .noLink ? "no_link" : state.rawValue
  }
}
