// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// A report for programs: all times are integers in UTC milliseconds, all ratios in parts per
/// million, keys English in snake case and in alphabetical order. `docs/api/report.schema.json`
/// says what each key is; a key that has nothing to say is absent.
package enum JSONReport {
  /// So much is in memory at once, and what one device says.
  private static let chunkSizeBytes = 1 << 16

  package static func render(_ report: Report) -> String {
    var bytes: [UInt8] = []
    write(report) { bytes += $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Piece by piece, so that a report of a nation never stands in memory as a whole.
  package static func write(
    _ report: Report, to sink: ([UInt8]) throws -> Void
  ) rethrows {
    var json = JSONWriter()
    json.beginObject()
    appendHead(of: report, to: &json)
    // In preorder: a unit stands before those below it.
    json.key("units")
    json.beginArray()
    for unit in report.units {
      json.element()
      json.beginObject()
      appendHead(of: unit, to: &json)
      // Standing directly in it.
      json.key("devices")
      json.beginArray()
      let siteNames = unit.siteNames
      for device in unit.devices {
        json.element()
        append(
          device, siteName: siteNames[device.placement.site] ?? device.placement.site,
          causes: report.recordedCauses[device.device.number] ?? [], to: &json)
        if json.sizeBytes >= chunkSizeBytes { try sink(json.take()) }
      }
      json.endArray()
      appendRest(of: unit, to: &json)
      json.endObject()
    }
    json.endArray()
    json.field("watermark", report.provenance.watermark)
    json.endObject()
    try sink(json.take() + [UInt8(ascii: "\n")])
  }

  private static func appendHead(of report: Report, to json: inout JSONWriter) {
    json.array("alerts", report.alerts.rules) { append($0, to: &$1) }
    json.key("data_quality")
    append(report.quality, to: &json)
    // Counts changes of what figures mean.
    json.field("definition_version", report.provenance.definitionVersion)
    json.field("format", "nhip-report/2")
    json.array("incidents", report.incidents.listed) { append($0, to: &$1) }
    json.array("indicators", report.indicators) { append($0, to: &$1) }
    json.field("known_until", report.knownUntil)
    json.field("outage_min_ms", report.settings.outageMin)
    json.field("period_end", report.period.end)
    json.field("period_start", report.period.start)
    // False only when every day is sealed and judged by the same rules still.
    json.field("provisional", !report.seal.isSealed)
    json.array("rankings", report.rankings) { append($0, to: &$1) }
    // Before it readings are gone and what was sealed stands; absent if none are.
    json.field("readings_from", report.seal.readingsGoneUntil)
    // 1 unless a sealed day was revised.
    json.field("revision", report.seal.revision)
    // The last sealed day, `2026-11-20`; absent if no day of the period is sealed.
    json.field("sealed_through", report.seal.through.map(LocalTime.isoDate(ofDay:)))
    // The store's own name; the watermark says how far it was read.
    json.field("store", report.provenance.store)
    json.field("target_ppm", report.settings.targetPartsPerMillion)
  }

  /// What one rule told in the period; single alerts: `nhip alerts list --format json`.
  private static func append(_ line: AlertAccount.RuleLine, to json: inout JSONWriter) {
    json.beginObject()
    json.field("count", line.count)
    json.field("devices", line.devices.count)
    json.field("duration_ms", line.duration)
    json.field("open", line.openCount)
    json.field("rule", line.rule)
    json.field("severity", line.severity.rawValue)
    json.endObject()
  }

  /// As it was told at the end of the period; all of it: `nhip incidents list --format json`.
  private static func append(_ line: IncidentAccount.Line, to json: inout JSONWriter) {
    let incident = line.incident
    json.beginObject()
    json.field("cause", incident.cause.rawValue)
    json.field("devices", line.deviceCount)
    json.field("group_code", incident.groupCode)
    json.field("group_kind", incident.groupKind.rawValue)
    json.field("id", incident.id)
    json.field("named_at", incident.namedAt)
    json.field("probability_ppm", Int64((incident.probability * 1_000_000).rounded()))
    json.field("resolved_at", incident.resolvedAt)
    json.field("severity", incident.severity.rawValue)
    json.field("since", incident.since)
    json.field("version", incident.version)
    json.endObject()
  }

  private static func append(_ quality: DataQuality, to json: inout JSONWriter) {
    json.beginObject()
    json.field("backlog", quality.backlog)
    json.field("duplicates", quality.duplicates)
    json.field("inbox_messages", quality.inboxMessages)
    json.field("out_of_range", quality.outOfRange)
    json.field("own_clock_wrong", quality.ownClockWrong)
    json.array("quarantine", quality.quarantine) { entry, json in
      json.beginObject()
      json.field("count", entry.count)
      json.field("reason", entry.reason)
      json.endObject()
    }
    json.field("readings", quality.readings)
    // From before messages were counted by day; both absent if there are none.
    json.field("undated_messages", quality.undatedThrough.map { _ in quality.undatedMessages })
    json.field("undated_through", quality.undatedThrough.map(LocalTime.isoDate(ofDay:)))
    json.field("untimed", quality.untimed)
    json.field("wrong_clock", quality.wrongClock)
    json.endObject()
  }
}
