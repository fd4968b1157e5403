// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A day sheet as bytes: of each column the value that most devices have, and then either those
/// that differ or all of them; compressed and with checksums as blocks are.
extension DaySheet {
  /// Far from those of blocks, which share the outside.
  static let formatVersion: UInt8 = 0x41
  /// Without failures of service; still read.
  static let formerVersion: UInt8 = 0x40
  /// A nation's devices of one kind, with room.
  static let deviceCountMax = 1 << 22
  static let columnCountMax = 4_096

  private enum Form: UInt8 {
    /// Positions and values of the rows that differ from the base.
    case sparse
    case dense
  }

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.text(kind)
    writer.varint(UInt64(devices.count))
    var previous: Int64 = 0
    for device in devices {
      writer.zigzag(device &- previous)
      previous = device
    }
    writer.varint(UInt64(columns.count))
    for column in columns { Self.write(column, to: &writer) }
    writer.varint(UInt64(outages.count))
    var last = (position: 0, start: Int64(0))
    for outage in outages {
      writer.varint(UInt64(outage.position - last.position))
      writer.zigzag(outage.interval.start &- last.start)
      writer.varint(UInt64(outage.interval.duration))
      writer.varint(UInt64(outage.accountable))
      writer.varint(UInt64(outage.downInDay))
      writer.byte(outage.cause << 2 | (outage.isMarked ? 2 : 0) | (outage.isOpen ? 1 : 0))
      last = (outage.position, outage.interval.start)
    }
    writeFailures(to: &writer)
    return BlockCodec.wrapped(writer.output, version: Self.formatVersion, storedSize: 0)
  }

  private static func write(_ column: Column, to writer: inout ByteWriter) {
    writer.text(column.name)
    let base = mostFrequent(column.values)
    let different = column.values.indices.filter { column.values[$0] != base }
    let isSparse = different.count * 4 < column.values.count
    writer.byte((column.isMillionths ? 2 : 0) | (isSparse ? Form.sparse : Form.dense).rawValue)
    writer.zigzag(base)
    if isSparse {
      writer.varint(UInt64(different.count))
      var previous = 0
      for position in different {
        writer.varint(UInt64(position - previous))
        writer.zigzag(column.values[position])
        previous = position
      }
    } else {
      // Nothing below the absent value exists, so the difference wraps to itself.
      for value in column.values { writer.zigzag(value &- base) }
    }
  }

  /// The first of those that occur most often.
  private static func mostFrequent(_ values: [Int64]) -> Int64 {
    var counts: [Int64: Int] = [:]
    var best = (value: Int64(0), count: 0)
    for value in values {
      let count = counts[value, default: 0] + 1
      counts[value] = count
      if count > best.count { best = (value, count) }
    }
    return best.value
  }

  /// Never crashes and never allocates more than the limits allow, whatever the bytes are.
  init(encoded bytes: [UInt8]) throws(BlockError) {
    guard let version = bytes.first else { throw .truncated }
    guard version == Self.formatVersion || version == Self.formerVersion else {
      throw .unknownFormat(version)
    }
    let plain = try BlockCodec.unwrapped(bytes)
    var reader = ByteReader(plain[...])
    kind = try reader.text()
    let count = try reader.count(
      of: "devices", sizeBytesEach: 1, max: Self.deviceCountMax)
    devices = []
    devices.reserveCapacity(count)
    var previous: Int64 = 0
    for _ in 0..<count {
      previous = previous &+ (try reader.zigzag())
      devices.append(previous)
    }
    columns = []
    let columnCount = try reader.count(
      of: "columns", sizeBytesEach: 1, max: Self.columnCountMax)
    for _ in 0..<columnCount { columns.append(try Self.column(&reader, count: count)) }
    outages = try Self.outages(&reader, deviceCount: count)
    (conditions, failures, withoutFailures) = ([], [], [])
    if version == Self.formerVersion {
      withoutFailures = Array(0..<count)
    } else {
      try readFailures(&reader)
    }
    guard reader.remaining == 0 else { throw .implausible("the length") }
  }

  private static func column(
    _ reader: inout ByteReader, count: Int
  ) throws(BlockError) -> Column {
    let name = try reader.text()
    let header = try reader.byte()
    guard let form = Form(rawValue: header & 1), header < 4 else {
      throw .implausible("the form of a column")
    }
    let base = try reader.zigzag()
    var values: [Int64]
    switch form {
    case .sparse:
      values = Array(repeating: base, count: count)
      let different = try reader.count(of: "values", sizeBytesEach: 2)
      var position = 0
      for _ in 0..<different {
        position += try reader.count(of: "rows", sizeBytesEach: 0, max: count)
        guard position < count else { throw .implausible("the place of a value") }
        values[position] = try reader.zigzag()
      }
    case .dense:
      values = try reader.zigzags(count: count, addedTo: base)
    }
    return Column(name: name, isMillionths: header & 2 != 0, values: values)
  }

  private static func outages(
    _ reader: inout ByteReader, deviceCount: Int
  ) throws(BlockError) -> [Outage] {
    let count = try reader.count(of: "outages", sizeBytesEach: 6)
    var outages: [Outage] = []
    outages.reserveCapacity(count)
    var (position, start) = (0, Int64(0))
    for _ in 0..<count {
      position += try reader.count(of: "devices", sizeBytesEach: 0, max: deviceCount)
      start = start &+ (try reader.zigzag())
      let lengths = [try reader.varint(), try reader.varint(), try reader.varint()]
      let marks = try reader.byte()
      guard position < deviceCount, lengths.allSatisfy({ $0 < 1 << 52 }),
        start.magnitude < 1 << 52
      else { throw .implausible("an outage") }
      outages.append(
        Outage(
          position: position, interval: Interval(start: start, end: start + Int64(lengths[0])),
          accountable: Int64(lengths[1]), downInDay: Int64(lengths[2]), cause: marks >> 2,
          isMarked: marks & 2 != 0, isOpen: marks & 1 != 0))
    }
    return outages
  }
}
