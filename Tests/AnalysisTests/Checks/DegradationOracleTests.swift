// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Analysis

/// The same arithmetic over everything that was ever read, in dictionaries and doubles.
@Suite("slow degradation, by hand")
struct DegradationOracleTests {
  private struct ByHand {
    struct Device {
      /// Hourly means: [day: [hour: mean]].
      var means: [Int64: [Int: Double]] = [:]
      var usual: [Int: Double] = [:]
      var days: [Int: Int] = [:]
      var deviation = 0.0
      var dayCount = 0
      var below = 0.0
      var belowSince = Int64.min
      var isOpen = false
      var openedOn = Int64.min
      var calm = 0
      var told: [(day: Int64, since: Int64)] = []
    }
    var devices: [Device]

    init(_ readings: [[(value: Double, at: Milliseconds)]]) {
      devices = readings.map { readings in
        var device = Device()
        let byHour = Dictionary(grouping: readings) { ($0.at + LocalTime.offset) / 3_600_000 }
        for (hour, readings) in byHour {
          let day = LocalTime.day(of: readings[0].at)
          device.means[day, default: [:]][Int(hour - day * 24)] =
            readings.map(\.value).reduce(0, +) / Double(readings.count)
        }
        return device
      }
    }

    mutating func judge(_ day: Int64) {
      let residuals = devices.indices.map { residual(of: $0, day) }
      let known = residuals.compactMap { $0 }.sorted()
      let common = known.count < 5 ? 0 : (known[(known.count - 1) / 2] + known[known.count / 2]) / 2
      for (index, residual) in residuals.enumerated() {
        guard let residual else { continue }
        step(&devices[index], residual - common, day)
      }
    }

    private mutating func residual(of index: Int, _ day: Int64) -> Double? {
      var parts: [Double] = []
      let device = devices[index]
      let isSuspected =
        device.below > 5 && (!device.isOpen || day - 1 - device.openedOn < 28)
      for (hour, mean) in (device.means[day] ?? [:]).sorted(by: { $0.key < $1.key }) {
        let days = device.days[hour] ?? 0
        let usual = device.usual[hour] ?? 0
        if days >= 3 { parts.append(mean - usual) }
        let gain = (isSuspected && days >= 3 ? 0.125 : 1) * max(1 / Double(days + 1), 1 / 28)
        devices[index].usual[hour] = usual + gain * (mean - usual)
        devices[index].days[hour] = days + 1
      }
      return parts.count < 6 ? nil : parts.reduce(0, +) / Double(parts.count)
    }

    private func step(_ device: inout Device, _ residual: Double, _ day: Int64) {
      let usual = device.usual.values.reduce(0, +) / 24
      let floor = 0.002 * abs(usual)
      let size = min(max(residual / (device.deviation + floor), -5), 5)
      let isWarm = device.dayCount >= 14
      device.dayCount += 1
      let isSuspected =
        device.below > 5 && (!device.isOpen || day - device.openedOn < 28)
      let gain =
        (isSuspected ? 0.125 : 1) * max(1 / Double(device.dayCount), 1 / 30)
      let limit = device.dayCount <= 14 ? abs(residual) : 3 * (device.deviation + floor)
      device.deviation += gain * (min(abs(residual), limit) - device.deviation)
      guard isWarm else { return }
      if device.below == 0 { device.belowSince = day }
      device.below = min(max(0, device.below - size - 0.6), 20)
      if device.isOpen {
        device.calm = -size < 1.5 ? device.calm + 1 : 0
        if device.calm == 2 { (device.isOpen, device.below) = (false, 0) }
      } else if device.below > 10 {
        (device.isOpen, device.openedOn, device.calm) = (true, day, 0)
        device.told.append((day, device.belowSince))
      }
    }
  }

  @Test("days and beginnings are those of everything kept", arguments: 0..<4 as Range<UInt64>)
  func oracle(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 4...7, using: &random)
    let from = Double.random(in: 20...30, using: &random)
    let slope = Double.random(in: 0.1...1, using: &random)
    var commune = SignalCommune(deviceCount: count, seed: seed + 100, keepsReadings: true)
    commune.run(days: 0..<50) { device, day in
      device == 1 && day > from && day < from + 14 ? -slope * (day - from) : 0
    }
    commune.tick(now: SignalCommune.start + 50 * 24 * SignalCommune.hour + 3_600_000)
    var byHand = ByHand(commune.readings)
    for day in Int64(20_000)..<20_050 { byHand.judge(day) }
    for device in 0..<count {
      let expected = byHand.devices[device].told.map { [$0.day + 1 - 20_000, $0.since] }
      let began = commune.began[device] ?? []
      let found = began.map { [$0.day, LocalTime.day(of: $0.figures.since)] }
      #expect(found == expected, "seed \(seed), device \(device)")
    }
    let told = byHand.devices.map(\.told.count)
    print("degradation seed \(seed): told \(told), slope \(slope)")
  }
}
