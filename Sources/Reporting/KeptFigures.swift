// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// The sealed days of a period whose readings retention has deleted: what was sealed of them stays.
///
/// Availability of the whole period is computed from the states and outages that the seals keep.
/// Figures of use are kept a day, and days are never added: they are listed day by day.
package struct KeptFigures: Sendable {
  /// A list longer than this is no longer read; it says so, and programs get all of it.
  static let listedCountMax = 2_000

  /// What one day says of one device.
  package struct Line: Sendable {
    package var day: Int64
    package var device: Int64
    /// As they were sealed: names and whole numbers.
    package var figures: SealedFigures
  }

  /// Readings begin here; before it there are figures only.
  package let until: Milliseconds
  /// By day, then by device number.
  package private(set) var lines: [Line] = []
  private var parts: [Int64: [Availability.Part]] = [:]
  /// Days that an older nhip sealed, of some device: their states are not known.
  package private(set) var daysWithoutStates: Set<Int64> = []

  /// - Parameters:
  ///   - days: every sealed day, ascending.
  ///   - gone: sealed days before this one have lost their readings.
  /// - Returns: nil if all readings of the period are there, or none was sealed.
  static func read(
    from store: Store, days: [SealedDay], gone: Int64, period: Interval, scope: ReportScope
  ) throws -> KeptFigures? {
    let first = LocalTime.day(of: period.start)
    let last = LocalTime.day(of: max(period.start, period.end - 1))
    let kept = days.filter { $0.day < gone && first <= $0.day && $0.day <= last }
    guard let end = kept.last?.day else { return nil }
    var result = KeptFigures(until: LocalTime.start(ofDay: end + 1))
    for day in kept {
      let figures = try store.sealedFigures(of: day)
      for device in scope.devices { result.add(figures[device.number], of: device, day: day.day) }
    }
    return result
  }

  private init(until: Milliseconds) { self.until = until }

  private mutating func add(_ figures: SealedFigures?, of device: Device, day: Int64) {
    guard let figures, !figures.text.isEmpty else {
      // Nothing was to be counted: not commissioned, retired, or out of service all day.
      let interval = SealedDay.interval(ofDay: day)
      let states = [StateInterval(interval: interval, state: .excluded)]
      parts[device.number, default: []].append(
        Availability.Part(interval: interval, states: states, outages: []))
      return
    }
    lines.append(Line(day: day, device: device.number, figures: figures))
    if let part = SealedIntervals.part(figures.intervals, day: day) {
      parts[device.number, default: []].append(part)
    } else {
      daysWithoutStates.insert(day)
    }
  }

  /// - Parameter rest: what readings tell of the rest of the period; nil if there is no rest.
  func availability(
    of device: Int64, and rest: Availability?, period: Interval, outageMin: Milliseconds
  ) -> Availability {
    let kept = parts[device] ?? []
    return Availability.joined(
      kept + [rest?.part].compactMap(\.self), period: period, outageMin: outageMin)
  }

  /// The part of a period of which there are readings; empty if there are none.
  func readable(of period: Interval) -> Interval {
    Interval(start: min(max(period.start, until), period.end), end: period.end)
  }
}

extension KeptFigures.Line {
  /// A whole number among the figures.
  package func whole(_ name: String) -> Int64? {
    figures.pairs.first { $0.name == name }.flatMap { Int64($0.value) }
  }

  /// In milliseconds.
  var down: Milliseconds {
    ["no_link", "off", "unknown"].reduce(0) { $0 + (whole($1) ?? 0) }
  }

  /// The day's figures of use, as far as the kind's profile still knows them.
  func usage(_ known: [UsageFigure]) -> [UsageResult] {
    let pairs = Dictionary(figures.pairs) { $1 }
    return known.compactMap { figure in
      guard let value = pairs[figure.name] else { return nil }
      return UsageResult(
        figure: figure, amount: Self.amount(value),
        at: pairs["\(figure.name)_at"].flatMap { Milliseconds($0) },
        covered: pairs["\(figure.name)_covered"].flatMap { Milliseconds($0) } ?? 0)
    }
  }

  /// What ``DayFigures`` writes: a whole number, millionths with a `u`, or "-".
  private static func amount(_ text: String) -> UsageResult.Amount? {
    if text.hasSuffix("u") { return Int128(text.dropLast()).map { .number(Double($0) / 1e6) } }
    return Int128(text).map { .whole($0) } ?? Double(text).map { .number($0) }
  }
}
