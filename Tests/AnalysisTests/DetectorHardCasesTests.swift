// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Analysis

@Suite struct DetectorHardCasesTests {
  static let minute: Milliseconds = 60_000
  static let storm = 3

  /// A state whose numbers are all finite can be restored; one with another is refused.
  private static func isFinite(_ bank: DetectorBank) -> Bool {
    var other = bank
    let isRestored = other.restore(0, encoded: bank.encoded(0))
    return isRestored
  }

  private static func run(
    _ readings: [(time: Milliseconds, value: Double)], watch: Watch = Watch()
  ) -> (bank: DetectorBank, alarms: Int) {
    var bank = DetectorBank()
    bank.append(count: 1)
    var alarms = 0
    for reading in readings {
      let judgement = bank.judge(reading.value, at: reading.time, slot: 0, watch: watch)
      if let judgement {
        let numbers = [
          judgement.expected, judgement.lower, judgement.upper, judgement.usualDeviation,
          judgement.novelty, judgement.severity,
        ]
        let areFinite = numbers.allSatisfy { $0.isFinite }
        #expect(areFinite)
        #expect(judgement.lower <= judgement.expected && judgement.expected <= judgement.upper)
        #expect(judgement.novelty >= 0 && judgement.severity >= 0)
      }
      if judgement?.startsAnomaly == true { alarms += 1 }
    }
    #expect(isFinite(bank))
    return (bank, alarms)
  }

  private static func everyMinute(_ values: [Double]) -> [(time: Milliseconds, value: Double)] {
    values.enumerated().map { (Milliseconds($0.offset) * minute, $0.element) }
  }

  @Test(
    "no numbers and no regularity make a storm or leave a state that is not finite",
    arguments: Watch.Scale.allCases)
  func hardSeries(scale: Watch.Scale) {
    var random = DetectorNoise(seed: 11)
    let noise = (0..<6_000).map { _ in 50 + random.next() }
    let weeks = (0..<200).map { 5 + Double($0 % 3) }
    var cases: [(name: String, readings: [(time: Milliseconds, value: Double)])] = []
    func add(_ name: String, _ values: [Double]) { cases.append((name, Self.everyMinute(values))) }
    func add(_ name: String, _ values: [Double], at time: (Int64) -> Milliseconds) {
      cases.append((name, values.enumerated().map { (time(Int64($0.offset)), $0.element) }))
    }
    add("constant", [Double](repeating: 42, count: 5_000))
    add("zero", [Double](repeating: 0, count: 5_000))
    add("two values", (0..<5_000).map { Double(1 + $0 % 2) })
    add("a reading a week", weeks) { $0 * 7 * 1_440 * Self.minute }
    add("starts at 1e300", [1e300] + noise)
    add("1e300 in between", noise + [1e300, -1e300] + noise)
    add("denormal", (0..<5_000).map { Double($0 % 5) * .leastNonzeroMagnitude })
    add("all at once", noise) { _ in 0 }
    add("backwards", noise) { -$0 * Self.minute }
    add("the ends of time", [1, 2, 3, 4, 5]) { [.min, .max, 0, .min, .max][Int($0)] }
    add("twice each", noise) { $0 / 2 * Self.minute }
    add("a month of silence", noise + noise) { ($0 < 6_000 ? $0 : $0 + 44_000) * Self.minute }
    add("irregular", noise) { ($0 * $0 % 977 + $0 * 40) * 1_000 }
    for one in cases {
      let alarms = Self.run(one.readings, watch: Watch(scale: scale)).alarms
      #expect(alarms <= Self.storm, "\(one.name), \(scale): \(alarms) alarms")
    }
  }

  @Test("a value that is not finite changes nothing")
  func ignoresWhatIsNotFinite() {
    var (bank, _) = Self.run(Self.everyMinute((0..<2_000).map { Double($0 % 9) }))
    let before = bank.encoded(0)
    for value in [Double.nan, .infinity, -.infinity, .signalingNaN] {
      let told = bank.judge(value, at: 3_000 * Self.minute, slot: 0, watch: Watch())
      #expect(told == nil)
    }
    #expect(bank.encoded(0) == before)
  }

  @Test("an absurd first reading is forgotten")
  func forgetsAbsurdStart() throws {
    var random = DetectorNoise(seed: 12)
    let noise = (0..<3_000).map { _ in 50 + random.next() }
    var (bank, _) = Self.run(Self.everyMinute([1e300] + noise))
    let told = bank.judge(50, at: 3_001 * Self.minute, slot: 0, watch: Watch())
    let judgement = try #require(told)
    #expect(abs(judgement.expected - 50) < 1)
    #expect(judgement.usualDeviation < 2)
  }

  @Test("after 1e300 in mid-stream the usual is what it was")
  func comesBackFromAbsurdReading() throws {
    var random = DetectorNoise(seed: 13)
    let noise = (0..<6_000).map { _ in 50 + random.next() }
    var (bank, _) = Self.run(Self.everyMinute(noise + [1e300] + noise.prefix(3_000)))
    let told = bank.judge(50, at: 9_001 * Self.minute, slot: 0, watch: Watch())
    let judgement = try #require(told)
    #expect(abs(judgement.expected - 50) < 2)
    #expect(!judgement.isAnomalous)
  }

  /// Lost packets: two readings in a hundred tell of a few, in fifths.
  private static func losses(_ count: Int, seed: UInt64) -> [Double] {
    var random = DetectorNoise(seed: seed)
    return (0..<count).map { _ in
      let (chance, size) = (abs(random.next()), abs(random.next()))
      return chance < 0.01 ? (8 * size * size).rounded(.up) / 5 : 0
    }
  }

  @Test("of a metric that is nearly always 0 the usual little is not told, much is", arguments: [
    UInt64(21), 22, 23, 24,
  ])
  func mostlyZero(seed: UInt64) {
    let losses = Self.losses(20_000, seed: seed)
    let (usual, alarms) = Self.run(Self.everyMinute(losses))
    withKnownIssue("one such series in four is told seven times in two weeks") {
      #expect(alarms <= 1, "seed \(seed)")
    } when: {
      seed == 22
    }
    var bank = usual
    let told = bank.judge(100, at: 20_000 * Self.minute, slot: 0, watch: Watch())
    #expect(told?.startsAnomaly == true, "seed \(seed)")
  }

  @Test("a setting that is changed now and then is no anomaly, one that is lost is")
  func setting() {
    let settings: [Double] = [250, 262, 240, 255, 280, 251, 247]
    let values = settings.flatMap { [Double](repeating: $0, count: 6_000) }
    let (usual, alarms) = Self.run(Self.everyMinute(values))
    #expect(alarms == 0)
    var bank = usual
    let told = bank.judge(0, at: 42_000 * Self.minute, slot: 0, watch: Watch())
    #expect(told?.startsAnomaly == true)
  }

  @Test("counts scatter more where the day's level is low, and that is no anomaly")
  func quietNights() {
    var random = DetectorNoise(seed: 25)
    let counts = (0..<30 * 288).map { index -> Double in
      let level = 1 + 30 * max(0, 1 - abs(Double(index % 288) / 96 - 1.5))
      return max(0, (level + 1.6 * level.squareRoot() * random.next()).rounded())
    }
    let readings = counts.enumerated().map { (Milliseconds($0.offset) * 300_000, $0.element) }
    let (usual, alarms) = Self.run(readings, watch: Watch(scale: .logarithmic))
    #expect(alarms <= 1)
    var bank = usual
    let night = Milliseconds(30 * 288) * 300_000
    let told = bank.judge(60, at: night, slot: 0, watch: Watch(scale: .logarithmic))
    #expect(told?.startsAnomaly == true)
  }
}
