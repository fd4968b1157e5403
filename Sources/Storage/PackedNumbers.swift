// SPDX-License-Identifier: Apache-2.0

/// Numbers in runs of 256, each with as many bits as the widest of its run needs above the least of
/// it (frame of reference; Goldstein, Ramakrishnan, Shaft, "Compressing relations and indexes",
/// 1998). Columns of devices that have little to do with each other are no longer so than with
/// varints and zlib, and are read ten times as fast.
///
///     run = least value (zigzag), width (a byte), codes of `width` bits, least significant first
///
/// A code is the difference to the least value; where the run has absent values (`Int64.min`) it
/// is one more, and 0 says absent.
enum PackedNumbers {
  static let runLength = 256
  /// A code that begins anywhere in a byte lies within eight bytes.
  static let widthMax = 56
  /// What must follow the last code, so that eight bytes can be read at its place.
  static let slackSizeBytes = 8
  static let absent = Int64.min
  /// Beside the width: codes are one more than differences.
  static let absentMark: UInt8 = 0x80
  /// In place of a width: varints of the values themselves, as they differ too much.
  static let spelledOut: UInt8 = 0x7F
}

extension ByteWriter {
  mutating func packed(_ values: [Int64]) {
    for start in stride(from: 0, to: values.count, by: PackedNumbers.runLength) {
      packed(values[start..<min(start + PackedNumbers.runLength, values.count)])
    }
  }

  private mutating func packed(_ run: ArraySlice<Int64>) {
    let known = run.lazy.filter { $0 != PackedNumbers.absent }
    let least = known.min() ?? 0
    let hasAbsent = run.contains(PackedNumbers.absent)
    // As patterns, so that no difference is too great to be told.
    let greatest = UInt64(bitPattern: (known.max() ?? 0) &- least)
    let codeMax = hasAbsent ? greatest &+ 1 : greatest
    let width = UInt64.bitWidth - codeMax.leadingZeroBitCount
    guard codeMax >= greatest, width <= PackedNumbers.widthMax else {
      zigzag(0)
      byte(PackedNumbers.spelledOut)
      for value in run { zigzag(value) }
      return
    }
    zigzag(least)
    byte(UInt8(width) | (hasAbsent ? PackedNumbers.absentMark : 0))
    var pending: UInt64 = 0
    var pendingCount = 0
    for value in run {
      let difference = UInt64(bitPattern: value &- least)
      let code = !hasAbsent ? difference : value == PackedNumbers.absent ? 0 : difference + 1
      pending |= code << UInt64(pendingCount)
      pendingCount += width
      while pendingCount >= 8 {
        byte(UInt8(truncatingIfNeeded: pending))
        pending >>= 8
        pendingCount -= 8
      }
    }
    if pendingCount > 0 { byte(UInt8(truncatingIfNeeded: pending)) }
  }
}

extension ByteReader {
  /// - Parameter count: bounded by the caller; a run of equal numbers takes two bytes.
  mutating func packed(count: Int) throws(BlockError) -> [Int64] {
    var values = Array(repeating: Int64(0), count: count)
    for start in stride(from: 0, to: count, by: PackedNumbers.runLength) {
      try readRun(into: &values, start..<min(start + PackedNumbers.runLength, count))
    }
    return values
  }

  private mutating func readRun(
    into values: inout [Int64], _ rows: Range<Int>
  ) throws(BlockError) {
    let least = try zigzag()
    let form = try byte()
    if form == PackedNumbers.spelledOut {
      for row in rows { values[row] = try zigzag() }
      return
    }
    let hasAbsent = form & PackedNumbers.absentMark != 0
    let width = Int(form & ~PackedNumbers.absentMark)
    guard width <= PackedNumbers.widthMax else { throw .implausible("the width of a column") }
    let size = (rows.count * width + 7) / 8
    let codes = try ahead(size, slack: PackedNumbers.slackSizeBytes)
    let mask = (UInt64(1) << UInt64(width)) - 1
    unsafe codes.withUnsafeBytes { bytes in
      unsafe values.withUnsafeMutableBufferPointer { output in
        for position in 0..<rows.count {
          let bit = position * width
          // `ahead` made sure of the bytes, and of eight behind them.
          let word = unsafe bytes.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self)
          let code = (UInt64(littleEndian: word) >> UInt64(bit & 7)) & mask
          unsafe output[rows.lowerBound + position] =
            !hasAbsent
            ? least &+ Int64(bitPattern: code)
            : code == 0 ? PackedNumbers.absent : least &+ Int64(bitPattern: code - 1)
        }
      }
    }
  }
}
