// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation
import Telemetry

/// What the detector pages on made-up fleet metrics: without a fault, and with one of known size.
struct SyntheticFleet {
  enum Fault: String, CaseIterable { case spike, shift, drift }

  struct Recall {
    var injected = 0
    var found = 0
    /// Readings from the fault's start.
    var delays: [Int] = []
  }

  let constants: DetectorConstants
  let seed: UInt64
  /// A device has one metric of each kind.
  let deviceCount: Int
  /// Watched metrics a device has at most; alarms are told for as many.
  private static let metricsPerDevice = 4.0
  static let faultAt = 50 * 24 * 60 + 10 * 60

  /// False alarms a hundred device-months, by kind and channel.
  func falseAlarms() -> [(kind: SyntheticMetric.Kind, rates: [Judgement.Channel: Double])] {
    SyntheticMetric.Kind.allCases.map { kind in
      var alarms: [Judgement.Channel: Double] = [:]
      for device in 0..<deviceCount {
        let metric = SyntheticMetric(kind, seed: seed &+ UInt64(device))
        for alarm in self.alarms(metric.values, metric.watch) {
          alarms[alarm.channel, default: 0] += 1
        }
      }
      let months = Double(deviceCount * SyntheticMetric.months)
      return (kind, alarms.mapValues { 100 * Self.metricsPerDevice * $0 / months })
    }
  }

  /// Of faults between 1 and 10 usual deviations, log-uniform, what is found, by third of size.
  func recall(_ fault: Fault) -> [Recall] {
    var recalls = [Recall](repeating: Recall(), count: 3)
    var random = SeededRandom(seed: seed)
    for device in 0..<deviceCount {
      for kind in [SyntheticMetric.Kind.rhythm, .count, .rounded] {
        let share = random.uniform()
        let metric = SyntheticMetric(kind, seed: seed &+ UInt64(device))
        let values = injected(metric, fault, exp(share * log(10)))
        let end = Self.faultAt + (fault == .spike ? 5 : 1_440)
        let alarm = alarms(values, metric.watch).map(\.at)
          .first { $0 >= Self.faultAt && $0 < end }
        let third = min(Int(3 * share), 2)
        recalls[third].injected += 1
        if let alarm {
          recalls[third].found += 1
          recalls[third].delays.append(alarm - Self.faultAt)
        }
      }
    }
    return recalls
  }

  /// A spike lasts 3 readings, a shift a day, a drift grows for half a day and stays for half.
  private func injected(_ metric: SyntheticMetric, _ fault: Fault, _ size: Double) -> [Double] {
    var values = Array(metric.values.prefix(Self.faultAt + 1_440))
    for index in Self.faultAt..<values.count {
      let age = index - Self.faultAt
      let share: Double =
        switch fault {
        case .spike: age < 3 ? 1 : 0
        case .shift: 1
        case .drift: min(Double(age) / 720, 1)
        }
      values[index] += share * size * metric.usualDeviation
      if metric.kind != .rhythm { values[index] = values[index].rounded() }
    }
    return values
  }

  private func alarms(
    _ values: [Double], _ watch: Watch
  ) -> [(at: Int, channel: Judgement.Channel)] {
    var bank = DetectorBank(constants: constants)
    bank.append(count: 1)
    return values.indices.compactMap { index in
      let judgement = bank.judge(
        values[index], at: SyntheticMetric.time(index), slot: 0, watch: watch)
      return judgement.flatMap { $0.startsAnomaly ? (index, $0.channel) : nil }
    }
  }
}
