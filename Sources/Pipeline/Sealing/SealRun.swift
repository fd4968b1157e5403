// SPDX-License-Identifier: Apache-2.0

import Reporting
import Storage
import Telemetry

/// Seals days (chốt số liệu): reads their hot blocks again, judges clocks by the whole of it, sorts
/// by device and event time, deduplicates by identity, and writes one block a device and day with
/// the figures it gives.
///
/// Days that follow each other are sealed together, as a span: what a day is sealed from was
/// received over eleven days, so hot blocks would be read as often.
///
/// Owned by one thread, which is not the engine's: reading happens on a store of its own, writing
/// in short transactions of the store that the engine commits to. Memory is bounded by a part of
/// the span (``SealGathering/readingCountMax``) and by what is known of each device's clock. What a
/// crash interrupts was not visible yet; the span is begun again.
///
/// Sealed days are always all days from the first one with data to the newest sealed: a day's
/// figures look at the nearest readings around it.
struct SealRun {
  /// Devices that are written in one transaction: about 1 MB.
  static let deviceCountMax = 256

  struct Settings {
    /// How long after its end a day still takes readings.
    var lateness: Milliseconds = ClockState.lateness
    /// About so many readings are in memory at once.
    var partReadingCount = SealGathering.readingCountMax
    /// At most so many days are sealed together.
    var spanDayCount = 32
    /// Called with what goes on, 0 to 1 over all days of the run.
    var progress: (Double) -> Void = { _ in }
    /// Asked between steps; the run then stops early, and the day is begun again another time.
    var isCancelled: () -> Bool = { false }
  }

  /// Where seals are written.
  let store: Store
  /// Where readings are read; may be the same.
  let reader: Store
  let inputs: SealInputs
  let settings: Settings
  private(set) var sealed: [Int64: SealedDay] = [:]
  /// Days that this run was the first to seal: until it ends, nobody has relied on them.
  var newDays: Set<Int64> = []
  /// Days that this run wrote anything of.
  private var writtenDays: Set<Int64> = []
  /// Days that are published while those around them may not agree with them yet.
  private var unfinishedDays: ClosedRange<Int64>?
  private(set) var work = Work()
  /// What people said since the last run. Read before the inputs: what they say meanwhile is left
  /// to the next run.
  private let changed: ChangedStretches
  /// Sealed days that this reaches.
  private(set) var reconsideredDays: Set<Int64> = []

  /// What a run had to do.
  struct Work {
    /// Days whose readings were looked at, in the order in which that was done.
    var days: [Int64] = []
    /// Hot blocks that were decoded for them, and their readings; each as often as it happened.
    var hotBlocks = 0
    var hotReadings = 0
  }

  struct Cancelled: Error {}

  init(store: Store, reader: Store, profiles: [Profile], settings: Settings) throws {
    self.store = store
    self.reader = reader
    self.settings = settings
    changed = try reader.changedStretches()
    inputs = try SealInputs(store: reader, profiles: profiles)
    for day in try reader.sealedDays() { sealed[day.day] = day }
  }

  /// The last day whose lateness allowance is over.
  static func dueDay(at now: Milliseconds, lateness: Milliseconds) -> Int64 {
    LocalTime.day(of: now - lateness) - 1
  }

  /// Seals every day up to and including `last` that is not, and those that something reached
  /// since: late data, or the end of their allowance.
  ///
  /// - Parameter forced: is sealed again even if nothing is known to have changed.
  /// - Returns: the days that were sealed or got a revision, ascending.
  mutating func seal(
    through last: Int64, at now: Milliseconds, forced: Int64? = nil
  ) throws -> [SealedDay] {
    try store.dropUnpublishedSeals()
    let scanned = try reader.lastBlock()
    var open = try openDays(through: last, at: now)
    if let forced { open.insert(forced) }
    var done: Set<Int64> = []
    var reached = 0.0
    var changed = try finishInterrupted(at: now)
    while let day = open.subtracting(done).min() {
      try checkCancelled()
      let left = open.subtracting(done)
      let days = try span(from: day, of: left)
      let (before, all) = (Double(done.count), Double(done.count + left.count))
      let show = settings.progress
      let outcome = try seal(days, throughBlock: scanned, at: now) { fraction in
        // More days may have been opened since: it does not go back.
        reached = max(reached, (before + fraction * Double(days.count)) / all)
        show(reached)
      }
      done.formUnion(days)
      changed.formUnion(outcome.changedDays)
      // A reading that another day holds, or should: that day is looked at (again).
      open.formUnion(outcome.touchedDays.filter { sealed[$0] != nil || $0 <= last })
      if let first = open.min(), first <= last {
        open.formUnion((first...last).filter { sealed[$0] == nil })
      }
      changed.formUnion(try refresh(around: days, at: now))
      try noteFinished()
    }
    try store.noteScanned(throughBlock: scanned)
    try store.clearChangedStretches(self.changed)
    for day in done.union(writtenDays) {
      while try store.dropSuperseded(day: day, rowCountMax: Self.deviceCountMax) > 0 {}
    }
    settings.progress(1)
    return changed.sorted().compactMap { sealed[$0] }
  }

  /// Gives the days around those that the last run published the context that it could not give
  /// them any more.
  private mutating func finishInterrupted(at now: Milliseconds) throws -> Set<Int64> {
    guard let days = try store.unfinishedSeals() else { return [] }
    unfinishedDays = days
    var changed: Set<Int64> = []
    for day in days { changed.formUnion(try refresh(around: day...day, at: now)) }
    try noteFinished()
    return changed
  }

  /// To be called before days are published: until ``noteFinished()`` those around them may have
  /// another context than these say.
  mutating func noteUnfinished(_ days: ClosedRange<Int64>) throws {
    let all = unfinishedDays.map {
      min($0.lowerBound, days.lowerBound)...max($0.upperBound, days.upperBound)
    }
    guard all == nil || all != unfinishedDays else { return }
    unfinishedDays = all ?? days
    try store.noteUnfinishedSeals(unfinishedDays)
  }

  private mutating func noteFinished() throws {
    unfinishedDays = nil
    try store.noteUnfinishedSeals(nil)
  }

  func checkCancelled() throws {
    if settings.isCancelled() { throw Cancelled() }
  }

  /// Days that are not sealed, that became final, that readings came for since, or of which people
  /// said something else since.
  private mutating func openDays(through last: Int64, at now: Milliseconds) throws -> Set<Int64> {
    var open: Set<Int64> = []
    for day in sealed.values where !day.isFinal && isFinal(day.day, at: now) {
      open.insert(day.day)
    }
    reconsideredDays = try changedDays()
    let late = try lateDays().union(reconsideredDays)
    let first = [sealed.keys.min(), try reader.firstEventTime().map(LocalTime.day(of:))]
      .compactMap(\.self).min()
    guard let first else { return open }
    open.formUnion(late.filter { $0 >= first && sealed[$0] != nil })
    if first <= last { open.formUnion((first...last).filter { sealed[$0] == nil }) }
    return open
  }

  /// Sealed days for which hot blocks hold readings that their seal did not know.
  private func lateDays() throws -> Set<Int64> {
    guard let newest = sealed.keys.max() else { return [] }
    var days: Set<Int64> = []
    let end = LocalTime.start(ofDay: newest + 1) + ClockState.clockTolerance
    try reader.forEachBlock(
      eventTimeFrom: nil, to: end, afterBlock: try reader.scannedBlock()
    ) { id, block in
      for row in 0..<block.count {
        let received = LocalTime.day(of: block.receivedAt[row])
        // By what was received on its day and the next clocks are judged, and everything that is
        // judged by them may belong to one of the two.
        for day in [LocalTime.day(of: block.eventTime[row]), received, received + 1] {
          if let known = sealed[day], known.throughBlock < id { days.insert(day) }
        }
      }
    }
    return days
  }

  /// Sealed days whose figures look at what people planned or confirmed anew. Without readings, its
  /// own or those of the day before, no figure can be computed again: such a day stays as it is.
  func changedDays() throws -> Set<Int64> {
    let gone = try reader.readingsGoneBeforeDay()
    return Set(
      sealed.keys.filter { day in
        let scope = DeviceTerms.planScope(ofDay: day)
        return day > gone
          && changed.intervals.contains { $0.start < scope.end && scope.start < $0.end }
      })
  }

  func isFinal(_ day: Int64, at now: Milliseconds) -> Bool {
    now >= LocalTime.start(ofDay: day + 1) + settings.lateness
  }

  /// Notes what a day became.
  mutating func note(_ day: SealedDay) {
    sealed[day.day] = day
    writtenDays.insert(day.day)
  }

  /// Notes what was read for some days.
  mutating func note(_ assembly: SpanAssembly) {
    work.days += assembly.gathering.days
    work.hotBlocks += assembly.gathering.hotBlockCount
    work.hotReadings += assembly.gathering.hotReadingCount
  }
}
