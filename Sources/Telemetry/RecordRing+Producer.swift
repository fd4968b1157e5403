// SPDX-License-Identifier: Apache-2.0

import Synchronization

extension RecordRing {
  /// The writing end of a ring. One thread at a time.
  package struct Producer: ~Copyable, Sendable {
    private let memory: RingMemory
    /// End of the newest record that the consumer may see; only this end moves it, so a plain copy
    /// is exact.
    package private(set) var published: UInt64 = 0
    /// End of the newest record written, which the consumer may not see yet.
    private var appended: UInt64 = 0
    /// The consumer's position as last looked up; looking again is a cache miss, so only when full.
    private var drainedCached: UInt64 = 0

    init(_ memory: RingMemory) { self.memory = memory }

    /// Copies three parts as one record behind each other, and shows it to the consumer.
    ///
    /// - Returns: false if there is no room now; nothing was written then.
    /// - Precondition: the parts together are at most `recordSizeMax` bytes.
    package mutating func publish(
      _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer,
      _ third: UnsafeRawBufferPointer
    ) -> Bool {
      guard unsafe append(first, second, third) else { return false }
      publishAppended()
      return true
    }

    /// Copies a record like ``publish(_:_:_:)`` without showing it: a batch costs one transfer of
    /// the position between two cores, not one a record.
    ///
    /// - Returns: false if there is no room now; then all that was appended is published, so that
    ///   the consumer can make room.
    package mutating func append(
      _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer,
      _ third: UnsafeRawBufferPointer
    ) -> Bool {
      let size = first.count + second.count + third.count
      let footprint = RecordRing.footprint(size)
      precondition(footprint <= memory.capacity / 2, "a record larger than half its ring")
      let leftBeforeWrap = memory.capacity &- (appended & (memory.capacity &- 1))
      let padding = leftBeforeWrap < footprint ? leftBeforeWrap : 0
      guard hasRoom(padding &+ footprint) else {
        publishAppended()
        return false
      }
      if padding > 0 {
        writeHeader(RecordHeader(size: padding &- headerSize, isPadding: true), at: appended)
      }
      let start = appended &+ padding
      writeHeader(RecordHeader(size: UInt64(size), isPadding: false), at: start)
      var target = unsafe memory.place(start) + Int(headerSize)
      unsafe Self.append(first, to: &target)
      unsafe Self.append(second, to: &target)
      unsafe Self.append(third, to: &target)
      appended = start &+ footprint
      return true
    }

    /// Shows the consumer all that was appended.
    package mutating func publishAppended() {
      guard published != appended else { return }
      published = appended
      // Releasing: the records' bytes, written before, are visible to whoever reads this position
      // with an acquiring load (`Consumer.drain`).
      unsafe memory.published.pointee.store(published, ordering: .releasing)
    }

    /// End of the newest record that is on disk.
    package var committed: UInt64 {
      // Acquiring pairs with `Consumer.commit`: whatever the commit wrote happened before the
      // acknowledgement that follows this read.
      unsafe memory.committed.pointee.load(ordering: .acquiring)
    }

    /// Everything that was written is on disk: the one condition for acknowledging.
    package var isCommitted: Bool { committed == appended }

    // Positions are 64 bits and only grow by what was written: they do not overflow.
    private mutating func hasRoom(_ needed: UInt64) -> Bool {
      if appended &+ needed <= drainedCached &+ memory.capacity { return true }
      // Acquiring pairs with the releasing store in `Consumer.drain`: the consumer's reads of the
      // bytes that are about to be overwritten happened before.
      unsafe drainedCached = memory.drained.pointee.load(ordering: .acquiring)
      return appended &+ needed <= drainedCached &+ memory.capacity
    }

    private func writeHeader(_ header: RecordHeader, at position: UInt64) {
      unsafe memory.place(position).storeBytes(of: header.word, as: UInt64.self)
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
