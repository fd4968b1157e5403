// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry

/// A codec with a profile made for tests, one metric of every form and wildcard.
struct CodecUnderTest {
  let codec: JSONCodec

  init() { codec = JSONCodec(profile: Self.profile) }

  /// Decodes a text as it would lie in the ring: with 64 bytes behind that mean nothing.
  func decode(_ text: String) -> Result<JSONCodec.Decoded, PayloadFault> {
    decode(Array(text.utf8))
  }

  func decode(_ payload: [UInt8]) -> Result<JSONCodec.Decoded, PayloadFault> {
    // Closing braces, so that a decoder that looked at them would be caught.
    let readable = payload + Array(repeating: UInt8(ascii: "}"), count: 64)
    return unsafe readable.withUnsafeBytes { bytes in
      unsafe codec.decode(UnsafeRawBufferPointer(rebasing: bytes[..<payload.count]))
    }
  }

  /// The fault of a payload, or nil if it is a reading.
  func fault(_ text: String) -> PayloadFault? {
    guard case .failure(let fault) = decode(text) else { return nil }
    return fault
  }

  /// One metric of a payload that must decode.
  func value(_ metric: String, in text: String) throws -> Value {
    _ = try decode(text).get()
    guard let column = codec.profile.column(of: metric) else {
      preconditionFailure("the test's profile has no metric \(metric)")
    }
    return codec.value(at: column)
  }

  private static let profile = Profile(
    kind: "test-kind", title: title, version: 1, reportInterval: 60_000, offlineAfter: 180_000,
    serviceHours: [],
    metrics: [
      metric("temp", "/temp", .gauge, lowest: -10, highest: 90),
      metric("rtt", "/wan/rtt_ms", .gauge),
      metric("bytes", "/rx_bytes", .counter),
      metric("ipv6", "/ipv6", .flag),
      metric("play", "/play", .state, words: ["playing", "idle"]),
      metric("fw", "/fw", .state),
      metric("clients", "/radio/*/clients", .gauge, aggregation: .sum),
      metric("busiest", "/radio/*/clients", .gauge, aggregation: .max),
      metric("horns", "/spk/*/ok", .gauge, aggregation: .sum),
      metric("anyHorn", "/spk/*/ok", .flag, aggregation: .max),
      metric("allHorns", "/spk/*/ok", .flag, aggregation: .min),
      metric("calmest", "/radio/*/clients", .gauge, aggregation: .min),
      metric("second", "/radio/1/clients", .gauge),
      metric("escaped", "/a~1b/c~0d", .gauge),
      metric("sent", "/port/*/tx", .counter, aggregation: .sum),
    ],
    service: [], usage: [], alerts: [])

  private static let title = Title(vi: "Thử", en: "Test")

  private static func metric(
    _ name: String, _ path: String, _ form: Metric.Form, lowest: Double? = nil,
    highest: Double? = nil, aggregation: Metric.Aggregation? = nil, words: [String] = []
  ) -> Metric {
    Metric(
      name: name, path: path, form: form, lowest: lowest, highest: highest,
      aggregation: aggregation, words: words, title: title)
  }
}
