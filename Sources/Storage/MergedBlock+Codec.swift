// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Merged blocks to bytes and back. The outside is a block's (``BlockCodec``), with format version
/// 2. The plain bytes: number of sets; of each its length and the plain bytes of a block; number of
/// members; of each the difference of its number to the one before it, its set, and how many of the
/// set's next rows are its own. All numbers are varints.
extension MergedBlock {
  static let formatVersion: UInt8 = 2
  /// Kinds in one merged block; more is no pipeline.
  static let setCountMax = 256
  /// A length, a set and a count are a byte each at least.
  private static let memberSizeBytesMin = 3

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(UInt64(sets.count))
    for set in sets {
      var encoder = BlockEncoder(set)
      let plain = encoder.encode()
      writer.varint(UInt64(plain.count))
      writer.bytes(plain)
    }
    writer.varint(UInt64(members.count))
    var last: Int64 = 0
    for member in members {
      writer.varint(UInt64(member.id - last))
      writer.varint(UInt64(member.set))
      writer.varint(UInt64(member.rows.count))
      last = member.id
    }
    return BlockCodec.wrapped(writer.output, version: Self.formatVersion)
  }

  /// Any block of the store, merged or not.
  ///
  /// - Parameter id: of the row that holds it, which is the number of the last one in it.
  init(encoded bytes: [UInt8], id: Int64) throws(BlockError) {
    guard bytes.first == Self.formatVersion else {
      self.init(try BlockCodec.decode(bytes), id: id)
      return
    }
    let plain = try BlockCodec.unwrapped(bytes, version: Self.formatVersion)
    var reader = ByteReader(plain[...])
    let sets = try Self.sets(&reader)
    let members = try Self.members(&reader, of: sets)
    guard reader.remaining == 0 else { throw .implausible("the length of the content") }
    guard members.last?.id == id else { throw .implausible("the number of the last block") }
    self.init(sets: sets, members: members)
  }

  private static func sets(_ reader: inout ByteReader) throws(BlockError) -> [ReadingColumns] {
    let count = try reader.count(of: "sets", sizeBytesEach: 1, max: setCountMax)
    var sets: [ReadingColumns] = []
    var (readings, cells) = (0, 0)
    for _ in 0..<count {
      let sizeBytes = try reader.count(of: "bytes in a set", sizeBytesEach: 1)
      var decoder = BlockDecoder(try reader.bytes(sizeBytes))
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
