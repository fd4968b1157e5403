// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

extension SealRun {
  /// Gives the sealed days on both sides of a span that was sealed just now their new context: its
  /// readings may be nearer than those they knew, and end a silence that was open.
  ///
  /// Goes on in both directions until nothing changes, so that in the end every context is what
  /// the next day's readings and context say, whatever the order in which days were sealed.
  /// - Returns: the days whose figures changed.
  mutating func refresh(
    around days: ClosedRange<Int64>, at now: Milliseconds
  ) throws -> Set<Int64> {
    var changed: Set<Int64> = []
    for step: Int64 in [-1, 1] {
      var source = step < 0 ? days.lowerBound : days.upperBound
      while sealed[source + step] != nil {
        let outcome = try refresh(source + step, from: source, at: now)
        guard outcome.hasNewContext else { break }
        if outcome.isChanged { changed.insert(source + step) }
        source += step
      }
    }
    return changed
  }

  private mutating func refresh(
    _ day: Int64, from source: Int64, at now: Milliseconds
  ) throws -> (hasNewContext: Bool, isChanged: Bool) {
    guard let target = sealed[day], let sourceDay = sealed[source] else { return (false, false) }
    var writer = try SealWriter(
      store: store, reader: reader, inputs: inputs, day: day, previous: target)
    var hasNewContext = false
    var pendingCount = 0
    let devices = Set(try reader.sealedDevices(of: sourceDay)).union(
      try reader.sealedDevices(of: target))
    for device in devices.sorted() {
      try checkCancelled()
      let known = try reader.sealedBlock(of: target, device: device)
      let near = try reader.sealedBlock(of: sourceDay, device: device)
      let block = Self.block(known, day: day, device: device, near: near, isLater: source > day)
      guard block != known else { continue }
      hasNewContext = true
      try writer.add(block, known: known, device: device)
      pendingCount += 1
      if pendingCount >= Self.deviceCountMax {
        try store.stage([writer.takeStaged()].compactMap(\.self))
        pendingCount = 0
      }
    }
    try store.stage([writer.takeStaged()].compactMap(\.self))
    guard hasNewContext else { return (false, false) }
    try noteUnfinished(day...day)
    let published = try writer.publish(
      throughBlock: target.throughBlock, isFinal: target.isFinal, at: now,
      cause: "data of \(LocalTime.date(ofDay: source))", isSettled: !newDays.contains(day))
    note(published.day)
    return (true, published.isChanged)
  }

  /// The block with its context on one side taken from the neighbour.
  private static func block(
    _ known: SealedBlock?, day: Int64, device: Int64, near: SealedBlock?, isLater: Bool
  ) -> SealedBlock? {
    let interval = SealedDay.interval(ofDay: day)
    var kept: [ReadingReference] = []
    if let known {
      let batch = ReadingBatch(known.readings)
      kept = known.readings.eventTime.indices.filter {
        let time = known.readings.eventTime[$0]
        return isLater ? time < interval.end : time >= interval.start
      }.map { ReadingReference(sealed: batch, row: $0) }
    }
    let readings =
      isLater
      ? kept + SealedContext.after(day, from: near)
      : SealedContext.before(day, from: near) + kept
    return SealedContext.block(
      readings, day: day, device: device, duplicateCount: known?.duplicateCount ?? 0)
      ?? known.map(SealWriter.emptied)
  }
}
