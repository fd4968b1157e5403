// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Analysis

@Suite struct DetectorBankTests {
  static let minute: Milliseconds = 60_000

  private static func bank(_ slots: Int = 1) -> DetectorBank {
    var bank = DetectorBank()
    bank.append(count: slots)
    return bank
  }

  /// Judges `values` a minute apart and tells how often an anomaly started.
  @discardableResult
  private static func alarms(
    _ bank: inout DetectorBank, _ values: [Double], from start: Milliseconds = 0,
    watch: Watch = Watch()
  ) -> Int {
    var alarms = 0
    for (index, value) in values.enumerated() {
      let time = start + Milliseconds(index) * minute
      let judgement = bank.judge(value, at: time, slot: 0, watch: watch)
      if judgement?.startsAnomaly == true { alarms += 1 }
    }
    return alarms
  }

  private static func noise(_ count: Int, seed: UInt64, level: Double = 100) -> [Double] {
    var random = DetectorNoise(seed: seed)
    return (0..<count).map { _ in level + random.next() }
  }

  @Test("a state takes exactly the bytes it says, at most 512")
  func sizeIsExact() {
    var bank = Self.bank()
    Self.alarms(&bank, Self.noise(100, seed: 1))
    #expect(DetectorBank.stateSizeBytes <= 512)
    // The version stands before it.
    #expect(bank.encoded(0).count == 1 + DetectorBank.stateSizeBytes)
  }

  @Test("a state restored in mid-stream judges on bit for bit", arguments: [1, 7, 900, 2_500])
  func restoresBitForBit(at cut: Int) {
    let values = Self.noise(4_000, seed: 2)
    var whole = Self.bank(3)
    var first: [Judgement?] = []
    for (index, value) in values.enumerated() {
      first.append(whole.judge(value, at: Int64(index) * Self.minute, slot: 1, watch: Watch()))
    }
    var head = Self.bank()
    Self.alarms(&head, Array(values.prefix(cut)))
    var restored = Self.bank(2)
    let isRestored = restored.restore(1, encoded: head.encoded(0))
    #expect(isRestored)
    #expect(restored.encoded(1) == head.encoded(0))
    var copied = Self.bank(2)
    copied.copy(1, from: restored, 1)
    for index in cut..<values.count {
      let time = Int64(index) * Self.minute
      let judgement = restored.judge(values[index], at: time, slot: 1, watch: Watch())
      let again = copied.judge(values[index], at: time, slot: 1, watch: Watch())
      #expect(judgement == first[index])
      #expect(again == first[index])
    }
    #expect(restored.encoded(1) == whole.encoded(1))
    #expect(whole.encoded(0) == Self.bank().encoded(0), "a neighbour has changed")
  }

  @Test("bytes that are no state are refused and change nothing")
  func refusesForeignBytes() {
    var bank = Self.bank()
    Self.alarms(&bank, Self.noise(50, seed: 3))
    let before = bank.encoded(0)
    var notANumber = before
    for index in 1..<40 { notANumber[index] = 0xFF }
    let others = [[], Array(before.dropLast()), [99] + before.dropFirst(), notANumber]
    for other in others {
      let isRestored = bank.restore(0, encoded: other)
      #expect(!isRestored)
    }
    #expect(bank.encoded(0) == before)
  }

  @Test("silent until both the readings and the time of warming up have passed")
  func warmsUp() {
    var often = Self.bank()
    Self.alarms(&often, Self.noise(1_000, seed: 4))
    let early = often.judge(101, at: 1_000 * Self.minute, slot: 0, watch: Watch())
    #expect(early == nil)
    let late = often.judge(
      100, at: DetectorBank.warmUpLength + Self.minute, slot: 0, watch: Watch())
    #expect(late != nil)
    var rarely = Self.bank()
    for index in 0..<DetectorBank.warmUpReadings {
      let time = Int64(index) * DetectorBank.warmUpLength
      let told = rarely.judge(Double(index % 3), at: time, slot: 0, watch: Watch())
      #expect(told == nil)
    }
  }

  @Test("a shift of many deviations pages once, and its end is seen")
  func pagesOnce() {
    var bank = Self.bank()
    let before = Self.alarms(&bank, Self.noise(8_000, seed: 5))
    let start = 8_000 * Self.minute
    let during = Self.alarms(&bank, Self.noise(600, seed: 6, level: 130), from: start)
    let back = Self.noise(600, seed: 7)
    let after = Self.alarms(&bank, back, from: start + 600 * Self.minute)
    #expect(before == 0 && during == 1 && after <= 1)
    let last = bank.judge(100, at: start + 1_200 * Self.minute, slot: 0, watch: Watch())
    #expect(last?.isAnomalous == false)
  }

  @Test("what is said of an anomaly can be checked by a person")
  func tellsWhy() throws {
    var bank = Self.bank()
    Self.alarms(&bank, Self.noise(8_000, seed: 8))
    let told = bank.judge(150, at: 8_000 * Self.minute, slot: 0, watch: Watch())
    let judgement = try #require(told)
    #expect(judgement.startsAnomaly && judgement.isAnomalous && judgement.isAbove)
    #expect(abs(judgement.expected - 100) < 2)
    #expect(judgement.lower <= judgement.expected && judgement.expected <= judgement.upper)
    #expect(judgement.upper < 150)
    #expect(judgement.usualDeviation > 0.1 && judgement.usualDeviation < 3)
    #expect(judgement.readingCount == 8_000)
  }

  @Test("only the watched side is told, and less of a smaller weight")
  func directionAndWeight() {
    for (direction, pages) in [(Watch.Direction.above, true), (.below, false), (.both, true)] {
      var bank = Self.bank()
      let watch = Watch(direction: direction)
      Self.alarms(&bank, Self.noise(8_000, seed: 9), watch: watch)
      let judgement = bank.judge(150, at: 8_000 * Self.minute, slot: 0, watch: watch)
      #expect(judgement?.startsAnomaly == pages, "\(direction)")
    }
    var novelties: [Double] = []
    for weight in [1, 0.5] {
      var bank = Self.bank()
      let watch = Watch(weight: weight)
      Self.alarms(&bank, Self.noise(8_000, seed: 9), watch: watch)
      let judgement = bank.judge(150, at: 8_000 * Self.minute, slot: 0, watch: watch)
      novelties.append(judgement?.novelty ?? 0)
    }
    #expect(novelties[1] > 0 && novelties[1] < 0.75 * novelties[0])
  }

  @Test("a rhythm of the day is expected, and told with its hour")
  func learnsHours() throws {
    var bank = Self.bank()
    let values = (0..<14 * 1_440).map { index -> Double in
      let hour = index / 60 % 24
      return (hour < 12 ? 20 : 60) + Double(index % 7) / 10
    }
    // The first local hour is 07:00, as the epoch is.
    Self.alarms(&bank, values)
    let next = Array(values.prefix(1_440))
    let alarms = Self.alarms(&bank, next, from: 14 * 1_440 * Self.minute)
    #expect(alarms == 0)
    let told = bank.judge(60.3, at: (15 * 1_440 + 300) * Self.minute, slot: 0, watch: Watch())
    let judgement = try #require(told)
    #expect(judgement.novelty > 0 && judgement.isAbove)
    #expect(abs(judgement.expected - 20.3) < 5 && judgement.localHour == 12)
  }

  @Test("a public holiday teaches the hours nothing")
  func holidaysTeachNothing() {
    var bank = Self.bank()
    Self.alarms(&bank, Self.noise(10 * 1_440, seed: 10))
    var usual = bank
    for index in 0..<1_440 {
      let time = Int64(10 * 1_440 + index) * Self.minute
      _ = usual.judge(105, at: time, slot: 0, watch: Watch())
      _ = bank.judge(105, at: time, slot: 0, watch: Watch(), isHoliday: true)
    }
    let noon = (11 * 1_440 + 300) * Self.minute
    let withHoliday = bank.judge(100, at: noon, slot: 0, watch: Watch())
    let without = usual.judge(100, at: noon, slot: 0, watch: Watch())
    #expect(abs((withHoliday?.expected ?? 0) - 100) < abs((without?.expected ?? 0) - 100) + 3)
  }
}

/// Seeded noise between -1 and 1, bell-shaped enough.
struct DetectorNoise {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> Double {
    var sum = 0.0
    for _ in 0..<4 {
      state &+= 1
      sum += Double(TailWeight.hash(state) >> 11) * 0x1p-53 - 0.5
    }
    return sum
  }
}
