// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// Plays and calls: what a device makes of the slots that mean it.
extension DeviceSimulation {
  mutating func scheduleActivity(after instant: Milliseconds) {
    slot = DailySchedule.next(after: instant, kind: kind)
    nextActivityAt = slot.map { $0.start + random.integer(in: 0...3_000) } ?? .max
    if case .late(let delay) = slotFault { nextActivityAt += delay }
  }

  private var slotFault: SlotFault? { slot.flatMap { anomalies?.slotFaults[$0.start] } }

  mutating func startActivity(_ now: Milliseconds, _ steps: inout [FleetStep]) {
    guard let slot else { return }
    tally.slots.append(SlotTruth(slot, isMeeting: kind == .videoEndpoint))
    let takesPart =
      kind == .loudspeaker ? isRunning : hasLink && (anomalies != nil || random.chance(0.6))
    guard takesPart else { return scheduleActivity(after: now) }
    if let slotFault { tally.noteSlotFault(slotFault, of: slot) }
    if slotFault == .missed { return scheduleActivity(after: now) }
    introduce(now, &steps)
    var length = slot.length
    if case .partial(let share) = slotFault {
      length = Milliseconds(Double(length) * share) / 1_000 * 1_000
    }
    if kind == .loudspeaker, random.chance(frame.rates.partialPlayShare) {
      length = Milliseconds(Double(length) * (0.2 + 0.6 * random.unit())) / 1_000 * 1_000
      tally.partialPlays.append(Interval(start: now + length, end: now + slot.length))
    }
    body.advance(to: now, random: &random)
    body.activity = Activity(slot: slot, start: now, end: now + length)
    nextActivityAt = now + length
    nextReportAt = now + 1_000
    var text = JSONText()
    text.open()
    if kind == .loudspeaker {
      text.field("type", word: "play.start")
      text.field("prog", word: slot.programme)
      text.field("prio", word: slot.priority.word)
      text.field("voice", word: slot.voice.rawValue)
    } else {
      text.field("type", word: "call.start")
    }
    text.instant("ts", shown(now), asText: body.writesTimeAsText)
    text.close()
    tell(text.bytes, playedSeconds: 0, endOfSlot: false, now, &steps)
  }

  mutating func endActivity(_ now: Milliseconds, _ steps: inout [FleetStep]) {
    guard let activity = body.activity else { return }
    body.advance(to: now, random: &random)
    body.activity = nil
    let seconds = Int((now - activity.start) / 1_000)
    var text = JSONText()
    text.open()
    if kind == .loudspeaker {
      tally.playedSeconds += seconds
      text.field("type", word: "play.end")
      text.field("prog", word: activity.slot.programme)
      text.field("req_s", Int(activity.slot.length / 1_000))
      text.field("played_s", seconds)
      text.field("voice", word: activity.slot.voice.rawValue)
      let isWhole = now - activity.start >= activity.slot.length
      text.field("result", word: isWhole ? "played" : "partial")
    } else {
      text.field("type", word: "call.end")
      text.field("dur_s", seconds)
    }
    text.instant("ts", shown(now), asText: body.writesTimeAsText)
    text.close()
    tally.slots[tally.slots.count - 1].note(activity, until: now, isTold: !isOut)
    tell(
      text.bytes, playedSeconds: kind == .loudspeaker ? seconds : 0, endOfSlot: true, now, &steps)
    scheduleActivity(after: now)
  }

  /// Sends an event, or holds it until the link is back.
  private mutating func tell(
    _ payload: [UInt8], playedSeconds: Int, endOfSlot: Bool, _ now: Milliseconds,
    _ steps: inout [FleetStep]
  ) {
    guard isOut else {
      tally.playedSecondsReported += playedSeconds
      let event = message(.event, payload, at: now)
      steps.append(.message(event))
      repeatPerhaps(event)
      return
    }
    guard heldEvents.count < Self.heldEventsMax else { return }
    heldEvents.append(
      HeldEvent(
        payload: payload, playedSeconds: playedSeconds,
        slot: endOfSlot ? tally.slots.count - 1 : nil))
  }
}
