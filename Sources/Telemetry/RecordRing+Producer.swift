// SPDX-License-Identifier: Apache-2.0

import Synchronization

extension RecordRing {
  /// The writing end of a ring. One thread at a time.
  package struct Producer: ~Copyable, Sendable {
    private let memory: RingMemory
    /// End of the newest record written; only this end moves it, so a plain copy is exact.
    package private(set) var published: UInt64 = 0
    /// The consumer's position as last looked up; looking again is a cache miss, so only when full.
    private var drainedCached: UInt64 = 0

    init(_ memory: RingMemory) { self.memory = memory }

    /// Copies three parts as one record behind each other.
    ///
    /// - Returns: false if there is no room now; nothing was written then.
    /// - Precondition: the parts together are at most `recordSizeMax` bytes.
    package mutating func publish(
      _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer,
      _ third: UnsafeRawBufferPointer
    ) -> Bool {
      let size = first.count + second.count + third.count
      let footprint = RecordRing.footprint(size)
      precondition(footprint <= memory.capacity / 2, "a record larger than half its ring")
      let leftBeforeWrap = memory.capacity - (published & (memory.capacity - 1))
      let padding = leftBeforeWrap < footprint ? leftBeforeWrap : 0
      guard hasRoom(padding + footprint) else { return false }
      if padding > 0 { writeHeader(at: published, size: padding - headerSize, padding: true) }
      let start = published + padding
      writeHeader(at: start, size: UInt64(size), padding: false)
      var target = unsafe memory.place(start) + Int(headerSize)
      unsafe Self.append(first, to: &target)
      unsafe Self.append(second, to: &target)
      unsafe Self.append(third, to: &target)
      published = start + footprint
      // Releasing: the record's bytes, written above, are visible to whoever reads this position
      // with an acquiring load (`Consumer.drain`).
      unsafe memory.published.pointee.store(published, ordering: .releasing)
      return true
    }

    /// End of the newest record that is on disk.
    package var committed: UInt64 {
      // Acquiring pairs with `Consumer.commit`: whatever the commit wrote happened before the
      // acknowledgement that follows this read.
      unsafe memory.committed.pointee.load(ordering: .acquiring)
    }

    /// Everything that was published is on disk: the one condition for acknowledging.
    package var isCommitted: Bool { committed == published }

    private mutating func hasRoom(_ needed: UInt64) -> Bool {
      if published + needed <= drainedCached + memory.capacity { return true }
      // Acquiring pairs with the releasing store in `Consumer.drain`: the consumer's reads of the
      // bytes that are about to be overwritten happened before.
      unsafe drainedCached = memory.drained.pointee.load(ordering: .acquiring)
      return published + needed <= drainedCached + memory.capacity
    }

    private func writeHeader(at position: UInt64, size: UInt64, padding: Bool) {
      let place = unsafe memory.place(position)
      unsafe place.storeBytes(of: UInt32(size), as: UInt32.self)
      unsafe place.storeBytes(of: padding ? 1 : 0, toByteOffset: 4, as: UInt32.self)
    }

    private static func append(
      _ part: UnsafeRawBufferPointer, to target: inout UnsafeMutableRawPointer
    ) {
      guard let base = part.baseAddress else { return }
      unsafe target.copyMemory(from: base, byteCount: part.count)
      unsafe target += part.count
    }
  }
}
