// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

extension Report {
  /// Readings this far outside a stretch are read as well: counters need the reading before it,
  /// gaps both their ends.
  static let contextLength: Milliseconds = 2 * 86_400_000

  /// The window of event times that a stretch reads whole.
  static func window(around period: Interval) -> Interval {
    Interval(start: period.start - contextLength, end: period.end + contextLength)
  }
}

extension Accounts {
  /// Reads the readings that the figures of a stretch need. Sealed days are read from their seals,
  /// everything behind them from hot blocks.
  ///
  /// - Parameters:
  ///   - days: every sealed day, ascending.
  ///   - gone: sealed days before this one have lost their readings.
  /// - Returns: the accounts, and the end of knowledge: what was sealed is judged by what was known
  ///   at its time.
  static func read(
    from store: Store, devices: [Device], profiles: [String: Profile], period: Interval,
    days: [SealedDay], gone: Int64, observed: IntervalSet, progress: (Double) -> Void
  ) throws -> (Accounts, Milliseconds) {
    var accounts = Accounts(devices: devices, profiles: profiles)
    let sealed = SealedPeriod(days.filter { $0.day >= gone }, period: period)
    try accounts.readSealed(sealed, from: store, progress: progress)
    if !sealed.isWhole {
      try accounts.readHot(
        from: store, period: period, sealedUntil: sealed.hotFrom,
        observedUntil: observed.intervals.last?.end, progress: progress)
    }
    let known = observed.intervals.last?.end ?? accounts.lastReceivedAt ?? period.start
    guard sealed.isWhole, let through = sealed.days.last?.day else { return (accounts, known) }
    let limit = LocalTime.start(ofDay: through + 1) + DayFigures.knowledgeAfter
    return (accounts, min(known, limit))
  }

  private mutating func readSealed(
    _ sealed: SealedPeriod, from store: Store, progress: (Double) -> Void
  ) throws {
    let wanted = Set(numbers { _ in true })
    for (position, day) in sealed.days.enumerated() {
      progress(Double(position) / Double(sealed.days.count))
      try store.forEachSealedBlock(of: day, devices: wanted) { block in
        add(block, rows: sealed.rows(of: block))
      }
    }
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
