// SPDX-License-Identifier: Apache-2.0

import Synchronization

extension RecordRing {
  /// The reading end of a ring. One thread at a time.
  package struct Consumer: ~Copyable, Sendable {
    private let memory: RingMemory
    /// End of the newest record handed out; only this end moves it.
    package private(set) var drained: UInt64 = 0

    init(_ memory: RingMemory) { self.memory = memory }

    /// Hands out at most `limit` records in order, then gives their room back to the producer.
    ///
    /// The bytes are valid during `body` only; 64 bytes behind them can be read and mean nothing.
    /// - Returns: how many records `body` was given.
    package mutating func drain(
      limit: Int, _ body: (UnsafeRawBufferPointer) -> Void
    ) -> Int {
      // Acquiring pairs with the releasing store in `Producer.publish`: the bytes of every record
      // below this position are visible.
      let published = unsafe memory.published.pointee.load(ordering: .acquiring)
      var position = drained
      var count = 0
      while position < published && count < limit {
        let place = unsafe memory.place(position)
        let size = unsafe Int(place.load(as: UInt32.self))
        let isPadding = unsafe place.load(fromByteOffset: 4, as: UInt32.self) == 1
        if !isPadding {
          unsafe body(UnsafeRawBufferPointer(start: place + Int(headerSize), count: size))
          count += 1
        }
        position += RecordRing.footprint(size)
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
