// SPDX-License-Identifier: Apache-2.0
import Foundation
import Telemetry

/// What one metric of a kind does on clean days: level, daily and weekly course, slow and fast
/// noise, what rain does to it, and the steps in which the device writes it.
///
/// Everything but `level`, `step` and `range` is in the scale in which deviations are measured: the
/// metric's own unit, or the logarithm of one plus the value.
struct SignalModel: Sendable {
  let metric: String
  var scale = Watch.Scale.linear
  var direction = Watch.Direction.both
  /// Some profile watches it; the others are there because what is watched hangs on them.
  var isWatched = true
  /// Of each device, drawn once; the metric's own unit.
  let level: ClosedRange<Double>
  var shape = SeasonalShape.even
  /// Added at the shape's most. Counts have none: their level is multiplied by the shape.
  var depth = 0.0
  var isCount = false
  /// Standard deviation and length of the slow noise, a first-order autoregression.
  var slow = 0.0
  var slowLength: Milliseconds = 1_800_000
  /// Standard deviation of what is new in every reading.
  let fast: Double
  /// Counts scatter the more the smaller they are: this over the root of one plus the count.
  var scatter = 0.0
  /// Added in a downpour.
  var rain = 0.0
  var step = 1.0
  let range: ClosedRange<Double>
  /// What the device writes when its sensor is broken: outside the metric's range.
  var broken: Double?
  /// Faults that this signal can have, besides spike, burst, shift and drift.
  var hasSeason = false
  var isTextured = false
  var degrades = false

  func scaled(_ value: Double) -> Double {
    scale == .linear ? value : log1p(max(0, value))
  }

  func value(_ scaled: Double) -> Double {
    let value = scale == .linear ? scaled : expm1(scaled)
    return min(max((value / step).rounded() * step, range.lowerBound), range.upperBound)
  }

  /// What a reading would be on average: the conditional mean, in the scale.
  func usual(at instant: Milliseconds, level: Double, day kind: DayKind) -> Double {
    let share = shape.share(at: instant, day: kind)
    return isCount ? scaled(level * share) : scaled(level) + depth * share
  }

  func noise(_ usual: Double) -> Double {
    guard scatter > 0 else { return fast }
    return (fast * fast + scatter * scatter / max(1, exp(usual))).squareRoot()
  }

  /// In the order in which a device of the kind writes them; an access point in an office has other
  /// people around it than one in a village.
  static func models(of kind: SimulatedKind, isOffice: Bool) -> [SignalModel] {
    switch kind {
    case .wirelessAccessPoint: accessPoint(isOffice)
    case .loudspeaker: loudspeaker
    case .videoEndpoint: videoEndpoint
    case .networkSensor: networkSensor
    case .kiosk: []
    }
  }

  private static func accessPoint(_ isOffice: Bool) -> [SignalModel] {
    [
      SignalModel(
        metric: "clients", scale: .logarithmic, level: 18...45,
        shape: isOffice ? .office : .village, isCount: true, slow: 0.12, fast: 0.05, scatter: 0.6,
        range: 0...512, broken: 65_535, hasSeason: true, isTextured: false),
      SignalModel(
        metric: "wan_rtt_ms", scale: .logarithmic, direction: .above, level: 24...55,
        shape: .evening, depth: 0.25, slow: 0.07, fast: 0.09, rain: 0.35, range: 1...60_000,
        broken: 65_535, isTextured: true, degrades: true),
      SignalModel(
        metric: "wan_loss_pct", direction: .above, isWatched: false, level: 0.1...0.4,
        shape: .evening, depth: 0.2, slow: 0.1, fast: 0.2, rain: 1.2, step: 0.1, range: 0...100),
      SignalModel(
        metric: "wan_rsrp_dbm", direction: .below, isWatched: false, level: -110...(-88), slow: 1.2,
        slowLength: 3_600_000, fast: 1, rain: -4, range: -140...(-44)),
    ]
  }

  private static let loudspeaker = [
    SignalModel(
      metric: "mains_v", level: 214...228, shape: .evening, depth: -5, slow: 1.6,
      slowLength: 900_000, fast: 1.1, range: 0...280, broken: 999, isTextured: true),
    SignalModel(
      metric: "net_rsrp_dbm", direction: .below, level: -110...(-88), slow: 1.2,
      slowLength: 3_600_000, fast: 1, rain: -4, range: -140...(-44), broken: 0, isTextured: true,
      degrades: true),
  ]

  /// Written in calls only.
  private static let videoEndpoint = [
    SignalModel(
      metric: "rx_loss_pct", direction: .above, level: 0.2...0.5, slow: 0.08, fast: 0.18, rain: 0.3,
      step: 0.1, range: 0...100),
    SignalModel(
      metric: "rx_jitter_ms", scale: .logarithmic, direction: .above, level: 5...14, slow: 0.12,
      fast: 0.18, rain: 0.25, range: 0...60_000),
    SignalModel(
      metric: "rtt_ms", scale: .logarithmic, direction: .above, level: 25...60, slow: 0.06,
      fast: 0.1, rain: 0.25, range: 1...60_000),
    SignalModel(
      metric: "mos", direction: .below, level: 4...4.4, slow: 0.05, fast: 0.1, rain: -0.2,
      step: 0.1, range: 1...5),
  ]

  private static let networkSensor = [
    SignalModel(
      metric: "cpnet_rtt_ms", scale: .logarithmic, direction: .above, level: 6...14,
      shape: .office, depth: 0.15, slow: 0.05, fast: 0.1, range: 1...60_000, broken: 65_535,
      isTextured: true, degrades: true),
    SignalModel(
      metric: "internet_rtt_ms", scale: .logarithmic, direction: .above, level: 14...30,
      shape: .office, depth: 0.3, slow: 0.07, fast: 0.1, range: 1...60_000, isTextured: true,
      degrades: true),
    SignalModel(
      metric: "hosts", scale: .logarithmic, level: 25...60, shape: .office, isCount: true,
      slow: 0.05, fast: 0.03, scatter: 0.25, range: 0...65_535, hasSeason: true),
    SignalModel(
      metric: "new_hosts", scale: .logarithmic, direction: .above, level: 0.12...0.2, fast: 0.2,
      range: 0...65_535),
  ]
}
