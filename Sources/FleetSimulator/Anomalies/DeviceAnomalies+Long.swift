// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// What takes weeks, and happens to a device at most once in a plan.
extension AnomalyDraw {
  mutating func drawLongFaults() {
    drawDegradation()
    drawClockDrift()
    drawExhaustion()
    drawExpiry()
    device.hasShortCounters =
      kind == .wirelessAccessPoint && random.chance(rates.shortCounterShare)
  }

  private mutating func drawDegradation() {
    let candidates = device.signals.indices.filter { device.signals[$0].model.degrades }
    guard !candidates.isEmpty, random.chance(rates.degradingShare) else { return }
    let position = candidates[Int(random.integer(in: 0...Int64(candidates.count - 1)))]
    let length = random.integer(in: 12...21) * dayLength
    let latest = span.end - length
    guard earliest < latest else { return }
    let start = random.integer(in: earliest...latest)
    device.signalFaults.append(
      SignalFault(
        kind: .slowDegradation, signal: position,
        interval: Interval(start: start, end: start + length),
        size: random.logUniform(in: rates.sizes),
        isAbove: device.signals[position].model.direction != .below))
  }

  private mutating func drawClockDrift() {
    guard random.chance(rates.driftingClockShare) else { return }
    let length = random.integer(in: 4...12) * dayLength
    let latest = span.end - length
    guard earliest < latest else { return }
    let start = random.integer(in: earliest...latest)
    let drift = ClockDrift(
      interval: Interval(start: start, end: start + length),
      secondsPerDay: random.logUniform(in: 5...120) * (random.chance(0.5) ? 1 : -1))
    device.clockDrift = drift
    device.told.append(
      InjectedFault(
        kind: .clockDrift, start: drift.interval.start, end: drift.interval.end,
        amount: drift.secondsPerDay))
  }

  private mutating func drawExhaustion() {
    guard let exhaustion = exhaustion() else { return }
    device.supplies.exhaustion = exhaustion
    let limit =
      switch exhaustion.supply {
      case .data: Supplies.dataQuota
      case .battery: Supplies.batteryLimit
      case .paper: Supplies.paperLimit
      }
    device.told.append(
      InjectedFault(
        kind: .exhaustion, start: exhaustion.interval.start, end: exhaustion.interval.end,
        metric: exhaustion.supply.rawValue, amount: limit))
  }

  private mutating func exhaustion() -> Supplies.Exhaustion? {
    var supply: Supplies.Supply
    switch kind {
    case .loudspeaker: supply = random.chance(0.5) ? .data : .battery
    case .kiosk: supply = .paper
    default: return nil
    }
    // There are few kiosks.
    guard random.chance(rates.exhaustedShare * (kind == .kiosk ? 3 : 1)) else { return nil }
    let length = random.integer(in: 4...9) * dayLength + random.integer(in: 0...dayLength)
    let latest = span.end - length - Supplies.Exhaustion.renewal
    guard earliest < latest else { return nil }
    let start = random.integer(in: earliest...latest)
    if supply == .data, Supplies.monthStart(of: start) != Supplies.monthStart(of: start + length) {
      // The contract begins anew before the data is used up.
      supply = .battery
    }
    return Supplies.Exhaustion(
      supply: supply, interval: Interval(start: start, end: start + length))
  }

  /// Dates far beyond the plan, but for some devices one within it.
  private mutating func drawExpiry() {
    let lastDay = localDay(of: span.end)
    device.simExpiresOn = lastDay + 200 + random.integer(in: 0...300)
    device.certificateExpiresOn = lastDay + 200 + random.integer(in: 0...300)
    let firstDay = localDay(of: earliest) + 1
    guard random.chance(rates.expiringShare), firstDay < lastDay else { return }
    let day = random.integer(in: firstDay...lastDay)
    let isSIM = kind == .loudspeaker && random.chance(0.5)
    if isSIM { device.simExpiresOn = day } else { device.certificateExpiresOn = day }
    let end = LocalTime.start(ofDay: day)
    device.told.append(
      InjectedFault(
        kind: .expiry, start: max(span.start, end - 30 * dayLength), end: min(end, span.end),
        metric: isSIM ? "sim_expires_on" : "certificate_expires_on"))
  }
}
