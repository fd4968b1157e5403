// SPDX-License-Identifier: Apache-2.0
import Foundation
import Telemetry
import Testing

@testable import FleetSimulator

@Suite("The values of an anomaly fleet")
struct AnomalyValueTests {
  /// The sent times stay the same with and without faults of values, so readings can be compared
  /// one by one: what differs is what the faults do.
  private struct Pair {
    var at: Milliseconds
    var clean: Double
    var ill: Double
  }

  private func pairs(
    _ ill: [HeardReading], _ clean: [HeardReading], metric: String
  ) -> [Pair] {
    let values = Dictionary(
      clean.map { ($0.sentAt, $0.values[metric]) }, uniquingKeysWith: { first, _ in first })
    return ill.compactMap { reading in
      guard let before = values[reading.sentAt] ?? nil, let value = reading.values[metric]
      else { return nil }
      return Pair(at: reading.at, clean: before, ill: value)
    }
  }

  @Test("faults change what they name, when they say, by the size they say")
  func sizes() throws {
    let seed: UInt64 = 31
    print("seed \(seed)")
    let plan = anomalyPlan(seed: seed, rates: valueFaultsOnly)
    let truth = plan.truth()
    let ill = try readings(of: plan, kinds: everyKind)
    let clean = try readings(of: anomalyPlan(seed: seed, rates: .calm), kinds: everyKind)
    var checked: [FaultKind: Int] = [:]
    for (index, device) in truth.devices.enumerated() {
      for signal in device.signals ?? [] {
        let found = pairs(ill[index] ?? [], clean[index] ?? [], metric: signal.metric)
        let faults = device.faults.filter { $0.metric == signal.metric }
        let outside = found.filter { pair in
          pair.ill != pair.clean
            && !faults.contains { $0.start <= pair.at && pair.at < $0.end }
        }
        #expect(outside.isEmpty, "\(device.id) \(signal.metric) changes without a fault")
        for fault in faults {
          let inside = found.filter { fault.start <= $0.at && $0.at < fault.end }
          guard !inside.isEmpty else { continue }
          checked[fault.kind, default: 0] += 1
          check(fault, signal, inside.map { ($0.clean, $0.ill) })
        }
      }
    }
    print("faults checked: \(checked)")
    #expect(checked.count >= 8)
  }

  private func check(
    _ fault: InjectedFault, _ signal: TrueSignal, _ pairs: [(clean: Double, ill: Double)]
  ) {
    let size = fault.size ?? 0
    let differences = pairs.map { scaled($0.ill, signal.scale) - scaled($0.clean, signal.scale) }
    let mean = differences.reduce(0, +) / Double(differences.count)
    let expected = (fault.isAbove == true ? 1 : -1) * size * signal.usualDeviation
    // Devices write in steps, and neither nobody nor a perfect score can fall further.
    let step = signal.scale == "linear" ? 1.0 : 0.5
    switch fault.kind {
    case .spike, .burst, .levelShift:
      let isCut = pairs.contains { [0, 1, 5].contains($0.ill) }
      #expect(isCut || abs(mean - expected) <= step, "\(fault) mean difference \(mean)")
      if fault.kind == .spike { #expect((1...3).contains(pairs.count), "\(fault)") }
    case .drift, .slowDegradation:
      guard pairs.count > 40 else { return }
      let late = differences.suffix(differences.count / 4)
      let lateMean = late.reduce(0, +) / Double(late.count)
      #expect(abs(lateMean - expected) <= step, "\(fault) ends at \(lateMean)")
      #expect(abs(differences[0]) <= step, "\(fault) begins at \(differences[0])")
    case .stuckValue:
      #expect(Set(pairs.map(\.ill)).count == 1, "\(fault)")
    case .outOfRange:
      #expect(Set(pairs.map(\.ill)).count == 1 && pairs[0].ill != pairs[0].clean, "\(fault)")
    case .textureFlat:
      #expect(spread(pairs.map(\.ill)) <= spread(pairs.map(\.clean)), "\(fault)")
    case .textureLoud:
      guard size > 2, pairs.count > 20 else { return }
      #expect(spread(pairs.map(\.ill)) > spread(pairs.map(\.clean)), "\(fault)")
    case .seasonalBreak:
      let magnitude = differences.map(abs).reduce(0, +) / Double(differences.count)
      #expect(
        abs(magnitude - abs(expected)) <= max(step, 0.3 * abs(expected)), "\(fault) \(magnitude)")
    default:
      Issue.record("\(fault.kind) has no metric")
    }
  }

  /// Mean absolute change from one reading to the next: what noise is, whatever the course.
  private func spread(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let changes = zip(values, values.dropFirst()).map { abs($1 - $0) }
    return changes.reduce(0, +) / Double(changes.count)
  }

  @Test("the usual deviation is what the messages show")
  func usualDeviation() throws {
    let seed: UInt64 = 33
    print("seed \(seed)")
    let plan = anomalyPlan(seed: seed, rates: .calm)
    let truth = plan.truth()
    let heard = try readings(of: plan, kinds: everyKind)
    var ratios: [Double] = []
    for (index, device) in truth.devices.enumerated() where device.kind != "video-endpoint" {
      for signal in device.signals ?? [] {
        let model = try #require(plan.anomalies?.devices[index].signals.first {
          $0.model.metric == signal.metric
        }).model
        var sum = 0.0
        var count = 0.0
        for reading in heard[index] ?? [] {
          guard let value = reading.values[signal.metric] else { continue }
          let usual = model.usual(
            at: reading.at, level: signal.level, day: DayKind(day: localDay(of: reading.at)))
          sum += abs(scaled(value, signal.scale) - usual)
          count += 1
        }
        #expect(count > 1_000)
        ratios.append(sum / count / signal.usualDeviation)
      }
    }
    #expect(ratios.allSatisfy { (0.8...1.25).contains($0) }, "\(ratios.sorted())")
    let mean = ratios.reduce(0, +) / Double(ratios.count)
    #expect((0.95...1.05).contains(mean), "\(mean)")
  }

  @Test("rain moves the round-trip times of a commune together")
  func weather() throws {
    let seed: UInt64 = 35
    print("seed \(seed)")
    let plan = anomalyPlan(seed: seed, rates: .calm)
    let showers = try #require(plan.anomalies?.weathers.first?.value.showers.filter {
      $0.peak > 0.6 && $0.interval.duration > 7_200_000
    })
    #expect(!showers.isEmpty)
    let points = plan.devices.indices.filter { plan.devices[$0].kind == "wifi-ap" }
    let heard = try readings(of: plan, kinds: ["wifi-ap"])
    for point in points {
      var (wet, dry) = ([Double](), [Double]())
      for reading in heard[point] ?? [] {
        let value = reading.values["wan_rtt_ms"] ?? 0
        let isWet = showers.contains {
          $0.interval.start + 1_800_000 < reading.at
            && reading.at < $0.interval.end - 1_800_000
        }
        if isWet { wet.append(log1p(value)) } else { dry.append(log1p(value)) }
      }
      let difference =
        wet.reduce(0, +) / Double(wet.count) - dry.reduce(0, +) / Double(dry.count)
      #expect(difference > 0.05, "\(plan.devices[point].id)")
    }
  }
}
