// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import TestSupport
import Testing

/// Fleets behind an uplink that is cut at known times, on whole minutes.
@Suite("proposed gaps of our uplink")
struct UplinkGapTests {
  private static let minute: Milliseconds = 60_000
  private static let length = 600
  private static let period = Interval(start: 0, end: Milliseconds(length) * minute)

  /// A device that says something every minute in which it is not silent, and booted before all
  /// of it or at the given minutes.
  private static func witness(
    _ device: Int64, _ provider: String, silent: [Range<Int>], boots: [Int] = []
  ) -> UplinkGaps.Witness {
    var history = DeviceHistory(reportInterval: minute)
    for at in 0..<length where !silent.contains(where: { $0.contains(at) }) {
      let boot = boots.last { $0 <= at } ?? -1_000
      history.add(
        HistoryReading(
          eventTime: Milliseconds(at) * minute, receivedAt: Milliseconds(at) * minute + 5,
          upSeconds: Double(at - boot) * 60))
    }
    return UplinkGaps.Witness(
      device: device, provider: provider, offlineAfter: 3 * minute, history: history)
  }

  private static func minutes(_ range: Range<Int>) -> Interval {
    Interval(
      start: Milliseconds(range.lowerBound - 1) * minute,
      end: Milliseconds(range.upperBound) * minute)
  }

  @Test("three devices of two providers that fall silent together and ran on are a gap")
  func together() {
    let all = [
      Self.witness(1, "VNPT", silent: [100..<150]), Self.witness(2, "Viettel", silent: [101..<151]),
      Self.witness(3, "VNPT", silent: [100..<149]), Self.witness(4, "VNPT", silent: []),
    ]
    let found = UplinkGaps.candidates(all, in: Self.period)
    #expect(found.map(\.interval) == [Self.minutes(101..<149)])
    #expect(found.first?.devices == [1, 2, 3] && found.first?.heardBefore == 4)
    #expect(found.first?.providers == ["VNPT", "Viettel"])
  }

  @Test("too few devices, one provider, a reboot, or most devices heard on are none")
  func border() {
    func count(_ witnesses: [UplinkGaps.Witness]) -> Int {
      UplinkGaps.candidates(witnesses, in: Self.period).count
    }
    let cut = [100..<150]
    func fleet(_ providers: [String], boots: [Int] = [], heard: Int = 0) -> [UplinkGaps.Witness] {
      providers.enumerated().map {
        Self.witness(Int64($0), $1, silent: cut, boots: $0 == 0 ? boots : [])
      } + (0..<heard).map { Self.witness(100 + Int64($0), "FPT", silent: []) }
    }
    #expect(count(fleet(["a", "b", "a"])) == 1)
    #expect(count(fleet(["a", "b"])) == 0)
    #expect(count(fleet(["a", "a", "a"])) == 0)
    #expect(count(fleet(["a", "", ""])) == 0)
    #expect(count(fleet(["a", "b", "a"], boots: [120])) == 0)
    #expect(count(fleet(["a", "b", "a"], heard: 3)) == 1)
    #expect(count(fleet(["a", "b", "a"], heard: 4)) == 0)
  }

  @Test(
    "the cuts of random fleets are found, and nothing else", arguments: 0..<120 as Range<UInt64>)
  func random(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var cuts: [Range<Int>] = []
    var at = Int.random(in: 20...120, using: &random)
    while at < 500 {
      let end = at + Int.random(in: 6...40, using: &random)
      cuts.append(at..<end)
      at = end + Int.random(in: 40...200, using: &random)
    }
    let providers = ["VNPT", "Viettel", "FPT"]
    let deviceCount = Int.random(in: 4...9, using: &random)
    let fleet = (0..<deviceCount).map { device -> UplinkGaps.Witness in
      var silent = cuts
      // Outages of its own, which begin at a minute that no other device has.
      let own = 15 + device * 55
      let isAway = cuts.contains { $0.lowerBound - 10 < own + 8 && own < $0.upperBound + 10 }
      if !isAway { silent.append(own..<own + Int.random(in: 4...8, using: &random)) }
      return Self.witness(Int64(device), providers[device % 3], silent: silent)
    }
    let found = UplinkGaps.candidates(fleet.shuffled(using: &random), in: Self.period)
    #expect(found.map(\.interval) == cuts.map(Self.minutes), "seed \(seed)")
    #expect(found.allSatisfy { $0.devices.count == deviceCount }, "seed \(seed)")
  }
}
