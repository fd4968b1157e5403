// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import TestSupport

/// The random life of ``AvailabilityCase``, in which readings also tell of a service, and a
/// second-by-second judgement of that service without any interval algebra.
struct ServiceCase {
  static let profile = Profile(
    kind: "kiosk", title: Title(vi: "", en: ""), version: 1, reportInterval: 10_000,
    offlineAfter: 30_000, serviceHours: [],
    metrics: [
      Metric(name: "link", path: "/link", form: .flag, title: Title(vi: "", en: "")),
      Metric(name: "app", path: "/app", form: .state, title: Title(vi: "", en: "")),
      Metric(
        name: "level", path: "/level", form: .gauge, lowest: 0, highest: 100,
        title: Title(vi: "", en: "")),
    ],
    service: [
      Condition(metric: "link", comparison: .equal, constant: .number(1)),
      Condition(metric: "app", comparison: .notEqual, constant: .word("hung")),
      Condition(metric: "level", comparison: .atLeast, constant: .number(20)),
    ], usage: [], alerts: [])

  struct Told {
    var reading: HistoryReading
    var hash: UInt64
    /// Of `link`, `app` and `level`.
    var values: [Value]
  }

  let life: AvailabilityCase
  private(set) var told: [Told] = []

  init(seed: UInt64) {
    life = AvailabilityCase(seed: seed)
    var random = SeededGenerator(seed: seed ^ 0x5E47_1CE0)
    let knownFrom = Int.random(in: 0...600, using: &random)
    for (position, reading) in life.readings.enumerated() {
      var values: [Value] = [.absent, .absent, .absent]
      if reading.eventTime >= AvailabilityCase.instant(knownFrom) {
        values = Self.values(&random)
      }
      told.append(Told(reading: reading, hash: UInt64(position), values: values))
      if Int.random(in: 0..<20, using: &random) == 0 {
        // Another reading of the same instant, which may say something else.
        told.append(
          Told(
            reading: reading, hash: UInt64(position) + 1_000_000, values: Self.values(&random)))
      }
    }
  }

  private static func values(_ random: inout SeededGenerator) -> [Value] {
    let link: Value =
      switch Int.random(in: 0..<20, using: &random) {
      case 0: .flag(false)
      case 1: .integer(0)
      case 2: .integer(1)
      case 3...8: .absent
      default: .flag(true)
      }
    let app: Value =
      switch Int.random(in: 0..<20, using: &random) {
      case 0: .word("hung")
      case 1...9: .absent
      case 10: .integer(5)
      default: .word("running")
      }
    let level: Value =
      switch Int.random(in: 0..<20, using: &random) {
      case 0: .integer(19)
      case 1: .number(19.5)
      case 2: .integer(-1)
      case 3: .number(.nan)
      case 4...6: .absent
      default: .integer(20)
      }
    return [link, app, level]
  }

  func readings(_ order: [Told]) -> DeviceReadings {
    var readings = DeviceReadings(
      metricNames: ServiceAvailability.metricNames(for: Self.profile))
    for one in order {
      readings.append(
        eventTime: one.reading.eventTime, channel: .telemetry, payloadHash: one.hash,
        flags: one.reading.flags, upSeconds: one.reading.upSeconds, values: one.values)
    }
    return readings
  }

  // MARK: The oracle

  enum Verdict { case held, failed, unknown }

  /// The service in every second of the period in which the device was up; nil where it was not.
  func judge() -> [Verdict?] {
    let states = life.judge()
    let speaking = told.filter {
      !$0.reading.flags.contains(.retained) && !$0.reading.flags.contains(.offlineMark)
    }
    return zip(life.period, states).map { second, state in
      guard state == .up else { return nil }
      let now = AvailabilityCase.instant(second)
      let verdicts = (0..<3).map { metric -> Verdict in
        var newest: Milliseconds?
        var isFailed = false
        for one in speaking where one.reading.eventTime <= now {
          guard let holds = Self.holds(metric, one.values[metric]) else { continue }
          if newest == nil || one.reading.eventTime > newest ?? 0 {
            newest = one.reading.eventTime
            isFailed = !holds
          } else if one.reading.eventTime == newest, !holds {
            isFailed = true
          }
        }
        return newest == nil ? .unknown : isFailed ? .failed : .held
      }
      if verdicts.contains(.failed) { return .failed }
      return verdicts.contains(.unknown) ? .unknown : .held
    }
  }

  private static func holds(_ metric: Int, _ value: Value) -> Bool? {
    switch (metric, value) {
    case (0, .flag(let flag)): flag
    case (0, .integer(let number)): number == 1
    case (1, .word(let word)): word != "hung"
    case (2, .integer(let number)): number < 0 ? nil : number >= 20
    case (2, .number(let number)): number.isNaN ? nil : number >= 20
    default: nil
    }
  }
}
