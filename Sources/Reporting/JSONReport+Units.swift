// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Units and devices of the report for programs.
extension JSONReport {
  /// What stands before a unit's devices; the order is that of the keys.
  static func appendHead(of unit: UnitReport, to json: inout JSONWriter) {
    // Without what was entered after the fact; absent where that is the same.
    append("announced_times", unit.announcedTimes, to: &json)
    json.field("area_class", unit.areaClass)
    json.field("code", unit.code)
    json.field("depth", unit.depth)
    // In it and below it, as are the sums.
    json.field("device_count", unit.deviceCount)
  }

  static func appendRest(of unit: UnitReport, to json: inout JSONWriter) {
    json.field("level", unit.level)
    json.field("level_label", unit.levelLabel)
    json.field("name", unit.name)
    json.field("outages", unit.outageCount)
    json.field("parent", unit.parent)
    append("service", unit.service, to: &json)
    json.field("site_count", unit.siteCount)
    // Where the devices that stand directly in it stand.
    json.array("sites", unit.sites) { append($0, to: &$1) }
    append("times", unit.times, to: &json)
    json.array("usage", unit.usage) { append($0.result, kind: $0.kind, to: &$1) }
    // When it ended or will; absent if open.
    json.field("valid_to", unit.validTo)
  }

  /// The sums of the devices of one site.
  private static func append(_ site: SiteReport, to json: inout JSONWriter) {
    json.beginObject()
    append("announced_times", site.announcedTimes, to: &json)
    json.field("code", site.code)
    json.field("device_count", site.deviceCount)
    json.field("name", site.name)
    json.field("outages", site.outageCount)
    append("service", site.service, to: &json)
    append("times", site.times, to: &json)
    json.endObject()
  }

  /// - Parameter siteName: its code where it has no name.
  static func append(
    _ report: DeviceReport, siteName: String, causes: [RecordedCause], to json: inout JSONWriter
  ) {
    json.beginObject()
    append("announced_times", report.announcedTimes, to: &json)
    json.key("availability")
    appendAvailability(of: report, causes: causes, to: &json)
    json.field("commune", report.device.commune)
    json.field("days_at_target", report.daysAtTarget)
    json.field("days_judged", report.daysJudged)
    let days = report.placement.days
    // Local days `2026-11-20`; absent where it stood there the whole period.
    json.field("first_day", days.map { LocalTime.isoDate(ofDay: $0.lowerBound) })
    json.field("id", report.device.id)
    json.field("kind", report.device.kind)
    json.field("last_day", days.map { LocalTime.isoDate(ofDay: $0.upperBound) })
    json.field("last_heard", report.lastHeard)
    // `met`, `missed`, `undecided`; absent where the availability is unknown.
    json.field("meets_target", report.targetVerdict?.rawValue)
    json.field("name", report.name)
    json.field("number", report.device.number)
    json.field("readings", report.readingCount)
    json.field("reboots", report.rebootCount)
    appendSchedule(of: report, to: &json)
    // Absent where the kind has no conditions of service.
    append("service", report.service, to: &json)
    appendFailures(of: report, to: &json)
    json.field("site", report.placement.site)
    json.field("site_name", siteName)
    json.key("strip")
    append(report.strip, to: &json)
    json.array("usage", report.usage) { append($0, kind: nil, to: &$1) }
    json.endObject()
  }

  /// Of the schedule, by name; absent where it asked for nothing.
  private static func appendSchedule(of report: DeviceReport, to json: inout JSONWriter) {
    let known = ScheduleFigures.all.compactMap { name in report.figures[name].map { (name, $0) } }
    guard !known.isEmpty else { return }
    json.key("schedule")
    json.beginObject()
    for (name, value) in known.sorted(by: { $0.0 < $1.0 }) { json.field(name, value) }
    json.endObject()
  }

  /// Milliseconds in each state; they sum to the period.
  private static func append(
    _ name: String, _ times: StateTimes?, to json: inout JSONWriter
  ) {
    guard let times else { return }
    json.key(name)
    json.beginObject()
    json.field("down_ms", times.down)
    json.field("excluded_ms", times[.excluded])
    json.field("highest_ppm", times.ratioHighest)
    json.field("lowest_ppm", times.ratioLowest)
    appendStates(of: times, to: &json)
    json.field("ppm", times.ratio)
    appendUnknown(of: times, to: &json)
    json.endObject()
  }

  private static func appendStates(of times: StateTimes, to json: inout JSONWriter) {
    json.field("maintenance_ms", times[.maintenance])
    json.field("no_link_ms", times[.noLink])
    json.field("off_ms", times[.off])
  }

  private static func appendUnknown(of times: StateTimes, to json: inout JSONWriter) {
    json.field("unknown_ms", times[.unknown])
    json.field("unobserved_ms", times[.unobserved])
    json.field("up_ms", times[.up])
  }

  /// The times of a device with its outages, keys of both in one object.
  private static func appendAvailability(
    of report: DeviceReport, causes: [RecordedCause], to json: inout JSONWriter
  ) {
    let times = report.times
    json.beginObject()
    json.field("down_ms", times.down)
    json.field("excluded_ms", times[.excluded])
    json.field("highest_ppm", times.ratioHighest)
    json.field("longest_outage_ms", report.longestOutage)
    json.field("lowest_ppm", times.ratioLowest)
    appendStates(of: times, to: &json)
    json.array("outage_list", report.outages) {
      append($0, recorded: causes.of($0.interval), to: &$1)
    }
    json.field("outages", report.outageCount)
    json.field("ppm", times.ratio)
    json.field("short_outages", report.shortOutageCount)
    appendUnknown(of: times, to: &json)
    json.endObject()
  }

  private static func append(
    _ name: String, _ service: ServiceTimes?, to json: inout JSONWriter
  ) {
    guard let service else { return }
    json.key(name)
    json.beginObject()
    json.field("failed_ms", service.failed)
    json.field("held_ms", service.held)
    json.field("highest_ppm", service.ratioHighest)
    json.field("lowest_ppm", service.ratioLowest)
    json.field("ppm", service.ratio)
    json.field("unknown_ms", service.unknown)
    json.endObject()
  }

  /// - Parameter note: what a person recorded of it; absent if nobody did.
  private static func append(
    _ outage: Outage, recorded note: RecordedCause?, to json: inout JSONWriter
  ) {
    json.beginObject()
    json.field("accountable_ms", outage.accountable)
    json.field("cause", FigureNames.of(outage.cause))
    json.field("down_in_period_ms", outage.downInPeriod)
    json.field("end", outage.interval.end)
    json.field("marked", outage.isMarked)
    json.field("open", outage.isOpen)
    if let note {
      json.key("recorded")
      json.beginObject()
      json.field("cause", note.cause)
      json.field("entered_at", note.enteredAt)
      json.field("entered_by", note.enteredBy)
      json.field("reference", note.reference)
      json.field("responsible", note.responsible)
      json.endObject()
    }
    json.field("start", outage.interval.start)
    json.endObject()
  }

  /// - Parameter kind: of a unit's sum only: what it was summed over.
  private static func append(
    _ result: UsageResult, kind: String?, to json: inout JSONWriter
  ) {
    // What the formula gives: exact where it is whole and fits, before the divisor.
    var (whole, number): (Int64?, Double?)
    switch result.amount {
    case .whole(let value):
      whole = Int64(exactly: value)
      number = whole == nil ? Double(value) : nil
    case .number(let value): number = value
    case nil: break
    }
    json.beginObject()
    json.field("at", result.at)
    json.field("covered_ms", result.covered)
    json.field("formula", result.figure.formula.rawValue)
    json.field("kind", kind)
    json.field("metric", result.figure.metric)
    json.field("name", result.figure.name)
    json.field("number", number)
    // In `unit`, after the divisor.
    json.field("shown", result.shown)
    json.field("unit", result.figure.unit)
    json.field("whole", whole)
    json.endObject()
  }

  /// Shares of each bar in 65,535ths: up, down, maintenance, unobserved; the rest was not counted.
  private static func append(_ strip: Strip, to json: inout JSONWriter) {
    json.beginObject()
    json.field("bar_length_ms", strip.barLength)
    json.array("bars", strip.bars) { bar, json in
      json.beginArray()
      json.element()
      json.value(Int64(bar.up))
      json.element()
      json.value(Int64(bar.down))
      json.element()
      json.value(Int64(bar.maintenance))
      json.element()
      json.value(Int64(bar.unobserved))
      json.endArray()
    }
    json.field("start", strip.start)
    json.endObject()
  }
}
