// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

extension Explanation {
  /// Explains one device's uptime over a period, from its readings; of days whose readings are
  /// gone, from the states that were sealed.
  ///
  /// - Parameters:
  ///   - device: registry number of the device.
  ///   - settings: nil means those in force in the store.
  ///   - progress: called once a block with the share of the store read, 0 to 1.
  /// - Returns: nil if the registry has no such device, or no profile for its kind.
  /// - Throws: `StoreError`.
  package static func build(
    store: Store, profiles: [Profile], device number: Int64, period: Interval,
    language: Language = .vi, settings: UptimeSettings? = nil,
    progress: (Double) -> Void = { _ in }
  ) throws -> Explanation? {
    let scope = try ReportScopes(
      store: store, profiles: profiles, period: period, device: number
    ).scope(of: period)
    guard let device = scope.devices.first, let profile = scope.profiles[device.kind] else {
      return nil
    }
    let settings = try settings ?? .inForce(in: store)
    let terms = scope.terms(of: device, profile: profile, settings: settings)
    let observed = IntervalSet(try store.observed(from: 0, to: .max))
    let days = try store.sealedDays()
    let gone = try store.readingsGoneBeforeDay()
    let parts = PeriodParts(period: period, days: days, gone: gone, sumsWholeDays: false)
    // Stretches before and behind deleted days belong to one history, which has a hole.
    let readable = Interval(
      start: parts.readings.first?.start ?? period.start,
      end: parts.readings.last?.end ?? period.start)
    let (accounts, known) = try Accounts.read(
      from: store, devices: [device], profiles: scope.profiles, period: readable, days: days,
      gone: gone, observed: observed, progress: progress)
    guard let account = accounts[number] else { return nil }
    let kept = try parts.kept.compactMap { day, interval in
      try store.sealedFigures(of: day, device: number).map {
        KeptStretch($0, day: day.day, interval: interval)
      }
    }
    let read = parts.readings.map { interval in
      terms.availability(of: account.history, period: interval, now: known, observed: observed)
    }
    let pieces = (kept.compactMap(\.part) + read.map(\.part))
      .sorted { $0.interval.start < $1.interval.start }
    let availability =
      kept.isEmpty && read.count == 1 && read[0].period == period
      ? terms.availability(of: account.history, period: period, now: known, observed: observed)
      : .joined(pieces, period: period, outageMin: settings.outageMin)
    var explanation = assemble(
      account: account, device: device, profile: profile, availability: availability,
      knownUntil: known, language: language)
    let whole = SealedPeriod(days, period: period)
    explanation.seal = whole.cover(in: period, lateReadings: 0)
    explanation.keptUntil = parts.kept.last?.interval.end
    if !kept.isEmpty {
      explanation.join(kept, read: read, account: account, profile: profile)
    }
    explanation.alerts = try store.alerts(from: period.start, to: period.end).filter {
      $0.device == number
    }
    explanation.entries = scope.plans.entries(of: device, in: period)
    explanation.recordedCauses = try store.recordedCauses(from: .min, to: .max)
      .filter { $0.device == number }
    explanation.confirmedGaps = try store.confirmedGaps().filter {
      $0.withdrawnAt == nil && $0.interval.intersection(period) != nil
    }
    return explanation
  }
}
