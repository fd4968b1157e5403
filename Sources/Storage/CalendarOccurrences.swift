// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The occurrences of an entry as bytes: their number, then of each the distance of its start to
/// the one before, and its length.
enum CalendarOccurrences {
  static func bytes(_ occurrences: [Interval]) -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(UInt64(occurrences.count))
    var last: Milliseconds = 0
    for occurrence in occurrences {
      writer.zigzag(occurrence.start &- last)
      writer.varint(UInt64(occurrence.duration))
      last = occurrence.start
    }
    return writer.output
  }

  static func read(_ bytes: [UInt8]) throws(BlockError) -> [Interval] {
    var reader = ByteReader(bytes[...])
    let count = try reader.count(of: "occurrences", sizeBytesEach: 2)
    var occurrences: [Interval] = []
    occurrences.reserveCapacity(count)
    var start: Milliseconds = 0
    for _ in 0..<count {
      start &+= try reader.zigzag()
      let length = try reader.varint()
      let (end, isTooFar) = start.addingReportingOverflow(Int64(clamping: length))
      guard !isTooFar else { throw .implausible("the end of an occurrence") }
      occurrences.append(Interval(start: start, end: end))
    }
    return occurrences
  }
}
