// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import TestSupport
import Testing

/// The records of one run: both threads derive the same ones from the same seed.
private struct RecordPlan {
  static let recordCount = 300_000
  static let sizeMax = 200
  private var generator: SeededGenerator
  private let noise: [UInt8]

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    var noise: [UInt8] = []
    for _ in 0..<1_024 { noise.append(UInt8.random(in: 0...(.max), using: &generator)) }
    self.noise = noise
  }

  /// Gives the next record of the plan to `body`, which must not keep it.
  mutating func next<Answer>(_ body: (UnsafeRawBufferPointer) -> Answer) -> Answer {
    let random = generator.next()
    let size = Int(random % UInt64(Self.sizeMax + 1))
    let start = Int((random >> 32) % UInt64(noise.count - Self.sizeMax))
    return unsafe noise.withUnsafeBytes { bytes in
      unsafe body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + size]))
    }
  }
}

/// The writing thread: publishes the whole plan, then waits until all of it is committed.
private final class Writer: @unchecked Sendable {
  // Sendable: made on the test's thread, then used by the writing thread alone.
  private var producer: RecordRing.Producer
  private var plan: RecordPlan

  init(producer: consuming RecordRing.Producer, seed: UInt64) {
    self.producer = producer
    plan = RecordPlan(seed: seed)
  }

  func run() {
    let nothing = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    for _ in 0..<RecordPlan.recordCount {
      unsafe plan.next { record in
        let middle = record.count / 2
        let front = unsafe UnsafeRawBufferPointer(rebasing: record[..<middle])
        let back = unsafe UnsafeRawBufferPointer(rebasing: record[middle...])
        while unsafe !producer.publish(front, nothing, back) { sched_yield() }
      }
      precondition(producer.committed <= producer.published, "committed before it was published")
    }
    while !producer.isCommitted { sched_yield() }
  }
}

@Suite("The record ring between two threads")
struct RecordRingThreadTests {
  @Test("300,000 records of random size arrive whole and in order", arguments: [1_024, 65_536])
  func transfer(capacityBytes: Int) {
    let seed = UInt64.random(in: 0...(.max))
    print("record ring threads seed \(seed), capacity \(capacityBytes)")
    var ends = RecordRing.make(capacityBytes: capacityBytes)
    let writer = Writer(producer: ends.takeProducer(), seed: seed)
    var consumer = ends.takeConsumer()
    let isOver = DispatchSemaphore(value: 0)
    let thread = Thread {
      writer.run()
      isOver.signal()
    }
    thread.start()
    var plan = RecordPlan(seed: seed)
    var received = 0
    var wrong = 0
    while received < RecordPlan.recordCount {
      let drained = unsafe consumer.drain(limit: 1 + received % 61) { record in
        let isRight = unsafe plan.next { expected in
          unsafe expected.count == record.count
            && (record.isEmpty
              || memcmp(expected.baseAddress!, record.baseAddress!, record.count) == 0)
        }
        if !isRight { wrong += 1 }
      }
      received += drained
      if drained == 0 { sched_yield() } else { consumer.commit() }
    }
    isOver.wait()
    #expect(received == RecordPlan.recordCount)
    #expect(wrong == 0, "seed \(seed), capacity \(capacityBytes)")
  }
}
