// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry
import TestSupport
import Testing

@Suite("Payloads that cannot become a reading")
struct JSONCodecFaultTests {
  private let codec = CodecUnderTest()

  @Test("every truncation of a payload is no JSON")
  func truncated() {
    let payload = #"{"temp":31.5,"radio":[{"clients":9}],"fw":"1.0","ts":1795239427}"#
    #expect(codec.fault(payload) == nil)
    #expect(codec.fault("") == .empty)
    for length in 1..<payload.utf8.count {
      #expect(codec.fault(String(payload.prefix(length))) == .notJSON, "length \(length)")
    }
  }

  @Test("what is no JSON is refused", arguments: [
    " ", "x", "{", "}", #"{"temp":NaN}"#, #"{"temp":nan}"#, #"{"temp":Infinity}"#,
    #"{"temp":-}"#, #"{"temp":01}"#, #"{"temp":1,}"#, #"{temp:1}"#, #"{'temp':1}"#,
    #"{"temp":1}{"temp":2}"#, #"{"temp":1} x"#, #"{"temp":1e999}"#, "{\"temp\":1}\u{0}",
    #"{"rx_bytes":18446744073709551616}"#, "1795251427.638:951",
  ])
  func notJSON(payload: String) {
    #expect(codec.fault(payload) == .notJSON)
  }

  @Test("JSON that is no object is refused", arguments: [
    "[]", "[1,2]", "1", "-1.5", #""text""#, "true", "null",
  ])
  func notObject(payload: String) {
    #expect(codec.fault(payload) == .notObject)
  }

  @Test("a payload that is no UTF-8 is refused", arguments: [
    [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80],
  ] as [[UInt8]])
  func notUTF8(bytes: [UInt8]) {
    let payload = Array(#"{"fw":""#.utf8) + bytes + Array(#""}"#.utf8)
    #expect(throws: PayloadFault.notUTF8) { try codec.decode(payload).get() }
  }

  @Test("objects and arrays nested 2,000 deep are refused")
  func tooDeep() {
    let open = #"{"a":"#
    let objects = String(repeating: open, count: 2_000) + "1" + String(repeating: "}", count: 2_000)
    #expect(codec.fault(objects) == .tooDeep)
    let arrays = String(repeating: "[", count: 2_000) + String(repeating: "]", count: 2_000)
    #expect(codec.fault(#"{"temp":1,"a":\#(arrays)}"#) == .tooDeep)
    #expect(codec.fault(#"{"temp":1}"#) == nil, "the codec goes on after a refusal")
  }

  @Test("a value that is not of its metric's form is refused", arguments: [
    #"{"temp":true}"#, #"{"temp":"warm"}"#, #"{"temp":""}"#, #"{"temp":[1]}"#,
    #"{"temp":{"c":1}}"#, #"{"temp":"nan"}"#, #"{"temp":"inf"}"#, #"{"temp":"0x10"}"#,
    #"{"rx_bytes":-1}"#,
    #"{"rx_bytes":1.5}"#, #"{"rx_bytes":"-1"}"#, #"{"rx_bytes":true}"#, #"{"rx_bytes":1e20}"#,
    #"{"rx_bytes":"18446744073709551616"}"#, #"{"ipv6":2}"#, #"{"ipv6":-1}"#, #"{"ipv6":"yes"}"#,
    #"{"ipv6":0.5}"#, #"{"ipv6":[]}"#, #"{"play":1}"#, #"{"play":true}"#, #"{"play":{}}"#,
    #"{"radio":[{"clients":1},{"clients":"many"}]}"#, #"{"radio":[{"clients":{}}]}"#,
    #"{"spk":[{"ok":true},{"ok":"no"}]}"#,
  ])
  func wrongType(payload: String) {
    #expect(codec.fault(payload) == .wrongType)
  }

  @Test("a word longer than the limit is refused, one at the limit is kept")
  func wordSize() throws {
    let word = String(repeating: "w", count: JSONCodec.wordSizeMax)
    #expect(try codec.value("fw", in: #"{"fw":"\#(word)"}"#) == .word(word))
    #expect(codec.fault(#"{"fw":"\#(word)w"}"#) == .wrongType)
  }

  @Test("a ts that is no time is refused", arguments: [
    "true", "false", "[]", "{}", #""""#, #""yesterday""#, "-1", "1e300", "99999999999",
    "18446744073709551615", #""2027-02-29T00:00:00Z""#,
  ])
  func badTime(time: String) {
    #expect(codec.fault(#"{"temp":1,"ts":\#(time)}"#) == .badTime)
  }

  @Test("random damage to a payload is a reading or a fault, and never a crash")
  func randomDamage() {
    let seed = UInt64.random(in: 0...(.max))
    print("JSON damage seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let payload = Array(
      #"{"temp":"3","wan":{"rtt_ms":38},"radio":[{"clients":9}],"spk":[{"ok":true}],"ts":1}"#.utf8)
    var readingCount = 0
    for _ in 0..<20_000 {
      var damaged = payload
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<damaged.count, using: &generator)
        damaged[place] = UInt8.random(in: 0...(.max), using: &generator)
      }
      if case .success = codec.decode(damaged) { readingCount += 1 }
    }
    #expect(readingCount > 0 && readingCount < 20_000, "seed \(seed)")
  }
}
