// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// What was played and attended in a case, told second by second, without any interval algebra.
struct ScheduleOracle {
  private struct SlotView {
    var slot: Slot
    var first: Int
    var end: Int
  }

  private struct EndView {
    var second: Int
    var programme: String
    var played: Int
    var requested: Int?
    var voice: String
    var priority: String?
  }

  private let given: ScheduleCase
  /// Each once, in order.
  private let told: [ScheduleCase.Told]
  /// Only by work that was entered before the slot or the work began.
  private let announced: Bool
  private var sums: [String: Int64] = [:]

  static func figures(of given: ScheduleCase, announced: Bool = false) -> [String: Int64] {
    var oracle = ScheduleOracle(given, announced)
    oracle.judgeBulletins()
    oracle.judgeMeetings()
    return oracle.sums.filter { $0.value != 0 }
  }

  private init(_ given: ScheduleCase, _ announced: Bool) {
    self.given = given
    self.announced = announced
    var seen: Set<UInt64> = []
    told = given.told.filter { seen.insert($0.hash).inserted }.sorted {
      ($0.second, $0.channel.rawValue, $0.hash) < ($1.second, $1.channel.rawValue, $1.hash)
    }
  }

  private mutating func add(_ name: String, _ value: Int) {
    sums[name, default: 0] += Int64(value)
  }

  private func views(_ kind: Slot.Kind) -> [SlotView] {
    given.slots.filter { $0.kind == kind && !$0.isCancelled }.map {
      SlotView(
        slot: $0, first: Int(($0.interval.start - ScheduleCase.start) / 1_000),
        end: Int(($0.interval.end - ScheduleCase.start) / 1_000))
    }
  }

  private func word(_ name: String, _ reading: ScheduleCase.Told) -> String? {
    guard case .word(let word)? = reading.values[name] else { return nil }
    return word
  }

  private func whole(_ name: String, _ reading: ScheduleCase.Told) -> Int? {
    guard case .integer(let value)? = reading.values[name] else { return nil }
    return Int(value)
  }

  private func isHeard(_ second: Int) -> Bool { given.heard.contains { $0.contains(second) } }

  private func isKnown(_ slot: SlotView) -> Bool {
    (slot.first..<slot.end).allSatisfy(isHeard) || told.contains { $0.second >= slot.end }
  }

  private func isMaintained(_ slot: SlotView) -> Bool {
    (slot.first..<slot.end).contains { second in
      given.works.contains { work in
        work.seconds.contains(second)
          && (!announced || work.entered <= slot.first || work.entered <= work.seconds.lowerBound)
      }
    }
  }

  private func isInDay(_ second: Int) -> Bool { (0..<86_400).contains(second) }

  // MARK: Bulletins

  private static let priorities = [
    "thuong": "normal", "thong-thuong": "normal", "uu-tien": "priority", "khan-cap": "urgent",
  ]

  private func ends() -> [EndView] {
    told.compactMap { reading in
      guard word("event_type", reading) == "play.end", let played = whole("played_s", reading),
        played >= 0
      else { return nil }
      let programme = word("prog", reading) ?? ""
      let before = told.last { start in
        word("event_type", start) == "play.start" && (word("prog", start) ?? "") == programme
          && (start.second, start.channel.rawValue, start.hash)
            < (reading.second, reading.channel.rawValue, reading.hash)
          && reading.second - start.second <= 86_400
          && word("prio", start).flatMap { Self.priorities[$0] } != nil
      }
      let own = word("prio", reading).flatMap { Self.priorities[$0] }
      return EndView(
        second: reading.second, programme: programme, played: played,
        requested: whole("req_s", reading), voice: word("voice", reading) ?? "",
        priority: own ?? before.flatMap { word("prio", $0) }.flatMap { Self.priorities[$0] })
    }
  }

  private func overlap(_ end: EndView, _ slot: SlotView) -> Int {
    (end.second - end.played..<end.second).count { slot.first <= $0 && $0 < slot.end }
  }

  /// The slot of each end, by the order in which the rules stand in the documentation.
  private func slotOfEnd(_ ends: [EndView], _ slots: [SlotView]) -> [String?] {
    var chosen: [String?] = ends.map { end in
      let near = slots.filter { $0.first - 600 <= end.second && end.second <= $0.end + 600 }
      let named = near.filter { !end.programme.isEmpty && $0.slot.programme == end.programme }
      let open = near.filter { $0.slot.programme.isEmpty }
      return (named.isEmpty ? open : named).min { left, right in
        let keys = [left, right].map {
          (-overlap(end, $0), abs(end.second - $0.end), $0.first, $0.slot.id)
        }
        return keys[0] < keys[1]
      }?.slot.id
    }
    for position in ends.indices where chosen[position] == nil {
      let end = ends[position]
      let over = slots.filter {
        !end.programme.isEmpty && $0.slot.programme == end.programme
          && end.second - $0.end > 600 && end.second - $0.end <= 21_600
      }
      let newest = over.max {
        ($0.end, $0.first, $0.slot.id) < ($1.end, $1.first, $1.slot.id)
      }
      if let id = newest?.slot.id, !chosen.contains(id) { chosen[position] = id }
    }
    return chosen
  }

  /// Whether the state says that the slot's programme was playing in a second.
  private func isPlaying(_ second: Int, _ slot: SlotView) -> Bool {
    guard
      let state = told.last(where: { $0.second <= second && $0.values["play"] != nil }),
      second < state.second + Int(ScheduleCase.holdMax / 1_000)
    else { return false }
    return word("play", state) == "playing"
      && (slot.slot.programme.isEmpty || (word("prog", state) ?? "") == slot.slot.programme)
  }

  private mutating func count(_ priority: String, requested: Int, played: Int) {
    add("slots_\(priority)", 1)
    add("requested_\(priority)_ms", requested * 1_000)
    add("played_\(priority)_ms", min(played, requested) * 1_000)
  }

  private mutating func sound(_ seconds: Int, isMachine: Bool) {
    guard seconds > 0 else { return }
    for name in isMachine ? ["all", "tts"] : ["all"] {
      add("voice_\(name)_bulletins", 1)
      add("voice_\(name)_ms", seconds * 1_000)
    }
  }

  private mutating func judgeBulletins() {
    let (slots, ends) = (views(.loudspeaker), ends())
    let chosen = slotOfEnd(ends, slots)
    for slot in slots where isInDay(slot.first) {
      let own = ends.indices.filter { chosen[$0] == slot.slot.id }
      let requested = Int(slot.slot.requested / 1_000)
      let priority = slot.slot.priority.rawValue
      if isMaintained(slot) {
        add("maintenance_slots", 1)
      } else if !own.isEmpty {
        count(priority, requested: requested, played: own.reduce(0) { $0 + ends[$1].played })
      } else if slot.end + 600 > given.knownUntil {
        add("pending_slots", 1)
      } else {
        judgeSilent(slot, priority, requested)
      }
    }
    for (position, end) in ends.enumerated() where isInDay(end.second) {
      let slot = slots.first { $0.slot.id == chosen[position] }
      let isSaid = ["tts", "recorded", "live"].contains(end.voice)
      sound(end.played, isMachine: isSaid ? end.voice == "tts" : slot?.slot.voice == .tts)
      guard slot == nil, !given.isScheduled else { continue }
      sums["event_only_days"] = 1
      count(
        end.priority ?? "unknown", requested: end.requested ?? end.played, played: end.played)
    }
  }

  private mutating func judgeSilent(_ slot: SlotView, _ priority: String, _ requested: Int) {
    let playing = (slot.first..<slot.end).count { isPlaying($0, slot) }
    if playing > 0 {
      count(priority, requested: requested, played: playing)
      sound(min(playing, requested), isMachine: slot.slot.voice == .tts)
    } else if isKnown(slot) {
      count(priority, requested: requested, played: 0)
    } else {
      add("unverifiable_slots", 1)
    }
  }

  // MARK: Meetings

  /// Whether the endpoint was in a call in a second.
  private func isInCall(_ second: Int) -> Bool {
    var last: (second: Int, isOn: Bool)?
    for reading in told {
      let type = word("event_type", reading)
      var states: [Bool] = []
      if type == "call.start" { states.append(true) }
      if type == "call.end" { states.append(false) }
      if case .flag(let isOn)? = reading.values["call"] { states.append(isOn) }
      let isSpan = type == "call.end" || states.last == true && type != "call.start"
      let lasted = whole("dur_s", reading) ?? 0
      if isSpan, reading.second - lasted <= second, second < reading.second { return true }
      if reading.second <= second, let state = states.last { last = (reading.second, state) }
    }
    guard let last else { return false }
    return last.isOn && second < last.second + Int(ScheduleCase.holdMax / 1_000)
  }

  private mutating func judgeMeetings() {
    for slot in views(.videoEndpoint) where isInDay(slot.first) {
      let attended = (slot.first..<slot.end).filter(isInCall)
      if isMaintained(slot) {
        add("meetings_maintenance", 1)
      } else if slot.end > given.knownUntil {
        add("meetings_pending", 1)
      } else if let joined = attended.first {
        let isOnTime =
          joined <= slot.first + 300 && attended.count * 2 >= slot.end - slot.first
        add(isOnTime ? "meetings_on_time" : "meetings_late", 1)
        add("meetings", 1)
      } else if isKnown(slot) {
        add("meetings_absent", 1)
        add("meetings", 1)
      } else {
        add("meetings_unverifiable", 1)
      }
    }
  }
}
