// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization
import Telemetry

/// P4, our side: one producer, one consumer, 256-byte records copied through ``RecordRing``.
///
///     RingBenchmark RECORDS single|batch|allocating
///
/// `single` publishes and drains one record at a time, `batch` shows 64 at a time and drains all
/// there is, `allocating` is the control of the allocation counter: the consumer allocates once a
/// record. Prints million records a second, a checksum over the order of the records and one word
/// of each of their cache lines, and the allocations between start and end (`-` without the counter
/// of `allocations.c`).
@main struct RingBenchmark {
  static let recordSizeBytes = 256
  /// The power of two nearest below 4,096 slots of 264 bytes: 3,971 records.
  static let capacityBytes = 1 << 20
  /// What the peers publish at once as well.
  static let batchRecords = 64
  /// Bounded, so that the producer gets room back while the consumer is still reading.
  static let drainRecordsMax = 512

  enum Mode: String { case single, batch, allocating }

  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let records = Int(arguments[1]),
      let mode = Mode(rawValue: arguments[2])
    else {
      print("usage: RingBenchmark RECORDS single|batch|allocating")
      exit(64)
    }
    let run = RingRun(records: records, mode: mode)
    let result = run.measure()
    let allocations = result.allocations.map(String.init) ?? "-"
    print("\(Double(records) / result.seconds / 1e6) \(result.checksum) \(allocations)")
  }
}

/// One run: the consumer on a thread of its own, the producer on the caller's.
struct RingRun {
  struct Result {
    var seconds: Double
    var checksum: UInt64
    var allocations: UInt64?
  }

  let records: Int
  let mode: RingBenchmark.Mode

  func measure() -> Result {
    var ends = RecordRing.make(capacityBytes: RingBenchmark.capacityBytes)
    let side = ConsumerSide(ends.takeConsumer(), records: records, mode: mode)
    let thread = Thread { side.run() }
    thread.start()
    Cores.pin(toCore: 0)
    let producer = ProducerSide(ends.takeProducer(), records: records, mode: mode)
    while !side.isReady { sched_yield() }
    let allocationsBefore = AllocationCounter.total()
    let clock = ContinuousClock()
    let start = clock.now
    producer.run()
    while !side.isDone { sched_yield() }
    let length = (clock.now - start).components
    let allocationsAfter = AllocationCounter.total()
    return Result(
      seconds: Double(length.seconds) + Double(length.attoseconds) / 1e18,
      checksum: side.checksum.load(ordering: .acquiring),
      allocations: allocationsBefore.flatMap { before in allocationsAfter.map { $0 - before } })
  }
}

/// The writing end and the numbered records it writes again and again.
///
/// They are numbered before: a record that is changed just before it is copied would be copied at
/// the speed at which stores leave the core, whatever the ring does.
final class ProducerSide {
  private var producer: RecordRing.Producer?
  private let source: [UInt64]
  private let records: Int
  private let mode: RingBenchmark.Mode

  init(_ producer: consuming RecordRing.Producer, records: Int, mode: RingBenchmark.Mode) {
    self.producer = consume producer
    self.records = records
    self.mode = mode
    source = (0..<RingBenchmark.batchRecords).flatMap { number in
      [UInt64(number)] + Array(repeating: 7, count: RingBenchmark.recordSizeBytes / 8 - 1)
    }
  }

  func run() {
    guard var producer = producer.take() else { preconditionFailure("a producer is taken once") }
    unsafe source.withUnsafeBytes { bytes in
      let none = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
      for number in 0..<records {
        let start = number % RingBenchmark.batchRecords * RingBenchmark.recordSizeBytes
        let record = unsafe UnsafeRawBufferPointer(
          rebasing: bytes[start..<start + RingBenchmark.recordSizeBytes])
        if mode == .batch {
          while unsafe !producer.append(record, none, none) {}
          if start == 0 { producer.publishAppended() }
        } else {
          while unsafe !producer.publish(record, none, none) {}
        }
      }
      producer.publishAppended()
    }
  }
}

/// The reading thread and what it found.
final class ConsumerSide: Sendable {
  // The consumer cannot be copied: it waits here until the thread that owns it takes it.
  private let consumer: Mutex<RecordRing.Consumer?>
  private let records: Int
  private let mode: RingBenchmark.Mode
  private let ready = Atomic(false)
  private let done = Atomic(false)
  let checksum = Atomic<UInt64>(0)

  init(_ consumer: consuming sending RecordRing.Consumer, records: Int, mode: RingBenchmark.Mode) {
    self.consumer = Mutex(consumer)
    self.records = records
    self.mode = mode
  }

  var isReady: Bool { ready.load(ordering: .acquiring) }
  var isDone: Bool { done.load(ordering: .acquiring) }

  func run() {
    Cores.pin(toCore: 1)
    guard var consumer = consumer.withLock({ $0.take() }) else {
      preconditionFailure("a consumer is taken once")
    }
    let limit = mode == .batch ? RingBenchmark.drainRecordsMax : 1
    ready.store(true, ordering: .releasing)
    var sum: UInt64 = 0
    var left = records
    while left > 0 {
      left -= unsafe consumer.drain(limit: limit) { record in
        if mode == .allocating { Allocation.once() }
        unsafe sum = sum &* 31 &+ record.loadUnaligned(as: UInt64.self)
        unsafe sum &+= record.loadUnaligned(fromByteOffset: 64, as: UInt64.self)
        unsafe sum &+= record.loadUnaligned(fromByteOffset: 128, as: UInt64.self)
        unsafe sum &+= record.loadUnaligned(fromByteOffset: 192, as: UInt64.self)
      }
    }
    checksum.store(sum, ordering: .releasing)
    done.store(true, ordering: .releasing)
  }
}

enum Allocation {
  /// Kept from the optimiser, which would see that nobody needs the memory.
  @inline(never) static func once() {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 24, alignment: 8)
    unsafe memory.storeBytes(of: 1, as: UInt8.self)
    unsafe memory.deallocate()
  }
}

enum Cores {
  /// Keeps the calling thread on one core; on a machine with fewer it stays where it is.
  ///
  /// Glibc declares the call only for those who ask for GNU extensions, so it is looked up.
  static func pin(toCore core: Int) {
    guard let symbol = unsafe dlsym(nil, "sched_setaffinity") else { return }
    typealias Pin = @convention(c) (Int32, Int, UnsafeRawPointer) -> Int32
    var set = UInt64(1) << UInt64(core)
    _ = unsafe unsafeBitCast(symbol, to: Pin.self)(0, MemoryLayout<UInt64>.size, &set)
  }
}

/// The counter that `allocations.c` puts before malloc; absent when it is not preloaded.
enum AllocationCounter {
  static func total() -> UInt64? {
    guard let symbol = unsafe dlsym(nil, "nhip_allocations_total") else { return nil }
    typealias Total = @convention(c) () -> UInt64
    return unsafe unsafeBitCast(symbol, to: Total.self)()
  }
}
