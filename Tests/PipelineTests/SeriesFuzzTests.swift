// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationXML
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// Any bytes at all: nothing crashes, each row has its row, numbers are finite, and neither the
/// size of the pieces nor the length of the series changes what is held or said.
@Suite struct SeriesFuzzTests {
  private static var options: SeriesDetection.Options {
    var options = SeriesDetection.Options()
    options.pictureTitle = "chuỗi <thử> & \u{1} \"x\""
    options.scores = [("anomaly_score", .novelty), ("other", .severity)]
    return options
  }

  private static func randomBytes(_ generator: inout SeededGenerator) -> [UInt8] {
    (0..<Int.random(in: 0...300, using: &generator)).map { _ in
      Bool.random(using: &generator)
        ? UInt8.random(in: 0...255, using: &generator)
        : Array("1,2;3\n\r\"\t -:/T.eNaN".utf8).randomElement(using: &generator) ?? 0
    }
  }

  private static let oddValues = [
    "", "NaN", "inf", "-1e308", "1e308", "5e-324", "1e300", "-0", "x", "1,2", "\"", "\"a", "0",
    "NA",
    "1e-300", "\"1,5\"", "7,8,9",
  ]
  private static let oddTimes = [
    "", "x", "0", "2099-01-01", "1900-01-01", "21/11/2026 05:00", "\"", "1e5", "-5",
  ]

  /// A series of hours with broken rows in it.
  private static func brokenSeries(_ generator: inout SeededGenerator) -> [UInt8] {
    var text =
      ["timestamp,value\n", "\u{FEFF}ts;value\r\n", ""].randomElement(using: &generator) ?? ""
    let separator = text.contains(";") ? ";" : ","
    let size = ([1, 20, 1e-300, 1e300, 1e-9] as [Double]).randomElement(using: &generator) ?? 1
    var time = 1_795_000_000
    for _ in 0..<Int.random(in: 1...400, using: &generator) {
      time += Int.random(in: 1...900, using: &generator)
      let isOdd = Int.random(in: 0..<8, using: &generator) == 0
      let value = Double.random(in: -1...1, using: &generator) * size
      let shown = isOdd ? oddValues.randomElement(using: &generator) ?? "" : "\(value)"
      let isOddTime = Int.random(in: 0..<20, using: &generator) == 0
      let at = isOddTime ? oddTimes.randomElement(using: &generator) ?? "" : "\(time)"
      text += at + separator + shown
      text += ["\n", "\r\n", "\n\n"].randomElement(using: &generator) ?? "\n"
    }
    return Array(text.utf8)
  }

  private static func check(_ bytes: [UInt8], seed: UInt64, _ generator: inout SeededGenerator) {
    let whole = SeriesDetectionTests.run(bytes, options: options)
    let shown =
      "seed \(seed): \(String(decoding: bytes.prefix(200), as: UTF8.self).debugDescription)"
    if whole.fault == nil {
      #expect(whole.rows.count == whole.summary.rowCount + 1, "\(shown)")
      if !bytes.contains(.quote) {
        // What a row is, told in another way.
        let lines = bytes.split { $0 == .lineFeed || $0 == .carriageReturn }
          .count { $0.contains { !$0.isBlank } && Array($0) != [0xEF, 0xBB, 0xBF] }
        #expect(
          lines - whole.summary.rowCount == 0 || lines - whole.summary.rowCount == 1, "\(shown)")
      }
      for row in whole.rows.dropFirst() {
        let fields = row.split(separator: ",", omittingEmptySubsequences: false).suffix(2)
        #expect(fields.allSatisfy { Double($0)?.isFinite == true }, "\(shown): \(row)")
      }
    }
    for _ in 0..<3 {
      let most = [1, 5, 64].randomElement(using: &generator) ?? 1
      var pieces = generator
      var inPieces = SeriesDetectionTests.run(bytes, options: options) {
        Int.random(in: 1...most, using: &pieces)
      }
      inPieces.heldMax = whole.heldMax
      #expect(inPieces == whole, "\(shown)")
    }
    if let picture = whole.picture {
      #expect(XMLParser(data: Data(picture.utf8)).parse(), "\(shown)")
      #expect(!picture.contains("nan") && !picture.contains("inf\""), "\(shown)")
    }
  }

  @Test("any bytes are survived, row by row")
  func anyBytes() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<300 { Self.check(Self.randomBytes(&generator), seed: seed, &generator) }
  }

  @Test("broken series are survived, row by row")
  func brokenSeries() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<60 { Self.check(Self.brokenSeries(&generator), seed: seed, &generator) }
  }

  @Test("what is held does not grow with the series")
  func constantMemory() {
    func held(_ count: Int) -> Int {
      var text = "timestamp,value\n"
      for index in 0..<count { text += "\(1_700_000_000 + index * 60),\(index % 13)\n" }
      let bytes = Array(text.utf8)
      return SeriesDetectionTests.run(bytes, options: Self.options, piece: { 4_096 }).heldMax
    }
    // A record, a piece's output (taken at once), rungs and marks.
    let most = 2_048 + 200 + SeparatedRecords.recordSizeMax
    #expect(held(3_000) <= most)
    #expect(held(40_000) <= most)
  }
}
