// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Both ends of one ring in one hand, with arrays for bytes.
struct RingUnderTest: ~Copyable {
  var producer: RecordRing.Producer
  var consumer: RecordRing.Consumer

  init(capacityBytes: Int) {
    var ends = RecordRing.make(capacityBytes: capacityBytes)
    producer = ends.takeProducer()
    consumer = ends.takeConsumer()
  }

  /// Moves both ends by `byteCount`, a multiple of 8: an empty record is nothing but its header.
  mutating func advance(byteCount: Int) {
    for _ in 0..<byteCount / 8 {
      let isPublished = publish([])
      precondition(isPublished, "an empty ring has room for an empty record")
      precondition(drain() == [[]], "an empty record comes out as it went in")
    }
  }

  /// Publishes a record in three parts, cut where `record` says: every cut is legal.
  mutating func publish(_ record: [UInt8]) -> Bool {
    let firstEnd = record.count / 3
    let secondEnd = record.isEmpty ? 0 : max(firstEnd, Int(record[0]) % (record.count + 1))
    return unsafe record.withUnsafeBytes { bytes in
      unsafe producer.publish(
        UnsafeRawBufferPointer(rebasing: bytes[..<firstEnd]),
        UnsafeRawBufferPointer(rebasing: bytes[firstEnd..<secondEnd]),
        UnsafeRawBufferPointer(rebasing: bytes[secondEnd...]))
    }
  }

  /// Publishes `record` with its last byte counted up until the ring is full; what went in.
  mutating func fill(with record: [UInt8]) -> [[UInt8]] {
    var record = record
    var published: [[UInt8]] = []
    while publish(record) {
      published.append(record)
      if !record.isEmpty { record[record.count - 1] &+= 1 }
    }
    return published
  }

  /// Drains at most `limit` records and reads the promised bytes behind each one.
  mutating func drain(limit: Int = .max) -> [[UInt8]] {
    var records: [[UInt8]] = []
    let count = unsafe consumer.drain(limit: limit) { record in
      unsafe records.append(Array(record))
      guard let base = record.baseAddress else { return }
      let behind = unsafe UnsafeRawBufferPointer(
        start: base + record.count, count: RecordRing.readableBytesBehind)
      _ = unsafe Array(behind)
    }
    precondition(count == records.count, "drain counts the records that it hands out")
    return records
  }
}
