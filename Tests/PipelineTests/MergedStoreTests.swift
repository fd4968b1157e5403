// SPDX-License-Identifier: Apache-2.0

import Reporting
import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// A running engine whose small blocks are merged, beside one whose blocks are left alone.
@Suite("A store with merged blocks")
struct MergedStoreTests {
  private static let start = ReplayFixture.start
  private static let hour: Milliseconds = 3_600_000
  private static let topics = [
    "wifi-ap/ap-ubnd-1", "wifi-ap/ap-hcc-1", "wifi-ap/ap-cho-1", "wifi-ap/ap-tyt-1",
  ]

  private static func export(_ bench: LiveBench) throws -> [String] {
    var lines: [String] = []
    try ReadingExport.write(store: bench.fixture.store) { lines.append($0) }
    return lines
  }

  private static func payload(_ random: inout SeededGenerator, at now: Milliseconds) -> [UInt8] {
    let late = random.next() % 10 == 0 ? Milliseconds(random.next() % 7_200_000) : 0
    let time = random.next() % 8 > 0 ? "\"ts\":\"\(LocalTime.universal(now - late))\"," : ""
    let text =
      "{\(time)\"up\":\((now - start) / 1_000 + 50_000),\"clients\":\(random.next() % 20),"
      + "\"wan\":{\"up\":\(random.next() % 9 > 0)},\"fw\":\"v\(random.next() % 3)\"}"
    return Array(text.utf8)
  }

  /// What a message of a resumed session would be compared with.
  private static func window(_ bench: LiveBench) throws -> [UInt64] {
    var words: [UInt64] = []
    try bench.fixture.store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) { id, block in
      words += [UInt64(id)] + block.session.map { UInt64($0) }
      words += block.packetID.map { UInt64($0) } + block.payloadHash
    }
    return words
  }

  @Test("exports, reports, seals and verifies like one whose blocks were left alone")
  func alike() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("merged store: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let (plain, merged) = (try LiveBench(at: Self.start), try LiveBench(at: Self.start))
    func restart(isKilled: Bool) throws {
      for bench in [plain, merged] {
        if isKilled { bench.kill() } else { try bench.stop() }
        try bench.start()
        bench.engine?.merging.limits.blockCount = bench === plain ? 1 << 30 : 9
      }
    }
    for bench in [plain, merged] { try bench.start() }
    try restart(isKilled: true)
    var now = Self.start
    for step in 0..<900 {
      now += Milliseconds.random(in: 10...240_000, using: &random)
      let topic = Self.topics.randomElement(using: &random) ?? ""
      let channel = random.next() % 12 == 0 ? "backlog" : "telemetry"
      let payload = Self.payload(&random, at: now)
      for bench in [plain, merged] {
        bench.machine.pass(to: now)
        bench.receive("nhip/v1/04321/\(topic)/\(channel)", payload)
        try bench.step()
      }
      if random.next() % 60 == 0 { try restart(isKilled: Bool.random(using: &random)) }
      guard step == 500 else { continue }
      // Some days are sealed when the second half is merged, and some of it comes late for them.
      for bench in [plain, merged] { try SealFixture.seal(bench.fixture, through: 20_777, at: now) }
    }
    try compare(plain, merged, "seed \(seed)")
    for bench in [plain, merged] { try SealFixture.seal(bench.fixture, through: 20_778) }
    try compare(plain, merged, "seed \(seed), sealed")
  }

  private func compare(_ plain: LiveBench, _ merged: LiveBench, _ when: String) throws {
    #expect(try Self.export(merged) == Self.export(plain), "\(when)")
    #expect(try Self.window(merged) == Self.window(plain), "\(when)")
    for from in [Self.start, Self.start + 5 * Self.hour] {
      let reports = try [plain, merged].map { bench in
        var report = try bench.fixture.report(from: from, to: from + 20 * Self.hour)
        // Every store has a name of its own, and numbers its blocks by its commits.
        report.provenance = ReportProvenance()
        return JSONReport.render(report)
      }
      #expect(reports[0] == reports[1], "\(when)")
    }
    let difference = SealFixture.difference(
      try SealFixture.content(of: plain.fixture.store),
      try SealFixture.content(of: merged.fixture.store))
    #expect(difference == nil, "\(when)")
    for bench in [plain, merged] {
      var found: [String] = []
      let summary = try Verification.run(
        store: bench.fixture.store, profiles: bench.fixture.profiles, progress: { _ in },
        report: { found.append("\($0.place): \($0.what)") })
      #expect(found == [], "\(when)")
      #expect(bench === plain ? summary.blocks > 800 : summary.blocks < 300, "\(when)")
    }
  }
}
