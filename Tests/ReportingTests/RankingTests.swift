// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Reporting

@Suite struct RankingTests {
  private func ranking(_ world: ProgrammeWorld, level: String = "village") throws -> Ranking {
    try #require(
      world.facts.rankings(RankingSettings(), availabilityTarget: 995_000).first {
        $0.level == level
      })
  }

  /// The example of docs/RANKING.md.
  private func example(_ facts: inout DeviceFacts) {
    facts.service = .init(held: 98_505, failed: 1_000, ratioLowest: 985_050, ratioHighest: 985_050)
    (facts.up, facts.down) = (99_505, 495)
    facts.daysJudged = 30
    facts.usage["client_minutes"] = 30 * 300_000_000
    facts.readings = 1_000
    facts.sums = ["duplicates": 50, "wrong_clock": 20]
  }

  @Test("the documented example has the documented score")
  func documented() throws {
    var world = ProgrammeWorld()
    world.add("wifi-ap", in: "v1", example)
    let row = try #require(try ranking(world).rows.first)
    #expect((row.code, row.service, row.usage, row.quality) == ("v1", 9_900, 5_000, 9_333))
    #expect(row.score == 8_317 && row.rank == 1 && row.usedFor == .usage)
    #expect(row.isSmall && row.deviceCount == 1 && row.observed == 1_000_000)
  }

  @Test("broadcasts decide use where there are any, and points end at the target")
  func broadcast() throws {
    var world = ProgrammeWorld()
    world.add("wifi-ap", in: "v1", example)
    world.add("loudspeaker", in: "v1") {
      $0.up = 100
      $0.sums = ["requested_normal_ms": 900, "played_normal_ms": 1_000]
      $0.readings = 1
    }
    let row = try #require(try ranking(world).rows.first)
    #expect(row.usage == 10_000 && row.usedFor == .fulfilment && row.deviceCount == 2)
  }

  @Test("what does not exist leaves its weight to the others")
  func missing() throws {
    var world = ProgrammeWorld()
    world.add("kiosk", in: "v1") { ($0.up, $0.down, $0.readings) = (796, 204, 10) }
    world.add("kiosk", in: "v2") { $0.down = 10 }
    let rows = try ranking(world).rows
    #expect((rows[0].service, rows[0].usage, rows[0].quality) == (8_000, nil, 10_000))
    #expect(rows[0].score == 8_571)
    #expect((rows[1].service, rows[1].quality, rows[1].score) == (0, nil, 0))
    #expect(rows[1].rank == 2)
  }

  @Test("who was hardly observed, has no device or nothing to judge is not ranked, and it says why")
  func notRanked() throws {
    var world = ProgrammeWorld()
    world.add("kiosk", in: "v1") { ($0.up, $0.unobserved, $0.readings) = (900, 100, 1) }
    world.add("kiosk", in: "v2") { ($0.up, $0.unobserved, $0.readings) = (899, 101, 1) }
    world.add("kiosk", in: "v3") { $0.isThereAtEnd = false; $0.up = 10 }
    world.add("kiosk", in: "v4")
    let rows = Dictionary(try ranking(world).rows.map { ($0.code, $0) }) { first, _ in first }
    #expect(rows["v1"]?.rank == 1 && rows["v1"]?.notRanked == nil)
    #expect(rows["v2"]?.notRanked == .notObserved && rows["v2"]?.rank == nil)
    #expect(rows["v2"]?.observed == 899_000)
    #expect(rows["v3"]?.notRanked == .noDevice && rows["v5"]?.notRanked == .noDevice)
    #expect(rows["v4"]?.notRanked == .nothingToJudge)
    // Half of the quality is what was observed of it.
    #expect(rows["v1"]?.quality == 9_000)
  }

  @Test("a level of one unit is not ranked, communes sum their villages")
  func levels() throws {
    var world = ProgrammeWorld()
    world.add("kiosk", in: "v1") { $0.up = 10 }
    world.add("kiosk", in: "v2") { $0.down = 10 }
    world.add("kiosk", in: "v4") { ($0.up, $0.down) = (9, 1) }
    let communes = try ranking(world, level: "commune")
    #expect(communes.rows.map(\.code) == ["00002", "00001"])
    #expect(communes.rows.map(\.deviceCount) == [1, 2])
    world.scope = "00001"
    #expect(
      world.facts.rankings(RankingSettings(), availabilityTarget: 1).map(\.level) == ["village"])
  }

  @Test("the table says the rank, the points and why there is none, in both languages")
  func words() throws {
    var world = ProgrammeWorld()
    world.add("wifi-ap", in: "v1", example)
    world.add("kiosk", in: "v2") { ($0.up, $0.unobserved) = (899, 101) }
    let ranking = try ranking(world)
    let rows = ranking.cells(in: .vi)
    #expect(
      rows[0] == ["1", "Thôn 1", "83,17", "99,00", "50,00", "93,33", "1", "số lượng nhỏ"])
    #expect(rows[1][0] == "–" && rows[1][7].contains("chỉ có số liệu của 89,90 % thời gian"))
    #expect(ranking.cells(in: .en)[2][7] == "not ranked: no device")
    #expect(rows.allSatisfy { $0.count == Ranking.headings(in: .vi).count })
    #expect(ranking.method(in: .vi).contains("50 độ khả dụng dịch vụ (so với 99,5 %)"))
    #expect(ranking.title(in: .en) == "Villages")
  }

  @Test("random scores: a rank is one more than the number of those who are better")
  func ranks() {
    for round in 0..<300 {
      let seed = UInt64(round) &* 31 &+ 7
      var random = SeededGenerator(seed: seed)
      let rows = (0..<Int.random(in: 0...20, using: &random)).map { index in
        Ranking.Row(
          code: "\(index)", name: "Thôn \(index)", rank: nil,
          score: Int64.random(in: 0...6, using: &random), service: nil, usage: nil, quality: nil,
          usedFor: nil, deviceCount: 1, isSmall: false, observed: nil,
          notRanked: Int.random(in: 0...5, using: &random) == 0 ? .notObserved : nil)
      }
      let ranked = Ranking.ranked(rows)
      #expect(Set(ranked.map(\.code)) == Set(rows.map(\.code)))
      for row in ranked {
        let better = rows.count { $0.notRanked == nil && $0.score ?? 0 > row.score ?? 0 }
        #expect(row.rank == (row.notRanked == nil ? better + 1 : nil), "seed \(seed)")
      }
      let order = ranked.map { $0.rank ?? .max }
      #expect(order == order.sorted(), "seed \(seed)")
      for (first, second) in zip(ranked, ranked.dropFirst()) where first.rank == second.rank {
        #expect(Int(first.code) ?? 0 < Int(second.code) ?? 0, "seed \(seed)")
      }
    }
  }
}
