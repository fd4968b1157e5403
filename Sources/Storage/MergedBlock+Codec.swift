// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Merged blocks to bytes and back. The outside is a block's (``BlockCodec``), with format version
/// 3. The plain bytes: number of sets; of each two lengths, of the plain bytes of a block without
/// its hashes and of its hashes, and the former; number of members; of each the difference of its
/// number to the one before it, its set, and how many of the set's next rows are its own; the
/// hashes of all sets, which are not compressed. All numbers are varints.
extension MergedBlock {
  static let formatVersion: UInt8 = 3
  /// Kinds in one merged block; more is no pipeline.
  static let setCountMax = 256
  /// A length, a set and a count are a byte each at least.
  private static let memberSizeBytesMin = 3

  package func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(UInt64(sets.count))
    var hashes: [UInt8] = []
    for set in sets {
      var encoder = BlockEncoder(set)
      let plain = encoder.encode()
      let hashesSize = encoder.hashesSizeBytes
      writer.varint(UInt64(plain.count - hashesSize))
      writer.varint(UInt64(hashesSize))
      writer.bytes(plain.dropLast(hashesSize))
      hashes += plain.suffix(hashesSize)
    }
    writer.varint(UInt64(members.count))
    var last: Int64 = 0
    for member in members {
      writer.varint(UInt64(member.id - last))
      writer.varint(UInt64(member.set))
      writer.varint(UInt64(member.rows.count))
      last = member.id
    }
    writer.bytes(hashes)
    return BlockCodec.wrapped(
      writer.output, version: Self.formatVersion, storedSize: hashes.count)
  }

  /// Any block of the store, merged or not.
  ///
  /// - Parameter id: of the row that holds it, which is the number of the last one in it.
  init(encoded bytes: [UInt8], id: Int64) throws(BlockError) {
    guard bytes.first == Self.formatVersion else {
      self.init(try BlockCodec.decode(bytes), id: id)
      return
    }
    try self.init(encoded: bytes)
    guard members.last?.id == id else { throw .implausible("the number of the last block") }
  }

  /// - Precondition: the format version was looked at.
  package init(encoded bytes: [UInt8]) throws(BlockError) {
    let plain = try BlockCodec.unwrapped(bytes)
    var reader = ByteReader(plain[...])
    let parts = try Self.parts(&reader)
    let hashesSize = parts.reduce(0) { $0 + $1.hashesSize }
    guard hashesSize <= reader.remaining else { throw .truncated }
    let sets = try Self.sets(parts, hashes: plain.suffix(hashesSize))
    let members = try Self.members(&reader, of: sets)
    guard reader.remaining == hashesSize else { throw .implausible("the length of the content") }
    self.init(sets: sets, members: members)
  }

  /// What stands of each set before the hashes.
  private static func parts(
    _ reader: inout ByteReader
  ) throws(BlockError) -> [(bytes: [UInt8], hashesSize: Int)] {
    let count = try reader.count(of: "sets", sizeBytesEach: 1, max: setCountMax)
    var parts: [(bytes: [UInt8], hashesSize: Int)] = []
    for _ in 0..<count {
      let sizeBytes = try reader.count(of: "bytes in a set", sizeBytesEach: 1)
      let hashesSize = try reader.count(of: "bytes of hashes", sizeBytesEach: 1)
      parts.append((try reader.bytes(sizeBytes), hashesSize))
    }
    return parts
  }

  private static func sets(
    _ parts: [(bytes: [UInt8], hashesSize: Int)], hashes: ArraySlice<UInt8>
  ) throws(BlockError) -> [ReadingColumns] {
    var rest = hashes
    var sets: [ReadingColumns] = []
    var (readings, cells) = (0, 0)
    for part in parts {
      var decoder = BlockDecoder(part.bytes + rest.prefix(part.hashesSize), hasHashesLast: true)
      rest = rest.dropFirst(part.hashesSize)
      let set = try decoder.decode()
      readings += set.count
      cells += set.count * set.metrics.count
      guard readings <= BlockLimits.readingCountMax, cells <= BlockLimits.cellCountMax else {
        throw .implausible("the number of values")
      }
      sets.append(set)
    }
    return sets
  }

  private static func members(
    _ reader: inout ByteReader, of sets: [ReadingColumns]
  ) throws(BlockError) -> [Member] {
    let count = try reader.count(
      of: "blocks", sizeBytesEach: memberSizeBytesMin, max: BlockLimits.readingCountMax)
    var members: [Member] = []
    members.reserveCapacity(count)
    var ends = Array(repeating: 0, count: sets.count)
    var last: UInt64 = 0
    for _ in 0..<count {
      let (step, set, rowCount) = (try reader.varint(), try reader.varint(), try reader.varint())
      let (id, isTooLarge) = last.addingReportingOverflow(step)
      guard step > 0, !isTooLarge, id <= UInt64(Int64.max) else {
        throw .implausible("the number of a block")
      }
      guard set < UInt64(sets.count) else { throw .implausible("the set of a block") }
      let place = Int(set)
      guard rowCount > 0, rowCount <= UInt64(sets[place].count - ends[place]) else {
        throw .implausible("the number of readings in a block")
      }
      let end = ends[place] + Int(rowCount)
      members.append(Member(id: Int64(id), set: place, rows: ends[place]..<end))
      ends[place] = end
      last = id
    }
    guard zip(ends, sets).allSatisfy({ $0 == $1.count }) else {
      throw .implausible("the number of readings in its blocks")
    }
    return members
  }
}
