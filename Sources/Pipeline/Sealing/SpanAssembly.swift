// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Turns what was gathered for a span of days into one block a device and day, a part at a time.
struct SpanAssembly {
  let gathering: SealGathering
  let inputs: SealInputs
  /// What is sealed before the span is.
  let sealed: [Int64: SealedDay]
  /// Days that a seal of theirs gives a reading which it does not hold, or takes one from: the
  /// reading is new to it, or its clock is judged by more than it was.
  private(set) var touchedDays: Set<Int64> = []
  /// Distinct readings of each day of the span so far.
  private var ownCounts: [Int]

  init(gathering: SealGathering, inputs: SealInputs, sealed: [Int64: SealedDay]) {
    self.gathering = gathering
    self.inputs = inputs
    self.sealed = sealed
    ownCounts = gathering.days.map { _ in 0 }
  }

  func ownCount(of day: Int64) -> Int { ownCounts[position(of: day)] }

  private func position(of day: Int64) -> Int { Int(day - gathering.days.lowerBound) }

  /// One device's readings of the span and those after it, by event time, each once.
  struct DeviceReadings {
    /// By the day's position in the span.
    var own: [[ReadingReference]]
    var after: [ReadingReference] = []
    /// Readings of each day's new hot blocks that had the identity of one that is kept.
    var duplicateCounts: [Int]

    init(dayCount: Int) {
      own = Array(repeating: [], count: dayCount)
      duplicateCounts = Array(repeating: 0, count: dayCount)
    }
  }

  /// - Returns: what was gathered of the devices of one part, by registry number.
  mutating func part(_ part: Int) throws -> [Int64: DeviceReadings] {
    let chunks = try gathering.takePart(part)
    let batches = chunks.map { ReadingBatch($0.columns) }
    var readings: [Int64: [SealedReading]] = [:]
    for (position, chunk) in chunks.enumerated() { judge(chunk, at: position, into: &readings) }
    let byDevice = readings.mapValues { distinct($0, batches) }
    for device in byDevice.values {
      for position in ownCounts.indices { ownCounts[position] += device.own[position].count }
    }
    return byDevice
  }

  private mutating func judge(
    _ chunk: SealGathering.Chunk, at position: Int, into readings: inout [Int64: [SealedReading]]
  ) {
    let columns = chunk.columns
    let up = columns.metricNames.firstIndex(of: "up")
    let sequence = columns.metricNames.firstIndex(of: "seq")
    var content = ReadingContent(metricNames: columns.metricNames)
    for row in 0..<columns.count {
      let device = columns.device[row]
      let evidence = gathering.evidence[device] ?? ClockEvidence()
      let verdict = judge(columns, row, by: evidence, device: device, up: up)
      let day = LocalTime.day(of: verdict.eventTime)
      readings[device, default: []].append(
        SealedReading(
          chunk: position, row: row, columns: columns, isNew: isNew(chunk, to: day),
          verdict: verdict, isBacklog: inputs.isBacklog(columns, row, eventTime: verdict.eventTime),
          content: &content, sequenceColumn: sequence))
      if let before = chunk.sealedDay {
        if columns.eventTime[row] != verdict.eventTime { touchedDays.formUnion([before, day]) }
      } else if isNew(chunk, to: day)
        || evidence.newestBlock(forReceipt: columns.receivedAt[row])
          > sealed[day]?.throughBlock ?? 0
      {
        touchedDays.insert(day)
      }
    }
  }

  /// Whether the day's last seal did not know the hot block that it comes from.
  private func isNew(_ chunk: SealGathering.Chunk, to day: Int64) -> Bool {
    chunk.sealedDay == nil && chunk.afterBlock >= sealed[day]?.throughBlock ?? 0
  }

  private func judge(
    _ columns: ReadingColumns, _ row: Int, by evidence: ClockEvidence, device: Int64, up: Int?
  ) -> ClockJudge.Verdict {
    guard let clock = columns.clockReading(row, up: up) else {
      let hasOwnTime = columns.flags[row].isDisjoint(with: [.retained, .offlineMark])
      return ClockJudge.Verdict(
        eventTime: columns.receivedAt[row], flags: hasOwnTime ? .untimed : [])
    }
    return evidence.judge(clock, commissionedAt: inputs.devices[device]?.commissionedAt)
  }

  private func distinct(
    _ readings: [SealedReading], _ batches: [ReadingBatch]
  ) -> DeviceReadings {
    let days = gathering.days
    let first = LocalTime.start(ofDay: days.lowerBound)
    let end = LocalTime.start(ofDay: days.upperBound + 1)
    var result = DeviceReadings(dayCount: days.count)
    var last: SealedReading?
    for reading in readings.sorted(by: SealedReading.precedes) {
      let isRepeated = last.map { $0.isSame(as: reading) } ?? false
      if !isRepeated { last = reading }
      guard reading.eventTime >= first else { continue }
      guard reading.eventTime < end else {
        if !isRepeated {
          result.after.append(ReadingReference(reading, in: batches[reading.chunk]))
        }
        continue
      }
      let position = position(of: LocalTime.day(of: reading.eventTime))
      if !isRepeated {
        result.own[position].append(ReadingReference(reading, in: batches[reading.chunk]))
      } else if reading.isNew {
        result.duplicateCounts[position] += 1
      }
    }
    if readings.contains(where: { $0.flags.contains(.clockShifted) }) { result.sort() }
    return result
  }
}

extension SpanAssembly.DeviceReadings {
  /// What is told apart by `ts` stands in its order; a corrected clock need not keep it.
  fileprivate mutating func sort() {
    for position in own.indices { own[position] = Self.sorted(own[position]) }
    after = Self.sorted(after)
  }

  private static func sorted(_ readings: [ReadingReference]) -> [ReadingReference] {
    readings.enumerated().sorted {
      ($0.element.eventTime, $0.offset) < ($1.element.eventTime, $1.offset)
    }.map(\.element)
  }
}

extension SpanAssembly {
  /// What is sealed of one device at the edges of the span, and of each of its days.
  struct Sealed {
    var before: SealedBlock?
    var known: [SealedBlock?]
    var next: SealedBlock?
    /// The day after the span is sealed, whether it speaks of the device or not.
    var hasNext: Bool
  }

  /// What each day of the span says of one device; nil is nothing. Every day takes its context from
  /// what its neighbours hold, as if they had been sealed before it.
  func blocks(
    of device: Int64, _ gathered: DeviceReadings?, sealed: Sealed
  ) -> [SealedBlock?] {
    let days = gathering.days
    let readings = gathered ?? DeviceReadings(dayCount: days.count)
    var before = [SealedContext.before(days.lowerBound, from: sealed.before)]
    for own in readings.own.dropLast() {
      let nearest = SealedContext.nearest((before[before.count - 1] + own).reversed())
      before.append(nearest.reversed())
    }
    var after =
      sealed.hasNext
      ? SealedContext.after(days.upperBound, from: sealed.next)
      : SealedContext.nearest(readings.after)
    var blocks: [SealedBlock?] = []
    for (position, day) in days.enumerated().reversed() {
      let own = readings.own[position]
      blocks.append(
        SealedContext.block(
          before[position] + own + after, day: day, device: device,
          duplicateCount: readings.duplicateCounts[position]
            + (sealed.known[position]?.duplicateCount ?? 0)))
      after = SealedContext.nearest(own + after)
    }
    return blocks.reversed()
  }
}
