// SPDX-License-Identifier: Apache-2.0

import Glibc
import Telemetry

/// Bytes that end, with the 64 readable ones behind them, where the process may not read any more.
///
/// simdjson comes as a library that no sanitizer has seen, so reading too far has to be stopped by
/// the hardware: the page behind is forbidden, and touching it ends the process.
@safe final class GuardedBytes {
  private let start: UnsafeMutableRawPointer
  private let sizeBytes: Int
  private let guardSizeBytes: Int
  let contentSizeBytesMax: Int

  init(contentSizeBytesMax: Int) {
    self.contentSizeBytesMax = contentSizeBytesMax
    guardSizeBytes = sysconf(Int32(_SC_PAGESIZE))
    let wanted = contentSizeBytesMax + RecordRing.readableBytesBehind
    sizeBytes = (wanted + guardSizeBytes - 1) / guardSizeBytes * guardSizeBytes
    let mapped = unsafe mmap(
      nil, sizeBytes + guardSizeBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      preconditionFailure("no memory for an input")
    }
    unsafe start = mapped
    let isGuarded = unsafe mprotect(mapped + sizeBytes, guardSizeBytes, PROT_NONE) == 0
    precondition(isGuarded, "the page behind an input cannot be forbidden")
  }

  deinit { unsafe munmap(start, sizeBytes + guardSizeBytes) }

  /// Places `content` with `padding` behind it; valid until the next call.
  func place(_ content: [UInt8], padding: UInt8) -> UnsafeRawBufferPointer {
    precondition(content.count <= contentSizeBytesMax, "an input is larger than its memory")
    let offset = sizeBytes - RecordRing.readableBytesBehind - content.count
    let place = unsafe UnsafeMutableRawBufferPointer(
      start: start + offset, count: content.count + RecordRing.readableBytesBehind)
    for index in content.indices { unsafe place[index] = content[index] }
    for index in content.count..<place.count { unsafe place[index] = padding }
    return unsafe UnsafeRawBufferPointer(rebasing: place[..<content.count])
  }
}
