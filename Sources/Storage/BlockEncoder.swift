// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Writes the plain bytes of one block: names, then one column after the other, hashes last.
struct BlockEncoder {
  private let columns: ReadingColumns
  private var writer = ByteWriter()

  init(_ columns: ReadingColumns) {
    columns.requireBlockShape()
    self.columns = columns
  }

  /// The last bytes of a block, which nothing makes shorter.
  var hashesSizeBytes: Int { columns.count * 8 }

  mutating func encode() -> [UInt8] {
    // The fixed columns take about 20 bytes a reading, a metric about 2.
    writer.reserve(256 + columns.count * (20 + 2 * columns.metrics.count))
    writer.text(columns.kind)
    writer.zigzag(Int64(columns.profileVersion))
    writer.varint(UInt64(columns.count))
    writer.varint(UInt64(columns.metricNames.count))
    for name in columns.metricNames { writer.text(name) }
    integers(columns.device) { UInt64(bitPattern: $0) }
    integers(columns.channel) { UInt64($0.rawValue) }
    integers(columns.flags) { UInt64($0.rawValue) }
    integers(columns.receivedAt) { UInt64(bitPattern: $0) }
    integers(columns.eventTime) { UInt64(bitPattern: $0) }
    integers(columns.session) { UInt64($0) }
    integers(columns.packetID) { UInt64($0) }
    values(columns.sentTime)
    for metric in columns.metrics { values(metric) }
    // A hash has no pattern to find: its differences would only be longer.
    writer.fixed64(columns.payloadHash)
    return writer.output
  }

  @inline(__always)
  private mutating func integers<Element>(
    _ column: [Element], _ pattern: (Element) -> UInt64
  ) {
    writer.column(column.count) { cursor in
      for value in column { cursor.delta(pattern(value)) }
    }
  }

  /// Runs of tags, then the bits of each tag that occurs, in the order of `ValueColumn.Tag`.
  private mutating func values(_ column: ValueColumn) {
    // A tag lies in memory as the number of its case, which is its raw value.
    let tags = unsafe column.tags.withUnsafeBytes { unsafe Array($0) }
    var occurs: UInt8 = 0
    var row = 0
    while row < tags.count {
      let tag = tags[row]
      var end = row + 1
      while end < tags.count && tags[end] == tag { end += 1 }
      writer.byte(tag)
      writer.varint(UInt64(end - row))
      occurs |= 1 << tag
      row = end
    }
    for tag: ValueColumn.Tag in [.integer, .unsigned] where occurs & (1 << tag.rawValue) != 0 {
      let code = tag.rawValue
      writer.column(tags.count) { cursor in
        for row in tags.indices where tags[row] == code { cursor.delta(column.bits[row]) }
      }
    }
    if occurs & (1 << ValueColumn.Tag.number.rawValue) != 0 {
      numbers(tags: tags, bits: column.bits)
    }
    for tag: ValueColumn.Tag in [.flag, .word] where occurs & (1 << tag.rawValue) != 0 {
      let code = tag.rawValue
      writer.column(tags.count) { cursor in
        for row in tags.indices where tags[row] == code { cursor.varint(column.bits[row]) }
      }
    }
    writer.varint(UInt64(column.words.count))
    for word in column.words { writer.text(word) }
  }

  private mutating func numbers(tags: [UInt8], bits: [UInt64]) {
    let tag = ValueColumn.Tag.number.rawValue
    guard let exponent = ScaledDecimals.exponent(tags: tags, bits: bits, numberTag: tag) else {
      writer.byte(ScaledDecimals.rawMark)
      for row in tags.indices where tags[row] == tag { writer.fixed64(bits[row]) }
      return
    }
    writer.byte(UInt8(exponent))
    let power = ScaledDecimals.power(exponent)
    writer.column(tags.count) { cursor in
      for row in tags.indices where tags[row] == tag {
        let value = Double(bitPattern: bits[row])
        guard let mantissa = ScaledDecimals.mantissa(of: value, power: power) else {
          preconditionFailure("an exponent that was exact for the column no longer is")
        }
        cursor.delta(UInt64(bitPattern: mantissa))
      }
    }
  }
}
