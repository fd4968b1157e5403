// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A robust baseline per local hour of day: exponentially weighted mean and mean absolute
/// deviation (Roberts, "Control Chart Tests Based on Geometric Moving Averages", 1959), each update
/// limited to a few deviations so that one spike cannot teach the baseline to expect spikes.
///
/// An hour without enough readings of its own falls back to all hours together.
///
/// Kept in place and in 32 bits, since a nation has a million of these. Seven digits are plenty:
/// the smallest scale is 2 % of the mean, and a reading moves a level by a 600th of its distance.
package struct HourOfDayBaseline: Detector {
  /// Silent until both are passed: so many readings, and so long since the first.
  package static let warmUpReadings = 300.0
  package static let warmUpLength: Milliseconds = 20 * LocalTime.hourLength
  /// An hour is judged by itself from so many readings on.
  static let hourReadingsMin = 30.0
  /// An hour with fewer is believed only where all hours together agree: what it has seen may have
  /// been a fault, beside which the usual looks unusual.
  static let hourReadingsSure = 120.0
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
  /// Larger magnitudes are treated as this, so that no sum overflows in 32 bits.
  static let magnitudeMax = 1e30
  /// Readings are counted no further: beyond, nothing depends on how many there were.
  static let countMax: UInt16 = 600

  /// Twenty-four hours, then all hours together.
  private var means = InlineArray<25, Float>(repeating: 0)
  private var deviations = InlineArray<25, Float>(repeating: 0)
  private var counts = InlineArray<25, UInt16>(repeating: 0)
  private var isAnomalous = false
  /// `.min` before the first reading.
  private var firstAt: Milliseconds = .min

  package init() {}

  package mutating func judge(_ value: Double, at time: Milliseconds) -> BaselineJudgement? {
    guard value.isFinite else { return nil }
    let value = min(max(value, -Self.magnitudeMax), Self.magnitudeMax)
    let hour = LocalTime.hour(of: time)
    if firstAt == .min { firstAt = time }
    let (own, all) = (self[level: hour], self[level: 24])
    let isWarm = all.count >= Self.warmUpReadings && time - firstAt >= Self.warmUpLength
    let usesHour = own.count >= Self.hourReadingsMin
    let level = usesHour ? own : all
    self[level: hour].learn(value)
    self[level: 24].learn(value)
    guard isWarm else { return nil }

    let isSure = !usesHour || own.count >= Self.hourReadingsSure
    let score = isSure ? level.score(value) : min(own.score(value), all.score(value))
    isAnomalous = score >= (isAnomalous ? Self.scoreLower : Self.scoreUpper)
    return BaselineJudgement(
      value: value, expected: level.mean, usualDeviation: level.deviation, score: score,
      hour: usesHour ? hour : nil, isAnomalous: isAnomalous)
  }

  private subscript(level index: Int) -> Level {
    get {
      Level(
        count: Double(counts[index]), mean: Double(means[index]),
        deviation: Double(deviations[index]))
    }
    set {
      counts[index] = UInt16(min(newValue.count, Double(Self.countMax)))
      means[index] = Float(newValue.mean)
      deviations[index] = Float(newValue.deviation)
    }
  }

  /// What is usual at one hour, or at all of them, with the digits to calculate in.
  struct Level: Sendable {
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

extension HourOfDayBaseline: Hashable {
  package static func == (left: HourOfDayBaseline, right: HourOfDayBaseline) -> Bool {
    left.encoded() == right.encoded()
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(encoded()) }
}

extension HourOfDayBaseline {
  /// Version byte, anomalous byte, first instant, then of each level its count, mean and deviation;
  /// little-endian. Version 1 had doubles.
  private static let encodingVersion: UInt8 = 3
  private static let encodedSize = 2 + 8 + 25 * (2 + 4 + 4)

  package func encoded() -> [UInt8] {
    var bytes: [UInt8] = [Self.encodingVersion, isAnomalous ? 1 : 0]
    bytes.reserveCapacity(Self.encodedSize)
    func append(_ word: UInt64, byteCount: Int) {
      for index in 0..<byteCount {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index)))
      }
    }
    append(UInt64(bitPattern: firstAt), byteCount: 8)
    for level in counts.indices {
      append(UInt64(counts[level]), byteCount: 2)
      append(UInt64(means[level].bitPattern), byteCount: 4)
      append(UInt64(deviations[level].bitPattern), byteCount: 4)
    }
    return bytes
  }

  package init?(encoded bytes: [UInt8]) {
    guard bytes.count == Self.encodedSize, bytes[0] == Self.encodingVersion, bytes[1] <= 1
    else { return nil }
    var position = 2
    func next(byteCount: Int) -> UInt64 {
      var word: UInt64 = 0
      for index in 0..<byteCount {
        word |= UInt64(bytes[position + index]) << UInt64(8 * index)
      }
      position += byteCount
      return word
    }
    isAnomalous = bytes[1] == 1
    firstAt = Milliseconds(bitPattern: next(byteCount: 8))
    for level in counts.indices {
      counts[level] = UInt16(truncatingIfNeeded: next(byteCount: 2))
      means[level] = Float(bitPattern: UInt32(truncatingIfNeeded: next(byteCount: 4)))
      deviations[level] = Float(bitPattern: UInt32(truncatingIfNeeded: next(byteCount: 4)))
      guard means[level].isFinite, deviations[level].isFinite, deviations[level] >= 0,
        counts[level] <= Self.countMax
      else { return nil }
    }
  }
}
