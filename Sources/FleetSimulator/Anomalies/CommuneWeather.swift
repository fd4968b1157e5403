// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// The rain over one commune: all its radio links suffer from it at the same time, which is no
/// fault of any device.
struct CommuneWeather: Sendable {
  struct Shower: Sendable, Hashable {
    var interval: Interval
    /// 1 is a downpour.
    var peak: Double
  }

  /// It takes so long to reach the peak, and to end.
  private static let ramp: Milliseconds = 20 * 60_000
  /// In order, apart.
  let showers: [Shower]

  init(commune: String, seed: UInt64, span: Interval, perDay: Double) {
    var random = RandomStream(seed: seed, name: "weather \(commune)")
    var showers: [Shower] = []
    var instant = span.start
    while perDay > 0 {
      instant += Milliseconds(random.exponential(mean: 86_400_000 / perDay))
      guard instant < span.end else { break }
      let end = instant + random.integer(in: 3_600_000...18_000_000)
      showers.append(
        Shower(
          interval: Interval(start: instant, end: end), peak: random.uniform(in: 0.3...1)))
      instant = end
    }
    self.showers = showers
  }

  /// - Parameter cursor: of the caller, whose instants never decrease; begins at 0.
  func intensity(at instant: Milliseconds, cursor: inout Int) -> Double {
    while cursor < showers.count, showers[cursor].interval.end <= instant { cursor += 1 }
    guard cursor < showers.count, showers[cursor].interval.start < instant else { return 0 }
    let interval = showers[cursor].interval
    let edge = min(instant - interval.start, interval.end - instant)
    return showers[cursor].peak * min(1, Double(edge) / Double(Self.ramp))
  }
}
