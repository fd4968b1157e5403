// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry
import Testing

@Suite("The JSON codec")
struct JSONCodecTests {
  private let codec = CodecUnderTest()

  @Test("a full payload becomes one row")
  func row() throws {
    let payload = #"""
      {"temp":31.5,"wan":{"rtt_ms":38},"rx_bytes":812345678,"ipv6":true,"play":"playing",
      "fw":"1.2","radio":[{"clients":9},{"clients":5}],"spk":[{"ok":true},{"ok":false}],
      "port":{"a":{"tx":1},"b":{"tx":2}},"ts":"2026-11-21T05:37:07.638Z"}
      """#
    let decoded = try codec.decode(payload).get()
    #expect(decoded.sentAt == 1_795_239_427_638)
    #expect(decoded.sentTime == .word("2026-11-21T05:37:07.638Z"))
    #expect(!decoded.isOutOfRange)
    let stage = ReadingStage(profile: codec.codec.profile)
    codec.codec.append(.ofDevice(7), to: stage)
    let columns = stage.take()
    #expect(columns.sentTime[0] == decoded.sentTime)
    #expect(
      columns.metrics.map { $0[0] } == [
        .number(31.5), .integer(38), .integer(812_345_678), .flag(true), .word("playing"),
        .word("1.2"), .integer(14), .integer(9), .integer(1), .flag(true), .flag(false),
        .integer(5), .integer(5), .absent, .integer(3),
      ])
  }

  @Test("absent and null fields leave no value, also from the payload before", arguments: [
    "{}", #"{"temp":null,"wan":{"rtt_ms":null},"ts":null,"radio":[{"clients":null}]}"#,
    #"{"wan":7,"radio":[],"spk":{},"port":[1,"x"]}"#,
  ])
  func absent(payload: String) throws {
    _ = try codec.decode(#"{"temp":1,"wan":{"rtt_ms":2},"radio":[{"clients":3}],"ts":1}"#).get()
    let decoded = try codec.decode(payload).get()
    #expect(decoded.sentAt == nil && decoded.sentTime == .absent)
    for slot in codec.codec.profile.metrics.indices {
      #expect(codec.codec.value(at: slot) == .absent)
    }
  }

  @Test("numbers are accepted as text", arguments: [
    (#""31""#, Value.integer(31)), (#""-4.5""#, .number(-4.5)), (#""1e1""#, .number(10)),
    ("31", .integer(31)), ("31.0", .number(31)), (#""9223372036854775807""#, .integer(.max)),
  ])
  func numericText(text: String, expected: Value) throws {
    #expect(try codec.value("rtt", in: #"{"wan":{"rtt_ms":\#(text)}}"#) == expected)
  }

  @Test("counters are whole up to 64 bits, as numbers and as text", arguments: [
    ("0", Value.integer(0)), ("5.0", .integer(5)), (#""5""#, .integer(5)),
    ("9223372036854775807", .integer(.max)), (#""9223372036854775807""#, .integer(.max)),
    ("9223372036854775808", .unsigned(1 << 63)), (#""9223372036854775808""#, .unsigned(1 << 63)),
    ("18446744073709551615", .unsigned(.max)), (#""18446744073709551615""#, .unsigned(.max)),
    ("1e19", .unsigned(10_000_000_000_000_000_000)),
  ])
  func counters(text: String, expected: Value) throws {
    #expect(try codec.value("bytes", in: #"{"rx_bytes":\#(text)}"#) == expected)
  }

  @Test("flags are true and false, or 1 and 0", arguments: [
    ("true", true), ("false", false), ("1", true), ("0", false),
  ])
  func flags(text: String, expected: Bool) throws {
    #expect(try codec.value("ipv6", in: #"{"ipv6":\#(text)}"#) == .flag(expected))
  }

  @Test("a wildcard sums and takes the maximum of numbers", arguments: [
    (#"[{"clients":9}]"#, Value.integer(9), Value.integer(9)),
    (#"[{"clients":9},{"clients":2},{}]"#, .integer(11), .integer(9)),
    (#"[{"clients":1},{"clients":2.5}]"#, .number(3.5), .number(2.5)),
    (#"[{"clients":null},{"clients":4}]"#, .integer(4), .integer(4)),
    (#"{"a":{"clients":-3},"b":{"clients":-4}}"#, .integer(-7), .integer(-3)),
  ])
  func wildcardNumbers(radio: String, sum: Value, maximum: Value) throws {
    let payload = #"{"radio":\#(radio)}"#
    #expect(try codec.value("clients", in: payload) == sum)
    #expect(try codec.value("busiest", in: payload) == maximum)
  }

  @Test("a wildcard counts the flags that are true, and their maximum stays a flag", arguments: [
    (#"[{"ok":true}]"#, 1, true), (#"[{"ok":false}]"#, 0, false),
    (#"[{"ok":true},{"ok":true},{"ok":false}]"#, 2, true),
    (#"[{"ok":false},{"ok":false}]"#, 0, false), (#"[{"ok":false},{"ok":true}]"#, 1, true),
    (#"[{"ok":false},{"ok":1}]"#, 1, true), (#"[{"ok":1},{"ok":true}]"#, 2, true),
    (#"[{"ok":0},{"ok":false},{}]"#, 0, false),
  ])
  func wildcardFlags(horns: String, sum: Int64, maximum: Bool) throws {
    let payload = #"{"spk":\#(horns)}"#
    #expect(try codec.value("horns", in: payload) == .integer(sum))
    #expect(try codec.value("anyHorn", in: payload) == .flag(maximum))
  }

  @Test("numbers written as text are numbers under a wildcard as well", arguments: [
    (#"[{"clients":"9"},{"clients":2}]"#, Value.integer(11), Value.integer(2)),
    (#"[{"clients":"1"},{"clients":"2.5"}]"#, .number(3.5), .integer(1)),
    (#"[{"clients":"-3"},{"clients":"+4"}]"#, .integer(1), .integer(-3)),
  ])
  func wildcardText(radio: String, sum: Value, minimum: Value) throws {
    let payload = #"{"radio":\#(radio)}"#
    #expect(try codec.value("clients", in: payload) == sum)
    #expect(try codec.value("calmest", in: payload) == minimum)
  }

  @Test("all horns work only if none does not", arguments: [
    (#"[{"ok":true}]"#, true), (#"[{"ok":true},{"ok":false}]"#, false),
    (#"[{"ok":true},{"ok":true}]"#, true), (#"[{"ok":0},{"ok":true}]"#, false),
  ])
  func allHorns(horns: String, expected: Bool) throws {
    #expect(try codec.value("allHorns", in: #"{"spk":\#(horns)}"#) == .flag(expected))
  }

  @Test("a path names an element of a list, and keys with a slash or a tilde")
  func pointers() throws {
    let payload = #"{"radio":[{"clients":1},{"clients":7}],"a/b":{"c~d":5}}"#
    #expect(try codec.value("second", in: payload) == .integer(7))
    #expect(try codec.value("escaped", in: payload) == .integer(5))
    #expect(try codec.value("second", in: #"{"radio":[{"clients":1}]}"#) == .absent)
  }

  @Test("a sum of counters beyond Int64 is still a counter")
  func wideSum() throws {
    let half = "4611686018427387904"
    let payload = #"{"port":[{"tx":\#(half)},{"tx":\#(half)}]}"#
    #expect(try codec.value("sent", in: payload) == .unsigned(1 << 63))
  }

  @Test("a value outside its metric's range is flagged and kept", arguments: [
    (#"{"temp":90.5}"#, "temp", Value.number(90.5), true),
    (#"{"temp":-11}"#, "temp", .integer(-11), true),
    (#"{"temp":"91"}"#, "temp", .integer(91), true),
    (#"{"temp":18446744073709551615}"#, "temp", .unsigned(.max), true),
    (#"{"temp":90}"#, "temp", .integer(90), false),
    (#"{"temp":-10}"#, "temp", .integer(-10), false),
    (#"{"play":"dancing"}"#, "play", .word("dancing"), true),
    (#"{"play":"idle"}"#, "play", .word("idle"), false),
  ])
  func range(payload: String, metric: String, expected: Value, isOutOfRange: Bool) throws {
    #expect(try codec.value(metric, in: payload) == expected)
    #expect(try codec.decode(payload).get().isOutOfRange == isOutOfRange)
  }

  @Test("a ts in 1970 or 2090 is a time; whether to trust it is decided later", arguments: [
    ("0", 0, Value.integer(0)), ("12", 12_000, .integer(12)),
    ("3786912000", 3_786_912_000_000, .integer(3_786_912_000)),
    ("3786912000.5", 3_786_912_000_500, .number(3_786_912_000.5)),
    (#""1970-01-01T00:00:12Z""#, 12_000, .word("1970-01-01T00:00:12Z")),
    (#""2090-01-01T00:00:00Z""#, 3_786_912_000_000, .word("2090-01-01T00:00:00Z")),
    (#""3786912000""#, 3_786_912_000_000, .word("3786912000")),
  ])
  func distantTime(time: String, expected: Milliseconds, sent: Value) throws {
    let decoded = try codec.decode(#"{"ts":\#(time)}"#).get()
    #expect(decoded.sentAt == expected)
    #expect(decoded.sentTime == sent)
  }

  @Test("top-level fields that no metric reads are listed")
  func unknownFields() throws {
    _ = try codec.decode(#"{"temp":1,"wifi":{},"ts":1,"wan":{"other":1},"pin":2}"#).get()
    #expect(codec.codec.unknownFields() == ["wifi", "pin"])
    _ = try codec.decode("{}").get()
    #expect(codec.codec.unknownFields().isEmpty)
    _ = codec.decode("nonsense")
    #expect(codec.codec.unknownFields().isEmpty)
  }

  @Test("a MAC address in a word loses its digits")
  func personalData() throws {
    let value = try codec.value("fw", in: #"{"fw":"ap 00:1a:2b:3c:4d:5f"}"#)
    #expect(value == .word("ap xx:xx:xx:xx:xx:xx"))
  }

  @Test("escapes in names and words are read")
  func escapes() throws {
    #expect(try codec.value("fw", in: #"{"\u0066w":"\u0111\n"}"#) == .word("đ\n"))
  }
}
