// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import TestSupport

/// A random device, with slots, bulletins, meetings and hearing, in whole seconds around one day.
struct ScheduleCase {
  static let day: Int64 = 20_777
  static let period = Interval(
    start: LocalTime.start(ofDay: day), end: LocalTime.start(ofDay: day + 1))
  static let start = LocalTime.start(ofDay: day)
  static let holdMax: Milliseconds = 180_000

  static let profile = Profile(
    kind: "loudspeaker", title: Title(vi: "", en: ""), version: 1, reportInterval: 60_000,
    offlineAfter: holdMax, serviceHours: [],
    metrics: [
      metric("event_type", .state), metric("play", .state), metric("prog", .state),
      metric("prio", .state), metric("req_s", .gauge), metric("played_s", .gauge, highest: 86_400),
      metric("voice", .state), metric("call", .flag), metric("dur_s", .gauge),
    ], service: [], usage: [], alerts: [])

  private static func metric(
    _ name: String, _ form: Metric.Form, highest: Double? = nil
  ) -> Metric {
    Metric(
      name: name, path: "/\(name)", form: form, lowest: highest == nil ? nil : 0,
      highest: highest, title: Title(vi: "", en: ""))
  }

  /// One reading: seconds from the day's midnight, and what it says.
  struct Told {
    var second: Int
    var channel = Channel.event
    var hash: UInt64 = 0
    var values: [String: Value]
  }

  static func instant(_ second: Int) -> Milliseconds { start + Milliseconds(second) * 1_000 }

  var slots: [Slot] = []
  var told: [Told] = []
  /// Seconds in which we could hear.
  var heard: [Range<Int>] = []
  /// Work on the device, and in which second it was entered.
  var works: [(seconds: Range<Int>, entered: Int)] = []
  var isScheduled = true
  var knownUntil = 172_800

  init() {}

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    func pick<Element>(_ list: [Element]) -> Element {
      list[Int.random(in: 0..<list.count, using: &random)]
    }
    let programmes = ["A", "B", ""]
    // A few places in the day, so that slots stand close together; its edges among them.
    let places = [0, 86_400] + (0..<3).map { _ in Int.random(in: -6...100, using: &random) * 900 }
    for number in 0..<Int.random(in: 0...6, using: &random) {
      let length = Int.random(in: 1...40, using: &random) * 60
      let first = pick(places) + Int.random(in: -20...20, using: &random) * 60
      let interval = Interval(
        start: Self.instant(first), end: Self.instant(first + length))
      slots.append(
        Slot(
          commune: "04321", id: "s\(number)", kind: chance(60) ? .loudspeaker : .videoEndpoint,
          interval: interval, programme: pick(programmes),
          priority: pick(Slot.Priority.allCases), voice: pick(Slot.Voice.allCases),
          requested: chance(70) ? nil : Milliseconds(Int.random(in: 1...length, using: &random))
            * 1_000, isCancelled: chance(10)))
      tell(around: first, length: length, &random)
    }
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      tell(around: pick(places), length: 600, &random)
    }
    if chance(50) {
      told.append(Told(second: Int.random(in: 0...100_000, using: &random), values: [:]))
    }
    if chance(25) { told.removeAll() }
    for position in told.indices { told[position].hash = UInt64(position) }
    // Repeated, and in any order.
    told += told.filter { _ in Int.random(in: 0..<10, using: &random) == 0 }
    told.shuffle(using: &random)
    if chance(40) {
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let first = pick(places) + Int.random(in: -3_000...3_000, using: &random)
        let end = first + Int.random(in: 1...4_000, using: &random)
        works.append((first..<end, first + Int.random(in: -2_000...5_000, using: &random)))
      }
    }
    isScheduled = !slots.isEmpty || chance(50)
    if chance(60) { knownUntil = Int.random(in: -1_000...110_000, using: &random) }
    var second = -10_000
    while second < 110_000 {
      let end = second + Int.random(in: 1...60_000, using: &random)
      if chance(60) { heard.append(second..<end) }
      second = end + Int.random(in: 1...2_000, using: &random)
    }
  }

  private mutating func tell(
    around first: Int, length: Int, _ random: inout SeededGenerator
  ) {
    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    func word(_ list: [String]) -> Value {
      .word(list[Int.random(in: 0..<list.count, using: &random)])
    }
    let programmes = ["A", "B"]
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      let late = chance(20) ? Int.random(in: 0...30_000, using: &random) : 0
      let at = first + length + late + Int.random(in: -900...900, using: &random)
      var values: [String: Value] = ["event_type": .word(chance(80) ? "play.end" : "call.end")]
      if chance(90) { values["prog"] = word(programmes) }
      if chance(90) {
        values["played_s"] = .integer(Int64.random(in: -1...Int64(length), using: &random))
      }
      if chance(70) { values["req_s"] = .integer(Int64(length)) }
      if chance(70) { values["voice"] = word(["tts", "recorded", "live", "choir"]) }
      if chance(30) { values["prio"] = word(["thuong", "uu-tien", "khan-cap", "gap"]) }
      if chance(50) { values["dur_s"] = .integer(Int64.random(in: 0...3_000, using: &random)) }
      told.append(Told(second: at, values: values))
    }
    if chance(40) {
      var values: [String: Value] = ["event_type": .word(chance(60) ? "play.start" : "call.start")]
      if chance(80) { values["prog"] = word(programmes) }
      if chance(70) { values["prio"] = word(["thong-thuong", "uu-tien", "khan-cap"]) }
      let at = first + Int.random(in: -600...900, using: &random)
      told.append(Told(second: at, values: values))
    }
    guard chance(50) else { return }
    var second = first + Int.random(in: -300...600, using: &random)
    while second < first + length + 300 {
      var values: [String: Value] = [:]
      if chance(80) { values["play"] = word(["playing", "idle"]) }
      if chance(80) { values["prog"] = word(programmes) }
      if chance(60) { values["call"] = .flag(chance(70)) }
      if chance(20) { values["dur_s"] = .integer(Int64.random(in: 0...900, using: &random)) }
      told.append(Told(second: second, channel: .telemetry, values: values))
      second += Int.random(in: 1...400, using: &random)
    }
  }

  var readings: ScheduleReadings {
    let names = ScheduleReadings.metricNames(for: Self.profile)
    var readings = DeviceReadings(metricNames: names)
    for reading in told {
      readings.append(
        eventTime: Self.instant(reading.second), channel: reading.channel,
        payloadHash: reading.hash, flags: [], upSeconds: nil,
        values: names.map { reading.values[$0] ?? .absent })
    }
    return ScheduleReadings(readings: readings, profile: Self.profile)
  }

  var observed: IntervalSet {
    IntervalSet(
      heard.map {
        Interval(start: Self.instant($0.lowerBound), end: Self.instant($0.upperBound))
      })
  }

  var plan: ServicePlan {
    func set(_ parts: [Range<Int>]) -> IntervalSet {
      IntervalSet(
        parts.map {
          Interval(start: Self.instant($0.lowerBound), end: Self.instant($0.upperBound))
        })
    }
    return ServicePlan(
      maintenance: set(works.map(\.seconds)),
      announcedMaintenance: set(
        works.map { min($0.seconds.upperBound, max($0.seconds.lowerBound, $0.entered))
          ..< $0.seconds.upperBound
        }),
      foreseenMaintenance: set(
        works.filter { $0.entered <= $0.seconds.lowerBound }.map(\.seconds)))
  }

  /// - Parameter announced: without work that was entered late.
  private func isMaintained(_ announced: Bool) -> (Slot) -> Bool {
    let plan = plan
    return { slot in
      let work = plan.work(during: slot.interval)
      return work == .announced || !announced && work == .late
    }
  }

  func fulfilment(announced: Bool = false) -> Fulfilment {
    .compute(
      readings: readings, slots: slots, isScheduled: isScheduled, in: Self.period,
      observed: observed, knownUntil: Self.instant(knownUntil),
      isMaintained: isMaintained(announced))
  }

  func attendance(announced: Bool = false) -> Attendance {
    .compute(
      readings: readings, slots: slots, in: Self.period, observed: observed,
      knownUntil: Self.instant(knownUntil), isMaintained: isMaintained(announced))
  }
}
