// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

extension Report {
  /// Reads a store (read-only is enough, and it may be written meanwhile) and reports on a period.
  ///
  /// Memory is bounded by the readings of the devices in scope within the period and, where it is
  /// not sealed, two days on either side; one block is decoded at a time.
  ///
  /// - Parameters:
  ///   - unit: code of a unit: only devices in it and below it; nil means all.
  ///   - kind: only this kind of device; nil means all.
  ///   - settings: nil means those in force in the store.
  ///   - progress: called once a block with the share of the store read, 0 to 1.
  /// - Throws: `StoreError`.
  package static func build(
    store: Store, profiles: [Profile], period: Interval, unit: String? = nil,
    kind: String? = nil, language: Language = .vi, settings: UptimeSettings? = nil,
    progress: (Double) -> Void = { _ in }
  ) throws -> Report {
    let registry = try store.registry()
    let scope = ReportScope(
      registry: registry, profiles: profiles,
      plans: try ServicePlans(store: store, registry: registry, profiles: profiles),
      period: period, unit: unit, kind: kind)
    let (accounts, observed) = try Accounts.read(
      from: store, scope: scope, period: period, progress: progress)
    let settings = try settings ?? .inForce(in: store)
    var report = assemble(
      accounts: accounts, scope: scope, period: period, observed: observed, language: language,
      settings: settings)
    try report.seal.compare(with: store, scope: scope, settings: settings)
    report.alerts = AlertAccount(
      try store.alerts(from: period.start, to: period.end),
      of: Set(scope.devices.map(\.number)), period: period, now: report.knownUntil)
    report.quality.quarantine = try quarantineCounts(in: store)
    report.quality.inboxAddresses = try store.inbox().count
    return report
  }

  /// Most frequent reason first.
  private static func quarantineCounts(in store: Store) throws -> [DataQuality.QuarantineCount] {
    var counts: [String: Int64] = [:]
    for summary in try store.quarantine() {
      counts[summary.reason, default: 0] += Int64(summary.count)
    }
    return counts.map { DataQuality.QuarantineCount(reason: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
  }
}

extension Explanation {
  /// Explains one device's uptime over a period.
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
    var registry = try store.registry()
    registry.devices.removeAll { $0.number != number }
    let scope = ReportScope(
      registry: registry, profiles: profiles,
      plans: try ServicePlans(store: store, registry: registry, profiles: profiles),
      period: period, unit: nil, kind: nil)
    guard let device = scope.devices.first, let profile = scope.profiles[device.kind] else {
      return nil
    }
    let (accounts, observed) = try Accounts.read(
      from: store, scope: scope, period: period, progress: progress)
    guard let account = accounts[number] else { return nil }
    let knownUntil = accounts.knownUntil(observed)
    let terms = scope.terms(
      of: device, profile: profile, settings: try settings ?? .inForce(in: store))
    let availability = Report.judge(
      account.history, kept: accounts.kept, terms: terms, period: period, now: knownUntil,
      observed: observed)
    var explanation = assemble(
      account: account, device: device, profile: profile, availability: availability,
      knownUntil: knownUntil, language: language)
    explanation.seal = accounts.cover
    explanation.keptUntil = accounts.kept?.until
    explanation.alerts = try store.alerts(from: period.start, to: period.end).filter {
      $0.device == number
    }
    return explanation
  }
}

extension Accounts {
  /// Reads what a report of `period` needs, and when we could hear. Sealed days are read from their
  /// seals, everything behind them from hot blocks; of days whose readings are gone, their figures.
  static func read(
    from store: Store, scope: ReportScope, period: Interval, progress: (Double) -> Void
  ) throws -> (Accounts, IntervalSet) {
    let observed = IntervalSet(try store.observed(from: 0, to: .max))
    let days = try store.sealedDays()
    let gone = try store.readingsGoneBeforeDay()
    let kept = try KeptFigures.read(
      from: store, days: days, gone: gone, period: period, scope: scope)
    let readable = kept?.readable(of: period) ?? period
    var accounts = Accounts(
      devices: scope.devices, profiles: scope.profiles, period: readable)
    accounts.kept = kept
    if readable.duration > 0 || kept == nil {
      let sealed = SealedPeriod(
        days.filter { kept == nil || $0.day >= gone }, period: readable)
      try accounts.readSealed(sealed, from: store, scope: scope, progress: progress)
      if !sealed.isWhole {
        try accounts.readHot(
          from: store, period: readable, sealedUntil: sealed.hotFrom,
          observedUntil: observed.intervals.last?.end, progress: progress)
      }
    }
    let all = SealedPeriod(days, period: period)
    let late = try accounts.countLate(in: store, period: period, sealedUntil: all.hotFrom)
    accounts.cover = all.cover(in: period, lateReadings: late)
    return (accounts, observed)
  }

  private mutating func readSealed(
    _ sealed: SealedPeriod, from store: Store, scope: ReportScope, progress: (Double) -> Void
  ) throws {
    let devices = Set(scope.devices.map(\.number))
    for (position, day) in sealed.days.enumerated() {
      progress(Double(position) / Double(sealed.days.count))
      try store.forEachSealedBlock(of: day, devices: devices) { block in
        add(block, rows: sealed.rows(of: block))
      }
    }
  }

  /// Readings that came for sealed days since they were sealed; a revision will take them up.
  private func countLate(
    in store: Store, period: Interval, sealedUntil: Milliseconds?
  ) throws -> Int {
    guard let sealedUntil, period.start < sealedUntil else { return 0 }
    let late = Interval(start: period.start, end: min(period.end, sealedUntil))
    var count = 0
    try store.forEachBlock(
      eventTimeFrom: late.start, to: late.end, afterBlock: try store.scannedBlock()
    ) { _, block in
      count += block.eventTime.indices.count {
        late.contains(block.eventTime[$0]) && self[block.device[$0]] != nil
      }
    }
    return count
  }

  private mutating func readHot(
    from store: Store, period: Interval, sealedUntil: Milliseconds?, observedUntil: Milliseconds?,
    progress: (Double) -> Void
  ) throws {
    var window = Report.window(around: period)
    if let sealedUntil {
      window.start = min(max(window.start, sealedUntil), window.end)
    }
    let newest = try store.lastBlock()
    try store.forEachBlock(eventTimeFrom: window.start, to: window.end, afterBlock: 0) {
      progress(Double($0) / Double(max(1, newest)))
      add($1, window: window)
    }
    // A device silent for longer than the window: look for its last word before, its next after.
    let silentBefore = numbers { $0.firstHeard.map { $0 >= period.start } ?? true }
    if !silentBefore.isEmpty, sealedUntil == nil {
      let before = Interval(start: .min, end: window.start)
      try store.forEachBlock(eventTimeFrom: nil, to: before.end, afterBlock: 0) {
        addHistory($1, window: before, of: silentBefore)
      }
    }
    let silentAfter = numbers { $0.lastHeard.map { $0 < period.end } ?? true }
    if !silentAfter.isEmpty, (observedUntil ?? 0) > window.end {
      let after = Interval(start: window.end, end: .max)
      try store.forEachBlock(eventTimeFrom: after.start, to: nil, afterBlock: 0) {
        addHistory($1, window: after, of: silentAfter)
      }
    }
  }
}

extension SealCover {
  /// Adds the devices that are judged by something else today than when the last day was sealed.
  mutating func compare(
    with store: Store, scope: ReportScope, settings: UptimeSettings
  ) throws(StoreError) {
    guard let through, let day = try store.sealedDays().last(where: { $0.day == through }) else {
      return
    }
    let figures = try store.sealedFigures(of: day)
    let schedule = try Schedule.read(
      ofDay: through, from: store, places: UnitPaths(try store.registry()))
    for device in scope.devices {
      guard let sealed = figures[device.number], let profile = scope.profiles[device.kind] else {
        continue
      }
      let terms = scope.terms(
        of: device, profile: profile, settings: settings, schedule: schedule.ofDay(device))
      if sealed.inputHash != terms.inputHash(ofDay: through) {
        changedDevices.insert(device.number)
      }
    }
  }
}
