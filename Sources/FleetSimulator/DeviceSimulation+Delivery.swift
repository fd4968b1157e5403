// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// What a device's truth needs beyond its timeline and counters.
struct DeviceTally: Sendable {
  var reboots: [Milliseconds] = []
  var partialPlays: [Interval] = []
  var playedSeconds = 0
  var playedSecondsReported = 0
  /// In order; every slot that began within the plan.
  var slots: [SlotTruth] = []
  var liveReadings = 0
  var backlogReadings = 0
  var lateReadings = 0
  var duplicates = 0
  /// Slots with which something was wrong on purpose, although the device ran.
  var slotFaults: [InjectedFault] = []
  /// Readings whose short counter had begun anew.
  var wraps: [Milliseconds] = []

  mutating func noteSlotFault(_ fault: SlotFault, of slot: DailySchedule.Slot) {
    var amount: Double?
    if case .late(let delay) = fault { amount = Double(delay) / 1_000 }
    if case .partial(let share) = fault { amount = share }
    slotFaults.append(
      InjectedFault(kind: fault.kind, start: slot.start, end: slot.end, amount: amount))
  }
}

extension DeviceSimulation {
  func message(_ channel: Channel, _ payload: [UInt8], at instant: Milliseconds)
    -> SimulatedMessage
  {
    SimulatedMessage(
      publishedAt: instant,
      topic: channel == .telemetry ? telemetryTopic : device.topic(channel),
      payload: payload, retained: false, deviceIndex: index, isWill: false)
  }

  func stateMessage(
    isOnline: Bool, shown: Milliseconds, at instant: Milliseconds, isWill: Bool = false
  ) -> SimulatedMessage {
    SimulatedMessage(
      publishedAt: instant, topic: device.topic(.state),
      payload: Self.statePayload(
        isOnline: isOnline, shown: shown, asText: body.writesTimeAsText),
      retained: true, deviceIndex: index, isWill: isWill)
  }

  static func statePayload(isOnline: Bool, shown: Milliseconds, asText: Bool) -> [UInt8] {
    var text = JSONText()
    text.open()
    text.field("online", isOnline)
    text.instant("ts", shown, asText: asText)
    text.close()
    return text.bytes
  }

  /// Sends a reading now or, sometimes, after its successors; and sometimes twice.
  mutating func deliver(
    _ message: SimulatedMessage, interval: Milliseconds, _ steps: inout [FleetStep]
  ) {
    let share = min(frame.rates.lateShare, 0.4)
    // Every second reading at most may be late, so the chance of each candidate is the higher.
    let mayBeLate = !wasLate && message.publishedAt + 2 * interval < arrivalMax
    guard mayBeLate, random.chance(share / (1 - share)) else {
      wasLate = false
      steps.append(.message(message))
      repeatPerhaps(message)
      return
    }
    wasLate = true
    tally.lateReadings += 1
    let longest = max(frame.rates.lateDelayMax, 1)
    var late = message
    late.publishedAt = min(
      arrivalMax,
      message.publishedAt + random.integer(in: min(interval + 500, longest)...longest))
    dispatch(late)
    repeatPerhaps(late)
  }

  /// A message whose PUBACK went astray is sent again.
  mutating func repeatPerhaps(_ message: SimulatedMessage) {
    guard random.chance(frame.rates.duplicateShare) else { return }
    var copy = message
    copy.publishedAt = max(
      message.publishedAt, min(arrivalMax, message.publishedAt + random.integer(in: 5...2_000)))
    tally.duplicates += 1
    dispatch(copy)
  }

  /// The truth, once every step before the plan's end was taken.
  func truth() -> DeviceTruth {
    var ledgers = [body.first, body.second]
    var counters: [String: TrueCounter] = [:]
    for (position, name) in kind.counterNames.enumerated() {
      ledgers[position].finish()
      counters[name] = TrueCounter(
        total: ledgers[position].reported, unreported: ledgers[position].lost)
    }
    var slots = tally.slots
    if let activity = body.activity, !slots.isEmpty {
      slots[slots.count - 1].note(activity, until: frame.span.end, isTold: false)
    }
    return DeviceTruth(
      id: device.id, kind: device.kind, commune: device.commune, village: device.village,
      site: device.site, feeder: device.feeder,
      intervals: timeline.intervals(over: frame.span), reboots: tally.reboots,
      counters: counters, playedSeconds: tally.playedSeconds,
      playedSecondsReported: tally.playedSecondsReported, slots: slots, faults: faults(),
      clockOffset: timeline.clockOffset, keepsBacklog: timeline.keepsBacklog,
      liveReadings: tally.liveReadings, backlogReadings: tally.backlogReadings,
      lateReadings: tally.lateReadings, duplicates: tally.duplicates,
      signals: anomalies?.deviceSignals.truth)
  }

  private func faults() -> [InjectedFault] {
    if let anomalies {
      let wraps = tally.wraps.map {
        InjectedFault(kind: .counterWrap, start: $0, end: $0 + 1, metric: "rx_bytes")
      }
      return (anomalies.faults + tally.slotFaults + wraps).sorted {
        ($0.start, $0.end) < ($1.start, $1.end)
      }
    }
    var faults = timeline.outages.map {
      InjectedFault(kind: $0.kind, start: $0.interval.start, end: $0.interval.end)
    }
    faults += timeline.unusualValues.map {
      InjectedFault(kind: .unusualValues, start: $0.start, end: $0.end)
    }
    faults += timeline.serviceFaults.map {
      InjectedFault(kind: .serviceFault, start: $0.start, end: $0.end)
    }
    faults += tally.partialPlays.map {
      InjectedFault(kind: .partialPlay, start: $0.start, end: $0.end)
    }
    if timeline.clockOffset != 0 {
      faults.append(InjectedFault(
        kind: .wrongClock, start: frame.span.start, end: frame.span.end))
    }
    return faults.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
  }
}
