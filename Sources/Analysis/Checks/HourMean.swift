// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The mean of the local hour that runs.
struct HourMean: CheckState {
  /// Larger values are no measurement; their squares would leave 32 bits.
  static let magnitudeMax: Float = 1e15

  /// Counted from 1970, local; `.min` is none.
  private(set) var hour: Int32 = .min
  private(set) var isOff = false
  private var end: Milliseconds = .min
  private var sum = 0.0
  private var count: Int32 = 0

  static func hour(of instant: Milliseconds) -> Int32 {
    Int32(truncatingIfNeeded: LocalTime.hourNumber(of: instant))
  }

  static func start(ofHour hour: Int32) -> Milliseconds {
    Milliseconds(hour) * LocalTime.hourLength - LocalTime.offset
  }

  func contains(_ time: Milliseconds) -> Bool {
    time < end && time >= end - LocalTime.hourLength
  }

  mutating func add(_ value: Double) {
    guard count < .max else { return }
    sum += value
    count += 1
  }

  mutating func begin(_ value: Double, at time: Milliseconds, isHoliday: Bool) {
    hour = Self.hour(of: time)
    isOff = isHoliday || LocalTime.weekday(ofDay: LocalTime.day(of: time)) >= 5
    end = Self.start(ofHour: hour) + LocalTime.hourLength
    (sum, count) = (value, 1)
  }

  /// What the hour came to, on the metric's scale; nil if there is none.
  mutating func close(_ scale: Watch.Scale) -> Float? {
    guard hour != .min, count > 0 else { return nil }
    let mean = sum / Double(count)
    (hour, end, sum, count) = (.min, .min, 0, 0)
    return Float(scale == .linear ? mean : Logarithm.symmetric(mean))
  }

  mutating func forget(after now: Milliseconds) {
    guard end > now + LocalTime.hourLength else { return }
    (hour, end, sum, count) = (.min, .min, 0, 0)
  }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    visitor.pass(&hour)
    visitor.pass(&isOff)
    visitor.pass(&end)
    visitor.pass(&sum)
    visitor.pass(&count)
  }

  var isPossible: Bool {
    hour.isPossibleDay && end.isPossibleInstant && sum.isFinite && count >= 0
  }
}
