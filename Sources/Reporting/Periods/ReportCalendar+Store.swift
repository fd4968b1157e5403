// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Telemetry

extension ReportCalendar {
  private static let name = "report-calendar"

  /// As the store keeps it. What an older nhip did not write has its default.
  private struct Kept: Codable {
    struct Date: Codable {
      var day, month: Int64
    }

    struct Due: Codable {
      var days: Int64?
      var on: Date?
    }

    var preset: String?
    var cutoffDay: Int64?
    var annualStart: Date?
    var due: [String: Due]?
    var latenessMs: Milliseconds?
  }

  /// What the pipeline that last wrote the store said of reports; the defaults if none did.
  ///
  /// - Throws: `StoreError`; `corrupt` if what is kept cannot be understood.
  package static func inForce(in store: Store) throws(StoreError) -> ReportCalendar {
    guard let text = try store.setting(name) else { return ReportCalendar() }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      if let calendar = calendar(try decoder.decode(Kept.self, from: Data(text.utf8))) {
        return calendar
      }
    } catch {
      // Whatever was wrong with it, the answer is the one below.
    }
    throw StoreError(
      code: .corrupt, what: "the settings of reports cannot be read: \(text.prefix(200))",
      path: store.path, next: "start nhip run once, which writes them anew")
  }

  /// Keeps it with the store, so that reports need no `pipeline.yaml`.
  package func save(in store: Store) throws(StoreError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let kept = Kept(
      preset: preset.rawValue, cutoffDay: cutoffDay, annualStart: Self.date(annualStart),
      due: Dictionary(uniqueKeysWithValues: due.map { ($0.key.rawValue, Self.kept($0.value)) }),
      latenessMs: lateness)
    let bytes: Data
    do { bytes = try encoder.encode(kept) } catch {
      preconditionFailure("whole numbers and words that cannot be written as JSON: \(error)")
    }
    try store.setSetting(Self.name, String(decoding: bytes, as: UTF8.self))
  }

  private static func calendar(_ kept: Kept) -> ReportCalendar? {
    var calendar = ReportCalendar()
    if let word = kept.preset {
      guard let preset = Preset(rawValue: word) else { return nil }
      calendar.preset = preset
    }
    if let day = kept.cutoffDay {
      guard 1...28 ~= day else { return nil }
      calendar.cutoffDay = day
    }
    if let start = kept.annualStart {
      guard let date = dayOfYear(start) else { return nil }
      calendar.annualStart = date
    }
    if let lateness = kept.latenessMs {
      guard lateness >= 0 else { return nil }
      calendar.lateness = lateness
    }
    guard let due = kept.due else { return calendar }
    calendar.due = [:]
    for (word, rule) in due {
      guard let length = PeriodLength(rawValue: word), let due = self.due(rule) else { return nil }
      calendar.due[length] = due
    }
    return calendar
  }

  private static func due(_ kept: Kept.Due) -> Due? {
    if let days = kept.days { return days >= 0 ? .after(days: days) : nil }
    return kept.on.flatMap(dayOfYear).map(Due.on)
  }

  private static func dayOfYear(_ date: Kept.Date) -> DayOfYear? {
    guard 1...28 ~= date.day, 1...12 ~= date.month else { return nil }
    return DayOfYear(day: date.day, month: date.month)
  }

  private static func date(_ day: DayOfYear) -> Kept.Date {
    Kept.Date(day: day.day, month: day.month)
  }

  private static func kept(_ due: Due) -> Kept.Due {
    switch due {
    case .after(let days): Kept.Due(days: days)
    case .on(let date): Kept.Due(on: self.date(date))
    }
  }
}
