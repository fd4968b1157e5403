// SPDX-License-Identifier: Apache-2.0

import Synchronization

extension RecordRing {
  /// The reading end of a ring. One thread at a time.
  package struct Consumer: ~Copyable, Sendable {
    private let memory: RingMemory
    /// End of the newest record handed out; only this end moves it.
    package private(set) var drained: UInt64 = 0
    /// The producer's position as last looked up; looking again is a cache miss, so only when all
    /// that stood before it has been handed out.
    private var publishedCached: UInt64 = 0

    init(_ memory: RingMemory) { self.memory = memory }

    /// Hands out at most `limit` records in order, then gives their room back to the producer.
    ///
    /// The bytes are valid during `body` only; 64 bytes behind them can be read and mean nothing.
    /// - Returns: how many records `body` was given.
    package mutating func drain(
      limit: Int, _ body: (UnsafeRawBufferPointer) -> Void
    ) -> Int {
      var position = drained
      var count = 0
      while count < limit {
        if position == publishedCached {
          // Acquiring pairs with the releasing store in `Producer.publishAppended`: the bytes of
          // every record below this position are visible.
          publishedCached = unsafe memory.published.pointee.load(ordering: .acquiring)
          if position == publishedCached { break }
        }
        let place = unsafe memory.place(position)
        let header = unsafe RecordHeader(word: place.load(as: UInt64.self))
        if !header.isPadding {
          unsafe body(UnsafeRawBufferPointer(start: place + Int(headerSize), count: header.size))
          count += 1
        }
        position &+= RecordRing.footprint(header.size)
      }
      guard position != drained else { return 0 }
      drained = position
      // Releasing: our reads of these bytes are over before the producer, which loads this
      // position with acquiring, may overwrite them.
      unsafe memory.drained.pointee.store(position, ordering: .releasing)
      return count
    }

    /// Says that every record drained so far is on disk.
    package func commit() {
      // Releasing pairs with `Producer.committed`: the commit happened before the acknowledgement.
      unsafe memory.committed.pointee.store(drained, ordering: .releasing)
    }
  }
}
