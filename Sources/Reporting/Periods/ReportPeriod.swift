// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The period that a report is about, with the one that it is compared with.
package struct ReportPeriod: Sendable, Hashable {
  package var interval: Interval
  /// The period before, of the same rule; of a free range as much time before it.
  package var previous: Interval
  /// Nil for a free range.
  package var length: PeriodLength?
  /// The number of the period (``ReportCalendar``); 0 for a free range.
  package var number: Int64
  /// The day before which the report has to be final, from 1970-01-01 local; nil if none is set.
  package var dueDay: Int64?
  /// When the last day of the period is sealed.
  package var sealsAt: Milliseconds

  /// What people who have to hand the report in should know: its figures are still provisional
  /// when it is due.
  package var isDueBeforeSealed: Bool {
    dueDay.map { sealsAt > LocalTime.start(ofDay: $0) } ?? false
  }
}

/// Why a period cannot be reported on: one sentence.
package enum PeriodError: Error, Hashable, Sendable, CustomStringConvertible {
  case unreadable(String)
  /// `--of 2026` names no single month.
  case tooCoarse(text: String, named: PeriodLength, wanted: PeriodLength)
  case inFuture(ReportPeriod, now: Milliseconds)
  case beforeFirstReading(ReportPeriod, first: Milliseconds)

  package var description: String {
    switch self {
    case .unreadable(let text):
      "--of '\(text)' names no period: write 2026, 2026-Q4, 2026-11, 2026-W47, 2026-11-21 or "
        + "21/11/2026"
    case .tooCoarse(let text, let named, let wanted):
      "--of '\(text)' names a \(named.rawValue), which is no single \(wanted.rawValue)"
    case .inFuture(let period, let now):
      "the period \(Self.dates(period)) has not begun: it is \(Self.date(now))"
    case .beforeFirstReading(let period, let first):
      "the period \(Self.dates(period)) ends before the first reading of the store, of "
        + Self.date(first)
    }
  }

  private static func dates(_ period: ReportPeriod) -> String {
    "from \(date(period.interval.start)) to \(date(period.interval.end - 1))"
  }

  private static func date(_ instant: Milliseconds) -> String {
    LocalTime.date(ofDay: LocalTime.day(of: instant))
  }
}

extension ReportCalendar {
  /// The period of a length and number.
  package func period(_ length: PeriodLength, number: Int64) -> ReportPeriod {
    func start(_ number: Int64) -> Milliseconds {
      LocalTime.start(ofDay: firstDay(of: length, number: number))
    }
    let interval = Interval(start: start(number), end: start(number + 1))
    return ReportPeriod(
      interval: interval, previous: Interval(start: start(number - 1), end: start(number)),
      length: length, number: number, dueDay: dueDay(of: length, number: number),
      sealsAt: interval.end + lateness)
  }

  /// A range that somebody chose; nobody waits for a report on it.
  ///
  /// - Precondition: it is longer than nothing.
  package func range(_ interval: Interval) -> ReportPeriod {
    precondition(interval.duration > 0, "a period of no time")
    return ReportPeriod(
      interval: interval,
      previous: Interval(start: interval.start - interval.duration, end: interval.start),
      length: nil, number: 0, dueDay: nil, sealsAt: interval.end + lateness)
  }

  /// The period that the words of a command line name.
  ///
  /// - Parameters:
  ///   - length: nil means that of what `text` names.
  ///   - text: a period of this or a shorter length, of which the last day counts; nil means the
  ///     newest period that is over.
  package func period(
    _ length: PeriodLength?, of text: String?, now: Milliseconds
  ) throws(PeriodError) -> ReportPeriod {
    guard let text else {
      let length = length ?? .month
      let current = number(of: length, holding: LocalTime.day(of: now))
      return period(length, number: current - 1)
    }
    guard let named = PeriodText.read(text, calendar: self) else { throw .unreadable(text) }
    let length = length ?? named.length
    guard named.length.rank <= length.rank else {
      throw .tooCoarse(text: text, named: named.length, wanted: length)
    }
    let last = lastDay(of: named.length, number: named.number)
    return period(
      length, number: named.length == length ? named.number : number(of: length, holding: last))
  }
}

extension ReportPeriod {
  /// Refuses what no report can tell anything of.
  ///
  /// - Parameter span: the first and the last instant that the store knows anything of; nil if it
  ///   holds nothing. A machine whose clock is behind its store is no reason to refuse.
  package func check(now: Milliseconds, span: Interval?) throws(PeriodError) {
    let now = max(now, span?.end ?? now)
    if interval.start >= now { throw .inFuture(self, now: now) }
    if let first = span?.start, interval.end <= first {
      throw .beforeFirstReading(self, first: first)
    }
  }
}
