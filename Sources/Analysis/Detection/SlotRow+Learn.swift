// SPDX-License-Identifier: Apache-2.0

/// What one reading teaches.
extension SlotRow {
  private typealias Narrow = SlotLayout.Narrow
  private typealias Byte = SlotLayout.Byte
  /// One reading moves the mean as if it were at most so many deviations away, unless the one
  /// before was as far, or the metric is told in such steps.
  private static let clipDeviations = 30.0
  private static let stepGain = 1.0 / 32
  private static let readingCountMax = 16_000_000.0

  func learn(_ step: Step, _ constants: borrowing DetectorConstants) {
    unsafe learnTails(step, constants)
    unsafe learnUsual(step, constants)
    let stepSize = unsafe self[Narrow.stepSize]
    unsafe learnStepSize(step)
    let mean = unsafe self.mean
    let above = step.x - mean
    let deviation = unsafe self[Narrow.deviation]
    let limit =
      step.count < 20
      ? .infinity
      : unsafe max(
        Self.clipDeviations * deviation + 1e-9 * abs(mean), stepSize,
        min(abs(above), abs(self[Narrow.last])))
    let clipped = min(max(above, -limit), limit)
    let gain = 1 / min(constants.slowLength, step.count + 1)
    // Before the mean, in whose deviations the profile is limited.
    if !step.isHoliday { unsafe learnProfile(step, constants) }
    unsafe self.mean = mean + gain * clipped
    unsafe self[Narrow.deviation] = deviation + gain * (abs(clipped) - deviation)
    unsafe self[Narrow.range] = max(
      abs(clipped), self[Narrow.range] * (1 - 1 / constants.rangeLength))
    unsafe self[Narrow.fast] = step.fast - gain * clipped
    unsafe self[Narrow.drift] = step.drift
    unsafe self[Narrow.last] = above - gain * clipped
    unsafe self[Narrow.readingCount] = min(step.count + 1, Self.readingCountMax)
  }

  private func learnUsual(_ step: Step, _ constants: borrowing DetectorConstants) {
    let gain = 1 / min(constants.usualLength, step.count + 1)
    for channel in 0..<SlotLayout.channelCount - 1 {
      let usual = unsafe self[Narrow.usual + channel]
      // Without hours the distances from them are those from the mean.
      let isUnknown = step.hours == nil && (channel == 1 || channel == 2)
      let size = abs(step.deviations[isUnknown ? 3 : channel])
      unsafe self[Narrow.usual + channel] = usual + gain * (size - usual)
    }
  }

  /// The median of the changes of readings that differ: many metrics stand still for long, and are
  /// told in whole steps. Each change moves it by the same share towards itself, so that the first
  /// may be absurd.
  private func learnStepSize(_ step: Step) {
    guard step.count > 0, step.change > 0 else { return }
    let known = unsafe self[Narrow.stepSize]
    let gain = unsafe step.change > known ? Self.stepGain : -Self.stepGain
    let moved = known * (1 + gain)
    unsafe self[Narrow.stepSize] = known > 0 ? moved : step.change
  }

  private func learnProfile(_ step: Step, _ constants: borrowing DetectorConstants) {
    let place = step.place
    let perHour = unsafe readingsPerHour
    let deviation = unsafe self[Narrow.deviation]
    let limit = step.count < 20 ? .infinity : constants.profileClip * deviation
    let residual = step.hours.map { min(max(step.x - $0.day, -limit), limit) }
    for (index, hour) in [place.hour, place.nextHour].enumerated() {
      let share = index == 0 ? 1 - place.share : place.share
      guard share > 0 else { continue }
      let at = Byte.profileWeight + hour
      let weight = unsafe weights.value(bytes[at])
      let hash = TailWeight.hash(UInt64(step.count) &* 64 &+ UInt64(hour) &+ 1 << 40)
      unsafe bytes[at] = weights.adding(share, to: bytes[at], hash: hash)
      let known = unsafe self[Narrow.profile + hour]
      let gain = share / min(weight + share, constants.profileDays * perHour)
      unsafe self[Narrow.profile + hour] = known + gain * (residual ?? (step.x - known))
    }
    guard let hours = step.hours, deviation > 0 else { return }
    let week = unsafe week(place)
    let left = min(max(step.x - hours.day - week, -limit), limit)
    let weeks = unsafe self[Narrow.ageSeconds] / Self.weekSeconds + 1
    let gain = 1 / (min(constants.profileWeeks, weeks) * perHour)
    for (index, hour) in [place.hourOfWeek, place.nextHourOfWeek].enumerated() {
      let share = index == 0 ? 1 - place.share : place.share
      let hash = TailWeight.hash(UInt64(step.count) &* 256 &+ UInt64(hour) &+ 2 << 40)
      unsafe addWeek(gain * share * left / (deviation / 16), hour, hash)
    }
  }

  /// Sixteenths of a deviation are added whole; the hash decides on what is left of one.
  private func addWeek(_ sixteenths: Double, _ hour: Int, _ hash: UInt64) {
    guard sixteenths != 0 else { return }
    let whole = sixteenths.rounded(.down)
    let rest = Double(hash >> 11) * 0x1p-53 < sixteenths - whole ? 1.0 : 0
    let known = unsafe Double(Int8(bitPattern: bytes[Byte.week + hour]))
    let new = Int8(min(max(known + whole + rest, -127), 127))
    unsafe bytes[Byte.week + hour] = UInt8(bitPattern: new)
  }
}
