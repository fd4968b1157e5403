// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// What happens to one slot of a loudspeaker.
enum SlotFault: Sendable, Hashable {
  case missed
  case late(Milliseconds)
  /// The share that plays.
  case partial(Double)

  var kind: FaultKind {
    switch self {
    case .missed: .missedPlay
    case .late: .latePlay
    case .partial: .partialPlay
    }
  }
}

/// A clock that goes wrong steadily and is set right again at the end.
struct ClockDrift: Sendable, Hashable {
  var interval: Interval
  var secondsPerDay: Double

  func error(at instant: Milliseconds) -> Milliseconds {
    guard interval.contains(instant) else { return 0 }
    let days = Double(instant - interval.start) / Double(dayLength)
    return Milliseconds(days * secondsPerDay * 1_000)
  }
}

/// Everything that will happen to one device of an anomaly plan, and how it is made.
struct DeviceAnomalies: Sendable {
  let firmware: String
  let signals: [WatchedSignal]
  let weather: CommuneWeather
  let signalSeed: RandomStream
  /// In order, apart.
  var outages: [Outage] = []
  /// In order of start.
  var signalFaults: [SignalFault] = []
  /// Beyond what outages and signal faults tell.
  var told: [InjectedFault] = []
  /// Instants at which its counters begin anew without a boot.
  var counterResets: [Milliseconds] = []
  /// Its counters have 32 bits.
  var hasShortCounters = false
  var clockDrift: ClockDrift?
  /// By the slot's start.
  var slotFaults: [Milliseconds: SlotFault] = [:]
  var supplies: Supplies
  /// Days, counted from 1970-01-01.
  var simExpiresOn: Int64
  var certificateExpiresOn: Int64

  /// Its signals as they are before the first reading.
  var deviceSignals: DeviceSignals {
    DeviceSignals(signals: signals, faults: signalFaults, weather: weather, random: signalSeed)
  }

  func clockError(at instant: Milliseconds) -> Milliseconds {
    clockDrift?.error(at: instant) ?? 0
  }

  /// The faults that are known before the first message: all but those of slots.
  var faults: [InjectedFault] {
    var found = told
    for outage in outages where !outage.isPart {
      found.append(
        InjectedFault(
          kind: outage.kind, start: outage.interval.start, end: outage.interval.end,
          incident: outage.incident))
    }
    for fault in signalFaults {
      found.append(
        InjectedFault(
          kind: fault.kind, start: fault.interval.start, end: fault.interval.end,
          metric: signals[fault.signal].model.metric, size: fault.size, isAbove: fault.isAbove))
    }
    return found
  }
}
