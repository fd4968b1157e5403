// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import TestSupport
import Testing

@Suite("fulfilment and attendance")
struct ScheduleTests {
  private static let randomCaseCount = 600

  @Test("hundreds of random devices are judged as second by second")
  func random() {
    let base = UInt64.random(in: 0...UInt64.max)
    print("schedule test: seed \(base)")
    var seen: Set<String> = []
    for offset in 0..<UInt64(Self.randomCaseCount) {
      let given = ScheduleCase(seed: base &+ offset)
      for announced in [false, true] {
        let expected = ScheduleOracle.figures(of: given, announced: announced)
        let found =
          given.fulfilment(announced: announced).figures
          + given.attendance(announced: announced).figures
        #expect(
          Dictionary(found, uniquingKeysWith: { $0 + $1 }) == expected,
          "seed \(base &+ offset), announced \(announced)")
        seen.formUnion(expected.keys)
      }
    }
    // A canary: all that can be told was told of some device.
    #expect(seen.count == 12 + 8 + 7, "seed \(base): \(seen.sorted())")
  }

  // MARK: One device

  private static func slot(
    _ id: String = "s", at minute: Int = 300, length: Int = 15, kind: Slot.Kind = .loudspeaker,
    programme: String = "A"
  ) -> Slot {
    Slot(
      commune: "04321", id: id, kind: kind,
      interval: Interval(
        start: ScheduleCase.instant(minute * 60),
        end: ScheduleCase.instant((minute + length) * 60)),
      programme: programme, priority: .priority, voice: .tts)
  }

  private static func end(
    _ minute: Int, played: Int, programme: String = "A", hash: UInt64 = 1
  ) -> ScheduleCase.Told {
    ScheduleCase.Told(
      second: minute * 60, hash: hash,
      values: [
        "event_type": .word("play.end"), "prog": .word(programme),
        "played_s": .integer(Int64(played)), "req_s": .integer(900),
      ])
  }

  private static func judged(
    _ slots: [Slot], _ told: [ScheduleCase.Told], isHeard: Bool = true,
    isScheduled: Bool = true
  ) -> [String: Int64] {
    var given = ScheduleCase()
    given.slots = slots
    given.told = told
    given.heard = isHeard ? [-100_000..<200_000] : []
    given.isScheduled = isScheduled
    let found = given.fulfilment().figures + given.attendance().figures
    return Dictionary(found, uniquingKeysWith: { $0 + $1 })
  }

  private static func played(_ seconds: Int64, of requested: Int64 = 900) -> [String: Int64] {
    [
      "slots_priority": 1, "requested_priority_ms": requested * 1_000,
      "played_priority_ms": seconds * 1_000,
    ].filter { $0.value != 0 }
  }

  private static func voice(_ name: String, _ seconds: Int64) -> [String: Int64] {
    ["voice_\(name)_bulletins": 1, "voice_\(name)_ms": seconds * 1_000]
  }

  @Test("a bulletin counts as long as its end says, at most as long as was asked for")
  func capped() {
    let whole = Self.judged([Self.slot()], [Self.end(315, played: 1_000)])
    #expect(whole["played_priority_ms"] == 900_000)
    #expect(whole["voice_tts_ms"] == 1_000_000)
    let part = Self.judged([Self.slot()], [Self.end(312, played: 612)])
    #expect(part["played_priority_ms"] == 612_000)
    let twice = Self.judged(
      [Self.slot()], [Self.end(305, played: 300), Self.end(315, played: 500, hash: 2)])
    #expect(twice["played_priority_ms"] == 800_000)
  }

  @Test("another programme is no fulfilment")
  func otherProgramme() {
    let found = Self.judged([Self.slot()], [Self.end(315, played: 900, programme: "B")])
    #expect(found == Self.played(0).merging(Self.voice("all", 900)) { $1 })
  }

  @Test("an end behind the tolerance is the slot's, if it is the next, and within six hours")
  func late() {
    #expect(
      Self.judged([Self.slot()], [Self.end(325, played: 900)])["played_priority_ms"] == 900_000)
    #expect(
      Self.judged([Self.slot()], [Self.end(674, played: 900)])["played_priority_ms"] == 900_000)
    #expect(Self.judged([Self.slot()], [Self.end(676, played: 900)])["played_priority_ms"] == nil)
    let two = Self.judged(
      [Self.slot()], [Self.end(315, played: 100), Self.end(400, played: 800, hash: 2)])
    #expect(two["played_priority_ms"] == 100_000)
  }

  @Test("a slot that reaches over midnight belongs to the day it starts in")
  func midnight() {
    let slot = Self.slot(at: 1_435)
    #expect(Self.judged([slot], [Self.end(1_450, played: 900)]) == Self.played(900))
    let before = Self.slot(at: -10)
    let found = Self.judged([before], [Self.end(5, played: 900)])
    #expect(found == Self.voice("all", 900).merging(Self.voice("tts", 900)) { $1 })
  }

  @Test("silence is no play if we heard or the device spoke later; else nobody can tell")
  func silence() {
    let later = ScheduleCase.Told(second: 315 * 60, channel: .telemetry, values: [:])
    var sooner = later
    sooner.second -= 1
    #expect(Self.judged([Self.slot()], []) == Self.played(0))
    #expect(Self.judged([Self.slot()], [later], isHeard: false) == Self.played(0))
    #expect(
      Self.judged([Self.slot()], [sooner], isHeard: false) == ["unverifiable_slots": 1])
  }

  @Test("without a schedule the device's events say what was requested, under their priority")
  func eventsAlone() {
    let start = ScheduleCase.Told(
      second: 300 * 60, hash: 9,
      values: [
        "event_type": .word("play.start"), "prog": .word("A"), "prio": .word("khan-cap"),
      ])
    let found = Self.judged(
      [], [start, Self.end(312, played: 700), Self.end(400, played: 60, programme: "B", hash: 2)],
      isScheduled: false)
    #expect(found["requested_urgent_ms"] == 900_000)
    #expect(found["played_urgent_ms"] == 700_000)
    #expect(found["played_unknown_ms"] == 60_000)
    #expect(found["event_only_days"] == 1)
    // A commune that has a schedule, which does not mean this device: nothing was requested.
    let unmeant = Self.judged([], [Self.end(312, played: 700)])
    #expect(unmeant == Self.voice("all", 700))
  }

  @Test("a meeting is attended on time from five minutes on, late from then, or not at all")
  func meetings() {
    func call(_ second: Int, _ type: String, _ hash: UInt64) -> ScheduleCase.Told {
      ScheduleCase.Told(second: second, hash: hash, values: ["event_type": .word(type)])
    }
    func report(_ second: Int, isInCall: Bool) -> ScheduleCase.Told {
      ScheduleCase.Told(
        second: second, channel: .telemetry, hash: UInt64(second),
        values: ["call": .flag(isInCall)])
    }
    let slot = Self.slot(at: 480, length: 60, kind: .videoEndpoint)
    let begin = 480 * 60
    func judged(joinedAfter delay: Int, minutes: Int) -> [String: Int64] {
      var told = [call(begin + delay, "call.start", 1)]
      told += (1..<minutes).map { report(begin + delay + $0 * 60, isInCall: true) }
      told.append(call(begin + delay + minutes * 60, "call.end", 2))
      return Self.judged([slot], told)
    }
    #expect(judged(joinedAfter: 300, minutes: 30) == ["meetings": 1, "meetings_on_time": 1])
    #expect(judged(joinedAfter: 301, minutes: 40) == ["meetings": 1, "meetings_late": 1])
    #expect(judged(joinedAfter: 0, minutes: 29) == ["meetings": 1, "meetings_late": 1])
    #expect(judged(joinedAfter: -600, minutes: 50) == ["meetings": 1, "meetings_on_time": 1])
    #expect(judged(joinedAfter: -600, minutes: 9) == ["meetings": 1, "meetings_absent": 1])
    #expect(Self.judged([slot], [], isHeard: false) == ["meetings_unverifiable": 1])
  }

  @Test("booked hours lie around slots, with their margin, cancelled ones left out")
  func booked() {
    var cancelled = Self.slot("c", at: 600)
    cancelled.isCancelled = true
    let slots = [Self.slot("a", at: 300), Self.slot("b", at: 330), cancelled]
    let scope = Interval(
      start: ScheduleCase.instant(0), end: ScheduleCase.instant(335 * 60))
    func minutes(_ set: IntervalSet) -> [[Int64]] {
      set.intervals.map { [$0.start, $0.end].map { ($0 - ScheduleCase.start) / 60_000 } }
    }
    let around = BookedHours.expected(around: slots, margin: 600_000, in: scope)
    #expect(minutes(around) == [[290, 335]])
    let exact = BookedHours.expected(around: slots, margin: 0, in: scope)
    #expect(minutes(exact) == [[300, 315], [330, 335]])
    let office = ServiceHours(weekdays: 127, startMinute: 60, endMinute: 120)
    let both = BookedHours.expected(around: slots, margin: 0, and: [office], in: scope)
    #expect(minutes(both) == [[60, 120], [300, 315], [330, 335]])
  }
}
