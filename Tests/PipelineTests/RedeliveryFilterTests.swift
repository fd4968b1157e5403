// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Pipeline

@Suite("recognising redeliveries")
struct RedeliveryFilterTests {
  @Test("the same packet id and payload on the same session is a redelivery")
  func same() {
    var filter = RedeliveryFilter(receiveMaximum: 10)
    filter.note(session: 1, packetID: 7, hash: 99)
    #expect(filter.isRedelivery(session: 1, packetID: 7, hash: 99))
  }

  @Test("another packet id, payload or session is not")
  func different() {
    var filter = RedeliveryFilter(receiveMaximum: 10)
    filter.note(session: 1, packetID: 7, hash: 99)
    #expect(!filter.isRedelivery(session: 1, packetID: 8, hash: 99))
    #expect(!filter.isRedelivery(session: 1, packetID: 7, hash: 98))
    #expect(!filter.isRedelivery(session: 2, packetID: 7, hash: 99))
  }

  @Test("QoS 0 and replay are never redelivered")
  func withoutPacketID() {
    var filter = RedeliveryFilter(receiveMaximum: 10)
    filter.note(session: 1, packetID: 0, hash: 99)
    filter.note(session: 0, packetID: 7, hash: 99)
    #expect(!filter.isRedelivery(session: 1, packetID: 0, hash: 99))
    #expect(!filter.isRedelivery(session: 0, packetID: 7, hash: 99))
  }

  @Test("what lies two receive maxima back was acknowledged, however a batch was stored")
  func receiveMaximum() {
    var filter = RedeliveryFilter(receiveMaximum: 10)
    filter.note(session: 1, packetID: 1, hash: 1)
    for number in 2...20 {
      filter.note(session: 1, packetID: UInt16(number), hash: UInt64(number))
    }
    #expect(filter.isRedelivery(session: 1, packetID: 1, hash: 1))
    filter.note(session: 1, packetID: 21, hash: 21)
    #expect(!filter.isRedelivery(session: 1, packetID: 1, hash: 1))
    #expect(filter.isRedelivery(session: 1, packetID: 2, hash: 2))
  }

  @Test("a packet id that was used again stands for its newest message")
  func reused() {
    var filter = RedeliveryFilter(receiveMaximum: 10)
    filter.note(session: 1, packetID: 7, hash: 1)
    filter.note(session: 1, packetID: 7, hash: 2)
    #expect(!filter.isRedelivery(session: 1, packetID: 7, hash: 1))
    #expect(filter.isRedelivery(session: 1, packetID: 7, hash: 2))
  }
}
