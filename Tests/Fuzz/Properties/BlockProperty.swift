// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Blocks from bytes and from columns. The first byte of an input says what the others are, since
/// the block's checksums keep made-up bytes from everything that lies behind them:
///
/// - `b`: a block as it stands;
/// - `z`: a block without its last checksum, which is then right;
/// - `p`: the plain bytes of a block, which are wrapped as the encoder would;
/// - `m`: the plain bytes of a merged block, wrapped likewise;
/// - `c`: the material of columns that any engine might hand to the encoder.
///
/// Whatever decodes stays within the limits of `BlockLimits` and is the same after another round.
package final class BlockProperty: Property {
  package enum Form: UInt8, CaseIterable, Sendable {
    case block = 0x62
    case unsealed = 0x7A
    case plain = 0x70
    case merged = 0x6D
    case columns = 0x63
  }

  package init() {}

  package func check(_ input: [UInt8]) throws(Violation) {
    guard let first = input.first, let form = Form(rawValue: first) else { return }
    let rest = Array(input.dropFirst())
    switch form {
    case .block: try Self.checkBlock(rest)
    case .unsealed: try Self.checkBlock(BlockWrapping.sealed(rest))
    case .plain: try Self.checkBlock(BlockWrapping.block(plain: rest))
    case .merged:
      try Self.checkMerged(
        BlockWrapping.block(plain: rest, version: BlockWrapping.mergedFormatVersion))
    case .columns: try Self.checkRoundTrip(ColumnMaterial.columns(from: rest))
    }
  }

  private static func checkBlock(_ bytes: [UInt8]) throws(Violation) {
    let columns: ReadingColumns
    do throws(BlockError) {
      columns = try BlockCodec.decode(bytes)
    } catch {
      try require(!error.description.isEmpty, "a block is refused without a reason")
      return
    }
    try checkShape(columns)
    try checkRoundTrip(columns)
  }

  /// Its blocks lie within its columns and come back from another round, each under its number.
  private static func checkMerged(_ bytes: [UInt8]) throws(Violation) {
    let block: MergedBlock
    let again: MergedBlock
    do throws(BlockError) { block = try MergedBlock(encoded: bytes) } catch {
      try require(!error.description.isEmpty, "a merged block is refused without a reason")
      return
    }
    for set in block.sets { try checkShape(set) }
    for member in block.members {
      try checkShape(block.sets[member.set].slice(member.rows))
    }
    do throws(BlockError) { again = try MergedBlock(encoded: block.encoded()) } catch {
      throw Violation("a merged block is refused that was encoded just now: \(error)")
    }
    try require(again.members == block.members, "merged blocks come back under other numbers")
    for (one, other) in zip(again.sets, block.sets) {
      if let difference = Identity.difference(one, other) {
        throw Violation("merged blocks bring back other \(difference)")
      }
    }
  }

  /// What readers of columns rely on without looking.
  private static func checkShape(_ columns: ReadingColumns) throws(Violation) {
    let count = columns.count
    try require(
      count <= BlockLimits.readingCountMax
        && columns.metrics.count <= BlockLimits.metricCountMax
        && count * columns.metrics.count <= BlockLimits.cellCountMax,
      "a block decodes to more than its limits")
    try require(
      columns.metricNames.count == columns.metrics.count, "metrics and their names differ in number"
    )
    try require(
      columns.channel.count == count && columns.flags.count == count
        && columns.receivedAt.count == count && columns.eventTime.count == count
        && columns.session.count == count && columns.packetID.count == count
        && columns.payloadHash.count == count,
      "the columns of a block differ in length")
    for column in columns.metrics + [columns.sentTime] {
      try require(
        column.tags.count == count && column.bits.count == count,
        "a column has more or fewer values than the block has readings")
      for row in 0..<count { _ = column[row].double }
    }
  }

  /// Columns come back from a block bit for bit.
  static func checkRoundTrip(_ columns: ReadingColumns) throws(Violation) {
    let decoded: ReadingColumns
    do throws(BlockError) {
      decoded = try BlockCodec.decode(BlockCodec.encode(columns))
    } catch {
      throw Violation("a block is refused that was encoded just now: \(error)")
    }
    if let difference = Identity.difference(decoded, columns) {
      throw Violation("a block brings back other \(difference)")
    }
  }
}
