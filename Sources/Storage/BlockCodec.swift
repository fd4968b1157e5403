// SPDX-License-Identifier: Apache-2.0

import CZlib
import Telemetry

/// Columns of readings to the bytes of one block, and back, bit for bit.
///
/// Layout, little-endian: format version (1 byte), length of the plain bytes (4), CRC-32 of the
/// plain bytes (4), how many of the last plain bytes are stored as they are (4), zlib stream of
/// those before them, those bytes, CRC-32 of everything before it (4). The second sum exists
/// because a deflate stream ends in padding bits that inflating does not look at; with it, every
/// single flipped bit is found before anything else is believed.
///
/// Stored as they are: payload hashes, in which zlib finds nothing and looks long for it, and all
/// of a small block, which lives until the next checkpoint merges it with others. Format 1, which
/// is still read, compresses everything, with the hashes in the middle.
///
/// Pure and stateless: any thread may call it. An absent value has no bits: the bits that a
/// column holds under the tag `absent` are not kept and decode as 0.
package enum BlockCodec {
  static let formatVersion: UInt8 = 2
  static let formatVersionCompressedWhole: UInt8 = 1
  /// Before the zlib stream, and in format 1.
  static let headerSizeBytes = 13
  static let headerSizeBytesCompressedWhole = 9
  static let checksumSizeBytes = 4
  /// A full batch of 4,096 readings is under 2 MB plain; beyond this the length is a lie.
  static let plainSizeBytesMax = 256 << 20
  /// Deflate cannot expand further (zlib's technical details), so a length beyond it is a lie too.
  static let expansionMax = 1_032
  /// Differences and hashes leave little to find: for a full batch of random telemetry, level 6
  /// made the block 0.1 % smaller and took about 15 % longer (5.2 instead of 4.5 ms).
  static let compressionLevel: Int32 = 1

  /// Of less, building zlib's trees costs more time than the bytes are worth for some minutes.
  static let compressedSizeBytesMin = 2_048

  /// - Precondition: all columns have `count` rows, within the limits of `BlockLimits`.
  package static func encode(_ columns: ReadingColumns) -> [UInt8] {
    encode(columns, level: compressionLevel)
  }

  static func encode(_ columns: ReadingColumns, level: Int32) -> [UInt8] {
    var encoder = BlockEncoder(columns)
    let plain = encoder.encode()
    let isSmall = plain.count < compressedSizeBytesMin
    return wrapped(
      plain, version: formatVersion,
      storedSize: isSmall ? plain.count : encoder.hashesSizeBytes, level: level)
  }

  /// The outside of a block, which merged ones have as well.
  ///
  /// - Parameter storedSize: how many of the last bytes are not compressed.
  static func wrapped(
    _ plain: [UInt8], version: UInt8, storedSize: Int, level: Int32 = compressionLevel
  ) -> [UInt8] {
    precondition(plain.count <= plainSizeBytesMax, "a block is larger than its format allows")
    var writer = ByteWriter()
    writer.byte(version)
    writer.fixed32(UInt32(plain.count))
    writer.fixed32(Checksum.crc32(plain[...]))
    writer.fixed32(UInt32(storedSize))
    writer.bytes(compress(plain.dropLast(storedSize), level: level))
    writer.bytes(plain.suffix(storedSize))
    writer.fixed32(Checksum.crc32(writer.output[...]))
    return writer.output
  }

  /// Never crashes and never allocates more than the limits allow, whatever the bytes are.
  package static func decode(_ bytes: [UInt8]) throws(BlockError) -> ReadingColumns {
    guard let version = bytes.first else { throw .truncated }
    let isWhole = version == formatVersionCompressedWhole
    guard isWhole || version == formatVersion else { throw .unknownFormat(version) }
    var decoder = BlockDecoder(try unwrapped(bytes), hasHashesLast: !isWhole)
    return try decoder.decode()
  }

  /// The plain bytes of a block whose format version was looked at.
  static func unwrapped(_ bytes: [UInt8]) throws(BlockError) -> [UInt8] {
    let isWhole = bytes.first == formatVersionCompressedWhole
    let headerSize = isWhole ? headerSizeBytesCompressedWhole : headerSizeBytes
    guard bytes.count > headerSize + checksumSizeBytes else { throw .truncated }
    let end = bytes.count - checksumSizeBytes
    var trailer = ByteReader(bytes[end...])
    guard try trailer.fixed32() == Checksum.crc32(bytes[..<end]) else { throw .checksum }
    var header = ByteReader(bytes[1..<headerSize])
    let plainSizeBytes = Int(try header.fixed32())
    let checksum = try header.fixed32()
    let storedSize = isWhole ? 0 : Int(try header.fixed32())
    guard storedSize <= plainSizeBytes, storedSize < end - headerSize else {
      throw .implausible("the stored length")
    }
    let stream = bytes[headerSize..<end - storedSize]
    let compressedSize = plainSizeBytes - storedSize
    guard plainSizeBytes <= plainSizeBytesMax, compressedSize <= stream.count * expansionMax else {
      throw .implausible("the plain length")
    }
    var plain = try inflate(stream, plainSizeBytes: compressedSize)
    plain += bytes[(end - storedSize)..<end]
    guard Checksum.crc32(plain[...]) == checksum else { throw .checksum }
    return plain
  }

  /// As zlib's `compress2`, with tables no larger than the input can fill: setting up 256 KB of
  /// them costs more than compressing a block of a hundred readings. A full batch gets zlib's own
  /// sizes.
  private static func compress(_ plain: ArraySlice<UInt8>, level: Int32) -> [UInt8] {
    let sizeBits = Int32(Int.bitWidth - max(plain.count, 1).leadingZeroBitCount)
    var stream = unsafe z_stream()
    let status = unsafe deflateInit2_(
      &stream, level, Z_DEFLATED, min(max(sizeBits, 9), 15), min(max(sizeBits - 6, 1), 8),
      Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib refused its own sizes, or memory ran out")
    defer { _ = unsafe deflateEnd(&stream) }
    let bound = unsafe deflateBound(&stream, UInt(plain.count))
    return unsafe [UInt8](unsafeUninitializedCapacity: Int(bound)) { output, count in
      unsafe plain.withUnsafeBufferPointer { input in
        unsafe stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = output.baseAddress
        unsafe stream.avail_out = UInt32(bound)
        let status = unsafe deflate(&stream, Z_FINISH)
        precondition(status == Z_STREAM_END, "zlib refused to compress within its own bound")
      }
      count = unsafe Int(stream.total_out)
    }
  }

  private static func inflate(
    _ stream: ArraySlice<UInt8>, plainSizeBytes: Int
  ) throws(BlockError) -> [UInt8] {
    var status = Z_OK
    let capacity = max(plainSizeBytes, 1)
    let plain = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
      var size = UInt(plainSizeBytes)
      status = unsafe stream.withUnsafeBufferPointer { input in
        unsafe uncompress(output.baseAddress, &size, input.baseAddress, UInt(input.count))
      }
      count = status == Z_OK ? Int(size) : 0
    }
    guard status == Z_OK, plain.count == plainSizeBytes else { throw .compression }
    return plain
  }
}

/// What a block may hold. A batch closes at 4,096 readings and a kind has tens of metrics, so these
/// leave room for merged blocks and still bound what hostile bytes can make the decoder allocate.
package enum BlockLimits {
  package static let readingCountMax = 1 << 20
  package static let metricCountMax = 4_096
  /// Readings × metrics: at 9 bytes a cell, 300 MB.
  package static let cellCountMax = 1 << 25
}

/// Why bytes are not a block.
package enum BlockError: Error, Hashable, Sendable, CustomStringConvertible {
  case truncated
  case unknownFormat(UInt8)
  case checksum
  case compression
  /// A length or position that no encoder writes; the text says which.
  case implausible(String)

  package var description: String {
    switch self {
    case .truncated: "the block ends before its content does"
    case .unknownFormat(let version): "block format \(version) is not known to this nhip"
    case .checksum: "the block's checksum does not match its bytes"
    case .compression: "the block's compressed bytes are damaged"
    case .implausible(let what): "\(what) in the block is impossible"
    }
  }
}

/// CRC-32 as zlib computes it (ISO 3309).
enum Checksum {
  static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      // Nothing to sum has no address either, and zlib takes a null address for a question.
      guard let base = buffer.baseAddress, !buffer.isEmpty else { return 0 }
      return UInt32(truncatingIfNeeded: unsafe crc32_z(0, base, buffer.count))
    }
  }
}
