// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Seals days (chốt số liệu): reads a day's hot blocks again, judges clocks by the whole of it,
/// sorts by device and event time, deduplicates by identity, and writes one block a device with the
/// figures it gives.
///
/// Owned by one thread, which is not the engine's: reading happens on a store of its own, writing
/// in short transactions of the store that the engine commits to. Memory is bounded by a part of
/// the day (``SealGathering/readingCountMax``) and by what is known of each device's clock. What a
/// crash interrupts was not visible yet; the day is begun again.
///
/// Sealed days are always all days from the first one with data to the newest sealed: a day's
/// figures look at the nearest readings around it.
struct SealRun {
  /// Devices that are written in one transaction: about 1 MB.
  static let deviceCountMax = 256

  struct Settings {
    /// How long after its end a day still takes readings.
    var lateness: Milliseconds = ClockState.lateness
    /// About so many readings of a day are in memory at once.
    var partReadingCount = SealGathering.readingCountMax
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
  private(set) var newDays: Set<Int64> = []

  struct Cancelled: Error {}

  init(store: Store, reader: Store, profiles: [Profile], settings: Settings) throws {
    self.store = store
    self.reader = reader
    self.settings = settings
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
    var changed: Set<Int64> = []
    while let day = open.subtracting(done).min() {
      try checkCancelled()
      settings.progress(Double(done.count) / Double(max(1, open.union(done).count)))
      let outcome = try seal(day, throughBlock: scanned, at: now)
      done.insert(day)
      if outcome.isChanged { changed.insert(day) }
      // A reading that another day holds, or should: that day is looked at (again).
      open.formUnion(outcome.touchedDays.filter { sealed[$0] != nil || $0 <= last })
      if let first = open.min(), first <= last {
        open.formUnion((first...last).filter { sealed[$0] == nil })
      }
      changed.formUnion(try refresh(around: day, at: now))
    }
    try store.noteScanned(throughBlock: scanned)
    for day in done.union(changed) {
      while try store.dropSuperseded(day: day, rowCountMax: Self.deviceCountMax) > 0 {}
    }
    settings.progress(1)
    return changed.sorted().compactMap { sealed[$0] }
  }

  func checkCancelled() throws {
    if settings.isCancelled() { throw Cancelled() }
  }

  /// Days that are not sealed, that became final, or that readings came for since.
  private func openDays(through last: Int64, at now: Milliseconds) throws -> Set<Int64> {
    var open: Set<Int64> = []
    for day in sealed.values where !day.isFinal && isFinal(day.day, at: now) {
      open.insert(day.day)
    }
    let late = try lateDays()
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
    let end = LocalTime.start(ofDay: newest + 1)
    try reader.forEachBlock(
      eventTimeFrom: nil, to: end, afterBlock: try reader.scannedBlock()
    ) { id, block in
      for time in block.eventTime {
        let day = LocalTime.day(of: time)
        if let known = sealed[day], known.throughBlock < id { days.insert(day) }
      }
    }
    return days
  }

  func isFinal(_ day: Int64, at now: Milliseconds) -> Bool {
    now >= LocalTime.start(ofDay: day + 1) + settings.lateness
  }

  /// Notes what a day became.
  mutating func note(_ day: SealedDay) { sealed[day.day] = day }

  private struct Outcome {
    var isChanged: Bool
    var touchedDays: Set<Int64>
  }

  private mutating func seal(
    _ day: Int64, throughBlock: Int64, at now: Milliseconds
  ) throws -> Outcome {
    let previous = sealed[day]
    var writer = try SealWriter(
      store: store, reader: reader, inputs: inputs, day: day, previous: previous)
    let assembly = try assemble(day, throughBlock: throughBlock) { device, known, block in
      try writer.add(block, known: known, device: device)
    }
    // Before the first day with readings there is nothing to seal.
    if assembly.ownCount == 0, previous == nil, sealed[day - 1] == nil {
      try store.dropUnpublishedSeals()
      return Outcome(isChanged: false, touchedDays: assembly.touchedDays)
    }
    let published = try writer.publish(
      throughBlock: throughBlock, isFinal: isFinal(day, at: now), at: now,
      cause: previous == nil ? "sealed" : "late data", isSettled: !newDays.contains(day))
    note(published.day)
    if previous == nil { newDays.insert(day) }
    return Outcome(isChanged: published.isChanged, touchedDays: assembly.touchedDays)
  }

  /// Computes what a day says of every device, from hot blocks up to one and from the sealed days
  /// around it; writes nothing.
  ///
  /// - Parameter body: called with each device that may have something to say, what is sealed of
  ///   it now, and what comes out; nil is nothing.
  @discardableResult
  func assemble(
    _ day: Int64, throughBlock: Int64, _ body: (Int64, SealedBlock?, SealedBlock?) throws -> Void
  ) throws -> DayAssembly {
    let gathering = try gather(day, throughBlock: throughBlock)
    var assembly = DayAssembly(gathering: gathering, inputs: inputs)
    let previous = sealed[day]
    let devices = try devices(of: day, gathered: gathering.devices, previous: previous)
    for part in 0..<gathering.partCount {
      let readings = try assembly.part(part)
      for device in devices where gathering.part(of: device) == part {
        try checkCancelled()
        let known = try previous.flatMap { try reader.sealedBlock(of: $0, device: device) }
        try body(device, known, block(of: device, day: day, readings[device], known: known))
      }
    }
    return assembly
  }

  /// Everything that the day, its clocks and its context are judged by.
  private func gather(_ day: Int64, throughBlock: Int64) throws -> SealGathering {
    let gathering = try SealGathering(
      store: reader, day: day, hasNext: sealed[day + 1] != nil,
      partReadingCount: settings.partReadingCount)
    let window = ClockEvidence.window(ofReceipt: SealGathering.receivedWindow(ofDay: day))
    let known = sealed[day]?.throughBlock ?? 0
    let margin = ClockState.lateness + ClockState.clockTolerance
    try reader.forEachBlock(
      eventTimeFrom: window.start - margin, to: window.end + margin, afterBlock: 0,
      receivedFrom: window.start
    ) { id, columns in
      try checkCancelled()
      guard id <= throughBlock else { return }
      try gathering.add(columns, isNew: id > known)
    }
    for near in sealed.values where abs(near.day - day) <= 10 {
      try reader.forEachSealedBlock(
        of: near, received: near.day == day ? nil : window
      ) { block in
        try gathering.add(block.readings, sealedDay: near.day, rows: block.ownRows)
      }
    }
    return gathering
  }

  /// Those with readings, those the day before speaks of, and those that are registered.
  private func devices(
    of day: Int64, gathered: Set<Int64>, previous: SealedDay?
  ) throws -> [Int64] {
    var devices = gathered.union(inputs.devices.keys)
    for known in [sealed[day - 1], previous].compactMap(\.self) {
      devices.formUnion(try reader.sealedDevices(of: known))
    }
    return devices.sorted()
  }

  private func block(
    of device: Int64, day: Int64, _ gathered: DayAssembly.DeviceReadings?, known: SealedBlock?
  ) throws -> SealedBlock? {
    let readings = gathered ?? DayAssembly.DeviceReadings()
    let before = try sealed[day - 1].flatMap { try reader.sealedBlock(of: $0, device: device) }
    let next = try sealed[day + 1].flatMap { try reader.sealedBlock(of: $0, device: device) }
    let after =
      sealed[day + 1] == nil
      ? SealedContext.nearest(readings.after) : SealedContext.after(day, from: next)
    return SealedContext.block(
      SealedContext.before(day, from: before) + readings.own + after, day: day, device: device,
      duplicateCount: readings.duplicateCount + (known?.duplicateCount ?? 0))
  }
}
