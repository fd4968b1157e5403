// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@Suite("A message in the ring")
struct MessageTests {
  @Test("a message header takes 32 bytes")
  func size() {
    #expect(MemoryLayout<MessageHeader>.size == 32)
  }

  @Test("a record comes apart into the header, topic and payload it was made of")
  func parts() {
    let header = MessageHeader(
      receivedAt: 1_795_251_427_638, payloadSize: 2, topicSize: 3, packetID: 9, session: 1,
      flags: [.backlog, .redelivered])
    var record = unsafe withUnsafeBytes(of: header) { unsafe Array($0) }
    record += Array("a/b{}".utf8)
    unsafe record.withUnsafeBytes { bytes in
      let message = unsafe Message(record: bytes)
      #expect(unsafe message.header.receivedAt == 1_795_251_427_638)
      #expect(unsafe Array(message.topic) == Array("a/b".utf8))
      #expect(unsafe Array(message.payload) == Array("{}".utf8))
      #expect(unsafe message.flags == [.backlog, .redelivered])
      #expect(unsafe !message.isOversize)
    }
  }

  @Test("a payload is oversize from the first byte beyond the limit")
  func oversize() {
    for (size, isOversize) in [(MessageHeader.payloadSizeMax, false), (65_537, true)] {
      let header = MessageHeader(
        receivedAt: 0, payloadSize: size, topicSize: 0, packetID: 0, session: 0, flags: [])
      let nothing = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
      let message = unsafe Message(header: header, topic: nothing, payload: nothing)
      #expect(unsafe message.isOversize == isOversize)
    }
  }
}
