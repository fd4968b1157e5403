// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Reporting
import Storage
import Telemetry

/// The period that is explained, where a question needs one: the same options as `nhip report`.
struct ExplainedPeriod: ParsableArguments {
  @Option(help: "First day (2026-11-01 or 01/11/2026, UTC+7), or an RFC 3339 instant.")
  var from: String?
  @Option(help: "Last day, included; or an RFC 3339 instant, not included.")
  var to: String?
  @Option(help: "day, week, month, quarter or year; without --of the newest that is over.")
  var period: PeriodLength?
  @Option(help: "Which: 2026, 2026-Q4, 2026-11, 2026-W47, 2026-11-21; a shorter one it holds.")
  var of: String?
  @Option(help: "calendar, nd09 or annual. The pipeline's if absent.")
  var calendar: ReportCalendar.Preset?

  var isGiven: Bool {
    from != nil || to != nil || period != nil || of != nil || calendar != nil
  }

  /// The same as one that is not optional.
  private var options: PeriodOptions {
    var options = PeriodOptions()
    (options.from, options.to, options.period) = (from, to, period)
    (options.of, options.calendar) = (of, calendar)
    return options
  }

  func validate() throws {
    if isGiven { try options.validate() }
  }

  /// - Throws: `ValidationError` if none is given.
  func period(in store: Store, language: Language) throws -> ReportPeriod {
    try options.validate()
    return try options.period(in: store, language: language)
  }
}
