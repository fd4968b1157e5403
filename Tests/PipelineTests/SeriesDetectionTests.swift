// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

@Suite struct SeriesDetectionTests {
  struct Outcome: Equatable {
    var rows: [String] = []
    var summary = SeriesSummary()
    var fault: SeriesFault?
    var picture: String?
    var heldMax = 0
  }

  /// - Parameter piece: asked for the size of each piece.
  static func run(
    _ bytes: [UInt8], options: SeriesDetection.Options = .init(), piece: () -> Int = { .max }
  ) -> Outcome {
    var detection = SeriesDetection(path: "series.csv", options: options)
    var outcome = Outcome()
    var output: [UInt8] = []
    do {
      var rest = bytes[...]
      while !rest.isEmpty {
        let size = max(1, piece())
        output += try detection.take(rest.prefix(size))
        rest = rest.dropFirst(size)
        outcome.heldMax = max(outcome.heldMax, detection.heldCount)
      }
      output += try detection.finish()
    } catch {
      outcome.fault = error
    }
    var rows = String(decoding: output, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if rows.last == "" { rows.removeLast() }
    outcome.rows = rows
    outcome.summary = detection.summary
    outcome.picture = detection.picture?.file
    return outcome
  }

  static func run(_ text: String, options: SeriesDetection.Options = .init()) -> Outcome {
    run(Array(text.utf8), options: options)
  }

  private static func options(
    _ change: (inout SeriesDetection.Options) -> Void
  ) -> SeriesDetection.Options {
    var options = SeriesDetection.Options()
    change(&options)
    return options
  }

  /// Five days of a value a minute around 20 that is 200 for the last ten minutes.
  static func jump(seed: UInt64 = 7) -> String {
    var generator = SeededGenerator(seed: seed)
    var text = "timestamp,value\n"
    for minute in 0..<7_200 {
      let value =
        minute >= 7_190 ? 200 : 20 + Double(Int.random(in: -300...300, using: &generator)) / 100
      text += "\(LocalTime.universal(1_795_000_000_000 + Int64(minute) * 60_000)),\(value)\n"
    }
    return text
  }

  @Test("a jump is one alarm with a reason, and every row has its row")
  func jumpIsOneAlarm() throws {
    let outcome = Self.run(
      Self.jump(), options: Self.options { $0.scores = [("anomaly_score", .novelty)] })
    #expect(outcome.rows.count == 7_201)
    #expect(
      outcome.rows[0] == "timestamp,value,novelty,severity,alarm,explanation,anomaly_score")
    #expect(outcome.rows[1] == "2026-11-18T11:06:40.000Z,\(Self.firstValue),,,0,,0")
    #expect(Self.alarms(outcome, inJump: false).count == outcome.summary.alarmCount)
    #expect(Self.alarms(outcome).count == 1)
    let alarm = try #require(Self.alarms(outcome).first)
    #expect(alarm.hasPrefix("2026-11-23T10:56:40.000Z,200.0,"), "\(alarm)")
    #expect(alarm.contains("chưa từng gặp trong 7.1"), "\(alarm)")
    #expect(alarm.contains("gấp 10 lần mức thường thấy"), "\(alarm)")
    for language in Language.allCases {
      for scale in Watch.Scale.allCases {
        let again = Self.run(
          Self.jump(),
          options: Self.options {
            $0.language = language
            $0.watch.scale = scale
          })
        #expect(Self.alarms(again).count == 1)
      }
    }
  }

  /// Rows with an alarm; of all the series, or of the jump's ten minutes.
  private static func alarms(_ outcome: Outcome, inJump: Bool = true) -> [String] {
    outcome.rows.dropFirst().filter { row in
      row.contains(",1,") && (!inJump || row >= "2026-11-23T10:56:40")
    }
  }

  private static var firstValue: String {
    String(jump().split(separator: "\n")[1].split(separator: ",")[1])
  }

  @Test("only the side that is asked for is told, and only alarms where these are asked for")
  func directionAndAlarms() {
    let below = Self.run(Self.jump(), options: Self.options { $0.watch.direction = .below })
    #expect(Self.alarms(below).isEmpty)
    let told = Self.run(Self.jump(), options: Self.options { $0.isAlarmsOnly = true })
    #expect(told.rows.count == told.summary.alarmCount + 1 && Self.alarms(told).count == 1)
  }

  @Test("odd rows keep their place, are not judged, and are told with their first line")
  func oddRows() {
    var lines = ["time;x;value"]
    for minute in 0..<2_000 {
      lines.append("\(1_795_000_000 + minute * 60);a;20,\(minute % 7)")
    }
    lines[1_900] = "1795114000;a;NaN"
    lines[1_901] = "1795114060;a;"
    lines[1_902] = "soon;a;20,5"
    lines[1_903] = lines[1_904]
    lines[1_905] = "1795000000;a;3"
    lines[1_906] = "1795114380"
    lines[1_907] = "1795114440;a;many"
    let outcome = Self.run(lines.joined(separator: "\n"))
    #expect(outcome.fault == nil && outcome.rows.count == 2_001)
    let told = outcome.summary
    #expect(told[.notFinite] == .init(count: 1, firstLine: 1_901))
    #expect(told[.missingValue] == .init(count: 1, firstLine: 1_902))
    #expect(told[.unreadableTime] == .init(count: 1, firstLine: 1_903))
    #expect(told[.repeatedTime] == .init(count: 1, firstLine: 1_905))
    #expect(told[.backwardTime] == .init(count: 1, firstLine: 1_906))
    #expect(told[.shortRow] == .init(count: 1, firstLine: 1_907))
    #expect(told[.unreadableValue] == .init(count: 1, firstLine: 1_908))
    #expect(told[.gap] == .init(count: 2, firstLine: 1_904))
    #expect(told.longestGap == 300_000 && told.usualStep == 60_000)
    for line in 1_900...1_907 where line != 1_903 && line != 1_904 {
      #expect(outcome.rows[line].hasSuffix(",,,0,"), "\(outcome.rows[line])")
    }
    #expect(outcome.rows[1_899] != outcome.rows[1_898] && !outcome.rows[1_899].hasSuffix(",,,0,"))
    for language in Language.allCases {
      #expect(told.lines(language: language).count == 9)
    }
    #expect(told.lines(language: .vi)[6].hasPrefix("trùng thời điểm"))
  }

  @Test("the columns are found by name, by number, or by their place")
  func columns() {
    let row = "2026-11-21 08:00:00"
    func value(_ text: String, _ form: SeriesForm = .init()) -> String? {
      let outcome = Self.run(text, options: Self.options { $0.form = form })
      return outcome.fault == nil ? outcome.rows.last : nil
    }
    #expect(value("\(row),5\n") == "\(row),5.0,,,0,")
    #expect(value("VALUE,Time\n5,\(row)\n") == "\(row),5.0,,,0,")
    #expect(value("a,b\n\(row),5\n") == "\(row),5.0,,,0,")
    #expect(value("Thời gian;Giá trị\n\(row);5,5\n") == "\(row),5.5,,,0,")
    #expect(value("x,ts,Số máy\n1,\(row),5\n", .init(valueColumn: "số máy")) == "\(row),5.0,,,0,")
    #expect(value("1,\(row),5\n", .init(timeColumn: "2", valueColumn: "3")) == "\(row),5.0,,,0,")
    #expect(value("5,\(row)\n", .init(timeColumn: "2")) == "\(row),5.0,,,0,")
    #expect(value("NA,5\n\(row),6\n") == "\(row),6.0,,,0,")
    #expect(value("\"\(row)\"\t\"5\"\n") == "\(row),5.0,,,0,")
  }

  @Test(
    "what is no series gets one sentence with its place",
    arguments: [
      ("", "series.csv: there is no row in it"), ("\n \n", "series.csv: there is no row in it"),
      (
        "a,b,c\n1,2,3\n",
        "series.csv:1: no column is called timestamp: name it by --time-column; the columns are: "
          + "a, b, c"
      ),
      (
        "time,b,c\n1,2,3\n",
        "series.csv:1: no column is called value: name it by --value-column; the columns are: "
          + "time, b, c"
      ),
      ("\n5\n6\n", "series.csv:2: a series needs two columns, time and value; this row has 1"),
      (
        "\u{0}\u{1},x\n",
        "series.csv:1: it is no text in UTF-8: save the series as CSV, UTF-8"
      ),
      (
        "\u{1B}[31m,x,y\n",
        "series.csv:1: it is no text in UTF-8: save the series as CSV, UTF-8"
      ),
    ])
  func noSeries(text: String, expected: String) {
    #expect(Self.run(text).fault?.description == expected)
  }

  @Test("a column that is not there is named with those that are")
  func missingColumn() {
    let named = Self.run(
      "a,b\n1,2\n", options: Self.options { $0.form.timeColumn = "when" })
    #expect(
      named.fault?.description
        == "series.csv:1: no column is called 'when' (--time-column); the columns are: a, b")
    let numbered = Self.run("1,2\n", options: Self.options { $0.form.valueColumn = "3" })
    #expect(
      numbered.fault?.description == "series.csv:1: --value-column 3: there are 2 columns")
  }

  @Test("a series without a readable time is said to be none at its end")
  func hopeless() throws {
    var detection = SeriesDetection(path: "series.csv", options: .init())
    _ = try detection.take(Array("timestamp,value\nsoon,1\nlater,2\n".utf8))
    _ = try detection.finish()
    #expect(detection.hopeless?.description.hasPrefix("series.csv: no row has a time") == true)
    _ = try detection.take(Array("2026-01-01,1\n".utf8))
    #expect(detection.hopeless == nil)
  }

  @Test("newest first is told; one wrong year does not silence the rest")
  func order() {
    let times = (0..<50).map { 1_795_000_000 + $0 * 60 }
    let newestFirst = times.reversed().map { "\($0),1" }.joined(separator: "\n")
    let reversed = Self.run(newestFirst).summary
    #expect(reversed[.backwardTime].count == 49 && reversed.takenCount == 1)
    #expect(reversed.lines(language: .en).contains { $0.contains("newest row seems") })
    var rows = times.map { "\($0),1" }
    rows[5] = "2099-01-01,1"
    let wrong = Self.run(rows.joined(separator: "\n")).summary
    #expect(wrong[.backwardTime].count == SeriesOrder.setBackCount - 1)
    #expect(wrong[.clockSetBack] == .init(count: 1, firstLine: 6 + SeriesOrder.setBackCount))
    #expect(wrong.takenCount == 50 - (SeriesOrder.setBackCount - 1))
  }
}
