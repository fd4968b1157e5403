// SPDX-License-Identifier: Apache-2.0

import Ingest
import Storage
import Telemetry

/// Payloads, lines of a replay and bytes to scrub: the same input as each of them.
///
/// As a payload it is decoded by every shipped profile: the same each time, whatever stands behind
/// it in memory and whatever was decoded before; within the forms and ranges of the profile; and
/// back from a block bit for bit, alone and in one batch with each of its lines.
package final class DecoderProperty: Property {
  /// A batch of more lines teaches nothing new and costs time.
  private static let lineCountMax = 8

  private let codecs: [JSONCodec]
  private let replay = ReplayProperty()
  private let memory = GuardedBytes(contentSizeBytesMax: MessageHeader.payloadSizeMax)

  package init(profiles: [Profile]) { codecs = profiles.map { JSONCodec(profile: $0) } }

  package func check(_ input: [UInt8]) throws(Violation) {
    guard input.count <= MessageHeader.payloadSizeMax else { return }
    let lines = input.split(separator: UInt8(ascii: "\n")).prefix(Self.lineCountMax).map(Array.init)
    for codec in codecs { try checkBatch([input] + (lines.count > 1 ? lines : []), codec) }
    try replay.check(input, memory, codecs)
    try Self.checkScrubbing(input)
  }

  private func checkBatch(_ payloads: [[UInt8]], _ codec: JSONCodec) throws(Violation) {
    let profile = codec.profile
    let stage = ReadingStage(profile: profile)
    var rows: [[Value]] = []
    for payload in payloads {
      let first = unsafe DecodedPayload(unsafe memory.place(payload, padding: 0), codec)
      let other: [UInt8] = Array(#"{"online":false,"seq":7,"ts":"2026-11-21T05:00:00Z"}"#.utf8)
      _ = unsafe codec.decode(memory.place(other, padding: 0))
      let second = unsafe DecodedPayload(
        unsafe memory.place(payload, padding: UInt8(ascii: "}")), codec)
      try first.checkSame(as: second)
      guard case .success(let decoded) = second.outcome else { continue }
      try second.checkFits(profile, decoded)
      codec.append(.of(payload, sentAt: decoded.sentAt), to: stage)
      rows.append(second.values)
    }
    // Most made-up payloads are none, and a block of nothing is always the same.
    if !rows.isEmpty { try checkColumns(stage.take(), rows) }
  }

  private func checkColumns(_ columns: ReadingColumns, _ rows: [[Value]]) throws(Violation) {
    for (row, values) in rows.enumerated() {
      for (metric, value) in values.enumerated() {
        try require(
          Identity.holds(columns.metrics[metric][row], value),
          "\(columns.metricNames[metric]) of row \(row) stands in its column as another value")
      }
    }
    try BlockProperty.checkRoundTrip(columns)
  }

  private static func checkScrubbing(_ input: [UInt8]) throws(Violation) {
    var scrubbed = input
    PersonalData.scrub(&scrubbed)
    try require(scrubbed.count == input.count, "scrubbing changed the length")
    try require(!HardwareAddress.occurs(in: scrubbed), "a MAC address survives scrubbing")
    for index in input.indices where scrubbed[index] != input[index] {
      try require(
        scrubbed[index] == UInt8(ascii: "x") && HardwareAddress.isHexadecimal(input[index]),
        "scrubbing changed byte \(index), which is no digit")
    }
    var again = scrubbed
    PersonalData.scrub(&again)
    try require(again == scrubbed, "scrubbing twice is not scrubbing once")
  }
}

extension ReadingStage.Envelope {
  /// What the engine adds to a decoded payload, from the payload alone.
  static func of(_ payload: [UInt8], sentAt: Milliseconds?) -> Self {
    let hash = unsafe payload.withUnsafeBytes { unsafe PayloadHash.of($0) }
    return Self(
      device: Int64(bitPattern: hash), channel: Channel.allCases[Int(hash % 4)],
      flags: ReadingFlags(rawValue: UInt16(truncatingIfNeeded: hash >> 8)),
      receivedAt: Int64(bitPattern: hash &* 3), eventTime: sentAt ?? 0,
      session: UInt16(truncatingIfNeeded: hash >> 24),
      packetID: UInt16(truncatingIfNeeded: hash >> 40), payloadHash: hash)
  }
}
