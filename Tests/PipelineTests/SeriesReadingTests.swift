// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Pipeline

@Suite struct SeriesReadingTests {
  private static let zone = LocalTime.offset

  @Test(
    "an instant is read in every form that series have",
    arguments: [
      ("2026-11-21T08:30:00+07:00", 1_795_224_600_000), ("2026-11-21T01:30:00Z", 1_795_224_600_000),
      ("2026-11-21t01:30:00.250z", 1_795_224_600_250), ("2026-11-21 08:30:00", 1_795_224_600_000),
      ("2026-11-21 08:30", 1_795_224_600_000), ("2026-11-21 08:30:00,5", 1_795_224_600_500),
      ("2026/11/21 8:30", 1_795_224_600_000), ("21/11/2026 08:30", 1_795_224_600_000),
      ("21/11/2026 8:30:07", 1_795_224_607_000), ("21-11-2026 08:30", 1_795_224_600_000),
      ("21/11/2026 8:30:00 SA", 1_795_224_600_000), ("21/11/2026 8:30 PM", 1_795_267_800_000),
      ("21/11/2026 12:30 SA", 1_795_195_800_000), ("21/11/2026", 1_795_194_000_000),
      ("2026-11-21T08:30:00-0330", 1_795_262_400_000),
      ("2026-11-21 08:30:00 +07", 1_795_224_600_000),
      ("2026-11-20T23:59:60Z", 1_795_219_200_000), ("1795224600", 1_795_224_600_000),
      ("1795224600.25", 1_795_224_600_250), ("1795224600000", 1_795_224_600_000),
      ("1795224600000000", 1_795_224_600_000), ("1795224600000000000", 1_795_224_600_000),
      ("0", 0), ("-1", -1_000), ("1900-01-01T00:00:00Z", -2_208_988_800_000),
    ] as [(String, Milliseconds)])
  func instants(text: String, expected: Milliseconds) {
    #expect(SeriesTime(zone: Self.zone).instant(Array(text.utf8)) == expected)
  }

  @Test(
    "what is no instant is none",
    arguments: [
      "", "x", "-", ".", "2026-13-01", "2026-02-30", "31/11/2026", "11/21/2026", "2026-11-21 24:00",
      "2026-11-21 08:60", "2026-11-21 08", "2026-11-21T08:30:00+07:0", "2026-11-21T08:30:00+15:00",
      "2026-11-21 08:30 tối", "21.11.2026", "2026-1121", "1e99", "99999999999999999999999",
      "1899-12-31T00:00:00Z", "2200-01-01", "21/11/26", "13:00 PM", "21/11/2026 13:00 PM", "1-2",
      "2026-11-21 08:30:00.", "12:30",
    ])
  func noInstants(text: String) {
    #expect(SeriesTime(zone: Self.zone).instant(Array(text.utf8)) == nil)
  }

  @Test("a zone holds for instants that name none, and for no others")
  func zones() throws {
    let west = SeriesTime(zone: try #require(SeriesForm.zone("-05:30")))
    #expect(west.instant(Array("1970-01-01 00:00".utf8)) == 19_800_000)
    #expect(west.instant(Array("1970-01-01T00:00:00Z".utf8)) == 0)
    #expect(west.instant(Array("0".utf8)) == 0)
    for text in ["", "7", "+", "+25:00", "07:00", "Asia/Ho_Chi_Minh", "+07:00x"] {
      #expect(SeriesForm.zone(text) == nil, "\(text)")
    }
  }

  @Test(
    "a number is read with the marks that people write",
    arguments: [
      ("3.5", ",", 3.5), ("-3.5e-3", ",", -0.0035), ("3,5", ";", 3.5), ("1.234,5", ";", 1234.5),
      ("1.234.567", ";", 1_234_567), ("1,234", ",", 1234), ("1,234.5", ",", 1234.5),
      ("3,5", ",", 3.5), ("1,234", ";", 1.234), ("-1.234,5", "\t", -1234.5), ("+7", ",", 7),
      ("5e-324", ",", Double.leastNonzeroMagnitude), ("1e300", ",", 1e300), (".5", ",", 0.5),
      ("1.234", ";", 1.234),
    ] as [(String, String, Double)])
  func numbers(text: String, separator: String, expected: Double) throws {
    let byte = try #require(separator.utf8.first)
    #expect(SeriesNumber(Array(text.utf8), separator: byte) == .value(expected))
  }

  @Test(
    "what is no number says why",
    arguments: [
      ("", SeriesNumber.missing), ("NA", .missing), ("n/a", .missing), ("null", .missing),
      ("-", .missing), ("NaN", .notFinite), ("-inf", .notFinite), ("Infinity", .notFinite),
      ("1e999", .notFinite), ("x", .unreadable), ("1,2,3", .unreadable), ("0x10", .unreadable),
      ("1.2.3", .unreadable), ("12 ms", .unreadable), ("--5", .unreadable), ("1,23.4", .unreadable),
      ("e", .unreadable), ("1234,567.8", .unreadable),
    ])
  func noNumbers(text: String, expected: SeriesNumber) {
    #expect(SeriesNumber(Array(text.utf8), separator: .comma) == expected)
  }

  // MARK: Records

  private static func records(_ text: String, piece: Int = .max) -> [SeparatedRecord] {
    var records: [SeparatedRecord] = []
    var scanner = SeparatedRecords()
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      scanner.take(rest.prefix(piece)) { records.append($0) }
      rest = rest.dropFirst(piece)
    }
    scanner.finish { records.append($0) }
    return records
  }

  private static func texts(_ record: SeparatedRecord) -> [String] {
    record.fields().map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("ends of lines, blank lines, byte order marks and quotes are what they mean")
  func records() {
    let found = Self.records("\u{FEFF}a;b\r\n\r\n 1 ;\"2\"\"x;y\"\rz;\"two\nlines\"\n\n;\n")
    #expect(
      found.map(Self.texts) == [["a", "b"], ["1", "2\"x;y"], ["z", "two\nlines"], ["", ""]])
    #expect(found.map(\.line) == [1, 3, 4, 7])
    #expect(Self.records("").isEmpty && Self.records("\n \n").isEmpty)
    #expect(Self.records("a").map(Self.texts) == [["a"]])
  }

  @Test("a quote that never closes costs its own row, and no other")
  func openQuote() {
    let rows = (1...200).map { "\($0),x" }.joined(separator: "\n")
    let found = Self.records("t,v\n0,\"x\n" + rows + "\n")
    #expect(found.count == 202)
    #expect(found[1].isLiteral && Self.texts(found[1]) == ["0", "\"x"])
    #expect(found.dropFirst(2).allSatisfy { !$0.isLiteral })
    #expect(found.enumerated().allSatisfy { $0.element.line == $0.offset + 1 })
    let last = Self.records("t,v\n1,2\n3,\"4")
    #expect(last.map(Self.texts) == [["t", "v"], ["1", "2"], ["3", "\"4"]])
  }

  @Test("a row longer than any is one row, and the next is itself again")
  func longRow() {
    let long = String(repeating: "x", count: 3 * SeparatedRecords.recordSizeMax)
    let found = Self.records("t,v\n1,\(long)\n2,3\n", piece: 777)
    #expect(found.map(\.isTooLong) == [false, true, false])
    #expect(found.allSatisfy { $0.bytes.count <= SeparatedRecords.recordSizeMax })
    #expect(Self.texts(found[2]) == ["2", "3"] && found[2].line == 3)
  }

  @Test("records are the same in pieces of any size, and those of the reader of whole files")
  func pieces() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let alphabet = ["a", "1", ",", ",", "\"", "\"\"", "\n", "\r\n", "\r", " ", ";", "é"]
    for _ in 0..<2_000 {
      let count = Int.random(in: 0...40, using: &generator)
      let text = (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? "" }.joined()
      let whole = Self.records(text)
      for piece in [1, 2, 3, 7] {
        #expect(Self.records(text, piece: piece) == whole, "seed \(seed): \(text.debugDescription)")
      }
    }
    // Well-formed text is read as the reader of registry files reads it.
    for _ in 0..<500 {
      let rows = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
        (0..<3).map { _ in
          let text = ["a", "b c", "1,5", "x\"y", "l\nm", ""].randomElement(using: &generator) ?? ""
          let isQuoted = text.contains { ",\"\n".contains($0) } || Bool.random(using: &generator)
          return isQuoted ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
        }.joined(separator: ",")
      }
      let text = "h,i,j\n" + rows.joined(separator: "\n") + "\n"
      var expected: [[String]] = []
      try SeparatedText(text: text).forEachRow { row in
        expected.append(row.map(\.text))
        return true
      }
      // The other drops rows of empty fields only.
      let found = Self.records(text).map(Self.texts).filter { !$0.allSatisfy(\.isEmpty) }
      #expect(found == expected, "seed \(seed): \(text.debugDescription)")
    }
  }
}
