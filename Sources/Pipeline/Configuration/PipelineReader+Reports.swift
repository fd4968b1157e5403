// SPDX-License-Identifier: Apache-2.0

import Reporting
import Telemetry

extension PipelineReader {
  private static let dayAllowed = "dd/MM, a day up to the 28th"

  /// The calendar of reports: `reports: { calendar: nd09, cutoff_day: 14, due: { month: 10d } }`.
  func reports(_ node: YAMLNode) -> ReportCalendar {
    var calendar = ReportCalendar()
    let keys = ["calendar", "cutoff_day", "annual_start", "due"]
    guard let map = node.mapping(keys: keys) else { return calendar }
    calendar.preset = map["calendar"]?.word(ReportCalendar.Preset.self) ?? calendar.preset
    calendar.cutoffDay = map["cutoff_day"]?.integer(in: 1...28).map(Int64.init)
      ?? calendar.cutoffDay
    calendar.annualStart = map["annual_start"].flatMap(self.dayOfYear) ?? calendar.annualStart
    guard let due = map["due"]?.mapping(keys: PeriodLength.allCases.map(\.rawValue)) else {
      return calendar
    }
    calendar.due = [:]
    for (name, rule) in due.entries {
      guard let length = PeriodLength(rawValue: name) else { continue }
      calendar.due[length] = self.due(rule, length)
    }
    return calendar
  }

  private func due(_ node: YAMLNode, _ length: PeriodLength) -> ReportCalendar.Due? {
    guard let text = node.text() else { return nil }
    if length == .year, let date = Self.dayOfYear(text) { return .on(date) }
    if let duration = DurationText.milliseconds(text), duration % LocalTime.dayLength == 0 {
      return .after(days: duration / LocalTime.dayLength)
    }
    let date = length == .year ? ", or \(Self.dayAllowed)" : ""
    node.report("the value does not fit", allowed: "days after the period, like 10d\(date)")
    return nil
  }

  private func dayOfYear(_ node: YAMLNode) -> ReportCalendar.DayOfYear? {
    guard let text = node.text() else { return nil }
    if let date = Self.dayOfYear(text) { return date }
    node.report("the value does not fit", allowed: Self.dayAllowed)
    return nil
  }

  private static func dayOfYear(_ text: String) -> ReportCalendar.DayOfYear? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let day = Int64(parts[0]), let month = Int64(parts[1]),
      parts.allSatisfy({ $0.utf8.count <= 2 && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }),
      1...28 ~= day, 1...12 ~= month
    else { return nil }
    return ReportCalendar.DayOfYear(day: day, month: month)
  }
}
