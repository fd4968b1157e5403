// SPDX-License-Identifier: Apache-2.0

import CMalloc

/// What one batch frees, the next takes again.
///
/// glibc gives the top of its heap back to the kernel whenever 128 KiB of it are free and maps
/// larger pieces one by one, so that at ten commits a second every batch would be paged in and
/// zeroed anew: a seventh of the processor time at 1,000 messages a second.
enum HeapPolicy {
  /// Kept free at the top of the heap at most; a full batch takes less.
  static let keptSizeBytesMax: Int32 = 16 << 20
  /// Larger pieces (a checkpoint, a ring) go back to the kernel when they are freed.
  static let mappedSizeBytesMin: Int32 = 4 << 20

  /// Holds for the whole process; may be called more than once.
  static func keepBatches() {
    mallopt(M_TRIM_THRESHOLD, keptSizeBytesMax)
    mallopt(M_MMAP_THRESHOLD, mappedSizeBytesMin)
  }
}
