// SPDX-License-Identifier: Apache-2.0

import Reporting
import Storage
import Telemetry

/// Computes everything again from what was received and compares (`nhip verify`): our fsck.
///
/// 1. SQLite's own integrity and references. 2. Every hot block decodes, its checksum holds, and it
/// is what stands beside it. 3. Every checkpoint is whole, and every checksum of it holds. 4. Every
/// sealed day: each block decodes, is sorted and has no reading twice, its hash, the day's counts
/// and hash, and every figure come out the same. 5. Days whose hot blocks are all still there are
/// sealed again, without writing, and compared reading by reading.
///
/// Reads only; a pipeline may run meanwhile.
package struct Verification {
  package struct Difference: Sendable, Hashable {
    /// Where it is: a block, or a device and a day.
    package var place: String
    package var what: String
  }

  package struct Summary: Sendable, Hashable {
    package var blocks = 0
    package var readings = 0
    package var sealedDays = 0
    package var sealedReadings: Int64 = 0
    package var figures = 0
    /// Figures that cannot be computed again, since what they were judged by has changed.
    package var rulesChanged = 0
    /// Days sealed before the end of their allowance: we went on listening since, and a silence
    /// that was open then is judged by more now, so their figures are not compared.
    package var unsettledDays = 0
    /// Days that were sealed again from hot blocks.
    package var recomputedDays = 0
    package var differences = 0
    package init() {}
  }

  private let store: Store
  private let profiles: [Profile]
  private let progress: (Double) -> Void
  private let report: (Difference) -> Void
  private var summary = Summary()

  /// - Parameters:
  ///   - progress: called with the share done, 0 to 1.
  ///   - report: called with every difference as it is found.
  /// - Throws: `StoreError` if the store cannot be read at all.
  package static func run(
    store: Store, profiles: [Profile], progress: @escaping (Double) -> Void,
    report: @escaping (Difference) -> Void
  ) throws -> Summary {
    var verification = Verification(
      store: store, profiles: profiles, progress: progress, report: report)
    try verification.run()
    return verification.summary
  }

  private init(
    store: Store, profiles: [Profile], progress: @escaping (Double) -> Void,
    report: @escaping (Difference) -> Void
  ) {
    self.store = store
    self.profiles = profiles
    self.progress = progress
    self.report = report
  }

  private mutating func found(_ place: String, _ what: String) {
    summary.differences += 1
    report(Difference(place: place, what: what))
  }

  private mutating func run() throws {
    for sentence in try store.damage() { found("file", sentence) }
    progress(0.1)
    var damaged: [(Int64, String)] = []
    (summary.blocks, summary.readings) = try store.checkBlocks(
      progress: { progress(0.1 + $0 * 0.4) }, damage: { damaged.append(($0, $1)) })
    for (block, what) in damaged { found("block \(block)", what) }
    damaged.removeAll()
    try store.checkCheckpoints { damaged.append(($0, $1)) }
    for (checkpoint, what) in damaged { found("checkpoint \(checkpoint)", what) }
    let run = try SealRun(store: store, reader: store, profiles: profiles, settings: .init())
    let days = run.sealed.values.sorted { $0.day < $1.day }
    let gone = try store.readingsGoneBeforeDay()
    let awaited = try run.changedDays()
    for (position, day) in days.enumerated() where day.day > gone {
      progress(0.5 + 0.25 * Double(position) / Double(days.count))
      try check(day, run, isAwaited: awaited.contains(day.day))
    }
    try recompute(days.filter { $0.day > gone }, run)
    progress(1)
  }

  private static func place(_ day: Int64, _ device: Int64?, _ run: SealRun) -> String {
    let date = LocalTime.date(ofDay: day)
    guard let device else { return date }
    return "\(date) \(run.inputs.devices[device]?.id ?? "device \(device)")"
  }

  /// - Parameter isAwaited: people said something else of it, and the sealer has not been through.
  private mutating func check(_ day: SealedDay, _ run: SealRun, isAwaited: Bool) throws {
    summary.sealedDays += 1
    let isHeardAlike = run.inputs.observedHash(ofDay: day.day) == day.observedHash
    if !isHeardAlike, day.isFinal, !isAwaited {
      found(
        Self.place(day.day, nil, run),
        "when nhip could hear is not what it was when the day was sealed")
    }
    if !isHeardAlike, !day.isFinal || isAwaited { summary.unsettledDays += 1 }
    let figures = try store.sealedFigures(of: day)
    let hashes = try store.sealedHashes(of: day)
    let schedule = try Schedule.read(ofDay: day.day, from: store, places: run.inputs.places)
    for device in Set(hashes.keys).union(figures.keys).sorted() {
      let place = Self.place(day.day, device, run)
      let block: SealedBlock?
      do { block = try store.sealedBlock(of: day, device: device) } catch {
        found(place, error.what)
        continue
      }
      if let block, let (hash, count) = hashes[device] {
        check(block, hash: hash, count: count, place: place)
      }
      guard isHeardAlike else { continue }
      let inputs = run.inputs
      try check(figures[device], place: place) {
        try inputs.figures(of: block, device: device, day: day.day, schedule: schedule)
      }
    }
    let now = try store.summarized(day)
    let place = Self.place(day.day, nil, run)
    summary.sealedReadings += now.readingCount
    if now.readingCount != day.readingCount {
      found(place, "\(day.readingCount) readings were sealed, \(now.readingCount) are there")
    }
    if now.contentHash != day.contentHash { found(place, "the hash of the day does not match") }
  }

  private mutating func check(_ block: SealedBlock, hash: Int64, count: Int, place: String) {
    let own = block.ownRows
    if own.count != count { found(place, "\(count) readings were sealed, \(own.count) are there") }
    if block.contentHash != hash { found(place, "the hash of its readings does not match") }
    let times = block.readings.eventTime
    if zip(times, times.dropFirst()).contains(where: { $0 > $1 }) {
      found(place, "its readings are not in order of time")
    }
    if Set(block.readings.device).subtracting([block.device]).count > 0 {
      found(place, "it holds readings of another device")
    }
  }

  private mutating func check(
    _ sealed: SealedFigures?, place: String,
    computedAgain: () throws -> SealedFigures?
  ) throws {
    guard let sealed, !sealed.text.isEmpty else { return }
    summary.figures += 1
    let computed = try computedAgain()
    guard sealed.inputHash == computed?.inputHash else {
      summary.rulesChanged += 1
      return
    }
    for difference in SealDifference.between(sealed, computed) {
      found(
        place, "\(difference.figure) is \(difference.before ?? "absent"), computed again it is "
          + "\(difference.after ?? "absent")")
    }
    if !sealed.intervals.isEmpty, let computed, sealed.intervals != computed.intervals {
      found(place, "its states and outages are not those that come out when computed again")
    }
    if let failures = sealed.failures, failures != computed?.failures {
      found(place, "its failures of service are not those that come out when computed again")
    }
  }

  /// Seals days again from hot blocks, if all that they were sealed from is still there; together
  /// those that follow each other and know the same blocks.
  private mutating func recompute(_ days: [SealedDay], _ run: SealRun) throws {
    let dropped = try store.sealedBlocksDropped()
    var open = days.filter { dropped < SealGathering.evidenceWindow(of: $0.day...$0.day).start }
    let count = open.count
    while let first = open.first {
      let alike = open.prefix { $0.throughBlock == first.throughBlock }
      let span = try run.span(from: first.day, of: Set(alike.map(\.day)))
      try recompute(span, throughBlock: first.throughBlock, run)
      open.removeAll { span.contains($0.day) }
      progress(0.75 + 0.25 * Double(count - open.count) / Double(count))
    }
  }

  private mutating func recompute(
    _ days: ClosedRange<Int64>, throughBlock: Int64, _ run: SealRun
  ) throws {
    summary.recomputedDays += days.count
    var differing: [(day: Int64, device: Int64)] = []
    try run.assemble(days, throughBlock: throughBlock) { day, device, sealed, block in
      let hasSame = (block?.readings.count ?? 0) == (sealed?.readings.count ?? 0)
        && (block == nil || sealed == nil || block?.contentHash == sealed?.contentHash)
      if !hasSame { differing.append((day, device)) }
    }
    for (day, device) in differing {
      found(
        Self.place(day, device, run), "sealing it again from what was received gives other "
          + "readings")
    }
  }
}
