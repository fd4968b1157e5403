// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

extension SealRun {
  /// Of each device and day a span keeps about 300 bytes of its clock while it gathers, and its
  /// figures while it seals anew.
  static let spanDeviceDayCountMax = 100_000
  /// So many times what is in memory at once may wait in the file beside the store: some 400 MB.
  static let spanPartCountMax = 128
  /// Readings that are staged in one transaction: some 300 KB.
  static let stagedReadingCountMax = 65_536

  struct Outcome {
    var changedDays: Set<Int64> = []
    var touchedDays: Set<Int64> = []
  }

  /// The days that are sealed together with the first of those that are open.
  func span(from first: Int64, of open: Set<Int64>) throws -> ClosedRange<Int64> {
    let deviceCount = max(1, inputs.devices.count)
    let dayCountMax = max(
      1, min(settings.spanDayCount, Self.spanDeviceDayCountMax / deviceCount))
    var last = first
    while last - first + 1 < dayCountMax, open.contains(last + 1) { last += 1 }
    let readingCountMax = Int64(Self.spanPartCountMax * settings.partReadingCount)
    while last > first {
      let count = try reader.readingCount(
        eventTimeFrom: LocalTime.start(ofDay: first), to: LocalTime.start(ofDay: last + 1))
      if count <= readingCountMax { break }
      last = first + (last - first) / 2
    }
    return first...last
  }

  /// - Parameter progress: told how far it has come, 0 to 1.
  mutating func seal(
    _ days: ClosedRange<Int64>, throughBlock: Int64, at now: Milliseconds,
    progress: (Double) -> Void
  ) throws -> Outcome {
    var writers = try days.map { day in
      try SealWriter(
        store: store, reader: reader, inputs: inputs, day: day, previous: sealed[day])
    }
    var pendingCount = 0
    let assembly = try assemble(days, throughBlock: throughBlock, progress: progress) {
      day, device, known, block in
      try writers[Int(day - days.lowerBound)].add(block, known: known, device: device)
      pendingCount += block?.readings.count ?? 1
      if pendingCount >= Self.stagedReadingCountMax {
        try store.stage(Self.takeStaged(&writers))
        pendingCount = 0
      }
    }
    try store.stage(Self.takeStaged(&writers))
    note(assembly)
    var outcome = Outcome(touchedDays: assembly.touchedDays)
    var hasEmpty = false
    try noteUnfinished(days)
    for (day, var writer) in zip(days, writers) {
      let previous = sealed[day]
      // Before the first day with readings there is nothing to seal.
      if assembly.ownCount(of: day) == 0, previous == nil, sealed[day - 1] == nil {
        hasEmpty = true
        continue
      }
      let published = try writer.publish(
        throughBlock: throughBlock, isFinal: isFinal(day, at: now), at: now,
        cause: previous == nil ? "sealed" : cause(ofChange: day), isSettled: !newDays.contains(day))
      note(published.day)
      if previous == nil { newDays.insert(day) }
      if published.isChanged { outcome.changedDays.insert(day) }
    }
    if hasEmpty { try store.dropUnpublishedSeals() }
    return outcome
  }

  private func cause(ofChange day: Int64) -> String {
    reconsideredDays.contains(day) ? "calendar or confirmed gap" : "late data"
  }

  private static func takeStaged(_ writers: inout [SealWriter]) -> [StagedDay] {
    writers.indices.compactMap { writers[$0].takeStaged() }
  }

  /// Computes what each day of a span says of every device, from hot blocks up to one and from the
  /// sealed days around it; writes nothing.
  ///
  /// - Parameters:
  ///   - progress: told how far it has come, 0 to 1.
  ///   - body: called with each day and each device that may have something to say, what is sealed
  ///     of it now, and what comes out; nil is nothing.
  @discardableResult
  func assemble(
    _ days: ClosedRange<Int64>, throughBlock: Int64, progress: (Double) -> Void = { _ in },
    _ body: (Int64, Int64, SealedBlock?, SealedBlock?) throws -> Void
  ) throws -> SpanAssembly {
    let gathering = try gather(days, throughBlock: throughBlock) { progress($0 / 3) }
    var assembly = SpanAssembly(gathering: gathering, inputs: inputs, sealed: sealed)
    let devices = try devices(of: days, gathered: gathering.devices)
    var doneCount = 0
    for part in 0..<gathering.partCount {
      let readings = try assembly.part(part)
      for device in devices where gathering.part(of: device) == part {
        try checkCancelled()
        let known = try seals(of: device, around: days)
        let blocks = assembly.blocks(of: device, readings[device], sealed: known)
        for (position, day) in days.enumerated() {
          try body(day, device, known.known[position], blocks[position])
        }
        doneCount += 1
        progress((1 + 2 * Double(doneCount) / Double(devices.count)) / 3)
      }
    }
    return assembly
  }

  /// Everything that the days, their clocks and their context are judged by.
  private func gather(
    _ days: ClosedRange<Int64>, throughBlock: Int64, progress: (Double) -> Void
  ) throws -> SealGathering {
    // No reading that was received within the window belongs to a day farther away.
    let reach = days.lowerBound - 10...days.upperBound + 10
    let near = sealed.values.filter { reach.contains($0.day) }.sorted { $0.day < $1.day }
    let gathering = try SealGathering(
      store: reader, days: days, knownBlocks: Set(near.map(\.throughBlock)),
      hasNext: sealed[days.upperBound + 1] != nil, partReadingCount: settings.partReadingCount)
    let window = SealGathering.evidenceWindow(of: days)
    let margin = ClockState.lateness + ClockState.clockTolerance
    try reader.forEachBlock(
      eventTimeFrom: window.start - margin, to: window.end + margin, afterBlock: 0,
      receivedFrom: window.start
    ) { id, columns in
      try checkCancelled()
      guard id <= throughBlock else { return }
      progress(Double(id) / Double(throughBlock))
      try gathering.add(columns, block: id)
    }
    for near in near {
      try reader.forEachSealedBlock(
        of: near, received: days.contains(near.day) ? nil : window
      ) { block in
        try gathering.add(block)
      }
    }
    return gathering
  }

  /// Those with readings, those the day before speaks of, and those that are registered.
  private func devices(
    of days: ClosedRange<Int64>, gathered: Set<Int64>
  ) throws -> [Int64] {
    var devices = gathered.union(inputs.devices.keys)
    for day in days.lowerBound - 1...days.upperBound {
      guard let known = sealed[day] else { continue }
      devices.formUnion(try reader.sealedDevices(of: known))
    }
    return devices.sorted()
  }

  private func seals(
    of device: Int64, around days: ClosedRange<Int64>
  ) throws -> SpanAssembly.Sealed {
    func block(_ day: Int64) throws -> SealedBlock? {
      try sealed[day].flatMap { try reader.sealedBlock(of: $0, device: device) }
    }
    return SpanAssembly.Sealed(
      before: try block(days.lowerBound - 1), known: try days.map(block),
      next: try block(days.upperBound + 1), hasNext: sealed[days.upperBound + 1] != nil)
  }
}
