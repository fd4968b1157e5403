// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Analysis

/// The same arithmetic over everything that was ever read, as `docs/CHECKS.md` says it: in lists,
/// dictionaries and doubles, every hour from the beginning.
struct DegradationByHand {
  struct Told: Equatable {
    var hour: Int
    var since: Int
  }

  struct Device {
    /// Means of hours, counted from 1970, local.
    var means: [Int: Double] = [:]
    /// By hour of day: the exponential mean, and from how many days.
    var working: [Int: [Double]] = [:]
    var off: [Int: [Double]] = [:]
    /// Absolute deviations: of all hours, and of each sixth of the day.
    var overall = 0.0
    var hourCount = 0
    var parts = [Int: (deviation: Double, count: Int)]()
    var correlation = 0.0
    var pairCount = 0
    var before: (hour: Int, size: Double)?
    /// By shift: log-likelihood ratios of all hours since the last zero.
    var runs: [[(hour: Int, gain: Double)]] = [[], [], []]
    var recent = 0.0
    var isOpen = false
    var openedIn = 0
    var told: [Told] = []
    var ended: [Int] = []
  }

  var devices: [Device]
  let threshold: Double

  init(_ readings: [[(value: Double, at: Milliseconds)]], threshold: Double) {
    self.threshold = threshold
    devices = readings.map { readings in
      var device = Device()
      for (hour, own) in Dictionary(grouping: readings, by: { Self.hour($0.at) }) {
        device.means[hour] = own.map(\.value).reduce(0, +) / Double(own.count)
      }
      return device
    }
  }

  static func hour(_ time: Milliseconds) -> Int { Int((time + 25_200_000) / 3_600_000) }

  private static func isOff(_ hour: Int) -> Bool { (hour / 24 + 3) % 7 >= 5 }

  /// Of days like that one, or of both kinds where they do not differ.
  private func usual(_ device: Device, _ hour: Int, floor: Double) -> (mean: Double, days: Double)?
  {
    let (own, other) =
      Self.isOff(hour) ? (device.off, device.working) : (device.working, device.off)
    func known(_ course: [Int: [Double]], _ hour: Int) -> (mean: Double, days: Double)? {
      course[hour].map { ($0[0], $0[1]) }
    }
    let clock = hour % 24
    guard let theirs = known(other, clock) else { return known(own, clock) }
    let both = (0..<24).filter { own[$0] != nil && other[$0] != nil }
    let variance = pow2(1.2533 * device.overall) + pow2(floor)
    let square = both.reduce(0.0) { sum, hour in
      let (left, right) = (own[hour]!, other[hour]!)
      return sum + pow2(left[0] - right[0]) / (1 / left[1] + 1 / right[1])
    }
    let isSeparate = both.isEmpty || square > 2 * variance * Double(both.count)
    guard let mine = known(own, clock) else { return (theirs.mean, isSeparate ? 0 : theirs.days) }
    if isSeparate { return mine }
    let days = mine.days + theirs.days
    return ((mine.mean * mine.days + theirs.mean * theirs.days) / days, days)
  }

  private func pow2(_ number: Double) -> Double { number * number }

  mutating func judge(_ hour: Int) {
    let floors = devices.map { 0.0005 * abs($0.means[hour] ?? 0) }
    let usuals = devices.indices.map { usual(devices[$0], hour, floor: floors[$0]) }
    let residuals = devices.indices.compactMap { index in
      usuals[index].flatMap { usual in devices[index].means[hour].map { $0 - usual.mean } }
    }.sorted()
    let common =
      residuals.count < 5
      ? 0 : (residuals[(residuals.count - 1) / 2] + residuals[residuals.count / 2]) / 2
    for index in devices.indices {
      guard let mean = devices[index].means[hour] else { continue }
      step(&devices[index], hour, mean, usuals[index], common, floors[index])
    }
  }

  private func step(
    _ device: inout Device, _ hour: Int, _ mean: Double, _ usual: (mean: Double, days: Double)?,
    _ common: Double, _ floor: Double
  ) {
    func variance(_ part: Int) -> Double {
      let (own, count) = device.parts[part] ?? (0, 0)
      let deviation = (30 * device.overall + own * Double(count)) / (30 + Double(count))
      return pow2(1.2533 * deviation) + pow2(floor)
    }
    let part = hour % 24 / 4
    let own = variance(part)
    let residual = mean - (usual?.mean ?? 0) - common
    let isJudged = (usual?.days ?? 0) >= 3 && device.hourCount >= 12
    if isJudged, let usual {
      let ratio = (1 + device.correlation) / (1 - min(device.correlation, 0.8))
      let pairs = Double(device.pairCount)
      let inflation = (130 + min(max(ratio, 1), 4) * pairs) / (100 + pairs)
      let whole = own * inflation * (1 + 2 / usual.days) + pow2(0.2 * common)
      let size = min(max(residual / whole.squareRoot(), -3), 3)
      let typical = 6 / (0..<6).map { 1 / variance($0) }.reduce(0, +)
      add(&device, hour, size, weight: (typical * inflation / whole).squareRoot())
    }
    let suspected =
      device.isOpen
      ? hour - device.openedIn < 672 : device.runs.contains { sum($0) > 0.5 * threshold }
    learn(
      &device, hour, mean - common, residual, suspected ? 0.125 : 1, own, floor,
      leak: common / 8, isJudged: isJudged)
  }

  private func sum(_ run: [(hour: Int, gain: Double)]) -> Double {
    run.reduce(0) { min($0 + $1.gain, 2 * threshold) }
  }

  /// The metric is watched below.
  private func add(_ device: inout Device, _ hour: Int, _ size: Double, weight: Double) {
    for (index, shift) in [0.5, 1, 2.5].enumerated() {
      let shift = shift * weight
      device.runs[index].append((hour, -shift * size - shift * shift / 2))
      if sum(device.runs[index]) <= 0 { device.runs[index] = [] }
    }
    device.recent += (size - device.recent) / 6
    if device.isOpen {
      guard -device.recent < 0.8 else { return }
      (device.isOpen, device.recent, device.runs) = (false, 0, [[], [], []])
      device.ended.append(hour)
    } else if let best = device.runs.max(by: { sum($0) < sum($1) }), sum(best) > threshold {
      (device.isOpen, device.openedIn, device.recent) = (true, hour, -2)
      device.told.append(Told(hour: hour, since: best[0].hour))
    }
  }

  private func learn(
    _ device: inout Device, _ hour: Int, _ mean: Double, _ residual: Double, _ share: Double,
    _ variance: Double, _ floor: Double, leak: Double, isJudged: Bool
  ) {
    let (clock, part) = (hour % 24, hour % 24 / 4)
    let isOff = Self.isOff(hour)
    let own = isOff ? device.off[clock] : device.working[clock]
    var size: Double?
    if let own {
      let most = device.hourCount >= 48 ? 4 * (device.overall + floor) : .infinity
      let deviation = min(abs(mean - own[0]) / (1 + 1 / own[1]).squareRoot(), most)
      device.overall +=
        max(1 / Double(device.hourCount + 1), 1.0 / 336) * share * (deviation - device.overall)
      device.hourCount = min(device.hourCount + 1, 336)
      let (before, count) = device.parts[part] ?? (0, 0)
      device.parts[part] = (
        before + max(1 / Double(count + 1), 1.0 / 56) * share * (deviation - before),
        min(count + 1, 56)
      )
      if device.hourCount >= 12 { size = min(max(residual / variance.squareRoot(), -3), 3) }
    }
    if let size, let before = device.before, before.hour == hour - 1, share == 1 {
      let gain = max(1 / Double(device.pairCount + 1), 1.0 / 400)
      device.correlation += gain * (size * before.size - device.correlation)
      device.pairCount = min(device.pairCount + 1, 400)
    }
    device.before = size.map { (hour, $0) }
    let target = mean + leak
    let most = isJudged ? 3 * variance.squareRoot() : .infinity
    let days = own?[1] ?? 0
    let limit = isOff ? 6.0 : 14
    let learnt = own.map {
      $0[0] + max(1 / (days + 1), 1 / limit) * share * min(max(target - $0[0], -most), most)
    }
    let next = [learnt ?? target, min(days + 1, limit)]
    if isOff { device.off[clock] = next } else { device.working[clock] = next }
  }
}

@Suite("degradation, by hand")
struct DegradationOracleTests {
  @Test("hours and beginnings are those of everything kept", arguments: 0..<4 as Range<UInt64>)
  func oracle(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 4...7, using: &random)
    let from = Double.random(in: 8...14, using: &random)
    let slope = Double.random(in: 0.3...3, using: &random)
    var commune = SignalCommune(deviceCount: count, seed: seed + 100, keepsReadings: true)
    commune.run(days: 0..<24) { device, day in
      device == 1 && day > from && day < from + 4 ? -slope * (day - from) : 0
    }
    commune.tick(now: SignalCommune.start + 24 * 24 * SignalCommune.hour + 3_600_000)
    var byHand = DegradationByHand(commune.readings, threshold: 12)
    let first = DegradationByHand.hour(SignalCommune.start)
    for hour in first..<first + 24 * 24 { byHand.judge(hour) }
    for device in 0..<count {
      let expected = byHand.devices[device].told.map {
        [Int64($0.hour - first + 1), Int64($0.since - first)]
      }
      let found = (commune.began[device] ?? []).map {
        [$0.hour, ($0.figures.since - SignalCommune.start) / SignalCommune.hour]
      }
      #expect(found == expected, "seed \(seed), device \(device)")
      let ended = byHand.devices[device].ended.map { Int64($0 - first + 1) }
      #expect(commune.ended[device] ?? [] == ended, "seed \(seed), device \(device)")
    }
    let told = byHand.devices.map(\.told.count)
    print("degradation seed \(seed): told \(told), slope \(slope)")
    #expect(told[1] > 0 || slope < 1, "seed \(seed)")
  }
}
