// SPDX-License-Identifier: Apache-2.0

import Glibc
import Telemetry
import TestSupport
import Testing

@testable import Analysis

/// The choice of groups, the sweep and the tail against definitions written out by brute force.
@Suite("group choice")
struct GroupChoiceTests {
  private static let at: Milliseconds = 10_000_000
  private static let window = Interval(start: 9_800_000, end: 9_830_000)

  @Test("the tail of a Poisson count is what summing its terms gives")
  func tail() {
    for count in 0...60 {
      for expected in [1e-6, 0.003, 0.2, 1, 7.5, 40, 70] {
        var above = 0.0
        for number in count..<(count + 400) {
          above += exp(
            Double(number) * log(expected) - expected - lgamma(Double(number) + 1))
        }
        let found = PoissonTail.log10(count: count, expected: expected)
        // Smaller numbers are no doubles any more.
        guard above > 1e-290 else {
          #expect(found < -288, "\(count) of \(expected)")
          continue
        }
        #expect(abs(found - log10(min(1, above))) < 1e-6, "\(count) of \(expected)")
      }
    }
    #expect(PoissonTail.log10(count: 10_000, expected: 0.5) == PoissonTail.lowest)
    #expect(PoissonTail.log10(count: 3, expected: 0) == PoissonTail.lowest)
    #expect(PoissonTail.log10(count: 5, expected: 1e9) == 0)
    for value in [1e-300, 0.001, 1, 2.5, 1e12] {
      #expect(abs(PoissonTail.logarithm(value) - log(value)) < 1e-12 * max(1, abs(log(value))))
      #expect(abs(PoissonTail.exponential(-value) - exp(-value)) < 1e-12)
    }
  }

  @Test("the stretch that most intervals hold is the one that trying every instant finds")
  func sweep() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("incident sweep: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let intervals = (0..<Int.random(in: 1...12, using: &random)).map { _ in
        let start = Int64.random(in: 0...40, using: &random)
        return Interval(start: start, end: start + Int64.random(in: 0...15, using: &random))
      }
      let anchor = intervals[0]
      let touching = intervals.filter { $0.start <= anchor.end && anchor.start <= $0.end }
      let found = IncidentEngine.commonest(touching, within: anchor)
      func count(_ instant: Milliseconds) -> Int {
        touching.count { $0.start <= instant && instant <= $0.end }
      }
      let most = (anchor.start...anchor.end).map(count).max()
      #expect(count(found.start) == most && count(found.end) == most, "seed \(seed)")
      #expect(found.start == (anchor.start...anchor.end).first { count($0) == most })
    }
  }

  /// One group by its definition, every device looked at on its own.
  private struct Verdict {
    var group: IncidentFleet.Group
    var failed = 0
    var overdue = 0
    var talking = 0
    var size = 0
    var fits = false
    var silent: Int { failed + overdue }
  }

  private static func verdict(
    _ group: IncidentFleet.Group, _ registry: Registry, failed: Set<Int>, heard: [Milliseconds]
  ) -> Verdict {
    let sites = Dictionary(uniqueKeysWithValues: registry.sites.map { ($0.code, $0) })
    var verdict = Verdict(group: group)
    var members = 0
    for (position, device) in registry.devices.enumerated() {
      let site = sites[device.site]
      let isIn =
        switch group.kind {
        case .site: device.site == group.code
        case .village: site?.unit == group.code
        case .feeder: site?.feeder == group.code
        case .isp: site?.isp == group.code
        case .commune: device.commune == group.code
        case .province, .all: true
        default: false
        }
      guard isIn else { continue }
      members += 1
      if failed.contains(position) {
        verdict.failed += 1
        verdict.size += 1
        continue
      }
      let last = heard[position]
      if last == .min || last + 180_000 < window.start { continue }
      verdict.size += 1
      if last > window.end {
        verdict.talking += 1
      } else if last + 90_000 < at {
        verdict.overdue += 1
      }
    }
    let (silent, talking) = (Double(verdict.silent), Double(verdict.talking))
    let share = silent + talking < 8 ? 0.8 : 0.65
    // A hundred devices of which each fails once in ten days: four in two minutes never happen.
    let expected = Double(members) * 120_000 / 864_000_000
    var above = 0.0
    for number in verdict.failed..<(verdict.failed + 60) {
      above += exp(Double(number) * log(expected) - expected - lgamma(Double(number) + 1))
    }
    verdict.fits =
      verdict.failed > 1 && silent / (silent + talking) >= share && above <= 1e-4
      && silent + talking >= 0.8 * Double(verdict.size)
    return verdict
  }

  /// By size; a wider one that explains more if nearly all that it adds is silent.
  private static func smallest(_ explaining: [Verdict]) -> Verdict? {
    let ordered = explaining.sorted {
      ($0.size, $0.group.kind.rank, $0.group.code) < ($1.size, $1.group.kind.rank, $1.group.code)
    }
    return ordered.dropFirst().reduce(ordered.first) { best, wider in
      guard let best, wider.failed > best.failed, wider.silent - best.silent > 1 else {
        return best
      }
      let added = wider.silent + wider.talking - best.silent - best.talking
      return 5 * (wider.silent - best.silent) >= 4 * added ? wider : best
    }
  }

  @Test("the group that is chosen first is the one that trying every group finds")
  func choice() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("group choice: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var found = 0
    for _ in 0..<300 {
      let registry = IncidentBench.registry(
        communes: Int.random(in: 1...2, using: &random), villages: 6, perSite: 3)
      let fleet = IncidentFleet(devices: registry.devices, registry: registry, paces: [:])
      let all: [IncidentFleet.Group] =
        registry.sites.flatMap {
          [
            .init(kind: .site, code: $0.code), .init(kind: .village, code: $0.unit),
            .init(kind: .feeder, code: $0.feeder), .init(kind: .isp, code: $0.isp),
          ]
        } + registry.units.filter { $0.level == "commune" }.map {
          .init(kind: .commune, code: $0.code)
        } + [.init(kind: .province, code: "98"), .init(kind: .all, code: "")]
      // One group fails for the most part, and a few others by themselves.
      let struck = all.randomElement(using: &random) ?? all[0]
      let share = Int.random(in: 5...10, using: &random)
      var failed: Set<Int> = []
      var heard: [Milliseconds] = []
      for position in registry.devices.indices {
        let isIn = fleet.contains(struck, position)
        let fails = isIn && Int.random(in: 0..<10, using: &random) < share
        if fails || Int.random(in: 0..<15, using: &random) == 0 { failed.insert(position) }
        let lasts: [Milliseconds] =
          isIn ? [9_790_000, 9_990_000, 9_100_000, .min, 9_829_000, 9_825_000] : [9_990_000]
        heard.append(failed.contains(position) ? 9_790_000 : lasts.randomElement(using: &random)!)
      }
      guard failed.count > 1 else { continue }
      let chooser = GroupChoice(
        fleet: fleet, history: OnsetHistory(), heard: heard, explained: [], gaps: [])
      let chosen = chooser.groups(
        of: .init(
          stream: "silent", positions: failed.sorted(), inCluster: failed, kinds: [0],
          window: Self.window, length: 120_000, at: Self.at)
      ).first
      let fitting = Set(all).map {
        Self.verdict($0, registry, failed: failed, heard: heard)
      }.filter(\.fits)
      let explaining = fitting.filter { Double($0.failed) >= 0.8 * Double(failed.count) }
      let best =
        Self.smallest(explaining)
        ?? fitting.min {
          (-$0.failed, $0.size, $0.group.kind.rank, $0.group.code)
            < (-$1.failed, $1.size, $1.group.kind.rank, $1.group.code)
        }
      #expect(chosen?.group == best?.group, "seed \(seed)")
      if chosen != nil { found += 1 }
    }
    #expect(found > 50, "seed \(seed): the test must see groups to be worth anything")
  }

  @Test("a gateway that restarted while all behind it ran on is a broken device, not a lost link")
  func deadGateway() {
    var signs = IncidentEvidence.Signs()
    (signs.rebooted, signs.ranOn, signs.otherReasons) = (1, 2, 1)
    func first(_ signs: IncidentEvidence.Signs) -> Incident.Cause? {
      CauseRanking.rank(
        stream: IncidentSymptom.silent.stream, kind: .via, signs: signs, deviceCount: 3,
        mayBeOurs: false
      ).first?.cause
    }
    #expect(first(signs) == .device)
    (signs.rebooted, signs.ranOn, signs.otherReasons) = (0, 3, 0)
    #expect(first(signs) == .link, "nobody restarted")
    (signs.rebooted, signs.ranOn, signs.powerReasons) = (3, 0, 3)
    #expect(first(signs) == .power, "all restarted, for want of power")
  }
}
