// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Failures of service as bytes: they stand behind the outages of a sheet.
extension DaySheet {
  /// Conditions of one kind's profiles, over the versions that a day may have seen.
  package static let conditionCountMax = 256

  func writeFailures(to writer: inout ByteWriter) {
    writer.varint(UInt64(conditions.count))
    for condition in conditions { writer.text(condition) }
    writer.varint(UInt64(failures.count))
    var last = (position: 0, start: Int64(0))
    for failure in failures {
      writer.varint(UInt64(failure.position - last.position))
      writer.zigzag(failure.interval.start &- last.start)
      writer.varint(UInt64(failure.interval.duration))
      writer.varint(UInt64(failure.failing.count) << 1 | (failure.isRestored ? 1 : 0))
      for condition in failure.failing { writer.varint(UInt64(condition)) }
      last = (failure.position, failure.interval.start)
    }
    writer.varint(UInt64(withoutFailures.count))
    var previous = 0
    for position in withoutFailures {
      writer.varint(UInt64(position - previous))
      previous = position
    }
  }

  mutating func readFailures(_ reader: inout ByteReader) throws(BlockError) {
    let conditionCount = try reader.count(
      of: "conditions", sizeBytesEach: 1, max: Self.conditionCountMax)
    for _ in 0..<conditionCount { conditions.append(try reader.text()) }
    let count = try reader.count(of: "failures", sizeBytesEach: 4)
    var (position, start) = (0, Int64(0))
    for _ in 0..<count {
      position += try reader.count(of: "devices", sizeBytesEach: 0, max: devices.count)
      start = start &+ (try reader.zigzag())
      let length = try reader.varint()
      let header = try reader.varint()
      guard position < devices.count, length < 1 << 52, start.magnitude < 1 << 52,
        header >> 1 <= UInt64(conditionCount)
      else { throw .implausible("a failure of service") }
      var failing: [Int] = []
      for _ in 0..<Int(header >> 1) {
        let condition = try reader.varint()
        guard condition < UInt64(conditionCount) else { throw .implausible("a condition") }
        failing.append(Int(condition))
      }
      failures.append(
        Failure(
          position: position, interval: Interval(start: start, end: start + Int64(length)),
          isRestored: header & 1 == 1, failing: failing))
    }
    let unkept = try reader.count(of: "devices", sizeBytesEach: 1, max: devices.count)
    position = 0
    for _ in 0..<unkept {
      position += try reader.count(of: "devices", sizeBytesEach: 0, max: devices.count)
      guard position < devices.count else { throw .implausible("a device without failures") }
      withoutFailures.append(position)
    }
  }
}
