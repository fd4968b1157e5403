// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What a reading deviates by, before anything is learnt of it.
extension SlotRow {
  private typealias Narrow = SlotLayout.Narrow
  private typealias Byte = SlotLayout.Byte

  static let weekSeconds = 7.0 * 86_400
  /// Hours of the week are used once so many weeks have been seen.
  static let weeksBeforeUse = 4.0
  /// Larger magnitudes are treated as this, so that no sum overflows in 32 bits.
  private static let magnitudeMax = 1e30
  /// The mean and jumps of the last readings take a reading as at most so many floors away, so
  /// that they come back from an absurd one.
  private static let reachMax = 1_000.0

  func step(
    _ value: Double, at time: Milliseconds, _ watch: Watch, isHoliday: Bool,
    _ constants: borrowing DetectorConstants
  ) -> Step {
    var step = Step()
    step.x = unsafe Self.scaled(value, watch.scale)
    step.count = unsafe self[Narrow.readingCount]
    step.isHoliday = isHoliday
    step.place = HourPlace(of: time)
    if isHoliday { step.place.weekday = HourPlace.sunday }
    if unsafe step.count == 0 || isAbsurdStart(step) {
      unsafe start(step.x, at: time)
      step.count = 0
    }
    unsafe passTime(time, step.count)
    let mean = unsafe self.mean
    let size = unsafe self[Narrow.deviation]
    step.floor = unsafe constants.floorDeviations * size
      + constants.floorRange * self[Narrow.range] + 1e-9 * abs(mean) + 1e-30
    let hourSize = unsafe min(size, self[Narrow.usual + 1])
    step.hourFloor = step.floor - constants.floorDeviations * (size - hourSize)
    step.hours = unsafe hours(step)
    step.expected = step.hours.map { $0.day + $0.week } ?? mean
    let (above, residual) = (step.x - mean, step.x - step.expected)
    let reach = unsafe step.count < 24 ? .infinity : Self.reachMax * step.floor
    let young = step.count + 1
    let (fast, drift) = unsafe (self[Narrow.fast], self[Narrow.drift])
    step.fast = fast + (min(max(above, -reach), reach) - fast) / min(constants.fastLength, young)
    // Before hours are known their drift would be the rhythm of the day itself.
    step.drift =
      step.hours == nil
      ? 0 : drift + (min(max(residual, -reach), reach) - drift) / min(constants.driftLength, young)
    let last = unsafe self[Narrow.last]
    let change = abs(above - last)
    // What 32 bits leave of two equal readings is no step.
    step.change = change > 1e-6 * (abs(above) + abs(last)) + 1e-12 * abs(mean) ? change : 0
    step.jump = min(step.change, 2 * reach)
    unsafe learnJump(step, constants)
    step.deviations = [
      step.fast, step.hours == nil ? 0 : residual, step.drift, above,
      unsafe texture(size, 1e-12 * abs(mean), constants),
    ]
    return step
  }

  private func start(_ x: Double, at time: Milliseconds) {
    for index in 0..<Narrow.count { unsafe self[index] = 0 }
    for index in 0..<Byte.count { unsafe bytes[index] = 0 }
    unsafe instants[SlotLayout.Instant.last] = time
    unsafe mean = x
  }

  /// A first reading beside which all that follow are nothing is forgotten.
  private func isAbsurdStart(_ step: Step) -> Bool {
    guard step.count < 24 else { return false }
    let size = unsafe self[Narrow.deviation]
    return size > 1e12 * (1 + abs(step.x))
  }

  /// Time that runs backwards counts as no time.
  private func passTime(_ time: Milliseconds, _ count: Double) {
    guard count > 0 else { return }
    let last = unsafe instants[SlotLayout.Instant.last]
    let (passed, hasOverflown) = time.subtractingReportingOverflow(last)
    let seconds = hasOverflown ? 0 : max(Double(passed) / 1_000, 0)
    unsafe instants[SlotLayout.Instant.last] = max(last, time)
    unsafe self[Narrow.ageSeconds] = min(self[Narrow.ageSeconds] + seconds, 1e9)
    let interval = unsafe self[Narrow.intervalSeconds]
    let counted = min(max(seconds, 1), count > 3 ? 4 * interval : 1e9)
    unsafe self[Narrow.intervalSeconds] = interval + (counted - interval) / min(50, count)
  }

  var readingsPerHour: Double {
    unsafe max(3_600 / max(self[Narrow.intervalSeconds], 1), 1)
  }

  private func hours(_ step: Step) -> (day: Double, week: Double)? {
    let place = step.place
    guard unsafe self[Narrow.ageSeconds] > 86_400 else { return nil }
    let enough = unsafe 0.8 * readingsPerHour
    let (near, far) = unsafe (
      bytes[Byte.profileWeight + place.hour], bytes[Byte.profileWeight + place.nextHour])
    let least = unsafe min(weights.value(near), place.share == 0 ? .infinity : weights.value(far))
    guard least >= enough else { return nil }
    let day = unsafe place.between(
      self[Narrow.profile + place.hour], self[Narrow.profile + place.nextHour])
    guard unsafe self[Narrow.ageSeconds] > Self.weeksBeforeUse * Self.weekSeconds else {
      // Before the weeks are known a holiday is like no hour of any day.
      return step.isHoliday ? nil : (day, 0)
    }
    return (day, unsafe week(place))
  }

  /// How the hour of the week differs from the hour of the day.
  func week(_ place: HourPlace) -> Double {
    let unit = unsafe self[Narrow.deviation] / 16
    let (near, far) = unsafe (
      Int8(bitPattern: bytes[Byte.week + place.hourOfWeek]),
      Int8(bitPattern: bytes[Byte.week + place.nextHourOfWeek]))
    return place.between(Double(near), Double(far)) * unit
  }

  private func learnJump(_ step: Step, _ constants: borrowing DetectorConstants) {
    guard step.count > 0 else { return }
    let fast = unsafe self[Narrow.jumpFast]
    let slow = unsafe self[Narrow.jumpSlow]
    let most = unsafe 20 * slow + self[Narrow.deviation] / 1_000
    let limited = step.count < 24 ? step.jump : min(step.jump, most)
    let fastLength = min(constants.jumpFastLength, step.count)
    let slowLength = min(constants.jumpSlowLength, step.count)
    unsafe self[Narrow.jumpFast] = fast + (step.jump - fast) / fastLength
    unsafe self[Narrow.jumpSlow] = slow + (limited - slow) / slowLength
  }

  /// The logarithm of how much more the last readings jump than is usual.
  private func texture(
    _ deviation: Double, _ least: Double, _ constants: borrowing DetectorConstants
  ) -> Double {
    let least = 0.05 * deviation + least + 1e-30
    let ratio = unsafe (self[Narrow.jumpFast] + least) / (self[Narrow.jumpSlow] + least)
    // The logarithm is dear, and near 1 nobody asks for it.
    return ratio > 0.75 && ratio < 1.33 ? 0 : Logarithm.natural(ratio)
  }

  static func scaled(_ value: Double, _ scale: Watch.Scale) -> Double {
    let value = unsafe min(max(value, -magnitudeMax), magnitudeMax)
    return scale == .logarithmic ? Logarithm.symmetric(value) : value
  }

  static func unscaled(_ value: Double, _ scale: Watch.Scale) -> Double {
    scale == .logarithmic ? Logarithm.unscaled(value) : value
  }
}
