// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry

/// A line of a replay is read the same each time, whatever stands behind it in memory, and the
/// payload in it decodes where it lies as it does from a place of its own.
final class ReplayProperty {
  private enum Seen: Equatable {
    case message(
      receivedAt: Milliseconds, flags: ReadingFlags, topic: [UInt8], payload: [UInt8])
    case unobserved(Interval)
    case invalid
  }

  private let lines = ReplayLineCodec()

  func check(
    _ input: [UInt8], _ memory: GuardedBytes, _ codecs: [JSONCodec]
  ) throws(Violation) {
    let first = try read(input, memory, padding: 0, codecs)
    _ = unsafe lines.read(memory.place(Array(#"{"observed":false}"#.utf8), padding: 0))
    let second = try read(input, memory, padding: UInt8(ascii: "}"), codecs)
    try require(first == second, "a line read twice says two things")
  }

  private func read(
    _ input: [UInt8], _ memory: GuardedBytes, padding: UInt8, _ codecs: [JSONCodec]
  ) throws(Violation) -> Seen {
    switch unsafe lines.read(memory.place(input, padding: padding)) {
    case .invalid: return .invalid
    case .unobserved(let interval): return .unobserved(interval)
    case .message(let message):
      let header = unsafe message.header
      let topic = unsafe Array(message.topic)
      let payload = unsafe Array(message.payload)
      try require(
        topic.count == Int(header.topicSize) && payload.count == Int(header.payloadSize),
        "a line's header does not say the sizes of its message")
      try require(unsafe Self.isReadable(message.payload), "the address sanitizer found this")
      for codec in codecs where payload.count <= memory.contentSizeBytesMax {
        let inPlace = unsafe DecodedPayload(unsafe message.payload, codec)
        let alone = unsafe DecodedPayload(unsafe memory.place(payload, padding: padding), codec)
        try inPlace.checkSame(as: alone)
      }
      return .message(
        receivedAt: header.receivedAt, flags: unsafe message.flags, topic: topic,
        payload: payload)
    }
  }

  /// Touches the 64 bytes behind a payload, which the decoder is promised.
  private static func isReadable(_ payload: UnsafeRawBufferPointer) -> Bool {
    guard let base = payload.baseAddress else { return unsafe payload.isEmpty }
    var sum: UInt64 = 0
    for offset in 0..<RecordRing.readableBytesBehind {
      sum += unsafe UInt64(base.load(fromByteOffset: payload.count + offset, as: UInt8.self))
    }
    return sum < .max
  }
}
