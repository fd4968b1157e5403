// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry
import Testing

/// Readings gather in a stage as they would in columns, value by value.
struct ReadingStageTests {
  let codec = CodecUnderTest()

  @Test(
    "a stage holds what columns would, before and after it grows", arguments: [1, 64, 65, 1_000])
  func columns(count: Int) throws {
    let stage = ReadingStage(profile: codec.codec.profile)
    var sentTimes: [Value] = []
    var values: [[Value]] = []
    for row in 0..<count {
      let time = row % 3 == 0 ? "1795239427638" : #""2026-11-21T05:37:0\#(row % 10).\#(row)Z""#
      let temp = row % 2 == 0 ? "null" : "\(row % 90).5"
      let payload = #"{"ts":\#(time),"temp":\#(temp),"fw":"v\#(row / 7)","rx_bytes":\#(row)}"#
      sentTimes.append(try codec.decode(payload).get().sentTime)
      values.append(codec.codec.profile.metrics.indices.map { codec.codec.value(at: $0) })
      codec.codec.append(.ofDevice(Int64(row)), to: stage)
    }
    #expect(stage.count == count)
    let columns = stage.take()
    #expect(stage.count == 0)
    #expect(columns.count == count && columns.device == (0..<count).map(Int64.init))
    for row in 0..<count {
      #expect(columns.sentTime[row] == sentTimes[row])
      #expect(columns.metrics.map { $0[row] } == values[row])
    }
  }

  @Test("each different word stands once, in order of first appearance")
  func words() throws {
    let stage = ReadingStage(profile: codec.codec.profile)
    // An accent within the letter and one of its own are equal to Swift, and two words here.
    let words = ["b", "a", "b", "\u{E9}", "e\u{301}", "a", "", "e\u{301}"]
    for word in words {
      _ = try codec.decode(#"{"fw":"\#(word)"}"#).get()
      codec.codec.append(.ofDevice(1), to: stage)
    }
    let column = try #require(codec.codec.profile.column(of: "fw"))
    let taken = stage.take().metrics[column]
    #expect(taken.words.map { Array($0.utf8) } == ["b", "a", "\u{E9}", "e\u{301}", ""].map {
      Array($0.utf8)
    })
    #expect(taken.bits == [0, 1, 0, 2, 3, 1, 4, 3])
    _ = try codec.decode(#"{"fw":"a"}"#).get()
    codec.codec.append(.ofDevice(1), to: stage)
    #expect(stage.take().metrics[column].words == ["a"])
  }

  @Test("a MAC address in a word is blotted out, wherever it stands")
  func scrubbed() throws {
    let stage = ReadingStage(profile: codec.codec.profile)
    for word in ["00:1A:2b:3c:4d:5e", "at 00-1a-2b-3c-4d-5e", "00:1a:2b:3c:4d-5e ."] {
      _ = try codec.decode(#"{"fw":"\#(word)"}"#).get()
      codec.codec.append(.ofDevice(1), to: stage)
    }
    let column = try #require(codec.codec.profile.column(of: "fw"))
    #expect(
      stage.take().metrics[column].words == [
        "xx:xx:xx:xx:xx:xx", "at xx-xx-xx-xx-xx-xx", "00:1a:2b:3c:4d-5e .",
      ])
  }

  @Test("fields in another order, or with others between them, are found all the same")
  func order() throws {
    let orders = [
      #"{"temp":1,"rx_bytes":2,"fw":"a"}"#, #"{"fw":"b","temp":3,"rx_bytes":4}"#,
      #"{"x":0,"rx_bytes":6,"":9,"temp":5,"fw":"c"}"#, #"{"temp":7,"rx_bytes":8,"fw":"d"}"#,
    ]
    for payload in orders + orders.reversed() {
      let temp = try codec.value("temp", in: payload)
      let bytes = try codec.value("bytes", in: payload)
      let pair: [Value] = [temp, bytes]
      let odd = try #require(temp.double)
      #expect(pair == [.integer(Int64(odd)), .integer(Int64(odd) + 1)])
    }
  }
}

extension ReadingStage.Envelope {
  static func ofDevice(_ number: Int64) -> Self {
    Self(
      device: number, channel: .telemetry, flags: [], receivedAt: 0, eventTime: 0, session: 0,
      packetID: 0, payloadHash: 0)
  }
}
