// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// Draws what happens to one device, from streams of its own and after the faults of its groups.
struct AnomalyDraw {
  let rates: AnomalyRates
  let span: Interval
  let reportInterval: Milliseconds
  let silence: SilenceModel
  let kind: SimulatedKind
  var random: RandomStream
  var device: DeviceAnomalies
  /// Outages, with what must stay clean around them.
  var taken: [Interval]

  /// Between a fault of values and a silence of the same device.
  static let margin: Milliseconds = 2 * 3_600_000
  private static let attemptsMax = 8

  var earliest: Milliseconds { span.start + rates.calmLength }

  mutating func draw() {
    drawLongFaults()
    drawValueFaults()
    drawDeviceFaults()
    if kind == .loudspeaker { drawPlayFaults() }
    device.outages.sort { $0.interval.start < $1.interval.start }
    device.signalFaults.sort { $0.interval.start < $1.interval.start }
    device.counterResets.sort()
  }

  /// The first place at or after `start` where a stretch of that length is clean.
  func place(_ start: Milliseconds, length: Milliseconds) -> Interval? {
    var interval = Interval(start: start, end: start + length)
    for _ in 0..<Self.attemptsMax {
      guard interval.end + Self.margin < span.end else { return nil }
      let near = Interval(
        start: interval.start - Self.margin, end: interval.end + Self.margin)
      guard let other = taken.first(where: { $0.meets(near) }) else { return interval }
      let next = other.end + Self.margin + 1
      interval = Interval(start: next, end: next + length)
    }
    return nil
  }

  /// Instants for one kind of walk: exponential pauses, `separation` at least.
  mutating func next(after instant: Milliseconds, days: Double) -> Milliseconds {
    let pause = random.exponential(mean: days * Double(dayLength))
    return instant + rates.separation + Milliseconds(min(pause, 1e12))
  }

  // MARK: Single devices

  private mutating func drawDeviceFaults() {
    guard rates.deviceFaultDays > 0 else { return }
    var instant = next(after: earliest - rates.separation, days: rates.deviceFaultDays)
    while instant < span.end {
      let kinds: [FaultKind] = [.linkLoss, .deviceOff, .rebootLoop, .flappingLink]
      let chosen = kinds[random.position(weights: [3, 3, 1.5, 1.5])]
      let length =
        switch chosen {
        case .rebootLoop: random.integer(in: 3_600_000...14_400_000)
        case .flappingLink: 16 * silence.allowance + random.integer(in: 3_600_000...10_800_000)
        default: silence.length(&random)
        }
      guard let interval = place(instant, length: length) else { break }
      let outages = silence.outages(chosen, interval, isLate: false, &random)
      device.outages += outages
      if let first = outages.first, let last = outages.last, first.isPart {
        device.told.append(
          InjectedFault(
            kind: chosen, start: first.interval.start, end: last.interval.end,
            amount: Double(outages.count)))
      }
      taken.append(Interval(start: interval.start, end: interval.end + 60_000))
      instant = next(after: interval.end, days: rates.deviceFaultDays)
    }
  }

  // MARK: Plays

  private mutating func drawPlayFaults() {
    guard rates.playFaultDays > 0 else { return }
    var instant = next(after: earliest - rates.separation, days: rates.playFaultDays)
    while instant < span.end {
      guard let slot = DailySchedule.next(after: instant, kind: kind) else { return }
      let around = Interval(
        start: slot.start - LocalTime.hourLength, end: slot.end + LocalTime.hourLength)
      if around.end < span.end, !taken.contains(where: { $0.meets(around) }) {
        switch random.position(weights: [1, 1, 1]) {
        case 0: device.slotFaults[slot.start] = .missed
        case 1: device.slotFaults[slot.start] = .late(random.integer(in: 180_000...900_000))
        default: device.slotFaults[slot.start] = .partial(random.uniform(in: 0.2...0.8))
        }
      }
      instant = next(after: slot.end, days: rates.playFaultDays)
    }
  }
}
