// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Reporting
import Storage
import Telemetry

extension PeriodLength: ExpressibleByArgument {}
extension ReportCalendar.Preset: ExpressibleByArgument {}

/// A range of whole local days (UTC+7) or exact instants.
struct RangeOptions: ParsableArguments {
  @Option(help: "First day (2026-11-01 or 01/11/2026, UTC+7), or an RFC 3339 instant.")
  var from: String

  @Option(help: "Last day, included; or an RFC 3339 instant, not included.")
  var to: String

  func period() throws -> Interval { try Self.period(from: from, to: to) }

  /// - Parameter to: nil means until now.
  static func period(from: String, to: String?) throws -> Interval {
    guard let start = LocalDate.midnight(from) ?? LocalDate.instant(from) else {
      throw ValidationError("--from '\(from)' is not a date (2026-11-01, 01/11/2026) or instant")
    }
    guard let to else {
      let now = Nhip.wallClock()
      return Interval(start: min(start, now), end: now)
    }
    let lastDay = LocalDate.midnight(to).map { $0 + LocalTime.dayLength }
    guard let end = lastDay ?? LocalDate.instant(to) else {
      throw ValidationError("--to '\(to)' is not a date (2026-11-30, 30/11/2026) or instant")
    }
    guard start < end else { throw ValidationError("--to \(to) lies before --from \(from)") }
    return Interval(start: start, end: end)
  }
}

/// The period that a command is about.
struct PeriodOptions: ParsableArguments {
  @OptionGroup var chosen: OptionalPeriod

  func validate() throws { try chosen.check() }

  func period(in store: Store, language: Language) throws -> ReportPeriod {
    try chosen.period(in: store, language: language)
  }
}

/// A period, if one is given: named, or a range of whole local days or exact instants.
struct OptionalPeriod: ParsableArguments {
  @Option(help: "First day (2026-11-01 or 01/11/2026, UTC+7), or an RFC 3339 instant.")
  var from: String?

  @Option(help: "Last day, included; or an RFC 3339 instant, not included.")
  var to: String?

  @Option(help: "day, week, month, quarter or year; without --of the newest that is over.")
  var period: PeriodLength?

  @Option(help: "Which: 2026, 2026-Q4, 2026-11, 2026-W47, 2026-11-21; a shorter one it holds.")
  var of: String?

  @Option(
    help: """
      calendar; nd09 (cut off on the 14th); annual (a year from 15 November). The pipeline's if \
      absent.
      """)
  var calendar: ReportCalendar.Preset?

  var isGiven: Bool {
    from != nil || to != nil || period != nil || of != nil || calendar != nil
  }

  func validate() throws {
    if isGiven { try check() }
  }

  /// - Throws: `ValidationError`, also if none is given.
  fileprivate func check() throws {
    if from == nil, to == nil {
      guard period != nil || of != nil else {
        throw ValidationError("say which period: --period month, --of 2026-11, or --from and --to")
      }
      _ = try named(by: ReportCalendar(), now: Nhip.wallClock())
    } else {
      guard period == nil, of == nil, calendar == nil else {
        throw ValidationError("--from and --to go without --period, --of and --calendar")
      }
      guard let from else { throw ValidationError("--to needs a --from") }
      guard let to else { throw ValidationError("--from needs a --to") }
      _ = try RangeOptions.period(from: from, to: to)
    }
  }

  /// The period by the store's calendar; says on standard error when its report is due before its
  /// figures are final.
  ///
  /// - Throws: `ValidationError`, also if none is given.
  func period(in store: Store, language: Language) throws -> ReportPeriod {
    try check()
    var calendar = try ReportCalendar.inForce(in: store)
    if let preset = self.calendar { calendar.preset = preset }
    let now = Nhip.wallClock()
    let span = try store.span()
    let found: ReportPeriod
    if let from, let to {
      found = calendar.range(try RangeOptions.period(from: from, to: to))
    } else {
      found = try named(by: calendar, now: now)
    }
    do throws(PeriodError) { try found.check(now: now, span: span) } catch {
      throw ValidationError("\(error)")
    }
    if let warning = found.dueWarning(in: language) { Nhip.log(warning) }
    return found
  }

  private func named(by calendar: ReportCalendar, now: Milliseconds) throws -> ReportPeriod {
    do throws(PeriodError) {
      return try calendar.period(period, of: of, now: now)
    } catch {
      throw ValidationError("\(error)")
    }
  }
}
