// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  @Suite("nhip detect judges a series of any file")
  struct DetectTests {
    private static func folder() throws -> TemporaryFolder {
      let folder = try TemporaryFolder()
      var rows = "timestamp,value\n"
      for minute in 0..<4_000 {
        let value = minute >= 3_990 ? 500 : 20 + minute % 7
        rows += "\(1_795_000_000 + minute * 60),\(value)\n"
      }
      try folder.write("series.csv", rows)
      return folder
    }

    private static func detect(
      _ arguments: String..., in folder: TemporaryFolder
    ) throws -> ChildProcess.Outcome {
      try ChildProcess.run(NhipProcess.executable, ["detect"] + arguments, in: folder)
    }

    @Test("a row for each row, an alarm with its reason, a summary, and a picture")
    func detects() throws {
      let folder = try Self.folder()
      let outcome = try Self.detect(
        "series.csv", "--unit", "ms", "--column", "anomaly_score=novelty", "--svg", "out.svg",
        in: folder)
      #expect(outcome.code == 0, "\(outcome.error)")
      let rows = outcome.output.split(separator: "\n")
      #expect(rows.count == 4_001)
      #expect(rows[0].hasSuffix("explanation,anomaly_score"))
      let alarms = rows.filter { $0.contains(",500.0,") && $0.contains(",1,") }
      #expect(alarms.count == 1 && alarms[0].hasPrefix("1795239400,500.0,"), "\(alarms)")
      #expect(alarms[0].contains("500 ms, gấp 22 lần mức thường thấy"), "\(alarms)")
      #expect(outcome.error.hasPrefix("series.csv: 4.000 dòng số liệu, đánh giá được"))
      let picture = folder.text("out.svg")
      #expect(picture.contains("<title>series.csv</title>") && picture.contains("<circle"))
    }

    @Test("what is no series, no file or no option ends with one sentence and its code")
    func refused() throws {
      let folder = try Self.folder()
      try folder.write("empty.csv", "")
      try folder.write("words.csv", "timestamp,value\nsoon,1\n")
      for (arguments, code, sentence) in [
        (["missing.csv"], 66, "cannot read missing.csv: No such file or directory"),
        (["empty.csv"], 65, "empty.csv: there is no row in it"),
        (["words.csv"], 65, "words.csv: no row has a time that can be read"),
        (["series.csv", "--value-column", "x"], 65, "series.csv:1: no column is called 'x'"),
        (["series.csv", "--zone", "x"], 64, "--zone 'x' is no offset"),
        (["series.csv", "--column", "x"], 64, "--column 'x' is not NAME=novelty"),
        (["series.csv", "--svg", "no/out.svg"], 73, "no/out.svg cannot be written"),
      ] as [([String], Int32, String)] {
        let outcome = try ChildProcess.run(
          NhipProcess.executable, ["detect"] + arguments, in: folder)
        #expect(outcome.code == code, "\(arguments): \(outcome.error)")
        #expect(outcome.error.contains(sentence), "\(arguments): \(outcome.error)")
      }
    }
  }
}
