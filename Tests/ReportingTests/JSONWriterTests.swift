// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import Reporting

/// Any JSON, for Foundation to write again.
private indirect enum AnyJSON: Codable {
  case object([String: AnyJSON])
  case array([AnyJSON])
  case whole(Int64)
  case number(Double)
  case text(String)
  case flag(Bool)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // What it is not is told by a throw, there is no other way to ask.
    if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .whole(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([AnyJSON].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: AnyJSON].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .object(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .whole(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .flag(let value): try container.encode(value)
    }
  }

  /// - Parameter json: what Foundation reads.
  static func written(again json: [UInt8]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let value = try JSONDecoder().decode(AnyJSON.self, from: Data(json))
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

@Suite("JSON that is written piece by piece")
struct JSONWriterTests {
  @Test("is what Foundation's encoder writes of the same values")
  func values() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("JSON text test: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    var json = JSONWriter()
    json.beginArray()
    for number in [0, 1, -1, 9, 10, 99, 100, Int64.max, Int64.min, 1_000_000_007] {
      json.element()
      json.value(number)
    }
    for _ in 0..<2_000 {
      json.element()
      let shift = Int64.random(in: 0...63, using: &generator)
      json.value(Int64.random(in: .min ... .max, using: &generator) >> shift)
      json.element()
      let scalars = (0..<Int.random(in: 0...6, using: &generator)).compactMap { _ in
        UnicodeScalar(UInt32.random(in: 0...0x2FF, using: &generator))
      }
      json.value(String(String.UnicodeScalarView(scalars)) + "/\\\"\u{2028}Độ 😀")
      json.element()
      json.beginObject()
      json.field("a", Double.random(in: -1e9...1e9, using: &generator))
      json.field("b", Double(Int.random(in: -1_000_000_000...1_000_000_000, using: &generator)))
      json.field("c", 1 / Double.random(in: 1...1e30, using: &generator))
      json.field("d", Double.nan)
      json.field("e", Double?.none)
      json.field("f", Bool.random(using: &generator))
      json.field("g", ["", "x"])
      json.field("h", [String]())
      json.endObject()
    }
    json.endArray()
    let bytes = json.take()
    #expect(try AnyJSON.written(again: bytes) == String(decoding: bytes, as: UTF8.self))
    #expect(json.sizeBytes == 0)
  }

  @Test("of a report has its keys in order, and comes in pieces of a bounded size")
  func report() throws {
    let report = ReportTests.report()
    let text = JSONReport.render(report)
    #expect(try AnyJSON.written(again: Array(text.utf8)) + "\n" == text)
    var pieces: [UInt8] = []
    JSONReport.write(report) { pieces += $0 }
    #expect(String(decoding: pieces, as: UTF8.self) == text)
  }
}
