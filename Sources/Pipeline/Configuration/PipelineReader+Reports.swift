// SPDX-License-Identifier: Apache-2.0

import Reporting
import Telemetry

extension PipelineReader {
  private static let dayAllowed = "dd/MM, a day up to the 28th"

  /// What `reports:` says.
  struct Reports {
    var calendar = ReportCalendar()
    var letterhead = Letterhead()
  }

  /// `reports: { calendar: nd09, cutoff_day: 14, due: { month: 10d }, letterhead: { body: … } }`.
  func reports(_ node: YAMLNode) -> Reports {
    let keys = ["calendar", "cutoff_day", "annual_start", "due", "letterhead"]
    guard let map = node.mapping(keys: keys) else { return Reports() }
    return Reports(
      calendar: calendar(map),
      letterhead: map["letterhead"].map(self.letterhead) ?? Letterhead())
  }

  private func letterhead(_ node: YAMLNode) -> Letterhead {
    let keys = [
      "parent_body", "body", "place", "prepared_by", "signatory_title", "signatory",
    ]
    guard let map = node.mapping(keys: keys) else { return Letterhead() }
    func name(_ key: String) -> String? {
      map[key]?.text(
        allowed: "one line of at most \(Letterhead.nameLengthMax) letters",
        where: Letterhead.isName)
    }
    return Letterhead(
      parentBody: name("parent_body"), body: name("body"), place: name("place"),
      preparedBy: name("prepared_by"), signatoryTitle: name("signatory_title"),
      signatory: name("signatory"))
  }

  private func calendar(_ map: YAMLNode.Mapping) -> ReportCalendar {
    var calendar = ReportCalendar()
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
