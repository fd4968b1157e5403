// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Turns what was gathered for one day into one block a device, a part at a time.
struct DayAssembly {
  let gathering: SealGathering
  let inputs: SealInputs
  /// Days from and to which a reading moved because its clock was judged anew.
  private(set) var touchedDays: Set<Int64> = []
  /// Distinct readings of the day so far.
  private(set) var ownCount = 0

  init(gathering: SealGathering, inputs: SealInputs) {
    self.gathering = gathering
    self.inputs = inputs
  }

  /// One device's readings of the day, and those after it, by event time, each once.
  struct DeviceReadings {
    var own: [ReadingReference] = []
    var after: [ReadingReference] = []
    /// Readings of the day's new hot blocks that had the identity of one that is kept.
    var duplicateCount = 0
  }

  /// - Returns: what was gathered of the devices of one part, by registry number.
  mutating func part(_ part: Int) throws -> [Int64: DeviceReadings] {
    let chunks = try gathering.takePart(part)
    let batches = chunks.map { ReadingBatch($0.columns) }
    var readings: [Int64: [SealedReading]] = [:]
    for (position, chunk) in chunks.enumerated() { judge(chunk, at: position, into: &readings) }
    let byDevice = readings.mapValues { distinct($0, batches) }
    ownCount += byDevice.values.reduce(0) { $0 + $1.own.count }
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
      let verdict = judge(columns, row, device: device, up: up)
      readings[device, default: []].append(
        SealedReading(
          chunk: position, row: row, columns: columns, isNew: chunk.isNew, verdict: verdict,
          isBacklog: inputs.isBacklog(columns, row, eventTime: verdict.eventTime),
          content: &content, sequenceColumn: sequence))
      let day = LocalTime.day(of: verdict.eventTime)
      let before = chunk.sealedDay ?? LocalTime.day(of: columns.eventTime[row])
      if before != day { touchedDays.formUnion([before, day]) }
    }
  }

  private func judge(
    _ columns: ReadingColumns, _ row: Int, device: Int64, up: Int?
  ) -> ClockJudge.Verdict {
    guard let clock = columns.clockReading(row, up: up) else {
      let hasOwnTime = columns.flags[row].isDisjoint(with: [.retained, .offlineMark])
      return ClockJudge.Verdict(
        eventTime: columns.receivedAt[row], flags: hasOwnTime ? .untimed : [])
    }
    return (gathering.evidence[device] ?? ClockEvidence()).judge(
      clock, commissionedAt: inputs.devices[device]?.commissionedAt)
  }

  private func distinct(
    _ readings: [SealedReading], _ batches: [ReadingBatch]
  ) -> DeviceReadings {
    let interval = SealedDay.interval(ofDay: gathering.day)
    var result = DeviceReadings()
    var last: SealedReading?
    for reading in readings.sorted(by: SealedReading.precedes) {
      let isRepeated = last.map { $0.isSame(as: reading) } ?? false
      if isRepeated {
        if reading.isNew, interval.contains(reading.eventTime) {
          result.duplicateCount += 1
        }
        continue
      }
      last = reading
      let reference = ReadingReference(reading, in: batches[reading.chunk])
      if interval.contains(reading.eventTime) {
        result.own.append(reference)
      } else if reading.eventTime >= interval.end {
        result.after.append(reference)
      }
    }
    return result
  }
}
