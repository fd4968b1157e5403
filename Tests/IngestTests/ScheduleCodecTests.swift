// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry
import Testing

@Suite("schedule codec")
struct ScheduleCodecTests {
  private static let start: Milliseconds = 1_795_107_600_000
  private static let text = "2026-11-20T00:00:00+07:00"

  static func decode(_ text: String) -> Result<ScheduleCodec.Change, ScheduleFault> {
    decode(Array(text.utf8))
  }

  static func decode(_ payload: [UInt8]) -> Result<ScheduleCodec.Change, ScheduleFault> {
    let codec = ScheduleCodec()
    let readable = payload + Array(repeating: UInt8(ascii: "}"), count: 64)
    return unsafe readable.withUnsafeBytes { bytes in
      unsafe codec.decode(
        UnsafeRawBufferPointer(rebasing: bytes[..<payload.count]), commune: "04321", id: "s-1")
    }
  }

  @Test("a full payload is a slot with everything in it")
  func full() throws {
    let change = try Self.decode(
      """
      {"kind":"loudspeaker","prog":"BT-05","title":"Bản tin sáng","prio":"uu-tien",
       "start":"\(Self.text)","end":"2026-11-20T00:20:00+07:00","dur_s":900,
       "devices":["loa-2","loa-1","loa-2"],"units":["04321-01"],"voice":"tts","src":"xa",
       "cancelled":false,"later":{"unknown":[1]}}
      """
    ).get()
    let expected = Slot(
      commune: "04321", id: "s-1", kind: .loudspeaker,
      interval: Interval(start: Self.start, end: Self.start + 1_200_000), programme: "BT-05",
      title: "Bản tin sáng", priority: .priority, voice: .tts, requested: 900_000, source: "xa",
      devices: ["loa-1", "loa-2"], units: ["04321-01"])
    #expect(change == .put(expected))
  }

  @Test("the least that is a slot is a start and a length, or a start and an end")
  func least() throws {
    let expected = Slot(
      commune: "04321", id: "s-1",
      interval: Interval(start: Self.start, end: Self.start + 60_000))
    for payload in [
      #"{"start":1795107600,"dur_s":60}"#, #"{"start":1795107600000,"dur_s":"60"}"#,
      #"{"start":1795107600000,"end":1795107660}"#,
      #"{"start":"\#(Self.text)","end":"2026-11-20T00:01:00+07:00","devices":[],"units":null}"#,
    ] {
      #expect(try Self.decode(payload).get() == .put(expected), "\(payload)")
    }
  }

  @Test("meetings, priorities and voices have their words")
  func words() throws {
    for (word, priority) in [
      ("thuong", Slot.Priority.normal), ("thong-thuong", .normal), ("uu-tien", .priority),
      ("khan-cap", .urgent),
    ] {
      let change = try Self.decode(
        #"{"kind":"video-endpoint","start":1795107600,"dur_s":60,"prio":"\#(word)"}"#).get()
      guard case .put(let slot) = change else { throw ScheduleFault.noStart }
      #expect(slot.kind == .videoEndpoint)
      #expect(slot.priority == priority)
    }
    for voice in Slot.Voice.allCases {
      let change = try Self.decode(
        #"{"start":1795107600,"dur_s":60,"voice":"\#(voice.rawValue)"}"#).get()
      guard case .put(let slot) = change else { throw ScheduleFault.noStart }
      #expect(slot.voice == voice)
    }
  }

  @Test("an empty message and a bare cancellation withdraw, a cancelled slot stays a slot")
  func withdrawals() throws {
    #expect(try Self.decode("").get() == .withdraw)
    #expect(try Self.decode(#"{"cancelled":true}"#).get() == .withdraw)
    let change = try Self.decode(#"{"start":1795107600,"dur_s":60,"cancelled":true}"#).get()
    guard case .put(let slot) = change else { throw ScheduleFault.noStart }
    #expect(slot.isCancelled)
  }

  static let bad: [(payload: String, fault: ScheduleFault)] = [
    ("hello", .notJSON), ("{\"start\":1", .notJSON), ("[1]", .notObject), ("7", .notObject),
    (#"{"dur_s":60}"#, .noStart), (#"{"start":null,"dur_s":60}"#, .noStart),
    (#"{"start":"tomorrow","dur_s":60}"#, .startNotTime),
    (#"{"start":{},"dur_s":60}"#, .startNotTime),
    (#"{"start":1795107600}"#, .noEnd), (#"{"start":1795107600,"end":"late"}"#, .endNotTime),
    (#"{"start":1795107600,"end":1795107600}"#, .endBeforeStart),
    (#"{"start":1795107600,"end":1795107000}"#, .endBeforeStart),
    (#"{"start":1795107600,"dur_s":0}"#, .badLength),
    (#"{"start":1795107600,"dur_s":-5}"#, .badLength),
    (#"{"start":1795107600,"dur_s":[]}"#, .badLength),
    (#"{"start":1795107600,"end":1795107660,"dur_s":61}"#, .badLength),
    (#"{"start":1795107600,"dur_s":86401}"#, .tooLong),
    (#"{"start":1795107600,"dur_s":1e300}"#, .tooLong),
    (#"{"start":1795107600,"dur_s":60,"kind":"kiosk"}"#, .unknownKind),
    (#"{"start":1795107600,"dur_s":60,"kind":1}"#, .wrongType),
    (#"{"start":1795107600,"dur_s":60,"prio":"gap"}"#, .unknownPriority),
    (#"{"start":1795107600,"dur_s":60,"voice":"choir"}"#, .unknownVoice),
    (#"{"start":1795107600,"dur_s":60,"cancelled":"yes"}"#, .wrongType),
    (#"{"start":1795107600,"dur_s":60,"devices":"loa-1"}"#, .wrongType),
    (#"{"start":1795107600,"dur_s":60,"devices":[1]}"#, .wrongType),
    (#"{"start":1795107600,"dur_s":60,"devices":["loa 1"]}"#, .badDevice),
    (#"{"start":1795107600,"dur_s":60,"units":[""]}"#, .badUnit),
    (#"{"start":1795107600,"dur_s":60,"units":["a b"]}"#, .badUnit),
  ]

  @Test("what is wrong has a reason of its own", arguments: bad)
  func faults(payload: String, fault: ScheduleFault) {
    guard case .failure(let found) = Self.decode(payload) else {
      Issue.record("taken: \(payload)")
      return
    }
    #expect(found == fault, "\(payload)")
  }

  @Test("texts and lists end at their limits, and not before")
  func limits() throws {
    func fault(_ fields: String) -> ScheduleFault? {
      let payload = #"{"start":1795107600,"dur_s":86400,"# + fields + "}"
      guard case .failure(let fault) = Self.decode(payload) else { return nil }
      return fault
    }
    func word(_ size: Int) -> String { String(repeating: "x", count: size) }
    func list(_ count: Int) -> String {
      (0..<count).map { "\"d\($0)\"" }.joined(separator: ",")
    }
    #expect(fault("\"prog\":\"\(word(64))\"") == nil)
    #expect(fault("\"prog\":\"\(word(65))\"") == .textTooLong)
    #expect(fault("\"title\":\"\(word(1_024))\"") == nil)
    #expect(fault("\"title\":\"\(word(1_025))\"") == .textTooLong)
    #expect(fault("\"devices\":[\(list(1_000))]") == nil)
    #expect(fault("\"devices\":[\(list(1_001))]") == .tooManyTargets)
    #expect(fault("\"devices\":[\(list(600))],\"units\":[\(list(600))]") == .tooManyTargets)
  }

  @Test("bytes that are no UTF-8 are named as such")
  func notUTF8() {
    var payload = Array(#"{"start":1795107600,"dur_s":60,"title":"x"}"#.utf8)
    payload[payload.count - 3] = 0xff
    guard case .failure(let fault) = Self.decode(payload) else {
      Issue.record("taken")
      return
    }
    #expect(fault == .notUTF8)
  }

  @Test("the topic of a slot is told from those of devices")
  func topics() throws {
    func slot(_ topic: String) -> Result<(commune: String, id: String), TopicParser.Fault>? {
      let bytes = Array(topic.utf8)
      return unsafe bytes.withUnsafeBytes { unsafe TopicParser.slot($0) }
    }
    let found = try slot("nhip/v1/04321/schedule/BT-05.1_x")?.get()
    #expect(found?.commune == "04321")
    #expect(found?.id == "BT-05.1_x")
    #expect(slot("nhip/v1/04321/wifi-ap/ap-1/telemetry") == nil)
    #expect(slot("nhip/v1/04321/schedule") == nil)
    #expect(slot("nhip/v1/04321/schedule/a/b") == nil)
    #expect(throws: TopicParser.Fault.commune) { try slot("nhip/v1/4321/schedule/a")?.get() }
    #expect(throws: TopicParser.Fault.slot) { try slot("nhip/v1/04321/schedule/")?.get() }
    #expect(throws: TopicParser.Fault.slot) { try slot("nhip/v1/04321/schedule/a b")?.get() }
    let long = String(repeating: "a", count: 65)
    #expect(throws: TopicParser.Fault.slot) { try slot("nhip/v1/04321/schedule/\(long)")?.get() }
  }
}
