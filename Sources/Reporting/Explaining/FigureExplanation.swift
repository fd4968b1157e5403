// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// Where one figure of use of one device comes from: day by day what it was, whether that is
/// sealed, and the readings that it was counted from.
package struct FigureExplanation: Sendable {
  /// The figure as the report has it, where the device stood.
  package struct Placed: Sendable {
    package var place: String
    package var days: ClosedRange<Int64>?
    package var result: UsageResult
  }

  package enum Standing: Sendable, Hashable {
    case sealed(revision: Int)
    /// Of a sealed day the period wants a part only, which is computed from its readings.
    case partOfSealed
    case provisional
  }

  /// What a local day, or the part of it that the period wants, adds.
  package struct Day: Sendable {
    package var day: Int64
    package var interval: Interval
    package var standing: Standing
    package var amount: UsageResult.Amount?
    package var at: Milliseconds?
    package var covered: Milliseconds
    /// Nil if the readings are gone.
    package var account: UsageAccount?
    /// Of a sealed day: its readings give something else by today's rules.
    package var isOtherNow = false
  }

  package var language: Language
  package var device: Device
  package var kindTitle: Title
  package var period: Interval
  package var knownUntil: Milliseconds
  package var seal: SealCover
  package var figure: UsageFigure
  package var metric: Metric?
  /// How long a value holds without a word.
  package var holdMax: Milliseconds
  package var placed: [Placed]
  package var days: [Day]
  /// Parts of sealed days whose readings are gone: their use is in no figure.
  package var lost: [Interval]

  /// The report's figure over all places together.
  package var amount: UsageResult.Amount? {
    UsageAccount.together(placed.map { ($0.result.amount, $0.result.covered) }, by: figure.formula)
  }

  /// - Parameters:
  ///   - number: registry number of the device.
  ///   - name: of a figure of the profile.
  /// - Returns: nil if there is no such device in the period, no profile, or no such figure.
  /// - Throws: `StoreError`.
  package static func build(
    store: Store, profiles: [Profile], device number: Int64, figure name: String,
    period: Interval, language: Language = .vi, settings: UptimeSettings? = nil,
    progress: (Double) -> Void = { _ in }
  ) throws -> FigureExplanation? {
    let explained = try ExplainedDevice(
      store: store, profiles: profiles, device: number, period: period, settings: settings,
      progress: progress)
    guard let explained, let figure = explained.profile.usage.first(where: { $0.name == name })
    else { return nil }
    let words = Words(language: language)
    var days = try explained.parts.sealed.map { try sealed($0, figure, explained) }
    for stretch in explained.parts.readings { days += try read(stretch, figure, explained) }
    days.sort { $0.interval.start < $1.interval.start }
    return FigureExplanation(
      language: language, device: explained.device, kindTitle: explained.profile.title,
      period: period, knownUntil: explained.knownUntil, seal: explained.cover, figure: figure,
      metric: explained.profile.metrics.first { $0.name == figure.metric },
      holdMax: explained.profile.offlineAfter,
      placed: explained.reports.compactMap { report in
        report.usage.first { $0.figure.name == name }.map {
          Placed(
            place: explained.place(report.placement, words), days: report.placement.days,
            result: $0)
        }
      }, days: days, lost: explained.parts.kept.map(\.interval))
  }

  private static func sealed(
    _ day: SealedDay, _ figure: UsageFigure, _ explained: ExplainedDevice
  ) throws -> Day {
    let figures = try explained.store.sealedFigures(of: day, device: explained.device.number)
    let said = Dictionary(figures?.pairs.map { ($0.name, $0.value) } ?? []) { $1 }
    func whole(_ name: String) -> Milliseconds? { said[name].flatMap { Milliseconds($0) } }
    let value = said[figure.name].flatMap { FigureValue(text: $0) } ?? .absent
    var found = Day(
      day: day.day, interval: day.interval, standing: .sealed(revision: day.revision),
      amount: value.amount, at: whole("\(figure.name)_at"),
      covered: whole("\(figure.name)_covered") ?? 0)
    // A day of which nothing was sealed counted nothing, whatever was received.
    guard figures?.text.isEmpty == false, let account = try explained.account(of: day) else {
      return found
    }
    let calculator = UsageCalculator(readings: account.readings, profile: explained.profile)
    found.account = calculator.account(of: figure, in: day.interval)
    let now = calculator.result(of: figure, in: day.interval)
    found.isOtherNow = FigureValue(now.amount) != value
    return found
  }

  private static func read(
    _ stretch: Interval, _ figure: UsageFigure, _ explained: ExplainedDevice
  ) throws -> [Day] {
    let (account, _) = try explained.account(of: stretch)
    let calculator = UsageCalculator(readings: account.readings, profile: explained.profile)
    let sealed = Set(explained.days.map(\.day))
    return ExplainedDevice.localDays(of: stretch).map { interval in
      let result = calculator.result(of: figure, in: interval)
      let day = LocalTime.day(of: interval.start)
      return Day(
        day: day, interval: interval,
        standing: sealed.contains(day) ? .partOfSealed : .provisional, amount: result.amount,
        at: result.at, covered: result.covered,
        account: calculator.account(of: figure, in: interval))
    }
  }
}

extension FigureValue {
  /// As figures of use have it.
  var amount: UsageResult.Amount? {
    switch self {
    case .absent: nil
    case .whole(let value): .whole(Int128(value))
    case .millionths(let value): .number(Double(value) / 1e6)
    }
  }
}
