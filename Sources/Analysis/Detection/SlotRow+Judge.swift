// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension SlotRow {
  private typealias Narrow = SlotLayout.Narrow
  private typealias Wide = SlotLayout.Wide
  private typealias Instant = SlotLayout.Instant

  func judge(
    _ value: Double, at time: Milliseconds, watch: Watch, isHoliday: Bool,
    constants: borrowing DetectorConstants
  ) -> Judgement? {
    let x = unsafe Self.scaled(value, watch.scale)
    let readingCount = unsafe self[Narrow.readingCount]
    if readingCount == 0 { unsafe start(x, at: time) }
    let first = unsafe instants[Instant.first]
    let isWarm =
      readingCount >= Double(DetectorBank.warmUpReadings)
      && time - first >= DetectorBank.warmUpLength
    let hour = HourPlace(of: time)
    let mean = unsafe wide[Wide.slowMean]
    let profile = unsafe usual(at: hour)
    let fast = unsafe wide[Wide.fastMean] + (x - wide[Wide.fastMean]) / min(
      constants.fastLength, readingCount + 1)
    let residual = x - (profile ?? mean)
    let drift = unsafe self[Narrow.drift] + (residual - self[Narrow.drift]) / min(
      constants.driftLength, readingCount + 1)
    let jump = unsafe abs(x - wide[Wide.last])
    unsafe learnVolatility(jump, readingCount, constants)
    let deviations: InlineArray<5, Double> = [
      fast - mean, profile == nil ? 0 : residual, profile == nil ? 0 : drift, x - mean,
      unsafe texture(),
    ]
    var best = (surprise: 0.0, channel: 0)
    var severity = 0.0
    let floor = unsafe constants.floorDeviations * self[Narrow.deviation]
      + constants.floorRange * self[Narrow.range] + 1e-9 * abs(mean)
    for channel in 0..<SlotLayout.channelCount {
      let e = deviations[channel]
      let isTexture = channel == 4
      let channelFloor = isTexture ? constants.floorTexture : floor
      var surprise = 0.0
      if abs(e) > channelFloor {
        let score = unsafe rarity(abs(e), channel, e > 0, channelFloor, constants)
        let isWatched =
          isTexture || watch.direction == .both || (watch.direction == .above) == (e > 0)
        if isWatched {
          surprise = unsafe score * watch.weight * Self.weight(of: channel, constants)
          let usual = unsafe self[Narrow.usual + channel]
          severity = max(
            severity,
            watch.weight
              * (Logarithm.natural(abs(e) / (usual + channelFloor + 1e-30))
                + constants.severityNovelty * score))
        }
      }
      if surprise > best.surprise { best = (surprise, channel) }
    }
    let share = 1 / (1 + (best.surprise / constants.learnScore) * (best.surprise / constants.learnScore))
    for channel in 0..<SlotLayout.channelCount {
      let channelFloor = channel == 4 ? constants.floorTexture : floor
      unsafe learnTail(deviations[channel], channel, channelFloor, share, constants)
    }
    unsafe learn(x, fast: fast, drift: drift, hour: hour, profile: profile, constants)
    unsafe instants[Instant.last] = max(instants[Instant.last], time)
    unsafe self[Narrow.readingCount] = min(readingCount + 1, 16_000_000)
    unsafe decayTails(constants)
    guard isWarm else { return nil }
    let emitted = unsafe gated(best.surprise, constants)
    let starts = unsafe condition(emitted: emitted, raw: best.surprise, constants)
    let channel = Judgement.Channel(rawValue: UInt8(best.channel))!
    let isSeasonal = channel == .seasonal || channel == .drift
    let expected = isSeasonal ? profile ?? mean : mean
    let spread = max(unsafe self[Narrow.usual + (isSeasonal ? 1 : 3)], floor)
    let bounds = unsafe (
      Self.unscaled(expected - 3 * spread, watch.scale), Self.unscaled(expected + 3 * spread, watch.scale))
    let middle = unsafe Self.unscaled(expected, watch.scale)
    return Judgement(
      value: value, expected: middle, lower: min(bounds.0, middle), upper: max(bounds.1, middle),
      usualDeviation: unsafe Self.unscaled(expected + spread, watch.scale) - middle,
      novelty: emitted, severity: max(severity, 0), channel: channel,
      isAbove: deviations[best.channel] > 0, localHour: isSeasonal ? hour.hour : nil,
      readingCount: Int(readingCount),
      isAnomalous: unsafe bytes[SlotLayout.Byte.flags] & SlotLayout.anomalousFlag != 0,
      startsAnomaly: starts)
  }

  static func scaled(_ value: Double, _ scale: Watch.Scale) -> Double {
    let value = unsafe min(max(value, -magnitudeMax), magnitudeMax)
    guard scale == .logarithmic else { return value }
    let logarithm = Logarithm.natural(1 + abs(value))
    return value < 0 ? -logarithm : logarithm
  }

  static func unscaled(_ value: Double, _ scale: Watch.Scale) -> Double {
    guard scale == .logarithmic else { return value }
    let magnitude = Logarithm.exponential(min(abs(value), 70)) - 1
    return value < 0 ? -magnitude : magnitude
  }

  static func weight(of channel: Int, _ constants: borrowing DetectorConstants) -> Double {
    switch channel {
    case 0: constants.levelWeight
    case 1: constants.seasonalWeight
    case 2: constants.driftWeight
    case 3: constants.spikeWeight
    default: constants.textureWeight
    }
  }
}

/// Between which two full local hours an instant lies, and how far.
struct HourPlace {
  let hour: Int
  let share: Double
  var next: Int { hour == 23 ? 0 : hour + 1 }

  init(of time: Milliseconds) {
    var ofDay = (time &+ LocalTime.offset) % LocalTime.dayLength
    if ofDay < 0 { ofDay += LocalTime.dayLength }
    hour = Int(ofDay / LocalTime.hourLength)
    share = Double(ofDay % LocalTime.hourLength) / Double(LocalTime.hourLength)
  }
}
