// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@Suite("The record ring")
struct RecordRingTests {
  @Test(
    "at every wrap position and record size, what goes in comes out whole and in order",
    arguments: [64, 128, 256, 512])
  func sweep(capacityBytes: Int) {
    for start in stride(from: 0, to: capacityBytes, by: 8) {
      for size in 0...RecordRing.recordSizeMax(capacityBytes: capacityBytes) {
        var ring = RingUnderTest(capacityBytes: capacityBytes)
        ring.advance(byteCount: start)
        let record = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 31 + start) }
        let first = ring.fill(with: record)
        let firstOut = ring.drain()
        let second = ring.fill(with: record)
        let secondOut = ring.drain()
        guard !first.isEmpty, first == firstOut, !second.isEmpty, second == secondOut else {
          Issue.record("capacity \(capacityBytes), start \(start), size \(size)")
          return
        }
      }
    }
  }

  @Test("a full ring says no and writes nothing", arguments: [64, 128, 256, 512])
  func full(capacityBytes: Int) {
    for size in 0...RecordRing.recordSizeMax(capacityBytes: capacityBytes) {
      var ring = RingUnderTest(capacityBytes: capacityBytes)
      let published = ring.fill(with: Array(repeating: 7, count: size))
      let position = ring.producer.published
      let again = ring.publish(Array(repeating: 9, count: size))
      #expect(!again)
      #expect(ring.producer.published == position)
      #expect(ring.drain() == published, "capacity \(capacityBytes), size \(size)")
    }
  }

  @Test("an empty ring of 64 bytes holds exactly eight empty records")
  func emptyRecords() {
    var ring = RingUnderTest(capacityBytes: 64)
    let records = ring.fill(with: [])
    #expect(records.count == 8)
  }

  @Test("a ring without records hands out nothing")
  func nothing() {
    var ring = RingUnderTest(capacityBytes: 64)
    #expect(ring.drain().isEmpty)
    #expect(ring.producer.isCommitted == true)
  }

  @Test("draining hands out no more than its limit and keeps the rest in order")
  func limit() {
    for limit in 0...9 {
      var ring = RingUnderTest(capacityBytes: 128)
      let records = ring.fill(with: [1, 2, 3])
      let first = ring.drain(limit: limit)
      #expect(first == Array(records.prefix(limit)))
      #expect(ring.drain() == Array(records.dropFirst(limit)))
    }
  }

  @Test("one drained record makes room for one more of its size")
  func roomComesBack() {
    var ring = RingUnderTest(capacityBytes: 64)
    var expected = ring.fill(with: Array(repeating: 1, count: 8))
    #expect(expected.count == 4)
    for round in 0..<100 {
      let oldest = ring.drain(limit: 1)
      #expect(oldest == [expected.removeFirst()])
      let record = Array(repeating: UInt8(round), count: 8)
      let isPublished = ring.publish(record)
      #expect(isPublished)
      expected.append(record)
      let isOverfull = ring.publish(record)
      #expect(!isOverfull)
    }
    #expect(ring.drain() == expected)
  }

  @Test("only what was drained before a commit is committed")
  func commit() {
    var ring = RingUnderTest(capacityBytes: 256)
    let records: [[UInt8]] = [[1], [2, 2], [3, 3, 3]]
    var ends: [UInt64] = []
    for record in records {
      let isPublished = ring.publish(record)
      #expect(isPublished)
      ends.append(ring.producer.published)
    }
    #expect(ring.producer.committed == 0)
    ring.consumer.commit()
    #expect(ring.producer.committed == 0, "nothing was drained yet")
    #expect(ring.drain(limit: 2) == Array(records[..<2]))
    #expect(ring.producer.committed == 0, "drained is not committed")
    ring.consumer.commit()
    #expect(ring.producer.committed == ends[1])
    #expect(ring.producer.isCommitted == false)
    #expect(ring.drain() == [records[2]])
    ring.consumer.commit()
    #expect(ring.producer.committed == ends[2])
    #expect(ring.producer.isCommitted == true)
  }

  @Test("random publishing and draining agree with a plain queue")
  func model() {
    let seed = UInt64.random(in: 0...(.max))
    print("record ring model seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for capacityBytes in [64, 128, 256, 512] {
      var ring = RingUnderTest(capacityBytes: capacityBytes)
      var queue: [[UInt8]] = []
      let sizes = 0...RecordRing.recordSizeMax(capacityBytes: capacityBytes)
      for _ in 0..<5_000 {
        if Bool.random(using: &generator) {
          let byte = UInt8.random(in: 0...(.max), using: &generator)
          let record = Array(repeating: byte, count: Int.random(in: sizes, using: &generator))
          let isPublished = ring.publish(record)
          if isPublished { queue.append(record) }
          if !isPublished && queue.isEmpty {
            Issue.record("an empty ring refused a record, seed \(seed)")
          }
        } else {
          let limit = Int.random(in: 0...3, using: &generator)
          let drained = ring.drain(limit: limit)
          guard drained == Array(queue.prefix(limit)) else {
            Issue.record("capacity \(capacityBytes), seed \(seed)")
            return
          }
          queue.removeFirst(drained.count)
        }
      }
      #expect(ring.drain() == queue)
    }
  }
}
