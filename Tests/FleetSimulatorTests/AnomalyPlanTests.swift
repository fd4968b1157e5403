// SPDX-License-Identifier: Apache-2.0
import Foundation
import Telemetry
import Testing

@testable import FleetSimulator

@Suite("A plan of anomalies")
struct AnomalyPlanTests {
  @Test("the same seed gives the same messages, truth and registry, to the byte")
  func determinism() throws {
    let seed: UInt64 = 61
    print("seed \(seed)")
    let (first, second) = (anomalyPlan(seed: seed, days: 4), anomalyPlan(seed: seed, days: 4))
    #expect(Array(first.messages()) == Array(second.messages()))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try encoder.encode(first.truth()) == encoder.encode(second.truth()))
    #expect(
      first.anomalies?.registryFiles().map(\.text) == second.anomalies?.registryFiles().map(\.text))
    let other = anomalyPlan(seed: seed + 1, days: 4)
    #expect(Array(other.messages().prefix(1_000)) != Array(first.messages().prefix(1_000)))
  }

  @Test("one walk gives the messages and the truth that two give")
  func walk() throws {
    let plan = anomalyPlan(seed: 62, days: 4)
    var walked: [SimulatedMessage] = []
    let truth = plan.walk { walked.append($0) }
    #expect(truth == plan.truth())
    #expect(walked == Array(plan.messages()))
  }

  @Test("nothing happens before the calm is over", arguments: [63, 64] as [UInt64])
  func calm(seed: UInt64) throws {
    print("seed \(seed)")
    let plan = try #require(anomalyPlan(seed: seed, communes: 2, days: 30).anomalies)
    for device in plan.devices {
      let early = device.faults.filter {
        $0.start < plan.span.start + plan.rates.calmLength && $0.kind != .expiry
      }
      #expect(early.isEmpty, "\(early)")
    }
  }

  @Test("faults of values keep apart from each other and from silences", arguments: [65, 66])
  func separation(seed: UInt64) throws {
    print("seed \(seed)")
    let plan = try #require(anomalyPlan(seed: seed, communes: 2, days: 30).anomalies)
    let long: Set<FaultKind> = [.drift, .slowDegradation]
    var count = 0
    for device in plan.devices {
      let values = device.faults.filter { $0.metric != nil && $0.size != nil }
        .sorted { $0.start < $1.start }
      let short = values.filter { !long.contains($0.kind) }
      for fault in short {
        count += 1
        let near = Interval(start: fault.start - 3_600_000, end: fault.end + 3_600_000)
        #expect(!device.outages.contains { $0.interval.meets(near) }, "\(fault)")
      }
      for (before, after) in zip(short, short.dropFirst()) {
        #expect(before.end + 3_600_000 < after.start, "\(before) \(after)")
      }
      for metric in Set(values.compactMap(\.metric)) {
        let own = values.filter { $0.metric == metric }
        for (before, after) in zip(own, own.dropFirst()) { #expect(before.end <= after.start) }
      }
    }
    #expect(count > 50)
  }

  @Test("the states of every device partition the plan; only wills come out of a silence")
  func partition() {
    let seed: UInt64 = 67
    print("seed \(seed)")
    let plan = anomalyPlan(seed: seed, days: 8)
    let truth = plan.truth()
    for device in truth.devices {
      #expect(device.intervals.first?.start == plan.start)
      #expect(device.intervals.last?.end == plan.start + plan.duration)
      for (before, after) in zip(device.intervals, device.intervals.dropFirst()) {
        #expect(before.end == after.start && before.start < before.end, "\(device.id)")
      }
    }
    for message in plan.messages() where !message.isWill {
      let silence = truth.devices[message.deviceIndex].intervals.first {
        $0.state != .up && $0.start < message.publishedAt && message.publishedAt < $0.end
      }
      #expect(silence == nil, "\(message.topic)")
    }
  }

  @Test("sizes are spread evenly over the logarithm from 1 to 10")
  func sizes() throws {
    let seed: UInt64 = 68
    print("seed \(seed)")
    let plan = try #require(anomalyPlan(seed: seed, communes: 6, days: 30).anomalies)
    let sizes = plan.devices.flatMap(\.faults).filter { $0.kind != .seasonalBreak }
      .compactMap(\.size)
    #expect(sizes.count > 300)
    #expect(sizes.allSatisfy { (1...10).contains($0) })
    for (low, high) in [(1, 2.15), (2.15, 4.64), (4.64, 10)] {
      let share = Double(sizes.count { low <= $0 && $0 < high }) / Double(sizes.count)
      #expect((0.25...0.42).contains(share), "\(low)–\(high): \(share)")
    }
  }

  @Test("plays are missed, late or cut short where the truth says so, and nowhere else")
  func plays() throws {
    let seed: UInt64 = 69
    print("seed \(seed)")
    var rates = AnomalyRates.calm
    rates.playFaultDays = 1
    let truth = anomalyPlan(seed: seed, days: 12, rates: rates).truth()
    var counts: [FaultKind: Int] = [:]
    for device in truth.devices where device.kind == "loudspeaker" {
      for slot in device.slots {
        let fault = device.faults.first { $0.start == slot.start }
        let whole = slot.playedSeconds == slot.requestedSeconds || !slot.isTold
        switch fault?.kind {
        case .missedPlay: #expect(slot.playedSeconds == 0)
        case .partialPlay: #expect(0 < slot.playedSeconds && !whole)
        default: #expect(whole, "\(device.id) \(slot)")
        }
        if let fault { counts[fault.kind, default: 0] += 1 }
      }
    }
    #expect(counts.count == 3)
    #expect(counts.values.allSatisfy { $0 > 5 }, "\(counts)")
  }
}
