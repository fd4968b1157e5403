// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The readings of one device and one day in as few bytes as we know how, and back, bit for bit.
///
/// Layout: format version (1 byte), one range-coded stream (`SealedColumns`), CRC-32 of all before
/// it (4 bytes, little-endian). What the caller knows anyway (device, kind, profile version, names
/// of the metrics) is not repeated inside.
///
/// Pure and stateless: any thread may call it. Rows keep the order they are given in; sorted by
/// event time they take the fewest bytes. As in `BlockCodec`, an absent value has no bits.
package enum SealedCodec {
  static let formatVersion: UInt8 = 1
  static let checksumSizeBytes = 4

  /// - Precondition: all columns have `count` rows of one device, within `BlockLimits`.
  package static func encode(_ columns: ReadingColumns) -> [UInt8] {
    columns.requireBlockShape()
    precondition(
      columns.device.allSatisfy { $0 == columns.device[0] }, "a sealed day is of one device")
    var stream = SealedColumns(RangeEncoder())
    // The writer's side returns what it was given, and never finds a fault in it.
    var copy = columns
    stream.code(&copy)
    precondition(stream.fault == nil, "a day is larger than its format allows")
    var writer = ByteWriter()
    writer.byte(formatVersion)
    writer.bytes(stream.coder.finished())
    writer.fixed32(Checksum.crc32(writer.output[...]))
    return writer.output
  }

  /// Never crashes and never allocates more than the limits allow, whatever the bytes are.
  package static func decode(
    _ bytes: [UInt8], device: Int64, kind: String, profileVersion: Int, metricNames: [String]
  ) throws(BlockError) -> ReadingColumns {
    guard bytes.count > checksumSizeBytes else { throw .truncated }
    guard bytes[0] == formatVersion else { throw .unknownFormat(bytes[0]) }
    let end = bytes.count - checksumSizeBytes
    var trailer = ByteReader(bytes[end...])
    guard try trailer.fixed32() == Checksum.crc32(bytes[..<end]) else { throw .checksum }
    var columns = ReadingColumns(
      kind: kind, profileVersion: profileVersion, metricNames: metricNames)
    var stream = SealedColumns(RangeDecoder(bytes[1..<end]))
    stream.code(&columns)
    if let fault = stream.fault { throw fault }
    guard !stream.coder.isExhausted else { throw .truncated }
    guard !stream.coder.hasRest else { throw .implausible("the length of the content") }
    columns.device = Array(repeating: device, count: columns.receivedAt.count)
    return columns
  }
}
