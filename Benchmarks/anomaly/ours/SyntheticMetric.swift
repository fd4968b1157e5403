// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// A made-up metric of a device, a reading a minute: what fleets send, without a fault unless one
/// is put in.
struct SyntheticMetric {
  enum Kind: String, CaseIterable {
    /// A day and week rhythm, noise that remembers.
    case rhythm
    /// How many clients: counts that follow the day, watched by their logarithm.
    case count
    /// Whole degrees.
    case rounded
    /// Nearly always nothing, sometimes a little: lost packets.
    case rare
    /// The same value for weeks, then another.
    case setting
  }

  static let months = 2
  static let length = months * 30 * 24 * 60

  let kind: Kind
  /// Without a fault.
  private(set) var values: [Double] = []
  /// Mean absolute distance from what the hour is expected to bring.
  private(set) var usualDeviation = 1.0

  var watch: Watch { Watch(scale: kind == .count ? .logarithmic : .linear) }

  /// 2026-06-01 00:00 local, a Monday.
  static func time(_ index: Int) -> Milliseconds {
    LocalTime.start(ofDay: 20_605) + Milliseconds(index) * LocalTime.minuteLength
  }

  init(_ kind: Kind, seed: UInt64) {
    self.kind = kind
    var random = SeededRandom(seed: seed)
    let phase = 4 * random.uniform()
    var noise = 0.0
    let memory = 0.5 + 0.4 * random.uniform()
    let level = exp(1 + 4 * random.uniform())
    let rhythm = 0.5 * random.uniform()
    let size = 0.02 + 0.1 * random.uniform()
    var setting = (level * 10).rounded()
    for index in 0..<Self.length {
      let hour = Double(index % 1_440) / 60
      let isWeekend = index / 1_440 % 7 >= 5
      let day = max(0, sin((hour - 6 + phase / 4) / 24 * 2 * .pi)) * (isWeekend ? 0.7 : 1)
      noise = memory * noise + (1 - memory * memory).squareRoot() * random.normal()
      switch kind {
      case .rhythm: values.append(level * (1 + rhythm * day + size * noise))
      case .count:
        let mean = 2 + 20 * day
        values.append(max(0, (mean + mean.squareRoot() * noise).rounded()))
      case .rounded: values.append((40 + 8 * day + noise).rounded())
      case .rare:
        let isLost = random.uniform() < 0.02
        values.append(isLost ? (-2 * log(1 - random.uniform())).rounded(.up) / 5 : 0)
      case .setting:
        if random.uniform() < 1 / 20_000.0 { setting = (level * (8 + 4 * random.uniform())).rounded() }
        values.append(setting)
      }
    }
    usualDeviation =
      switch kind {
      case .rhythm: 0.8 * level * size
      case .count: 0.8 * 8.0.squareRoot()
      case .rounded: 0.8
      case .rare: 0.4
      case .setting: 1
      }
  }
}
