// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A day sheet as bytes: of each column the value that most devices have, and those that differ
/// from it, or all of them, in as few bits as they need; a checksum at the end.
///
///     0x41, kind, number of devices, steps of their numbers, number of columns, columns,
///     number of outages, outages, failures of service, eight zeros, CRC-32
extension DaySheet {
  /// Far from those of blocks, which share the outside.
  static let formatVersion: UInt8 = 0x41
  /// A nation's devices of one kind, with room.
  static let deviceCountMax = 1 << 22
  static let columnCountMax = 4_096
  /// Devices × columns; half a gigabyte.
  static let cellCountMax = 1 << 26
  static let checksumSizeBytes = 4

  /// Of a column, in the lowest bits of its first byte.
  private enum Form: UInt8 {
    /// Steps between the rows that differ from the base, and their values.
    case sparse
    case dense
  }

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.byte(Self.formatVersion)
    writer.text(kind)
    writer.varint(UInt64(devices.count))
    writer.packed(zip(devices, [0] + devices).map { $0 &- $1 })
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
    writer.bytes(Array(repeating: 0, count: PackedNumbers.slackSizeBytes))
    return Self.sealed(writer.output)
  }

  /// With the checksum behind it.
  static func sealed(_ body: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.bytes(body)
    writer.fixed32(Checksum.crc32(body[...]))
    return writer.output
  }

  private static func write(_ column: Column, to writer: inout ByteWriter) {
    writer.text(column.name)
    let base = mostFrequent(column.values)
    let different = column.values.indices.filter { column.values[$0] != base }
    let isSparse = different.count * 4 < column.values.count
    writer.byte((column.isMillionths ? 2 : 0) | (isSparse ? Form.sparse : Form.dense).rawValue)
    if isSparse {
      writer.zigzag(base)
      writer.varint(UInt64(different.count))
      writer.packed(zip(different, [0] + different).map { Int64($0 - $1) })
      writer.packed(different.map { column.values[$0] })
    } else {
      writer.packed(column.values)
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
    guard version == Self.formatVersion else { throw .unknownFormat(version) }
    let end = bytes.count - Self.checksumSizeBytes
    guard end > 0 else { throw .truncated }
    var trailer = ByteReader(bytes[end...])
    guard try trailer.fixed32() == Checksum.crc32(bytes[..<end]) else { throw .checksum }
    var reader = ByteReader(bytes[1..<end])
    kind = try reader.text()
    let count = try reader.count(of: "devices", sizeBytesEach: 0, max: Self.deviceCountMax)
    devices = try reader.packed(count: count)
    for row in devices.indices.dropFirst() { devices[row] &+= devices[row - 1] }
    columns = []
    let columnCount = try reader.count(of: "columns", sizeBytesEach: 2, max: Self.columnCountMax)
    guard count * columnCount <= Self.cellCountMax else {
      throw .implausible("the number of columns")
    }
    for _ in 0..<columnCount { columns.append(try Self.column(&reader, count: count)) }
    outages = try Self.outages(&reader, deviceCount: count)
    (conditions, failures, withoutFailures) = ([], [], [])
    try readFailures(&reader)
    guard reader.remaining == PackedNumbers.slackSizeBytes else {
      throw .implausible("the length")
    }
  }

  private static func column(
    _ reader: inout ByteReader, count: Int
  ) throws(BlockError) -> Column {
    let name = try reader.text()
    let header = try reader.byte()
    guard let form = Form(rawValue: header & 1), header < 4 else {
      throw .implausible("the form of a column")
    }
    var values: [Int64]
    switch form {
    case .sparse:
      values = Array(repeating: try reader.zigzag(), count: count)
      let different = try reader.count(of: "values", sizeBytesEach: 0, max: count)
      let steps = try reader.packed(count: different)
      var row: Int64 = 0
      for (step, value) in zip(steps, try reader.packed(count: different)) {
        row &+= step
        guard row >= 0, row < Int64(count) else { throw .implausible("the place of a value") }
        values[Int(row)] = value
      }
    case .dense:
      values = try reader.packed(count: count)
    }
    return Column(name: name, isMillionths: header & 2 != 0, values: values)
  }

  static func outages(
    _ reader: inout ByteReader, deviceCount: Int
  ) throws(BlockError) -> [Outage] {
    let count = try reader.count(of: "outages", sizeBytesEach: 6)
    var outages: [Outage] = []
    outages.reserveCapacity(count)
    var (position, start) = (0, Int64(0))
    for _ in 0..<count {
      position += try reader.count(of: "devices", sizeBytesEach: 0, max: deviceCount)
      start = start &+ (try reader.zigzag())
      let length = try reader.varint()
      let accountable = try reader.varint()
      let down = try reader.varint()
      let marks = try reader.byte()
      guard position < deviceCount, max(length, accountable, down) < 1 << 52,
        start.magnitude < 1 << 52
      else { throw .implausible("an outage") }
      outages.append(
        Outage(
          position: position, interval: Interval(start: start, end: start + Int64(length)),
          accountable: Int64(accountable), downInDay: Int64(down), cause: marks >> 2,
          isMarked: marks & 2 != 0, isOpen: marks & 1 != 0))
    }
    return outages
  }
}
