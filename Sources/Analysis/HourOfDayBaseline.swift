// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A robust baseline per local hour of day: exponentially weighted mean and mean absolute
/// deviation (Roberts, "Control Chart Tests Based on Geometric Moving Averages", 1959), each update
/// limited to a few deviations so that one spike cannot teach the baseline to expect spikes.
///
/// An hour without enough readings of its own falls back to all hours together.
package struct HourOfDayBaseline: Detector, Hashable {
  /// Silent until both are passed: so many readings, and so long since the first.
  package static let warmUpReadings = 300.0
  package static let warmUpLength: Milliseconds = 20 * LocalTime.hourLength
  /// An hour is judged by itself from so many readings on.
  static let hourReadingsMin = 30.0
  /// The weight of a new reading never falls below 1 ÷ this.
  static let memoryReadingsMax = 600.0
  /// Hysteresis: anomalous from the upper score on, until below the lower.
  package static let scoreUpper = 8.0
  package static let scoreLower = 4.0
  /// What passes the upper threshold teaches so much less: a fault of an hour is not a new usual.
  static let anomalousWeight = 0.1
  /// One reading moves a baseline as if it were at most so many deviations away.
  static let updateScoreMax = 3.0
  /// The floor of the deviation: a share of the expected value and an absolute part, so that a
  /// nearly constant gauge does not alarm at its first small step.
  static let floorShare = 0.02
  static let floorAbsolute = 0.25
  /// Larger magnitudes are treated as this, so that no sum overflows.
  static let magnitudeMax = 1e300

  /// Twenty-four hours, then all hours together.
  private var levels = Array(repeating: Level(), count: 25)
  private var firstAt: Milliseconds?
  private var isAnomalous = false

  package init() {}

  package mutating func judge(_ value: Double, at time: Milliseconds) -> Judgement? {
    guard value.isFinite else { return nil }
    let value = min(max(value, -Self.magnitudeMax), Self.magnitudeMax)
    let hour = LocalTime.hour(of: time)
    let first = firstAt ?? time
    firstAt = first
    let isWarm =
      levels[24].count >= Self.warmUpReadings && time - first >= Self.warmUpLength
    let usesHour = levels[hour].count >= Self.hourReadingsMin
    let level = usesHour ? levels[hour] : levels[24]
    levels[hour].learn(value)
    levels[24].learn(value)
    guard isWarm else { return nil }

    let score = level.score(value)
    isAnomalous = score >= (isAnomalous ? Self.scoreLower : Self.scoreUpper)
    return Judgement(
      value: value, expected: level.mean, usualDeviation: level.deviation, score: score,
      hour: usesHour ? hour : nil, isAnomalous: isAnomalous)
  }

  struct Level: Hashable, Sendable {
    var count = 0.0
    var mean = 0.0
    var deviation = 0.0

    var scale: Double {
      deviation + HourOfDayBaseline.floorShare * abs(mean) + HourOfDayBaseline.floorAbsolute
    }

    func score(_ value: Double) -> Double { abs(value - mean) / scale }

    mutating func learn(_ value: Double) {
      count += 1
      if count == 1 {
        mean = value
        return
      }
      let limit = HourOfDayBaseline.updateScoreMax * scale
      let isYoung = count < HourOfDayBaseline.hourReadingsMin
      let difference = isYoung ? value - mean : min(max(value - mean, -limit), limit)
      let isFar = !isYoung && abs(value - mean) >= HourOfDayBaseline.scoreUpper * scale
      let share = isFar ? HourOfDayBaseline.anomalousWeight : 1
      let weight = share / min(count, HourOfDayBaseline.memoryReadingsMax)
      mean += weight * difference
      deviation += weight * (abs(difference) - deviation)
    }
  }
}

extension HourOfDayBaseline {
  /// Version byte, anomalous byte, first instant + 1 presence byte, then 75 doubles; little-endian.
  private static let encodingVersion: UInt8 = 1
  private static let encodedSize = 3 + 8 + 25 * 3 * 8

  package func encoded() -> [UInt8] {
    var bytes: [UInt8] = [Self.encodingVersion, isAnomalous ? 1 : 0, firstAt == nil ? 0 : 1]
    bytes.reserveCapacity(Self.encodedSize)
    func append(_ word: UInt64) {
      for shift in stride(from: 0, to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    append(UInt64(bitPattern: firstAt ?? 0))
    for level in levels {
      append(level.count.bitPattern)
      append(level.mean.bitPattern)
      append(level.deviation.bitPattern)
    }
    return bytes
  }

  package init?(encoded bytes: [UInt8]) {
    guard bytes.count == Self.encodedSize, bytes[0] == Self.encodingVersion, bytes[1] <= 1,
      bytes[2] <= 1
    else { return nil }
    var position = 3
    func next() -> UInt64 {
      var word: UInt64 = 0
      for offset in 0..<8 { word |= UInt64(bytes[position + offset]) << UInt64(8 * offset) }
      position += 8
      return word
    }
    let first = Milliseconds(bitPattern: next())
    firstAt = bytes[2] == 1 ? first : nil
    isAnomalous = bytes[1] == 1
    for index in levels.indices {
      levels[index] = Level(
        count: Double(bitPattern: next()), mean: Double(bitPattern: next()),
        deviation: Double(bitPattern: next()))
    }
    let isSound = levels.allSatisfy {
      $0.count >= 0 && $0.mean.isFinite && $0.deviation.isFinite && $0.deviation >= 0
    }
    guard isSound else { return nil }
  }
}
