// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension SlotRow {
  private typealias Narrow = SlotLayout.Narrow
  private typealias Wide = SlotLayout.Wide
  private typealias Instant = SlotLayout.Instant
  private typealias Byte = SlotLayout.Byte

  func start(_ x: Double, at time: Milliseconds) {
    unsafe instants[Instant.first] = time
    unsafe instants[Instant.last] = time
    unsafe wide[Wide.slowMean] = x
    unsafe wide[Wide.fastMean] = x
    unsafe wide[Wide.last] = x
  }

  /// The usual value of an hour, between its neighbours; nil before both have been seen.
  func usual(at place: HourPlace) -> Double? {
    let (near, far) = unsafe (bytes[Byte.profileDays + place.hour], bytes[Byte.profileDays + place.next])
    guard near >= 2, far >= 2 || place.share == 0 else { return nil }
    let low = unsafe self[Narrow.profile + place.hour]
    let high = unsafe self[Narrow.profile + place.next]
    return low + (high - low) * place.share
  }

  func learnVolatility(_ jump: Double, _ count: Double, _ constants: borrowing DetectorConstants) {
    guard count > 0 else { return }
    let fast = unsafe self[Narrow.volatilityFast]
    let slow = unsafe self[Narrow.volatilitySlow]
    unsafe self[Narrow.volatilityFast] = fast + (jump - fast) / min(constants.volatilityFastLength, count)
    unsafe self[Narrow.volatilitySlow] = slow + (jump - slow) / min(constants.volatilitySlowLength, count)
  }

  func texture() -> Double {
    let least = unsafe 0.05 * self[Narrow.deviation] + 1e-30
    return unsafe Logarithm.natural(
      (self[Narrow.volatilityFast] + least) / (self[Narrow.volatilitySlow] + least))
  }

  func learn(
    _ x: Double, fast: Double, drift: Double, hour: HourPlace, profile: Double?,
    _ constants: borrowing DetectorConstants
  ) {
    let count = unsafe self[Narrow.readingCount]
    let mean = unsafe wide[Wide.slowMean]
    let deviation = unsafe self[Narrow.deviation]
    let limit = count < 20 ? .infinity : constants.clipDeviations * deviation + 1e-9 * abs(mean)
    let step = min(max(x - mean, -limit), limit)
    let gain = 1 / min(constants.slowLength, count + 1)
    unsafe wide[Wide.slowMean] = mean + gain * step
    unsafe self[Narrow.deviation] = deviation + gain * (abs(step) - deviation)
    unsafe self[Narrow.range] = max(
      abs(step), self[Narrow.range] * (1 - 1 / constants.rangeLength))
    unsafe wide[Wide.fastMean] = fast
    unsafe self[Narrow.drift] = drift
    unsafe wide[Wide.last] = x
    unsafe learnProfile(mean + step, hour, profile, constants)
  }

  private func learnProfile(
    _ x: Double, _ place: HourPlace, _ profile: Double?, _ constants: borrowing DetectorConstants
  ) {
    let isNewHour = unsafe HourPlace(of: instants[Instant.last]).hour != place.hour
    for (hour, share) in [(place.hour, 1 - place.share), (place.next, place.share)] where share > 0 {
      let days = unsafe bytes[Byte.profileDays + hour]
      if days == 0 {
        unsafe self[Narrow.profile + hour] = x
      } else {
        let gain = share / (1 + min(Double(days), constants.profileDays) * 6)
        unsafe self[Narrow.profile + hour] += gain * (x - (profile ?? self[Narrow.profile + hour]))
      }
      if days < 250, isNewHour || days == 0 { unsafe bytes[Byte.profileDays + hour] = days + 1 }
    }
  }

  func gated(_ score: Double, _ constants: borrowing DetectorConstants) -> Double {
    let last = unsafe self[Narrow.gateScore]
    let age = unsafe self[Narrow.gateAge]
    let late = max(age - constants.gateHold, 0)
    let bar = last * Logarithm.exponential(-late / constants.gateDecay)
    unsafe self[Narrow.gateAge] = min(age + 1, 1e6)
    guard score > bar else { return 0 }
    unsafe self[Narrow.gateScore] = score
    unsafe self[Narrow.gateAge] = 0
    return score
  }

  /// True if the metric becomes anomalous with this reading.
  func condition(emitted: Double, raw: Double, _ constants: borrowing DetectorConstants) -> Bool {
    let wasAnomalous = unsafe bytes[Byte.flags] & SlotLayout.anomalousFlag != 0
    if wasAnomalous {
      if raw < constants.noveltyUsual { unsafe bytes[Byte.flags] &= ~SlotLayout.anomalousFlag }
      return false
    }
    guard emitted >= constants.noveltyPaging else { return false }
    unsafe bytes[Byte.flags] |= SlotLayout.anomalousFlag
    return true
  }
}
