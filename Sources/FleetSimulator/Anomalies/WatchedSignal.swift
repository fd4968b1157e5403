// SPDX-License-Identifier: Apache-2.0
import Foundation
import Telemetry

/// What is done to one signal of one device for a while.
struct SignalFault: Sendable, Hashable {
  var kind: FaultKind
  /// Position among the device's signals.
  var signal: Int
  var interval: Interval
  /// Usual deviations; of a loud texture the factor by which noise grows beyond itself.
  var size: Double
  var isAbove: Bool
  /// Of a seasonal break: how far the course goes from its own to that of twelve hours later.
  var breakShare = 1.0
}

/// One metric of one device as it moves with time.
///
/// A reading takes the same random numbers whatever fault holds, so that the clean course of a
/// device is the same with and without its faults.
struct WatchedSignal: Sendable {
  let model: SignalModel
  /// Of this device, in the metric's own unit.
  let level: Double
  /// Mean absolute deviation of clean readings from ``SignalModel/usual(at:level:day:)``, in the
  /// scale: what noise, rain and the device's steps make.
  let usualDeviation: Double
  /// What the device wrote last.
  private(set) var value = 0.0
  private var slow = 0.0
  private var slowAt: Milliseconds = .min

  init(model: SignalModel, weather: CommuneWeather, span: Interval, random: inout RandomStream) {
    self.model = model
    level = random.uniform(in: model.level)
    usualDeviation = Self.measured(
      model, level: level, weather: weather, span: span, random: &random)
  }

  private static let measuredCount = 1_500

  /// Mean over readings at instants spread evenly over the plan.
  private static func measured(
    _ model: SignalModel, level: Double, weather: CommuneWeather, span: Interval,
    random: inout RandomStream
  ) -> Double {
    var cursor = 0
    var sum = 0.0
    for number in 0..<measuredCount {
      let share = (Double(number) + random.unit()) / Double(measuredCount)
      let instant = span.start + Milliseconds(share * Double(span.duration))
      let usual = model.usual(
        at: instant, level: level, day: DayKind(day: localDay(of: instant)))
      let rain = model.rain * weather.intensity(at: instant, cursor: &cursor)
      let noise = model.slow * random.gaussian() + model.noise(usual) * random.gaussian()
      sum += abs(model.scaled(model.value(usual + noise + rain)) - usual)
    }
    // A device that always writes the same has no usual deviation; part of a step stands for it.
    let step = model.scaled(level + model.step) - model.scaled(level)
    return max(sum / Double(measuredCount), step / 8)
  }

  /// - Parameter rain: 0...1.
  mutating func advance(
    to instant: Milliseconds, day kind: DayKind, rain: Double, fault: SignalFault?,
    random: inout RandomStream
  ) {
    let usual = model.usual(at: instant, level: level, day: kind)
    if model.slow > 0 {
      let elapsed = slowAt == .min ? Double.infinity : Double(instant - slowAt)
      let kept = exp(-elapsed / Double(model.slowLength))
      slow = slow * kept + model.slow * (1 - kept * kept).squareRoot() * random.gaussian()
      slowAt = instant
    }
    let deviation = slow + model.noise(usual) * random.gaussian() + model.rain * rain
    guard let fault else {
      value = model.value(usual + deviation)
      return
    }
    write(fault, usual: usual, deviation: deviation, at: instant, day: kind)
  }

  private mutating func write(
    _ fault: SignalFault, usual: Double, deviation: Double, at instant: Milliseconds,
    day kind: DayKind
  ) {
    let shift = (fault.isAbove ? 1 : -1) * fault.size * usualDeviation
    let progress =
      Double(instant - fault.interval.start) / Double(max(1, fault.interval.duration))
    switch fault.kind {
    case .stuckValue: break
    case .outOfRange: value = model.broken ?? value
    case .drift, .slowDegradation:
      // Full size at two thirds of the way; then it stays.
      value = model.value(usual + deviation + shift * min(1, 1.5 * progress))
    case .textureLoud: value = model.value(usual + deviation * (1 + fault.size))
    case .textureFlat: value = model.value(usual)
    case .seasonalBreak:
      let opposite = model.usual(
        at: instant + 12 * LocalTime.hourLength, level: level, day: kind)
      value = model.value(usual + (opposite - usual) * fault.breakShare + deviation)
    default: value = model.value(usual + deviation + shift)
    }
  }
}
