// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A single-producer single-consumer ring of variable-length byte records in one allocation.
///
/// One session thread owns the ``Producer``, the engine's thread owns the ``Consumer``; the ring
/// is bounded by its capacity and full means that `publish` says no: nothing is ever dropped.
/// Positions are byte offsets that only grow (64 bits last longer than any machine); a position
/// modulo the capacity is a place in memory. Three of them chain, as in the LMAX Disruptor:
/// `committed <= drained <= published <= drained + capacity`.
///
/// A record is an 8-byte header (its length, and whether it is padding), then its bytes, rounded
/// up to 8. It never wraps: where it would, a padding record fills the rest of the ring. Behind
/// the last byte of every record 64 more can be read, because simdjson loads past the end.
/// Models: Agrona's `OneToOneRingBuffer`, rigtorp's `SPSCQueue`.
package enum RecordRing {
  /// Bytes that may be read, and mean nothing, behind the end of any record.
  package static let readableBytesBehind = 64
  static let alignment: UInt64 = 8
  static let headerSize: UInt64 = 8

  /// Makes a ring and splits it into its two ends.
  ///
  /// - Parameter capacityBytes: a power of two, at least 64. A record may take at most half of it,
  ///   so that padding and record together always fit an empty ring.
  package static func make(capacityBytes: Int) -> Ends {
    precondition(
      capacityBytes >= 64 && capacityBytes & (capacityBytes - 1) == 0,
      "a ring's capacity is a power of two and at least 64 bytes")
    let memory = RingMemory(capacityBytes: capacityBytes)
    return Ends(producer: Producer(memory), consumer: Consumer(memory))
  }

  /// The longest record, in bytes, that a ring of this capacity takes.
  package static func recordSizeMax(capacityBytes: Int) -> Int {
    capacityBytes / 2 - Int(headerSize)
  }

  /// Both ends of one ring, to be taken apart and handed to two threads.
  package struct Ends: ~Copyable {
    private var producer: Producer?
    private var consumer: Consumer?

    init(producer: consuming Producer, consumer: consuming Consumer) {
      self.producer = consume producer
      self.consumer = consume consumer
    }

    /// - Precondition: not taken before.
    package mutating func takeProducer() -> Producer {
      guard let taken = producer.take() else { preconditionFailure("a producer taken twice") }
      return taken
    }

    /// - Precondition: not taken before.
    package mutating func takeConsumer() -> Consumer {
      guard let taken = consumer.take() else { preconditionFailure("a consumer taken twice") }
      return taken
    }
  }

  /// A size is not negative and, as every header holds it in 32 bits, far from any overflow.
  static func footprint(_ recordSize: Int) -> UInt64 {
    (UInt64(truncatingIfNeeded: recordSize) &+ headerSize &+ alignment &- 1) & ~(alignment &- 1)
  }
}

/// What stands before every record, as one word: its length, and whether it is padding.
struct RecordHeader {
  let word: UInt64

  init(word: UInt64) { self.word = word }

  init(size: UInt64, isPadding: Bool) { word = size | (isPadding ? Self.paddingBit : 0) }

  private static let paddingBit: UInt64 = 1 << 32
  var isPadding: Bool { word & Self.paddingBit != 0 }
  var size: Int { Int(truncatingIfNeeded: word & (Self.paddingBit &- 1)) }
}

/// The allocation behind a ring: the records, and the three positions on cache lines of their own.
@safe final class RingMemory: @unchecked Sendable {
  // Sendable: the bytes belong to the producer from `drained` to `drained + capacity` and to the
  // consumer from `drained` to `published`; the two positions hand them over (see the orderings).
  let capacity: UInt64
  let bytes: UnsafeMutableRawPointer
  private let positions: UnsafeMutableRawPointer
  /// Apple and Intel prefetch cache lines in pairs: 128 bytes keep two positions apart.
  private static let positionStride = 128

  init(capacityBytes: Int) {
    capacity = UInt64(capacityBytes)
    unsafe bytes = UnsafeMutableRawPointer.allocate(
      byteCount: capacityBytes + RecordRing.readableBytesBehind, alignment: 128)
    unsafe bytes.initializeMemory(
      as: UInt8.self, repeating: 0, count: capacityBytes + RecordRing.readableBytesBehind)
    unsafe positions = UnsafeMutableRawPointer.allocate(
      byteCount: 3 * Self.positionStride, alignment: Self.positionStride)
    for index in 0..<3 {
      unsafe (positions + index * Self.positionStride)
        .bindMemory(to: Atomic<UInt64>.self, capacity: 1).initialize(to: Atomic(0))
    }
  }

  deinit {
    unsafe bytes.deallocate()
    unsafe positions.deallocate()
  }

  /// End of the newest record that the consumer may read.
  var published: UnsafeMutablePointer<Atomic<UInt64>> { unsafe position(0) }
  /// End of the newest record whose bytes the producer may overwrite.
  var drained: UnsafeMutablePointer<Atomic<UInt64>> { unsafe position(1) }
  /// End of the newest record that is on disk.
  var committed: UnsafeMutablePointer<Atomic<UInt64>> { unsafe position(2) }

  private func position(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    unsafe (positions + index * Self.positionStride)
      .assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  func place(_ position: UInt64) -> UnsafeMutableRawPointer {
    unsafe bytes + Int(position & (capacity - 1))
  }
}
