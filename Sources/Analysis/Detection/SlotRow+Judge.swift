// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension SlotRow {
  private typealias Narrow = SlotLayout.Narrow
  private typealias Byte = SlotLayout.Byte
  /// Readings before anything is compared with what was.
  private static let scoredReadings = 11.0
  /// The expected band reaches so many usual deviations.
  private static let bandDeviations = 4.0

  /// What the channels say of one reading.
  private struct Score {
    var novelty = 0.0
    var channel = 0
    var severity = 0.0
    /// The most novel channel whose deviation is worth paging.
    var paging: Int?
    var pagingNovelty = 0.0
  }

  func judge(
    _ value: Double, at time: Milliseconds, watch: Watch, isHoliday: Bool,
    constants: borrowing DetectorConstants
  ) -> Judgement? {
    let step = unsafe step(value, at: time, watch, isHoliday: isHoliday, constants)
    let score = unsafe scored(step, watch, constants)
    let isWarm = unsafe step.count >= Double(DetectorBank.warmUpReadings)
      && self[Narrow.ageSeconds] >= Double(DetectorBank.warmUpLength) / 1_000
    let judgement = isWarm ? unsafe told(value, step, score, watch, constants) : nil
    unsafe learn(step, constants)
    return judgement
  }

  private func scored(
    _ step: Step, _ watch: Watch, _ constants: borrowing DetectorConstants
  ) -> Score {
    var score = Score()
    guard unsafe step.count >= Self.scoredReadings && self[Narrow.tailScale] > 0
    else { return score }
    let logarithmOfTotal = unsafe Logarithm.natural(self[Narrow.tailWeight] + 1)
    for channel in 0..<SlotLayout.channelCount {
      let e = step.deviations[channel]
      let isTexture = channel == 4
      guard abs(e) > (isTexture ? constants.floorTexture : step.floor(channel)) else { continue }
      // Which side a texture lies on says nothing of the metric's own.
      guard isTexture || watch.direction == .both || (watch.direction == .above) == (e > 0)
      else { continue }
      let rarity = unsafe rarity(e, channel, logarithmOfTotal: logarithmOfTotal, constants)
      let novelty = unsafe rarity * watch.weight * Self.weight(of: channel, constants)
      if novelty > score.novelty {
        score.novelty = novelty
        score.channel = channel
      }
      if novelty >= max(constants.pagingNovelty, score.pagingNovelty),
        unsafe isWorthPaging(e, channel, step, watch, constants)
      {
        score.paging = channel
        score.pagingNovelty = novelty
      }
      guard !isTexture else { continue }
      let least = constants.severityFloor * step.floor(channel)
      let usual = unsafe self[Narrow.usual + channel] + least
      let severity =
        watch.weight * Logarithm.natural(abs(e) / usual) + constants.severityNovelty * novelty
      score.severity = max(score.severity, severity)
    }
    return score
  }

  private func told(
    _ value: Double, _ step: Step, _ score: Score, _ watch: Watch,
    _ constants: borrowing DetectorConstants
  ) -> Judgement {
    let emitted = unsafe gated(score.novelty, constants)
    let starts = unsafe condition(score, constants)
    // What pages has its novelty told, though the gate may have closed behind something smaller.
    let novelty = starts ? max(emitted, score.pagingNovelty) : emitted
    let winner = starts ? score.paging ?? score.channel : score.channel
    // The initialiser covers every number that a channel of the layout has.
    let channel = Judgement.Channel(rawValue: UInt8(winner)) ?? .level
    let isOfHour = step.hours != nil && (channel == .seasonal || channel == .drift)
    let expected = unsafe isOfHour ? step.expected : mean
    let baseline = isOfHour ? Judgement.Channel.seasonal : .spike
    let usual = unsafe max(self[Narrow.usual + Int(baseline.rawValue)], 1e-12 * abs(expected))
    let middle = unsafe Self.unscaled(expected, watch.scale)
    let band = unsafe Self.bandDeviations * usual
    let lower = unsafe Self.unscaled(expected - band, watch.scale)
    let upper = unsafe Self.unscaled(expected + band, watch.scale)
    return Judgement(
      value: value, expected: middle, lower: min(lower, middle), upper: max(upper, middle),
      usualDeviation: unsafe Self.unscaled(expected + usual, watch.scale) - middle,
      novelty: novelty, severity: score.severity, channel: channel,
      isAbove: step.deviations[winner] > 0, localHour: isOfHour ? step.place.hour : nil,
      readingCount: Int(step.count),
      isAnomalous: unsafe bytes[Byte.flags] & SlotLayout.isAnomalous != 0, startsAnomaly: starts)
  }

  /// The score where it opens the gate, else 0: what has just been told opens it again only by a
  /// clearly higher score, so that one change of regime is told once.
  private func gated(_ score: Double, _ constants: borrowing DetectorConstants) -> Double {
    let age = unsafe bytes[Byte.gateAge]
    if age < 255 { unsafe bytes[Byte.gateAge] = age + 1 }
    let isHeld = Double(age) < constants.gateLength
    let bar = unsafe isHeld ? self[Narrow.gateScore] + constants.gateMargin : 0
    guard score > bar else { return 0 }
    unsafe self[Narrow.gateScore] = score
    unsafe bytes[Byte.gateAge] = 0
    return score
  }

  /// True if the metric becomes anomalous with this reading.
  private func condition(_ score: Score, _ constants: borrowing DetectorConstants) -> Bool {
    guard unsafe bytes[Byte.flags] & SlotLayout.isAnomalous == 0 else {
      let isUsual =
        max(
          score.novelty / constants.usualNovelty, score.severity / constants.usualSeverity) < 1
      if isUsual {
        unsafe bytes[Byte.flags] &= ~SlotLayout.isAnomalous
      }
      return false
    }
    guard score.paging != nil else { return false }
    unsafe bytes[Byte.flags] |= SlotLayout.isAnomalous
    return true
  }

  /// Novel and large: hardly to be expected of a tail as this channel's, and larger than the
  /// metric's own steps. Of one that never moved only a large part of its value is.
  private func isWorthPaging(
    _ e: Double, _ channel: Int, _ step: Step, _ watch: Watch,
    _ constants: borrowing DetectorConstants
  ) -> Bool {
    let size = abs(e)
    let isTexture = channel == SlotLayout.channelCount - 1
    let stepSize = unsafe self[Narrow.stepSize]
    let least = unsafe stepSize > 0 ? constants.pagingSteps * stepSize : abs(mean) / 2
    if isTexture {
      guard unsafe self[Narrow.jumpFast] >= least else { return false }
    } else {
      let usual = unsafe self[Narrow.usual + channel]
      guard size >= max(least, constants.pagingTimes * usual) else { return false }
    }
    let floor = isTexture ? constants.floorTexture : step.floor(channel)
    let improbability = unsafe improbability(
      size, channel, isAbove: e > 0, floor: floor, constants)
    // As many alarms are to be expected of metrics that are told often as of others.
    let chances = unsafe Logarithm.natural(readingsPerHour)
    return improbability * watch.weight >= constants.pagingImprobability + chances
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
