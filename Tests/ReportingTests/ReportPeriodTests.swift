// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Reporting

/// Every period is found again by walking through the days of ten years and asking of each what
/// month, quarter, year or week it is counted in.
@Suite struct ReportPeriodTests {
  static let years: ClosedRange<Int64> = 2_023...2_032

  static func day(_ year: Int64, _ month: Int64, _ day: Int64) throws -> Int64 {
    try #require(LocalTime.day(year: year, month: month, day: day))
  }

  static func date(_ instant: Milliseconds) -> String {
    LocalTime.isoDate(ofDay: LocalTime.day(of: instant))
  }

  /// First and last day, as people write them.
  static func ends(_ period: ReportPeriod) -> [String] {
    [date(period.interval.start), date(period.interval.end - 1)]
  }

  /// The name of the period that a day is counted in, from the day's own date.
  static func name(
    of day: Int64, _ length: PeriodLength, _ calendar: ReportCalendar
  ) -> String {
    var (year, month, dayOfMonth) = LocalTime.civil(ofDay: day)
    if calendar.preset == .nd09, length != .day, dayOfMonth > calendar.cutoffDay {
      month += 1
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    if calendar.preset == .annual, length == .year {
      let start = calendar.annualStart
      let isLater = month > start.month || month == start.month && dayOfMonth >= start.day
      let isWhole = start.day == 1 && start.month == 1
      return "\(isLater && !isWhole ? year + 1 : year)"
    }
    switch length {
    case .day: return LocalTime.isoDate(ofDay: day)
    case .month: return "\(year)-\(month < 10 ? "0" : "")\(month)"
    case .quarter: return "\(year)-Q\((month + 2) / 3)"
    case .year, .week: return "\(year)"
    }
  }

  static let calendars = [
    ReportCalendar(), ReportCalendar(preset: .nd09), ReportCalendar(preset: .nd09, cutoffDay: 28),
    ReportCalendar(preset: .nd09, cutoffDay: 1), ReportCalendar(preset: .annual),
    ReportCalendar(preset: .annual, annualStart: .init(day: 1, month: 1)),
    ReportCalendar(preset: .annual, annualStart: .init(day: 28, month: 12)),
  ]

  @Test("every period has exactly the days that are counted in it", arguments: calendars)
  func walked(calendar: ReportCalendar) throws {
    let all = try Self.day(Self.years.lowerBound, 1, 1)...Self.day(Self.years.upperBound, 12, 31)
    for length in [PeriodLength.day, .month, .quarter, .year] {
      var first: [String: Int64] = [:]
      var last: [String: Int64] = [:]
      for day in all {
        let name = Self.name(of: day, length, calendar)
        first[name] = min(first[name] ?? day, day)
        last[name] = max(last[name] ?? day, day)
      }
      for (name, start) in first {
        let end = try #require(last[name])
        // Those at the edges of the walk are not whole.
        guard start > all.lowerBound, end < all.upperBound else { continue }
        let period = try calendar.period(nil, of: name, now: 0)
        #expect(period.length == length)
        #expect(period.interval.start == LocalTime.start(ofDay: start), "\(name)")
        #expect(period.interval.end == LocalTime.start(ofDay: end + 1), "\(name)")
        let before = Self.name(of: start - 1, length, calendar)
        #expect(period.previous.end == period.interval.start)
        if let start = first[before], start > all.lowerBound {
          #expect(period.previous.start == LocalTime.start(ofDay: start), "\(name): \(before)")
        }
        for day in [start, end, (start + end) / 2] {
          #expect(calendar.number(of: length, holding: day) == period.number)
        }
      }
    }
  }

  @Test("weeks run from Monday to Sunday and are numbered as ISO 8601 has them")
  func weeks() throws {
    var monday = try Self.day(2_024, 1, 1)
    let calendar = ReportCalendar(preset: .nd09)
    var (year, week): (Int64, Int64) = (2_024, 1)
    while year < 2_031 {
      let period = try calendar.period(
        nil, of: "\(year)-W\(week < 10 ? "0" : "")\(week)", now: 0)
      #expect(period.interval.start == LocalTime.start(ofDay: monday))
      #expect(period.interval.duration == 7 * LocalTime.dayLength)
      #expect(period.name(in: .en) == "Week \(week) of \(year)")
      monday += 7
      week += 1
      let thursday = LocalTime.civil(ofDay: monday + 3).year
      if thursday != year {
        #expect(throws: PeriodError.self) {
          try calendar.period(nil, of: "\(year)-W\(week)", now: 0)
        }
        (year, week) = (thursday, 1)
      }
    }
  }

  @Test("the presets give the days of the decree and of the yearly plan")
  func presets() throws {
    let nd09 = ReportCalendar(preset: .nd09)
    #expect(Self.ends(try nd09.period(nil, of: "2026-11", now: 0)) == ["2026-10-15", "2026-11-14"])
    #expect(Self.ends(try nd09.period(nil, of: "2026-Q1", now: 0)) == ["2025-12-15", "2026-03-14"])
    #expect(Self.ends(try nd09.period(nil, of: "2026", now: 0)) == ["2025-12-15", "2026-12-14"])
    let annual = ReportCalendar(preset: .annual)
    #expect(Self.ends(try annual.period(nil, of: "2026", now: 0)) == ["2025-11-15", "2026-11-14"])
    let month = try annual.period(nil, of: "2026-11", now: 0)
    #expect(Self.ends(month) == ["2026-11-01", "2026-11-30"])
  }

  @Test("a longer period holds what a shorter one names, and without a name the newest is over")
  func holding() throws {
    let nd09 = ReportCalendar(preset: .nd09)
    #expect(try nd09.period(.month, of: "2026-11-14", now: 0).number == 2_026 * 12 + 10)
    #expect(try nd09.period(.month, of: "15/11/2026", now: 0).number == 2_026 * 12 + 11)
    #expect(try nd09.period(.quarter, of: "2026-12", now: 0).number == 2_026 * 4 + 3)
    let now = LocalTime.start(ofDay: try Self.day(2_026, 11, 15))
    #expect(Self.ends(try nd09.period(.month, of: nil, now: now)) == ["2026-10-15", "2026-11-14"])
    #expect(
      Self.ends(try nd09.period(.month, of: nil, now: now - 1)) == ["2026-09-15", "2026-10-14"])
    #expect(Self.ends(try nd09.period(.day, of: nil, now: now)) == ["2026-11-14", "2026-11-14"])
  }

  @Test("a free range is compared with as much time before it")
  func range() throws {
    let start = LocalTime.start(ofDay: try Self.day(2_026, 11, 3))
    let period = ReportCalendar().range(
      Interval(start: start, end: start + 5 * LocalTime.dayLength))
    #expect(period.previous.end == start)
    #expect(period.previous.duration == 5 * LocalTime.dayLength)
    #expect(period.name(in: .vi) == nil && !period.isDueBeforeSealed)
  }

  @Test("a year of the calendar seals after its report is due, a year of the plan before")
  func due() throws {
    let calendar = try ReportCalendar().period(nil, of: "2026", now: 0)
    #expect(calendar.isDueBeforeSealed)
    let warning = try #require(calendar.dueWarning(in: .vi))
    #expect(warning.contains("08/01/2027") && warning.contains("01/12/2026"))
    let annual = try ReportCalendar(preset: .annual).period(nil, of: "2026", now: 0)
    #expect(!annual.isDueBeforeSealed && annual.dueWarning(in: .en) == nil)
    for (days, isLate) in [(7, true), (8, false)] as [(Int64, Bool)] {
      let monthly = ReportCalendar(due: [.month: .after(days: days)])
      #expect(try monthly.period(nil, of: "2026-11", now: 0).isDueBeforeSealed == isLate)
    }
  }

  @Test(
    "what names no period is refused",
    arguments: [
      "", "26", "2026-", "2026-13", "2026-00", "2026-Q5", "2026-Q0", "2026-W54", "2026-W00",
      "2026-02-29", "2026-2-9", "29/02/2026", "next", "2026-11-21-1", "1969", "2200", "２０２６",
    ])
  func unreadable(text: String) {
    #expect(throws: PeriodError.unreadable(text)) {
      try ReportCalendar().period(nil, of: text, now: 0)
    }
  }

  @Test("a longer period names no shorter one")
  func coarse() {
    let error = #expect(throws: PeriodError.self) {
      try ReportCalendar().period(.month, of: "2026-Q4", now: 0)
    }
    #expect(error?.description.contains("quarter") == true)
  }

  @Test("the future, and the time before the first reading, are refused with their dates")
  func refused() throws {
    let period = try ReportCalendar().period(nil, of: "2026-11", now: 0)
    let (start, end) = (period.interval.start, period.interval.end)
    #expect(throws: PeriodError.self) { try period.check(now: start, span: nil) }
    try period.check(now: start + 1, span: nil)
    // A machine whose clock is behind its store.
    try period.check(now: 0, span: Interval(start: 0, end: start + 1))
    let first = Interval(start: end, end: end + 1)
    let error = #expect(throws: PeriodError.self) { try period.check(now: end, span: first) }
    #expect(error?.description.contains("01/12/2026") == true)
    try period.check(now: end, span: Interval(start: end - 1, end: end))
  }

  @Test("the settings are kept with the store, defaults where nothing is, and damage is said")
  func kept() throws {
    let home = try TemporaryStore()
    #expect(try ReportCalendar.inForce(in: home.store) == ReportCalendar())
    let set = ReportCalendar(
      preset: .nd09, cutoffDay: 20, annualStart: .init(day: 1, month: 12),
      due: [.month: .after(days: 9), .year: .on(.init(day: 2, month: 3))], lateness: 1)
    try set.save(in: home.store)
    #expect(try ReportCalendar.inForce(in: home.store) == set)
    for text in ["", "[]", "{\"preset\":\"x\"}", "{\"cutoff_day\":29}", "{\"due\":{\"year\":{}}}"] {
      try home.store.setSetting("report-calendar", text)
      #expect(throws: (any Error).self) { try ReportCalendar.inForce(in: home.store) }
    }
  }
}
