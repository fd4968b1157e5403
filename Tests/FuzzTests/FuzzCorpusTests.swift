// SPDX-License-Identifier: Apache-2.0

import Foundation
import FuzzProperties
import Storage
import Telemetry
import TestSupport
import Testing

/// What `scripts/fuzz` keeps runs here without libFuzzer: each corpus, and each case that once
/// broke its property.
@Suite("what the fuzzers keep")
struct FuzzCorpusTests {
  static let repository = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
  private static let corpusFileCountMax = 50
  private static let corpusSizeBytesMax = 64 << 10

  @Test("every file keeps its property", arguments: PropertyName.allCases, ["corpus", "cases"])
  func replay(name: PropertyName, parent: String) throws {
    let property = try name.property(repository: Self.repository)
    for file in try name.files(in: parent, repository: Self.repository) {
      let input = [UInt8](try Data(contentsOf: file))
      #expect(throws: Never.self, "\(parent)/\(name.rawValue)/\(file.lastPathComponent)") {
        try property.check(input)
      }
    }
  }

  @Test("every corpus is there, and small", arguments: PropertyName.allCases)
  func size(name: PropertyName) throws {
    let files = try name.files(in: "corpus", repository: Self.repository)
    #expect(!files.isEmpty && files.count <= Self.corpusFileCountMax)
    let sizeBytes = try files.reduce(0) { $0 + (try Data(contentsOf: $1)).count }
    #expect(sizeBytes <= Self.corpusSizeBytesMax)
  }

  /// Mutations of the corpus, without the fuzzer's eye for coverage: so many a run.
  private static let mutationCount = 10_000

  @Test("payloads of the schedule that were changed at random keep their property")
  func mutated() throws {
    let seed = UInt64.random(in: .min ... .max)
    print("changed payloads of the schedule: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let property = try PropertyName.schedule.property(repository: Self.repository)
    let corpus = try PropertyName.schedule.files(in: "corpus", repository: Self.repository)
      .map { [UInt8](try Data(contentsOf: $0)) }
    let words = try String(
      contentsOfFile: "\(Self.repository)/Tests/Fuzz/dictionaries/schedule.txt", encoding: .utf8
    ).split(separator: "\n").map {
      Array($0.dropFirst().dropLast().replacing("\\\"", with: "\"").utf8)
    }
    for _ in 0..<Self.mutationCount {
      var input = corpus.randomElement(using: &random) ?? []
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0...input.count, using: &random)
        let end = min(input.count, place + Int.random(in: 0...9, using: &random))
        switch Int.random(in: 0..<4, using: &random) {
        case 0: input.replaceSubrange(place..<end, with: words.randomElement(using: &random) ?? [])
        case 1: input.removeSubrange(place..<end)
        case 2: input.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
        default:
          let other = corpus.randomElement(using: &random) ?? []
          input.insert(
            contentsOf: other.suffix(Int.random(in: 0...20, using: &random)), at: place)
        }
      }
      #expect(throws: Never.self, "seed \(seed): \(String(decoding: input, as: UTF8.self))") {
        try property.check(input)
      }
    }
  }

  @Test("the shipped samples and configurations keep the properties")
  func shipped() throws {
    let decoder = try PropertyName.decoder.property(repository: Self.repository)
    let configuration = try PropertyName.configuration.property(repository: Self.repository)
    let folders = FileManager.default.enumerator(atPath: "\(Self.repository)/devices")
    var count = 0
    for case let path as String in try #require(folders) {
      let url = URL(filePath: "\(Self.repository)/devices/\(path)")
      guard ["json", "yaml"].contains(url.pathExtension) else { continue }
      let property = url.pathExtension == "json" ? decoder : configuration
      try property.check([UInt8](try Data(contentsOf: url)))
      count += 1
    }
    #expect(count > 10)
  }
}

/// Proves that the properties can fail.
@Suite("fuzz canary")
struct FuzzCanaryTests {
  private func columns(_ value: Value) -> ReadingColumns {
    var columns = ReadingColumns(kind: "ap", profileVersion: 1, metricNames: ["a"])
    columns.metrics[0].append(value)
    return columns
  }

  @Test("values that only look the same are told apart")
  func identity() {
    let pairs: [(Value, Value)] = [
      (.number(0), .number(-0.0)), (.word("b\u{1EA3}n"), .word("ba\u{309}n")),
      (.integer(1), .unsigned(1)),
    ]
    for (left, right) in pairs {
      #expect(Identity.difference(columns(left), columns(right)) != nil)
      #expect(!Identity.holds(left, right))
    }
    let notANumber = columns(.number(Double(bitPattern: 0x7FF4_0000_0000_0001)))
    #expect(Identity.difference(notANumber, notANumber) == nil)
  }

  @Test("a wrapped block is a block, so the decoder behind the checksums is reached")
  func wrapping() throws {
    var columns = ReadingColumns(kind: "ap", profileVersion: 1, metricNames: [])
    let block = BlockCodec.encode(columns)
    let plain = try #require(BlockWrapping.plain(of: block))
    columns = try BlockCodec.decode(BlockWrapping.block(plain: plain))
    #expect(columns.kind == "ap")
  }

  @Test("the corpus of blocks reaches behind the checksums in every way")
  func forms() throws {
    let repository = FuzzCorpusTests.repository
    let files = try PropertyName.block.files(in: "corpus", repository: repository)
    let first = try Set(files.compactMap { try Data(contentsOf: $0).first })
    for form: BlockProperty.Form in [.unsealed, .plain, .merged, .columns] {
      #expect(first.contains(form.rawValue))
    }
  }
}
