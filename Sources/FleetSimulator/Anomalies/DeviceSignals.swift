// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// Everything a device measures that somebody watches, in one rain and on one calendar.
struct DeviceSignals: Sendable {
  private(set) var signals: [WatchedSignal]
  /// In order of start; those of one signal are disjoint.
  private let faults: [SignalFault]
  private let weather: CommuneWeather
  private var random: RandomStream
  private var weatherCursor = 0
  private var day: Int64 = .min
  private var dayKind = DayKind.working

  init(
    signals: [WatchedSignal], faults: [SignalFault], weather: CommuneWeather,
    random: RandomStream
  ) {
    self.signals = signals
    self.faults = faults
    self.weather = weather
    self.random = random
  }

  func value(_ position: Int) -> Double { signals[position].value }

  /// Measures once.
  /// - Precondition: instants never decrease.
  mutating func advance(to instant: Milliseconds) {
    if localDay(of: instant) != day {
      day = localDay(of: instant)
      dayKind = DayKind(day: day)
    }
    let rain = weather.intensity(at: instant, cursor: &weatherCursor)
    for position in signals.indices {
      // A device has a handful of faults in a month: looking at all of them is quick.
      let fault = faults.first { $0.signal == position && $0.interval.contains(instant) }
      signals[position].advance(
        to: instant, day: dayKind, rain: rain, fault: fault, random: &random)
    }
  }

  /// The usual deviations of what is watched, for the truth.
  var truth: [TrueSignal] {
    signals.filter(\.model.isWatched).map {
      TrueSignal(
        metric: $0.model.metric, scale: $0.model.scale.rawValue,
        direction: $0.model.direction.rawValue, level: $0.level,
        usualDeviation: $0.usualDeviation)
    }
  }
}
