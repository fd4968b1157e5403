// SPDX-License-Identifier: Apache-2.0

import Reporting
import Storage
import Telemetry

/// Collects the next generation of one day, device by device, and publishes it.
///
/// Only what differs from the generation before is written.
struct SealWriter {
  struct Published {
    var day: SealedDay
    /// A reading or a figure is another one than before.
    var isChanged: Bool
  }

  private let store: Store
  private let reader: Store
  private let inputs: SealInputs
  private let day: Int64
  private let previous: SealedDay?
  private let schedule: Schedule
  private let knownFigures: [Int64: SealedFigures]
  private var blocks: [SealedBlock] = []
  private var figures: [SealedFigures] = []
  private var differences: [SealDifference] = []
  private var hasStaged = false
  private var hasNewContent = false

  init(
    store: Store, reader: Store, inputs: SealInputs, day: Int64, previous: SealedDay?
  ) throws {
    self.store = store
    self.reader = reader
    self.inputs = inputs
    self.day = day
    self.previous = previous
    schedule = try .read(ofDay: day, from: reader, places: inputs.places)
    knownFigures = try previous.map { try reader.sealedFigures(of: $0) } ?? [:]
  }

  private var generation: Int { (previous?.generation ?? 0) + 1 }

  /// - Parameters:
  ///   - block: nil if there is nothing to say of the device.
  ///   - known: what the generation before says of it.
  mutating func add(_ block: SealedBlock?, known: SealedBlock?, device: Int64) throws {
    let block = block ?? known.map { Self.emptied($0) }
    if let block, block != known {
      blocks.append(block)
      hasNewContent = hasNewContent || block.contentHash != known?.contentHash
    }
    let new = try inputs.figures(of: block, device: device, day: day, schedule: schedule)
    let old = knownFigures[device]
    if let new = new ?? old.map({ SealedFigures(device: $0.device, inputHash: 0, text: "") }),
      new != old
    {
      figures.append(new)
      if previous != nil { differences += SealDifference.between(old, new) }
    }
  }

  /// The block of a device that has nothing to say any more.
  static func emptied(_ block: SealedBlock) -> SealedBlock {
    var block = block
    block.readings.removeAll()
    block.duplicateCount = 0
    return block
  }

  /// What was added since it was asked for the last time; to be staged before the day is published.
  mutating func takeStaged() -> StagedDay? {
    guard !blocks.isEmpty || !figures.isEmpty else { return nil }
    defer {
      hasStaged = true
      blocks.removeAll()
      figures.removeAll()
    }
    return StagedDay(day: day, generation: generation, blocks: blocks, figures: figures)
  }

  /// - Parameters:
  ///   - cause: why there is a revision, if there is one.
  ///   - isSettled: the day was sealed before this run; a change is a revision of it.
  mutating func publish(
    throughBlock: Int64, isFinal: Bool, at now: Milliseconds, cause: String, isSettled: Bool
  ) throws -> Published {
    precondition(blocks.isEmpty && figures.isEmpty, "a day is published before it is staged")
    let isChanged = hasNewContent || !differences.isEmpty
    let isRevision = previous == nil || isChanged && isSettled
    let next = SealedDay(
      day: day, revision: (previous?.revision ?? 0) + (isRevision ? 1 : 0),
      generation: hasStaged ? generation : previous?.generation ?? generation,
      throughBlock: throughBlock,
      sealedAt: isRevision ? now : previous?.sealedAt ?? now,
      isFinal: isFinal || previous?.isFinal ?? false,
      observedHash: inputs.observedHash(ofDay: day))
    let day = try store.publish(
      next, sheets: try sheets(of: next), cause: isRevision ? cause : nil,
      differences: isRevision ? differences : [])
    return Published(day: day, isChanged: previous == nil || isChanged)
  }

  /// Of everything that the day is going to say, what earlier generations said included; a kind at
  /// a time, since the columns of a nation's devices are some ten megabytes a kind.
  private func sheets(of next: SealedDay) throws -> [EncodedDaySheet] {
    let kinds = Set(inputs.devices.values.map(\.kind)).sorted()
    var sheets: [EncodedDaySheet] = []
    for kind in kinds {
      var builder = DaySheetBuilder(day: day)
      try reader.forEachSealedFigures(ofDay: day, generation: next.generation) {
        guard inputs.devices[$0.device]?.kind == kind else { return }
        builder.add($0, kind: kind, duplicateCount: $1)
      }
      sheets += builder.sheets().map(EncodedDaySheet.init)
    }
    return sheets
  }
}
