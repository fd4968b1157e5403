// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

@testable import Analysis

/// The detector's definition written down plainly, to hold the packed one against: double
/// precision, no number in a byte, no rounding by chance, no bins (every deviation is kept and
/// looked through again at each reading), the C library's logarithms.
struct DetectorReference {
  struct Told {
    var novelty = 0.0
    var severity = 0.0
    var starts = false
    var isAnomalous = false
  }

  /// One deviation of one channel, and the halvings of weights that had been when it was seen.
  private struct Seen {
    var channel: Int
    var e: Double
    var place: Int
    var halvings: Int
    var weight: Double
  }

  let constants: DetectorConstants
  let watch: Watch
  private var xs: [Double] = []
  private var times: [Milliseconds] = []
  private var age = 0.0
  private var interval = 0.0
  private var mean = 0.0
  private var deviation = 0.0
  private var range = 0.0
  private var fastMean = 0.0
  private var drift = 0.0
  private var last = 0.0
  private var jumps = (fast: 0.0, slow: 0.0)
  private var stepSize = 0.0
  private var usual = [0.0, 0, 0, 0]
  private var hours = [(value: Double, weight: Double)](repeating: (0, 0), count: 24)
  /// In deviations.
  private var week = [Double](repeating: 0, count: 168)
  private var seen: [Seen] = []
  private var halvings = 0
  private var total = 0.0
  private var scale = 0.0
  private var gate = (score: 0.0, age: 255)
  private var isAnomalous = false

  init(_ watch: Watch, constants: DetectorConstants = .shipped) {
    self.watch = watch
    self.constants = constants
  }

  /// What one reading is beside what was learnt.
  private struct Look {
    var x = 0.0
    var n = 0.0
    var hour: (day: Double, week: Double)?
    var place: HourPlace
    var floors = [0.0, 0, 0, 0, 0]
    var e = [0.0, 0, 0, 0, 0]
    var change = 0.0
  }

  mutating func judge(_ value: Double, at time: Milliseconds) -> Told? {
    let look = look(value, at: time)
    let (told, paging) = scored(look)
    let isWarm =
      xs.count >= DetectorBank.warmUpReadings
      && age >= Double(DetectorBank.warmUpLength) / 1_000
    var result: Told?
    if isWarm {
      var now = told
      now.novelty = gated(told.novelty)
      if isAnomalous {
        let isUsual =
          told.novelty < constants.usualNovelty && told.severity < constants.usualSeverity
        if isUsual { isAnomalous = false }
      } else if let paging {
        isAnomalous = true
        now.starts = true
        now.novelty = max(now.novelty, paging)
      }
      now.isAnomalous = isAnomalous
      result = now
    }
    learn(look)
    return result
  }

  private mutating func look(_ value: Double, at time: Milliseconds) -> Look {
    let sign: Double = value < 0 ? -1 : 1
    var look = Look(place: HourPlace(of: time))
    look.x = watch.scale == .linear ? value : sign * log1p(abs(value))
    look.n = Double(xs.count)
    if xs.isEmpty { mean = look.x }
    if let before = times.last {
      let seconds = Double(time - before) / 1_000
      age += seconds
      let counted = min(max(seconds, 1), look.n > 3 ? 4 * interval : 1e9)
      interval += (counted - interval) / min(50, look.n)
    }
    times.append(time)
    let hourDeviation = min(deviation, usual[1])
    let most = constants.floorRange * range + 1e-9 * abs(mean) + 1e-30
    let floor = constants.floorDeviations * deviation + most
    let hourFloor = constants.floorDeviations * hourDeviation + most
    look.floors = [floor, hourFloor, hourFloor, floor, constants.floorTexture]
    look.hour = hour(look.place)
    let above = look.x - mean
    let residual = look.x - (look.hour.map { $0.day + $0.week } ?? mean)
    let reach = look.n < 24 ? Double.infinity : 1_000 * floor
    func limited(_ e: Double) -> Double { min(max(e, -reach), reach) }
    fastMean += (limited(above) - fastMean) / min(constants.fastLength, look.n + 1)
    let driftLength = min(constants.driftLength, look.n + 1)
    drift = look.hour == nil ? 0 : drift + (limited(residual) - drift) / driftLength
    look.change = xs.isEmpty ? 0 : abs(look.x - (xs.last ?? 0))
    if !xs.isEmpty {
      let jump = min(look.change, 2 * reach)
      let most = look.n < 24 ? Double.infinity : 20 * jumps.slow + deviation / 1_000
      jumps.fast += (jump - jumps.fast) / min(constants.jumpFastLength, look.n)
      jumps.slow += (min(jump, most) - jumps.slow) / min(constants.jumpSlowLength, look.n)
    }
    let least = 0.05 * deviation + 1e-12 * abs(mean) + 1e-30
    let ratio = (jumps.fast + least) / (jumps.slow + least)
    look.e = [
      fastMean, look.hour == nil ? 0 : residual, drift, above,
      ratio > 0.75 && ratio < 1.33 ? 0 : log(ratio),
    ]
    return look
  }

  private var perHour: Double { max(3_600 / max(interval, 1), 1) }

  private func hour(_ place: HourPlace) -> (day: Double, week: Double)? {
    let (low, high) = (hours[place.hour], hours[place.nextHour])
    let least = place.share == 0 ? low.weight : min(low.weight, high.weight)
    guard age > 86_400, least >= 0.8 * perHour else { return nil }
    let day = place.between(low.value, high.value)
    guard age > 4 * 7 * 86_400 else { return (day, 0) }
    return (day, weekValue(place))
  }

  private func weekValue(_ place: HourPlace) -> Double {
    place.between(week[place.hourOfWeek], week[place.nextHourOfWeek]) * deviation
  }

  // MARK: Tails

  /// Weight of what was seen of this channel and side in places from `place` on.
  private func beyond(_ place: Int, _ channel: Int, _ isAbove: Bool) -> Double {
    seen.reduce(0) { sum, one in
      guard one.channel == channel, (one.e > 0) == isAbove, one.place >= place else { return sum }
      return sum + one.weight * pow(0.5, Double(halvings - one.halvings))
    }
  }

  /// Which half octave, of those above the first that is kept.
  private func place(_ e: Double, _ channel: Int) -> Int {
    Int((2 * log2(abs(e) / (channel == 4 ? 0.1 : scale))).rounded(.down))
  }

  private func edge(_ place: Int, _ channel: Int) -> Double {
    pow(2, Double(place) / 2) * (channel == 4 ? 0.1 : scale)
  }

  /// The largest place from which on so much was seen.
  private func farthest(
    _ least: Double, _ channel: Int, _ isAbove: Bool
  ) -> (place: Int, weight: Double)? {
    let own = seen.filter { $0.channel == channel && ($0.e > 0) == isAbove }
    for place in Set(own.map(\.place)).sorted(by: >) {
      let weight = beyond(place, channel, isAbove)
      if weight >= least { return (place, weight) }
    }
    return nil
  }

  private func improbability(_ e: Double, _ channel: Int, floor: Double) -> Double {
    let isOfHours = channel == 1 || channel == 2
    let total = (isOfHours ? max(1 - 86_400 / age, 0) : 1) * total + 1
    var own = channel
    var far = farthest(constants.tailAnchor, own, e > 0)
    if isOfHours, far == nil {
      own = 3
      far = farthest(constants.tailAnchor, own, e > 0)
    }
    let start = far.map { edge($0.place, own) } ?? floor / 2
    guard abs(e) > start else { return 0 }
    let known = log(total / max(far?.weight ?? 0, constants.tailAnchor))
    guard start > 0 else { return known }
    let moved = beyond(.min, own, true) + beyond(.min, own, false)
    let within = far == nil ? 2 * usual[min(channel, 3)] / floor : 0
    let share = channel == 4 ? 1 : min(max(max(moved, 1) / total, within), 1)
    let usual = channel == 4 ? 0.12 : usual[channel] / share
    let rest = max(known + log(share), 0.1)
    let powerMax =
      constants.tailPowerRare + (constants.tailPowerMax - constants.tailPowerRare) * share
    let power = start > usual ? log(rest) / log(start / usual) : powerMax
    let limited = min(max(power, constants.tailPowerMin), powerMax)
    return rest * pow(abs(e) / start, limited) - log(share)
  }

  // MARK: Scores

  private func scored(_ look: Look) -> (Told, paging: Double?) {
    var told = Told()
    var paging: Double?
    guard xs.count >= 11, scale > 0 else { return (told, nil) }
    let weights = [
      constants.levelWeight, constants.seasonalWeight, constants.driftWeight,
      constants.spikeWeight, constants.textureWeight,
    ]
    let least = stepSize > 0 ? constants.pagingSteps * stepSize : abs(mean) / 2
    for channel in 0..<5 where abs(look.e[channel]) > look.floors[channel] {
      let e = look.e[channel]
      let isTold = watch.direction == .both || (watch.direction == .above) == (e > 0)
      guard channel == 4 || isTold else { continue }
      let weight = beyond(place(e, channel), channel, e > 0)
      let rarity = constants.countWeight * log(total + 1) - log(weight + constants.tailPrior)
      let novelty = max(rarity, 0) * watch.weight * weights[channel]
      told.novelty = max(told.novelty, novelty)
      let isLarge =
        channel == 4
        ? jumps.fast >= least : abs(e) >= max(least, constants.pagingTimes * usual[channel])
      if novelty >= max(constants.pagingNovelty, paging ?? 0), isLarge,
        improbability(e, channel, floor: look.floors[channel]) * watch.weight
          >= constants.pagingImprobability + log(perHour)
      {
        paging = novelty
      }
      guard channel < 4 else { continue }
      let size = usual[channel] + constants.severityFloor * look.floors[channel]
      told.severity = max(
        told.severity, watch.weight * log(abs(e) / size) + constants.severityNovelty * novelty)
    }
    return (told, paging)
  }

  private mutating func gated(_ score: Double) -> Double {
    gate.age = min(gate.age + 1, 256)
    let isHeld = Double(gate.age - 1) < constants.gateLength
    guard score > (isHeld ? gate.score + constants.gateMargin : 0) else { return 0 }
    gate = (score, 0)
    return score
  }
}

/// What one reading teaches.
extension DetectorReference {
  private mutating func learn(_ look: Look) {
    learnTails(look)
    for channel in 0..<4 {
      let isUnknown = look.hour == nil && (channel == 1 || channel == 2)
      let size = abs(look.e[isUnknown ? 3 : channel])
      usual[channel] += (size - usual[channel]) / min(constants.usualLength, look.n + 1)
    }
    let above = look.x - mean
    let limit =
      look.n < 20
      ? Double.infinity
      : max(30 * deviation + 1e-9 * abs(mean), stepSize, min(abs(above), abs(last)))
    let clipped = min(max(above, -limit), limit)
    if look.change > 0 {
      stepSize =
        stepSize == 0 ? look.change : stepSize * (look.change > stepSize ? 33 / 32.0 : 31 / 32.0)
    }
    learnHours(look)
    let gain = 1 / min(constants.slowLength, look.n + 1)
    mean += gain * clipped
    deviation += gain * (abs(clipped) - deviation)
    range = max(abs(clipped), range * (1 - 1 / constants.rangeLength))
    fastMean -= gain * clipped
    last = above - gain * clipped
    xs.append(look.x)
  }

  private mutating func learnTails(_ look: Look) {
    if scale == 0 {
      guard look.n >= 12, deviation > 0 else { return }
      scale = deviation
    }
    let share = isAnomalous ? constants.tailAnomalousShare : 1
    for channel in 0..<5 where abs(look.e[channel]) > 0.5 * look.floors[channel] {
      let e = look.e[channel]
      seen.append(
        Seen(
          channel: channel, e: e, place: place(e, channel), halvings: halvings, weight: share))
    }
    total += share
    if total >= 2 * constants.tailLength * log(2) {
      total /= 2
      halvings += 1
    }
  }

  private mutating func learnHours(_ look: Look) {
    let place = look.place
    let limit = look.n < 20 ? Double.infinity : constants.profileClip * deviation
    func limited(_ e: Double) -> Double { min(max(e, -limit), limit) }
    let ofWeek = weekValue(place)
    let residual = look.hour.map { limited(look.x - $0.day) }
    for (hour, share) in [(place.hour, 1 - place.share), (place.nextHour, place.share)]
    where share > 0 {
      hours[hour].weight += share
      let gain = share / min(hours[hour].weight, constants.profileDays * perHour)
      hours[hour].value += gain * (residual ?? (look.x - hours[hour].value))
    }
    guard let known = look.hour, deviation > 0 else { return }
    let left = limited(look.x - known.day - ofWeek)
    let gain = 1 / (min(constants.profileWeeks, age / (7 * 86_400) + 1) * perHour)
    let shares = [(place.hourOfWeek, 1 - place.share), (place.nextHourOfWeek, place.share)]
    for (hour, share) in shares {
      let moved = week[hour] + gain * share * left / deviation
      week[hour] = min(max(moved, -127 / 16.0), 127 / 16.0)
    }
  }
}
