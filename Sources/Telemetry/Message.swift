// SPDX-License-Identifier: Apache-2.0

/// What stands before topic and payload in every record of the ring. 32 bytes, in memory order.
package struct MessageHeader: Sendable, BitwiseCopyable {
  package var receivedAt: Milliseconds
  /// Length as it came; the record may hold less of a payload beyond `payloadSizeMax`.
  package var payloadSize: UInt32
  package var topicSize: UInt16
  package var packetID: UInt16
  package var session: UInt16
  package var flags: UInt16
  /// Fills the header to 32 bytes, so that topic and payload start aligned.
  private var reserved: (UInt32, UInt32, UInt32) = (0, 0, 0)

  /// The largest payload that is decoded; larger ones are quarantined.
  package static let payloadSizeMax = 65_536
  /// How much of a payload beyond the limit is kept for the quarantine.
  package static let oversizeKept = 1_024

  package init(
    receivedAt: Milliseconds, payloadSize: Int, topicSize: Int, packetID: UInt16, session: UInt16,
    flags: ReadingFlags
  ) {
    self.receivedAt = receivedAt
    self.payloadSize = UInt32(clamping: payloadSize)
    self.topicSize = UInt16(topicSize)
    self.packetID = packetID
    self.session = session
    self.flags = flags.rawValue
  }
}

/// One message as it lies in the ring (or in a replay's buffer): valid while the record is.
@unsafe package struct Message {
  package let header: MessageHeader
  package let topic: UnsafeRawBufferPointer
  /// At least 64 more bytes can be read behind its end.
  package let payload: UnsafeRawBufferPointer

  package init(
    header: MessageHeader, topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer
  ) {
    unsafe self.header = header
    unsafe self.topic = topic
    unsafe self.payload = payload
  }

  /// Takes a record of the ring apart.
  package init(record: UnsafeRawBufferPointer) {
    let header = unsafe record.loadUnaligned(as: MessageHeader.self)
    let start = MemoryLayout<MessageHeader>.size
    let middle = start + Int(header.topicSize)
    unsafe self.header = header
    unsafe topic = UnsafeRawBufferPointer(rebasing: record[start..<middle])
    unsafe payload = UnsafeRawBufferPointer(rebasing: record[middle...])
  }

  package var flags: ReadingFlags { unsafe ReadingFlags(rawValue: header.flags) }
  package var isOversize: Bool { unsafe Int(header.payloadSize) > MessageHeader.payloadSizeMax }
}
