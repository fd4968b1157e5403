// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Analysis

/// A commune of loudspeakers whose signal has a daily course, weather that all share, and noise.
struct SignalCommune {
  static let hour: Milliseconds = 3_600_000
  static let start: Milliseconds = LocalTime.start(ofDay: 20_000)
  static let profile = Profile(
    kind: "loudspeaker", title: Title(vi: "", en: ""), version: 1, reportInterval: 60_000,
    offlineAfter: 180_000, serviceHours: [],
    metrics: [
      Metric(
        name: "rsrp", path: "/r", form: .gauge, lowest: -140, highest: -44,
        watch: Watch(direction: .below), title: Title(vi: "", en: ""))
    ],
    service: [], usage: [],
    alerts: [
      AlertRule(
        name: "weak", title: Title(vi: "", en: ""), severity: .low,
        trigger: .check(.degradation(metric: "rsrp", threshold: 12)))
    ])

  var bank = CheckBank(profiles: [Self.profile])
  let deviceCount: Int
  private var random: SeededGenerator
  private var weather = 0.0
  /// What was found, by device: hours since the start.
  var began: [Int: [(hour: Int64, figures: CheckFigures)]] = [:]
  var ended: [Int: [Int64]] = [:]
  /// Every reading, for the oracle.
  var readings: [[(value: Double, at: Milliseconds)]]
  let keepsReadings: Bool

  init(deviceCount: Int, seed: UInt64, keepsReadings: Bool = false, communeCount: Int = 1) {
    self.deviceCount = deviceCount
    self.keepsReadings = keepsReadings
    random = SeededGenerator(seed: seed)
    readings = Array(repeating: [], count: deviceCount)
    let devices = (0..<deviceCount).map {
      Device(
        number: Int64($0 + 1), id: "l\($0)", kind: "loudspeaker", name: "", site: "",
        commune: "0432\($0 % communeCount)")
    }
    bank.register(devices, kinds: Array(repeating: 0, count: deviceCount)) { _ in nil }
  }

  private mutating func noise() -> Double {
    (0..<6).reduce(0.0) { sum, _ in sum + .random(in: -0.7...0.7, using: &random) }
  }

  /// - Parameter shift: by device and day since the start: what is added to its signal.
  mutating func run(days: Range<Int64>, shift: (Int, Double) -> Double) {
    for day in days {
      weather = 0.7 * weather + noise()
      for step in 0..<48 {
        let time = Self.start + day * 24 * Self.hour + Int64(step) * Self.hour / 2
        for device in 0..<deviceCount {
          let hour = Double(step) / 2
          let course = hour < 12 ? hour / 4 : (24 - hour) / 4
          let since = Double(day) + hour / 24
          let value = -95 + course + 2 * weather + noise() + shift(device, since)
          read(device, value, at: time + Int64(device))
        }
      }
    }
  }

  mutating func read(_ device: Int, _ value: Double, at time: Milliseconds) {
    if keepsReadings { readings[device].append((value, time)) }
    var block = ReadingColumns(
      kind: "loudspeaker", profileVersion: 1, metricNames: ["rsrp"])
    block.device = [Int64(device + 1)]
    block.channel = [.telemetry]
    block.flags = [[]]
    block.receivedAt = [time + 500]
    block.eventTime = [time]
    block.metrics[0].append(.number(value))
    bank.judge(block, 0, position: device, over: bank.plan(ofKind: 0), sentAt: nil)
    take(at: time)
  }

  mutating func tick(now: Milliseconds) {
    bank.tick(now: now)
    take(at: now)
  }

  private mutating func take(at time: Milliseconds) {
    for found in bank.found {
      let hour = (time - Self.start) / Self.hour
      switch found.finding {
      case .began(let figures): began[found.position, default: []].append((hour, figures))
      case .ended: ended[found.position, default: []].append(hour)
      }
    }
  }
}

@Suite("slow degradation")
struct DegradationTests {
  @Test("a cluster whose signal sinks is told, alone, with where it began")
  func sinks() throws {
    var commune = SignalCommune(deviceCount: 8, seed: 11)
    commune.run(days: 0..<60) { device, day in
      device == 3 && day > 30 ? max(-6, -0.5 * (day - 30)) : 0
    }
    #expect(commune.began.keys.sorted() == [3], "\(commune.began)")
    let first = try #require(commune.began[3]?.first)
    #expect(first.hour > 30 * 24 && first.hour < 36 * 24, "\(first)")
    let since = (first.figures.since - SignalCommune.start) / (24 * SignalCommune.hour)
    #expect((29...35).contains(since))
    let (usual, value) = (try #require(first.figures.usual), try #require(first.figures.value))
    #expect((-97 ... -91).contains(usual) && value < usual - 0.5, "\(first.figures)")
    #expect(first.figures.isAbove == false)
    #expect(first.figures.comparedCount == 8)
  }

  @Test("it is over when the signal is back")
  func back() throws {
    var commune = SignalCommune(deviceCount: 6, seed: 12)
    commune.run(days: 0..<70) { device, day in device == 0 && day > 30 && day < 45 ? -8 : 0 }
    #expect(commune.began[0]?.count == 1)
    let (start, end) = (try #require(commune.began[0]?.first), commune.ended[0]?.first)
    #expect(start.hour <= 30 * 24 + 8, "within hours")
    #expect((start.figures.since - SignalCommune.start) / SignalCommune.hour >= 30 * 24 - 2)
    #expect(try #require(end) >= 45 * 24 && end! <= 46 * 24)
  }

  @Test("what the whole commune has is weather, in a small commune it is told")
  func weather() {
    var large = SignalCommune(deviceCount: 8, seed: 13)
    large.run(days: 0..<50) { _, day in day > 25 ? -8 : 0 }
    #expect(large.began.isEmpty, "\(large.began)")
    var small = SignalCommune(deviceCount: 2, seed: 13)
    small.run(days: 0..<50) { _, day in day > 25 ? -30 : 0 }
    #expect(small.began.count == 2)
  }

  @Test("where a commune has few devices, what all of the kind have is nobody's fault")
  func country() throws {
    var country = SignalCommune(deviceCount: 6, seed: 15, communeCount: 2)
    country.run(days: 0..<24) { device, day in
      (day > 12 ? -8 : 0) + (device == 1 && day > 16 ? -8 : 0)
    }
    #expect(country.began.keys.sorted() == [1], "\(country.began)")
    let figures = try #require(country.began[1]?.first).figures
    #expect(figures.comparedCount == nil, "they are not of its commune")
  }

  @Test("readings outside service hours neither teach nor tell")
  func service() {
    var bank = CheckBank(profiles: [SignalCommune.profile])
    let device = Device(
      number: 1, id: "l", kind: "loudspeaker", name: "", site: "", commune: "04321")
    bank.register([device], kinds: [0]) { _ in nil }
    for hour in 0..<100 {
      var block = ReadingColumns(kind: "loudspeaker", profileVersion: 1, metricNames: ["rsrp"])
      let time = SignalCommune.start + Int64(hour) * SignalCommune.hour
      block.device = [1]
      block.channel = [.telemetry]
      block.flags = [[]]
      (block.receivedAt, block.eventTime) = ([time], [time])
      block.metrics[0].append(.number(hour < 50 ? -90 : -120))
      bank.judge(
        block, 0, position: 0, over: bank.plan(ofKind: 0), sentAt: nil, isServing: false)
    }
    #expect(bank.degradations == [DegradationWatch()])
  }

  @Test("a rise of what is watched below, and dozens of quiet device-months, tell nothing")
  func quiet() {
    var count = 0
    for seed in UInt64(20)..<21 {
      var commune = SignalCommune(deviceCount: 12, seed: seed)
      commune.run(days: 0..<120) { device, day in device == 1 && day > 30 ? 9 : 0 }
      count += commune.began.values.reduce(0) { $0 + $1.count }
    }
    print("seed 20: \(count) findings in 48 quiet device-months")
    #expect(count <= 1)
  }

  @Test("a month of silence, then data: nothing is told, nothing breaks")
  func silence() {
    var commune = SignalCommune(deviceCount: 6, seed: 14)
    commune.run(days: 0..<30) { _, _ in 0 }
    commune.tick(now: SignalCommune.start + 61 * 24 * SignalCommune.hour)
    commune.run(days: 62..<75) { _, _ in 0 }
    #expect(commune.began.isEmpty)
  }
}
