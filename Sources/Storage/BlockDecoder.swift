// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Reads the plain bytes of one block. Believes no length before comparing it with what remains.
struct BlockDecoder {
  /// The least a reading takes: seven varints and its hash.
  private static let readingSizeBytesMin = 15
  private var reader: ByteReader
  /// Format 1 has them before the values.
  private let hasHashesLast: Bool

  init(_ plain: [UInt8], hasHashesLast: Bool) {
    reader = ByteReader(plain[...])
    self.hasHashesLast = hasHashesLast
  }

  mutating func decode() throws(BlockError) -> ReadingColumns {
    let kind = try reader.text()
    let profileVersion = Int(try reader.zigzag())
    let count = try reader.count(
      of: "readings", sizeBytesEach: Self.readingSizeBytesMin, max: BlockLimits.readingCountMax)
    let metricCount = try reader.count(
      of: "metrics", sizeBytesEach: 1, max: BlockLimits.metricCountMax)
    guard count * metricCount <= BlockLimits.cellCountMax else {
      throw .implausible("the number of values")
    }
    var names: [String] = []
    for _ in 0..<metricCount { names.append(try reader.text()) }

    var columns = ReadingColumns(
      kind: kind, profileVersion: profileVersion, metricNames: names)
    try fixedColumns(&columns, count: count)
    if !hasHashesLast { try hashes(&columns, count: count) }
    columns.sentTime = try values(count: count)
    for metric in 0..<metricCount { columns.metrics[metric] = try values(count: count) }
    if hasHashesLast { try hashes(&columns, count: count) }
    guard reader.remaining == 0 else { throw .implausible("the length of the content") }
    return columns
  }

  private mutating func fixedColumns(
    _ columns: inout ReadingColumns, count: Int
  ) throws(BlockError) {
    columns.device = try integers(count) { Int64(bitPattern: $0) }
    columns.channel = try integers(count) {
      UInt8(exactly: $0).flatMap { Channel(rawValue: $0) }
    }
    columns.flags = try integers(count) {
      UInt16(exactly: $0).map { ReadingFlags(rawValue: $0) }
    }
    columns.receivedAt = try integers(count) { Int64(bitPattern: $0) }
    columns.eventTime = try integers(count) { Int64(bitPattern: $0) }
    columns.session = try integers(count) { UInt16(exactly: $0) }
    columns.packetID = try integers(count) { UInt16(exactly: $0) }
  }

  private mutating func hashes(
    _ columns: inout ReadingColumns, count: Int
  ) throws(BlockError) {
    columns.payloadHash.reserveCapacity(count)
    for _ in 0..<count { columns.payloadHash.append(try reader.fixed64()) }
  }

  @inline(__always)
  private mutating func integers<Element>(
    _ count: Int, _ element: (UInt64) -> Element?
  ) throws(BlockError) -> [Element] {
    var column: [Element] = []
    column.reserveCapacity(count)
    var previous: UInt64 = 0
    for _ in 0..<count {
      guard let value = element(try reader.delta(after: &previous)) else {
        throw .implausible("a value")
      }
      column.append(value)
    }
    return column
  }

  private mutating func values(count: Int) throws(BlockError) -> ValueColumn {
    var column = ValueColumn()
    column.tags.reserveCapacity(count)
    var occurs: UInt8 = 0
    while column.tags.count < count {
      guard let tag = ValueColumn.Tag(rawValue: try reader.byte()) else {
        throw .implausible("a tag")
      }
      let length = try reader.varint()
      guard length > 0, length <= UInt64(count - column.tags.count) else {
        throw .implausible("the length of a run")
      }
      column.tags.append(contentsOf: repeatElement(tag, count: Int(length)))
      occurs |= 1 << tag.rawValue
    }
    column.bits = Array(repeating: 0, count: count)
    for tag: ValueColumn.Tag in [.integer, .unsigned] where occurs & (1 << tag.rawValue) != 0 {
      var previous: UInt64 = 0
      for row in 0..<count where column.tags[row] == tag {
        column.bits[row] = try reader.delta(after: &previous)
      }
    }
    if occurs & (1 << ValueColumn.Tag.number.rawValue) != 0 { try numbers(&column) }
    for tag: ValueColumn.Tag in [.flag, .word] where occurs & (1 << tag.rawValue) != 0 {
      for row in 0..<count where column.tags[row] == tag { column.bits[row] = try reader.varint() }
    }
    let wordCount = try reader.count(of: "words", sizeBytesEach: 1)
    for _ in 0..<wordCount { column.words.append(try reader.text()) }
    if occurs & (1 << ValueColumn.Tag.word.rawValue) != 0 {
      for row in 0..<count
      where column.tags[row] == .word && column.bits[row] >= UInt64(wordCount) {
        throw .implausible("the position of a word")
      }
    }
    return column
  }

  private mutating func numbers(_ column: inout ValueColumn) throws(BlockError) {
    let exponent = try reader.byte()
    if exponent == ScaledDecimals.rawMark {
      for row in column.tags.indices where column.tags[row] == .number {
        column.bits[row] = try reader.fixed64()
      }
      return
    }
    guard Int(exponent) <= ScaledDecimals.exponentMax else { throw .implausible("an exponent") }
    let power = ScaledDecimals.power(Int(exponent))
    var previous: UInt64 = 0
    for row in column.tags.indices where column.tags[row] == .number {
      let mantissa = Int64(bitPattern: try reader.delta(after: &previous))
      column.bits[row] = (Double(mantissa) / power).bitPattern
    }
  }
}
