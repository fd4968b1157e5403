// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationXML
import Telemetry
import TestSupport
import Testing

@testable import Reporting

@Suite struct SeriesPictureTests {
  private static let noon = ReportTests.midnight + 12 * LocalTime.hourLength

  private struct Sample {
    var time: Milliseconds
    var value: Double
    var band: ClosedRange<Double>?
    var isAfterGap: Bool
  }

  private static func samples(_ count: Int, _ generator: inout SeededGenerator) -> [Sample] {
    var time = noon
    return (0..<count).map { _ in
      time += Int64.random(in: 1...200_000, using: &generator)
      let value = Double.random(in: -5...5, using: &generator)
      let isJudged = Bool.random(using: &generator)
      return Sample(
        time: time, value: value, band: isJudged ? value - 1...value + 2 : nil,
        isAfterGap: Int.random(in: 0..<50, using: &generator) == 0)
    }
  }

  @Test("a ladder holds what sorting all readings into its stretches gives")
  func ladder() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for count in [1, 2, 2_047, 2_049, 9_000] {
      let samples = Self.samples(count, &generator)
      var ladder = SeriesLadder()
      for sample in samples {
        ladder.add(
          sample.value, at: sample.time, band: sample.band, isAfterGap: sample.isAfterGap)
      }
      #expect(ladder.rungs.count <= SeriesLadder.rungCountMax)
      let start = try #require(ladder.start)
      let inRung = Dictionary(grouping: samples) { ($0.time - start) / ladder.rungLength }
      for (position, rung) in ladder.rungs.enumerated() {
        let expected = inRung[Int64(position)] ?? []
        let bands = expected.compactMap(\.band)
        #expect(rung?.lowest == expected.map(\.value).min(), "seed \(seed)")
        #expect(rung?.highest == expected.map(\.value).max(), "seed \(seed)")
        #expect(rung?.first == expected.first?.value && rung?.last == expected.last?.value)
        #expect(rung?.band?.lowerBound == bands.map(\.lowerBound).min(), "seed \(seed)")
        #expect(rung?.band?.upperBound == bands.map(\.upperBound).max(), "seed \(seed)")
        #expect(rung?.isAfterGap == expected.first?.isAfterGap, "seed \(seed)")
      }
      #expect(ladder.rungs.compactMap(\.self).count == inRung.count)
    }
  }

  @Test("only the gravest anomalies are drawn, and the others are counted")
  func marks() {
    var picture = SeriesPicture(title: "t", unit: "", language: .vi)
    let count = SeriesPicture.markCountMax + 50
    for index in 0..<count {
      let time = Self.noon + Int64(index) * 60_000
      picture.add(1, at: time, band: nil)
      picture.mark(1, at: time, severity: Double(index % 100), sentence: "s\(index)")
    }
    #expect(picture.anomalyCount == count && picture.marks.count == SeriesPicture.markCountMax)
    let drawn = Set(picture.marks.map(\.sentence))
    let gravest = (0..<count).filter { $0 % 100 >= 30 }
    #expect(gravest.allSatisfy { drawn.contains("s\($0)") })
    #expect(picture.file.contains("Chỉ vẽ 200 lần"))
  }

  @Test(
    "a picture of any numbers is well-formed, says what it shows, and lies within its frame",
    arguments: [
      [0.0], [5, 5, 5], [-1e308, 1e308], [Double.leastNonzeroMagnitude, 0], [1e300, 1.0000001e300],
      [-3, 7.25, 1e-9],
      [1e-300, 2e-300], [1e15, 1e15 + 1], [-1.7976931348623157e308, 1.7976931348623157e308], [],
    ] as [[Double]])
  func anyNumbers(values: [Double]) throws {
    for language in Language.allCases {
      for step in [1, 60_000, 86_400_000, 40 * 86_400_000, 9 * 365 * 86_400_000] as [Int64] {
        var picture = SeriesPicture(title: "Loa <1> & \u{1}“x”", unit: "ms", language: language)
        for (index, value) in values.enumerated() {
          let time = Self.noon + Int64(index) * step
          picture.add(value, at: time, band: value / 2...max(value / 2, value))
          picture.mark(value, at: time, severity: 1, sentence: "\"a\" < b")
        }
        let svg = picture.file
        #expect(XMLParser(data: Data(svg.utf8)).parse(), "\(svg)")
        #expect(svg.contains("role=\"img\"><title>Loa &lt;1&gt;") && svg.contains("<desc>"))
        for word in ["nan", "inf"] { #expect(!svg.contains(word), "\(values): \(word)") }
        #expect(svg.contains(values.isEmpty ? Words(language: language).pictureEmpty : "<circle"))
        for place in svg.matches(of: /[ML](-?[0-9.]+) (-?[0-9.]+)/) {
          let x = try #require(Double(place.1))
          let y = try #require(Double(place.2))
          #expect((70.0...960).contains(x) && (0.0...300).contains(y), "\(place.0)")
        }
      }
    }
  }

  @Test("numbers at the axis are round, few, and inside of it")
  func ticks() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2_000 {
      let size = Double("1e\(Int.random(in: -300...300, using: &generator))") ?? 1
      let first = Double.random(in: -10...10, using: &generator) * size
      let second = Double.random(in: -10...10, using: &generator) * size
      let (low, high) = (min(first, second), max(first, second))
      let ticks = PictureScale(lowest: low, highest: high).ticks
      #expect(
        (1...PictureScale.tickCountMax).contains(ticks.count), "seed \(seed): \(low) \(high)")
      #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed)")
    }
    #expect(PictureScale(lowest: 0, highest: 100).ticks == [0, 20, 40, 60, 80, 100])
    #expect(PictureScale(lowest: 0.12, highest: 0.19).ticks == [0.12, 0.14, 0.16, 0.18])
  }

  @Test("times at the axis are whole hours, days, months or years of Viet Nam")
  func times() {
    func labels(_ length: Milliseconds) -> [String] {
      PictureCalendar(start: Self.noon, end: Self.noon + length).ticks.map(\.label)
    }
    let day = LocalTime.dayLength
    #expect(labels(2 * day).prefix(3) == ["12:00", "18:00", "22/11"])
    #expect(labels(0).allSatisfy { $0.hasPrefix("12:00") || $0.hasPrefix("11:59") })
    for length in stride(from: Int64(1_000), to: 300 * 365 * day, by: 997 * Int(day) / 3) {
      #expect((1...PictureCalendar.tickCountMax + 1).contains(labels(length).count), "\(length)")
    }
    #expect(labels(365 * day).contains("01/2027"))
    #expect(labels(40 * 365 * day).contains("2030"))
  }

  @Test("a gap in the readings is a gap in the line")
  func gaps() {
    func moves(_ hasGap: Bool) -> Int {
      var picture = SeriesPicture(title: "t", unit: "", language: .en)
      for index in 0..<10 {
        picture.add(
          Double(index), at: Self.noon + Int64(index) * 60_000, band: nil,
          isAfterGap: hasGap && index == 5)
      }
      let path = picture.file.components(separatedBy: "class=\"values\" d=\"").last ?? ""
      return path.prefix { $0 != "\"" }.count { $0 == "M" }
    }
    #expect(moves(false) == 1 && moves(true) == 2)
  }
}
