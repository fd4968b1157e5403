// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// Faults of values.
extension AnomalyDraw {
  private enum Choice {
    case signal(FaultKind, position: Int)
    case counterReset
  }

  mutating func drawValueFaults() {
    let choices = choices()
    guard rates.valueFaultDays > 0, !choices.isEmpty else { return }
    var instant = next(after: earliest - rates.separation, days: rates.valueFaultDays)
    while instant < span.end {
      let choice = choices[random.position(weights: choices.map(\.weight))].choice
      guard let end = add(choice, at: instant) else { break }
      instant = next(after: end, days: rates.valueFaultDays)
    }
  }

  /// What can happen to the device, and how often beside the rest.
  private func choices() -> [(choice: Choice, weight: Double)] {
    var found: [(choice: Choice, weight: Double)] = []
    for (position, signal) in device.signals.enumerated() where signal.model.isWatched {
      let isSlow = device.signalFaults.contains { $0.signal == position }
      if isSlow { continue }
      func add(_ kind: FaultKind, _ weight: Double) {
        found.append((.signal(kind, position: position), weight))
      }
      for kind in [FaultKind.spike, .burst, .levelShift, .drift] { add(kind, 2) }
      if signal.model.hasSeason { add(.seasonalBreak, 3) }
      if signal.model.isTextured {
        for kind in [FaultKind.textureLoud, .textureFlat, .stuckValue] { add(kind, 1.2) }
      }
      if signal.model.broken != nil { add(.outOfRange, 1) }
    }
    if kind == .wirelessAccessPoint { found.append((.counterReset, 1.5)) }
    return found
  }

  /// Returns when it is over, or nil if there is no more room.
  private mutating func add(_ choice: Choice, at instant: Milliseconds) -> Milliseconds? {
    switch choice {
    case .counterReset:
      guard let interval = place(instant, length: random.integer(in: 21_600_000...43_200_000))
      else { return nil }
      taken.append(interval)
      return addCounterResets(interval)
    case .signal(let kind, let position):
      let start = occasion(after: instant)
      guard start < span.end else { return nil }
      let length = length(of: kind)
      let interval =
        kind == .drift
        ? Interval(start: start, end: min(start + length, span.end))
        : place(start, length: length)
      guard let interval else { return nil }
      addSignalFault(kind, position: position, interval)
      // A slow ramp goes on through a silence; the others keep apart.
      if kind != .drift { taken.append(interval) }
      return interval.end
    }
  }

  /// Endpoints measure in calls only: what ails them begins in one.
  private mutating func occasion(after instant: Milliseconds) -> Milliseconds {
    guard kind == .videoEndpoint, let slot = DailySchedule.next(after: instant, kind: kind) else {
      return instant
    }
    return slot.start + random.integer(in: 300_000...2_400_000)
  }

  private mutating func length(of fault: FaultKind) -> Milliseconds {
    let report = kind == .videoEndpoint ? 60_000 : reportInterval
    let hour = Double(LocalTime.hourLength)
    func drawn(_ hours: ClosedRange<Double>) -> Milliseconds {
      Milliseconds(random.logUniform(in: hours) * hour)
    }
    switch fault {
    // One reading at least, three at most: reports jitter by less than half a second.
    case .spike: return report * random.integer(in: 1...2) + 1_000
    case .burst: return random.integer(in: max(300_000, 2 * report)...3_600_000)
    case .levelShift: return drawn(4...72)
    case .drift: return drawn(48...144)
    case .seasonalBreak: return drawn(9...24)
    case .outOfRange: return drawn(0.5...6)
    default: return drawn(4...24)
    }
  }

  private mutating func addSignalFault(
    _ kind: FaultKind, position: Int, _ interval: Interval
  ) {
    let signal = device.signals[position]
    var size = random.logUniform(in: rates.sizes)
    var breakShare = 1.0
    var isAbove =
      switch signal.model.direction {
      case .above: true
      case .below: false
      case .both: random.chance(0.5)
      }
    let middle = interval.start + interval.duration / 2
    let usual = signal.model.usual(
      at: middle, level: signal.level, day: DayKind(day: localDay(of: middle)))
    if signal.model.isCount, !isAbove {
      // Nothing is below nobody.
      isAbove = usual - size * signal.usualDeviation < 0.7
    }
    if kind == .seasonalBreak {
      let difference = meanBreak(of: signal, over: interval)
      let whole = abs(difference) / signal.usualDeviation
      breakShare = whole > 0 ? min(1, size / whole) : 1
      size = whole * breakShare
      isAbove = difference > 0
    }
    device.signalFaults.append(
      SignalFault(
        kind: kind, signal: position, interval: interval, size: size, isAbove: isAbove,
        breakShare: breakShare))
  }

  /// How far the course of twelve hours later is from the right one: mean magnitude, with the sign
  /// of the mean.
  private func meanBreak(of signal: WatchedSignal, over interval: Interval) -> Double {
    var (sum, magnitude) = (0.0, 0.0)
    let count: Int64 = 96
    for step in 0..<count {
      let instant = interval.start + interval.duration * step / count
      let day = DayKind(day: localDay(of: instant))
      let difference =
        signal.model.usual(
          at: instant + 12 * LocalTime.hourLength, level: signal.level, day: day)
        - signal.model.usual(at: instant, level: signal.level, day: day)
      sum += difference
      magnitude += abs(difference)
    }
    return (sum < 0 ? -magnitude : magnitude) / Double(count)
  }

  private mutating func addCounterResets(_ interval: Interval) -> Milliseconds {
    let count = random.integer(in: 4...8)
    for number in 0..<count {
      device.counterResets.append(
        interval.start + interval.duration * number / count + random.integer(in: 0...600_000))
    }
    device.told.append(
      InjectedFault(
        kind: .counterReset, start: device.counterResets.suffix(Int(count)).first ?? interval.start,
        end: interval.end, metric: "rx_bytes", amount: Double(count)))
    return interval.end
  }
}
