// SPDX-License-Identifier: Apache-2.0

import CZlib

/// The outside of a block as `BlockCodec` describes it: format version, plain length and checksum,
/// how much is stored as it is, zlib stream, what is stored, checksum of it all. Written again, so
/// that it can wrap what no encoder would write.
package enum BlockWrapping {
  package static let formatVersion: UInt8 = 2
  package static let mergedFormatVersion: UInt8 = 3

  package static func block(plain: [UInt8], version: UInt8 = formatVersion) -> [UInt8] {
    let header = [version] + fixed32(plain.count) + fixed32(checksum(plain)) + fixed32(0)
    return sealed(header + stored(plain))
  }

  package static func sealed(_ bytes: [UInt8]) -> [UInt8] { bytes + fixed32(checksum(bytes)) }

  /// The plain bytes of a block that the encoder made; nil if it is none.
  package static func plain(of block: [UInt8]) -> [UInt8]? {
    guard block.count > 17, block[0] == formatVersion else { return nil }
    let storedSize = number(block[9..<13])
    let size = number(block[1..<5]) - storedSize
    guard size >= 0, storedSize <= block.count - 17 else { return nil }
    let stream = Array(block[13..<block.count - 4 - storedSize])
    var plain = [UInt8](repeating: 0, count: size)
    var written = UInt(size)
    let status = unsafe uncompress(&plain, &written, stream, UInt(stream.count))
    guard status == Z_OK, Int(written) == size else { return nil }
    return plain + block.dropLast(4).suffix(storedSize)
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// A zlib stream that compresses nothing, so that wrapping costs little.
  private static func stored(_ plain: [UInt8]) -> [UInt8] {
    var size = compressBound(UInt(plain.count))
    var stream = [UInt8](repeating: 0, count: Int(size))
    let status = unsafe compress2(&stream, &size, plain, UInt(plain.count), 0)
    precondition(status == Z_OK, "zlib refused to store within its own bound")
    return Array(stream.prefix(Int(size)))
  }

  private static func checksum(_ bytes: [UInt8]) -> Int {
    bytes.isEmpty ? 0 : unsafe Int(crc32(0, bytes, UInt32(bytes.count)))
  }

  private static func fixed32(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}
