// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// The form in which messages are written to files, for replay.
package enum NDJSON {
  /// `{"topic":…,"payload":…,"received_at":…}` without a line end. The payload stands there as a
  /// JSON string, since not every payload is JSON; `received_at` is RFC 3339, UTC, milliseconds.
  ///
  /// - Precondition: topic and payload are UTF-8, as all simulated ones are; invalid bytes become
  ///   U+FFFD.
  package static func line(_ message: SimulatedMessage) -> String {
    line(topic: message.topic, payload: message.payload, at: message.publishedAt)
  }

  /// The same for a slot, which the broker retained.
  package static func line(_ slot: SlotAnnouncement, at instant: Milliseconds) -> String {
    line(topic: slot.topic, payload: slot.payload, at: instant, isRetained: true)
  }

  /// The same with its line end, for those who write millions.
  package static func append(_ message: SimulatedMessage, to bytes: inout [UInt8]) {
    append(
      topic: message.topic, payload: message.payload, at: message.publishedAt, isRetained: false,
      to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Nobody listened then; without a line end.
  package static func unobserved(_ gap: Interval) -> String {
    var bytes = Array("{\"observed\":false,\"from\":\"".utf8)
    bytes.appendTimestamp(gap.start)
    bytes.append(contentsOf: "\",\"to\":\"".utf8)
    bytes.appendTimestamp(gap.end)
    bytes.append(contentsOf: "\"}".utf8)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func line(
    topic: String, payload: [UInt8], at instant: Milliseconds, isRetained: Bool = false
  ) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(payload.count * 5 / 4 + 128)
    append(topic: topic, payload: payload, at: instant, isRetained: isRetained, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func append(
    topic: String, payload: [UInt8], at instant: Milliseconds, isRetained: Bool,
    to bytes: inout [UInt8]
  ) {
    bytes.append(contentsOf: "{\"topic\":\"".utf8)
    appendEscaped(topic.utf8, to: &bytes)
    bytes.append(contentsOf: "\",\"payload\":\"".utf8)
    appendEscaped(payload, to: &bytes)
    bytes.append(contentsOf: "\",\"received_at\":\"".utf8)
    bytes.appendTimestamp(instant)
    bytes.append(contentsOf: (isRetained ? "\",\"retained\":true}" : "\"}").utf8)
  }

  private static func appendEscaped(_ text: some Sequence<UInt8>, to bytes: inout [UInt8]) {
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        for nibble in [byte >> 4, byte & 15] {
          bytes.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
        }
      default:
        bytes.append(byte)
      }
    }
  }
}
