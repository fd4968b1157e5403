// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Reporting

@Suite struct IndicatorTests {
  private func villages(
    _ formula: Indicator.Formula, _ change: (inout Indicator.Parameters) -> Void = { _ in }
  ) -> Indicator {
    ProgrammeWorld.indicator(formula) {
      ($0.kind, $0.unitLevel, $0.siteType) = ("ap", "village", "house")
      change(&$0)
    }
  }

  @Test("installed: villages without a device count, other places and kinds do not help")
  func installed() {
    var world = ProgrammeWorld()
    world.add("ap", in: "v1")
    world.add("ap", in: "v1")
    world.add("ap", in: "v2", at: "pole")
    world.add("kiosk", in: "v3")
    world.add("ap", in: "v4")
    world.add("ap", in: "v5") { $0.isThereAtEnd = false }
    let result = world.facts.result(of: villages(.unitsWithDevice))
    #expect((result.numerator, result.denominator) == (2, 5))
    #expect(result.value == 400_000 && result.completion == 400_000)
    #expect(result.failing == ["Thôn 2", "Thôn 3", "Thôn 5"] && result.failingCount == 3)
    #expect(result.parts.map(\.value) == [333_333, 500_000])
    #expect(result.parts.map(\.code) == ["00001", "00002"])
    world.scope = "00001"
    #expect(world.facts.result(of: villages(.unitsWithDevice)).value == 333_333)
    #expect(world.facts.result(of: villages(.unitsWithDevice)).parts.isEmpty)
  }

  @Test("a village that ended within the period is no denominator, one that is new is")
  func ended() {
    var world = ProgrammeWorld()
    world.add("ap", in: "v1")
    world.registry.units[4].validTo = ProgrammeWorld.period.end - 1
    world.registry.units[5].validTo = ProgrammeWorld.period.end
    world.registry.units[6].validFrom = ProgrammeWorld.period.end
    let result = world.facts.result(of: villages(.unitsWithDevice))
    #expect((result.numerator, result.denominator) == (1, 3))
  }

  @Test("working: enough days at the target, by the best device; no known day leaves it open")
  func working() {
    var world = ProgrammeWorld()
    for (village, atTarget, judged, unobserved) in [
      ("v1", 27, 30, 0), ("v2", 26, 30, 0), ("v2", 0, 30, 0), ("v3", 0, 0, 5), ("v4", 0, 0, 0),
    ] as [(String, Int, Int, Int64)] {
      world.add("ap", in: village) {
        ($0.daysAtTarget, $0.daysJudged, $0.unobserved) = (atTarget, judged, unobserved)
      }
    }
    let result = world.facts.result(of: villages(.unitsWorking))
    #expect((result.numerator, result.numeratorHighest, result.denominator) == (1, 2, 5))
    #expect(result.value == 200_000 && result.valueHighest == 400_000)
    #expect(result.failingCount == 3 && result.undecidedCount == 1)
    let easier = world.facts.result(of: villages(.unitsWorking) { $0.daysMin = 866_666 })
    #expect(easier.numerator == 2)
    let difficult = world.facts.result(
      of: villages(.coverageByAreaClass) { $0.areaClasses = ["III"] })
    #expect((difficult.numerator, difficult.denominator) == (0, 2))
  }

  @Test("ready: by the bounds of service availability, told as a count")
  func ready() {
    var world = ProgrammeWorld()
    for (commune, lowest, highest) in [("v1", 995_000, 1_000_000), ("v4", 900_000, 995_000)]
      as [(String, Int64, Int64)]
    {
      world.add("hall", in: commune) {
        $0.service = .init(held: 1, failed: 0, ratioLowest: lowest, ratioHighest: highest)
      }
    }
    let indicator = ProgrammeWorld.indicator(
      .unitsReady, plan: 20_000, unit: "xã", level: "province"
    ) { ($0.kind, $0.unitLevel) = ("hall", "commune") }
    let result = world.facts.result(of: indicator)
    #expect(result.value == 10_000 && result.valueHighest == 20_000)
    #expect(result.completion == 500_000 && result.undecidedCount == 1)
  }

  @Test("fulfilment sums what was played, of a priority, wherever the device stood that day")
  func fulfilment() {
    var world = ProgrammeWorld()
    world.add("loa", in: "v1") {
      $0.sums = [
        "requested_normal_ms": 1_000, "played_normal_ms": 1_000, "requested_urgent_ms": 500,
        "played_urgent_ms": 100, "unverifiable_slots": 3,
      ]
      $0.isThereAtEnd = false
    }
    world.add("loa", in: "v4") { $0.sums = ["requested_unknown_ms": 500, "played_unknown_ms": 500] }
    world.add("ap", in: "v4")
    let all = world.facts.result(of: ProgrammeWorld.indicator(.fulfilment))
    #expect((all.numerator, all.denominator, all.value) == (1_600, 2_000, 800_000))
    #expect(all.failing == ["loa-1"] && all.unverifiableCount == 3)
    #expect(all.parts.map(\.value) == [733_333, 1_000_000])
    let urgent = world.facts.result(
      of: ProgrammeWorld.indicator(.fulfilment, plan: 500_000) { $0.priority = .urgent })
    #expect(urgent.value == 200_000 && urgent.completion == 400_000)
    let none = world.facts.result(
      of: ProgrammeWorld.indicator(.fulfilment) { $0.priority = .priority })
    #expect(none.value == nil && none.completion == nil && none.denominator == 0)
  }

  @Test("AI voice by minutes and bulletins, meetings with those that cannot be verified as a bound")
  func sums() {
    var world = ProgrammeWorld()
    world.add("loa", in: "v1") {
      $0.sums = [
        "voice_tts_ms": 30, "voice_all_ms": 40, "voice_tts_bulletins": 1,
        "voice_all_bulletins": 4,
      ]
    }
    world.add("hall", in: "v1") {
      $0.sums = ["meetings": 8, "meetings_on_time": 7, "meetings_unverifiable": 2]
    }
    let facts = world.facts
    #expect(facts.result(of: ProgrammeWorld.indicator(.aiVoice)).value == 750_000)
    #expect(
      facts.result(of: ProgrammeWorld.indicator(.aiVoice) { $0.measure = .bulletins }).value
        == 250_000)
    let meetings = facts.result(of: ProgrammeWorld.indicator(.meetingsOnTime))
    #expect(meetings.value == 700_000 && meetings.valueHighest == 900_000)
  }

  @Test("devices: at target, alive, with a flag, each with what is not known")
  func devices() {
    var world = ProgrammeWorld()
    let end = ProgrammeWorld.period.end
    world.add("lan", in: "v1") {
      ($0.verdict, $0.up, $0.lastHeard) = (.met, 10, end - LocalTime.dayLength)
      $0.sums = ["ipv6_ready": 15, "ipv6_known": 30]
    }
    world.add("lan", in: "v1") {
      ($0.verdict, $0.up, $0.lastHeard) = (.undecided, 10, end - LocalTime.dayLength - 1)
      $0.sums = ["ipv6_ready": 14, "ipv6_known": 30]
    }
    world.add("lan", in: "v2") { ($0.verdict, $0.down) = (.missed, 5) }
    world.add("lan", in: "v2") { $0.unobserved = 5 }
    world.add("lan", in: "v2") { $0.maintenance = 5 }
    world.add("lan", in: "v2") { ($0.verdict, $0.isThereAtEnd) = (.met, false) }
    let facts = world.facts
    let target = facts.result(of: ProgrammeWorld.indicator(.devicesAtTarget))
    #expect((target.numerator, target.numeratorHighest, target.denominator) == (1, 3, 4))
    let alive = facts.result(of: ProgrammeWorld.indicator(.devicesAlive))
    #expect((alive.numerator, alive.numeratorHighest, alive.denominator) == (1, 2, 5))
    let ready = facts.result(
      of: ProgrammeWorld.indicator(.devicesWithFlag) { $0.flag = "ipv6" })
    #expect((ready.numerator, ready.numeratorHighest, ready.denominator) == (1, 1, 5))
  }

  @Test("systems count from the registry, of a level, once approved and with measures")
  func systems() {
    var world = ProgrammeWorld()
    let end = ProgrammeWorld.period.end
    world.registry.systems = [
      InformationSystem(
        code: "a", unit: "00001", securityLevel: 2, approvedOn: end - 1, measuresInPlace: true),
      InformationSystem(
        code: "b", unit: "00001", securityLevel: 2, approvedOn: end, measuresInPlace: true),
      InformationSystem(code: "c", unit: "00001", securityLevel: 3, approvedOn: 0),
      InformationSystem(
        code: "d", unit: "00002", securityLevel: 3, approvedOn: 0, measuresInPlace: true),
    ]
    let all = world.facts.result(of: ProgrammeWorld.indicator(.systemsAtLevel))
    #expect((all.numerator, all.denominator) == (2, 4) && all.failing == ["b", "c"])
    let third = world.facts.result(
      of: ProgrammeWorld.indicator(.systemsAtLevel) { $0.securityLevels = [3] })
    #expect(third.value == 500_000)
  }

  @Test("data against quota: per card, and summed by provider")
  func quota() {
    var world = ProgrammeWorld()
    for (quota, used, provider) in [
      (100, 100_000_000, "A"), (100, 100_000_001, "A"), (50, nil, "B"), (nil, 1, "B"),
    ] as [(Int?, Int64?, String)] {
      world.add("ap", in: "v1") {
        $0.device.simQuotaMegabytes = quota
        $0.usage["data_month"] = used
        $0.provider = provider
      }
    }
    let result = world.facts.result(
      of: ProgrammeWorld.indicator(.dataAgainstQuota) { $0.figure = "data_month" })
    #expect((result.numerator, result.numeratorHighest, result.denominator) == (1, 2, 3))
    #expect(
      result.quotas == [
        .init(
          provider: "A", deviceCount: 2, overCount: 1, usedMegabytes: 201, quotaMegabytes: 200),
        .init(
          provider: "B", deviceCount: 1, overCount: 0, usedMegabytes: 0, quotaMegabytes: 50),
      ])
  }

  @Test("the line of the table: plan, result, completion, change and a note, in both languages")
  func words() {
    var world = ProgrammeWorld()
    world.registry.units += (6...9).map {
      Unit(code: "v\($0)", name: "Thôn \($0)", level: "village", parent: "00001")
    }
    world.add("ap", in: "v1") { $0.unobserved = 1 }
    var result = world.facts.result(of: villages(.unitsWorking))
    (result.indicator.titleVi, result.indicator.titleEn) = ("Có Wi-Fi", "Wi-Fi")
    result.previousValue = 125_000
    #expect(
      result.cells(in: .vi) == [
        "Có Wi-Fi", "%", "100", "0,00", "0,00", "-12,5",
        "Chưa đạt: Thôn 2, Thôn 3, Thôn 4, Thôn 5, Thôn 6 và 3 nơi khác; 1 chưa rõ do không có số"
          + " liệu (cao nhất 11,11)",
      ])
    #expect(result.cells(in: .en)[6].hasPrefix("Short of the plan: Thôn 2,"))
    #expect(IndicatorResult.headings(in: .vi).count == 7)
    let none = world.facts.result(of: ProgrammeWorld.indicator(.fulfilment))
    #expect(none.cells(in: .vi)[3...] == ["–", "–", "–", "Không có đối tượng để tính"])
  }

  @Test("the period before stands beside the result")
  func previous() {
    var world = ProgrammeWorld()
    let before = world.facts
    world.add("ap", in: "v1")
    let indicator = villages(.unitsWithDevice)
    let results = world.facts.results(of: [indicator], previous: before)
    #expect(results.map(\.value) == [200_000] && results.map(\.previousValue) == [0])
    #expect(world.facts.results(of: [indicator], previous: nil)[0].previousValue == nil)
  }

  @Test("shares of units are what a walk over every village and every device finds")
  func walked() {
    for round in 0..<200 {
      let seed = UInt64(round) &* 104_729 &+ 5
      var random = SeededGenerator(seed: seed)
      var world = ProgrammeWorld()
      world.scope = [nil, "01", "00001", "00002"].randomElement(using: &random) ?? nil
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        let unit = ["v1", "v2", "v3", "v4", "v5", "00001", "gone"].randomElement(using: &random)
        world.add(
          Bool.random(using: &random) ? "ap" : "loa", in: unit ?? "",
          at: Bool.random(using: &random) ? "house" : "pole"
        ) {
          $0.isThereAtEnd = Int.random(in: 0...4, using: &random) > 0
          $0.daysJudged = Int.random(in: 0...10, using: &random)
          $0.daysAtTarget = Int.random(in: 0...$0.daysJudged, using: &random)
        }
      }
      let level = Bool.random(using: &random) ? "village" : "commune"
      let daysMin = Int64.random(in: 1...10, using: &random)
      var (good, all) = (Int64(0), Int64(0))
      for unit in world.registry.units where unit.level == level {
        guard chain(of: unit.code, world).contains(world.scope ?? unit.code) else { continue }
        all += 1
        let found = world.devices.contains { facts in
          facts.device.kind == "ap" && facts.siteType == "house" && facts.isThereAtEnd
            && chain(of: facts.unit, world).contains(unit.code) && facts.daysJudged > 0
            && Int64(facts.daysAtTarget) * 10 >= Int64(facts.daysJudged) * daysMin
        }
        good += found ? 1 : 0
      }
      let result = world.facts.result(
        of: villages(.unitsWorking) { ($0.unitLevel, $0.daysMin) = (level, daysMin * 100_000) })
      #expect((result.numerator, result.denominator) == (good, all), "seed \(seed)")
    }
  }

  private func chain(of code: String, _ world: ProgrammeWorld) -> [String] {
    var chain = [code]
    while let unit = world.registry.units.first(where: { $0.code == chain[chain.count - 1] }),
      !unit.parent.isEmpty
    { chain.append(unit.parent) }
    return chain
  }
}
