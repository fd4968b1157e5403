// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry

/// Everything a codec says of one payload, taken out of its slots.
struct DecodedPayload {
  /// Beyond it no `ts` is believed: the year 2200, and a day for the zone of an RFC 3339 time.
  private static let sentAtMax: Milliseconds = 7_258_118_400_000 + 86_400_000

  let outcome: Result<JSONCodec.Decoded, PayloadFault>
  /// Empty after a fault.
  private(set) var values: [Value] = []
  private(set) var unknownFields: [String] = []

  init(_ payload: UnsafeRawBufferPointer, _ codec: JSONCodec) {
    outcome = unsafe codec.decode(payload)
    guard case .success = outcome else { return }
    values = codec.profile.metrics.indices.map { codec.value(at: $0) }
    unknownFields = codec.unknownFields()
  }

  func checkSame(as other: DecodedPayload) throws(Violation) {
    switch (outcome, other.outcome) {
    case (.failure(let fault), .failure(let otherFault)):
      try require(fault == otherFault, "a payload has two faults: \(fault), \(otherFault)")
    case (.success(let decoded), .success(let otherDecoded)):
      try require(
        decoded.sentAt == otherDecoded.sentAt
          && Identity.holds(decoded.sentTime, otherDecoded.sentTime)
          && decoded.isOutOfRange == otherDecoded.isOutOfRange,
        "a payload decoded twice has two times or ranges")
      try require(
        values.count == other.values.count
          && zip(values, other.values).allSatisfy { Identity.holds($0, $1) },
        "a payload decoded twice has different values")
      try require(
        Identity.holds(unknownFields, other.unknownFields),
        "a payload decoded twice has different unknown fields")
    default:
      throw Violation("a payload is accepted once and refused once")
    }
  }

  func checkFits(_ profile: Profile, _ decoded: JSONCodec.Decoded) throws(Violation) {
    var isOutOfRange = false
    for (metric, value) in zip(profile.metrics, values) {
      try Self.checkForm(of: value, metric)
      if !Self.isInRange(value, metric) { isOutOfRange = true }
    }
    try require(
      isOutOfRange == decoded.isOutOfRange,
      "a reading says \(decoded.isOutOfRange) of being out of range, its values the contrary")
    try require(
      (decoded.sentAt == nil) == (decoded.sentTime == .absent),
      "a reading has a sent time or an instant, but not both")
    try require(
      (0...Self.sentAtMax).contains(decoded.sentAt ?? 0), "a reading is of another age of the world"
    )
    for name in unknownFields {
      try require(
        !HardwareAddress.occurs(in: Array(name.utf8)), "the name of a field holds a MAC address")
    }
  }

  private static func checkForm(of value: Value, _ metric: Metric) throws(Violation) {
    let fits =
      switch (metric.form, value) {
      case (_, .absent), (.gauge, .integer), (.gauge, .unsigned), (.flag, .flag): true
      case (.gauge, .number(let number)): number.isFinite
      case (.counter, .integer(let total)): total >= 0
      case (.counter, .unsigned(let total)): total > UInt64(Int64.max)
      case (.state, .word(let word)):
        word.utf8.count <= JSONCodec.wordSizeMax && !HardwareAddress.occurs(in: Array(word.utf8))
      default: false
      }
    try require(fits, "\(metric.name) is a \(metric.form.rawValue) and holds \(value)")
  }

  private static func isInRange(_ value: Value, _ metric: Metric) -> Bool {
    switch value {
    case .absent, .flag: true
    case .word(let word):
      metric.words.isEmpty || metric.words.contains { Identity.holds($0, word) }
    case .integer, .unsigned, .number:
      value.double.map { number in
        number >= metric.lowest ?? -.infinity && number <= metric.highest ?? .infinity
      } ?? false
    }
  }
}

/// MAC addresses once more, written otherwise than the scrubber finds them.
enum HardwareAddress {
  static func isHexadecimal(_ byte: UInt8) -> Bool { digits[Int(byte)] }

  private static let digits: [Bool] = (0...UInt8.max).map { byte in
    "0123456789abcdefABCDEF".utf8.contains(byte)
  }

  /// Counts the pairs that stand behind each other with the same separator between them.
  static func occurs(in bytes: [UInt8]) -> Bool {
    for separator in [UInt8(ascii: ":"), UInt8(ascii: "-")] {
      for phase in 0..<3 {
        var pairs = 0
        var index = phase
        while index + 1 < bytes.count {
          let isPair = isHexadecimal(bytes[index]) && isHexadecimal(bytes[index + 1])
          pairs = isPair ? pairs + 1 : 0
          if pairs == 6 { return true }
          if index + 2 >= bytes.count || bytes[index + 2] != separator { pairs = 0 }
          index += 3
        }
      }
    }
    return false
  }
}
