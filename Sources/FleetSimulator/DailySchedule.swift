// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// What loudspeakers play and when video endpoints meet, the same every local day: the scheduler's
/// plan, which the fleet is told of and keeps to as far as it can.
enum DailySchedule {
  struct Slot: Sendable, Equatable {
    /// `BT-YYYYMMDD-HHMM`, or `HN-` for a meeting.
    var id: String
    var start: Milliseconds
    var length: Milliseconds
    /// The bulletin's name, `BT-YYYYMMDD-HH`; for a meeting its id.
    var programme: String
    var title: String
    var priority: Telemetry.Slot.Priority
    var voice: Telemetry.Slot.Voice

    var end: Milliseconds { start + length }
  }

  private struct Entry {
    /// Local minutes.
    var start: Int64
    var length: Int64
    var title: String
    var priority = Telemetry.Slot.Priority.normal
    var voice = Telemetry.Slot.Voice.unknown
  }

  /// The commune's own bulletins at dawn and dusk, relays of the province and the nation between.
  private static let plays = [
    Entry(start: 300, length: 15, title: "Bản tin sáng", voice: .tts),
    Entry(start: 390, length: 10, title: "Thông báo của xã", priority: .priority, voice: .recorded),
    Entry(start: 690, length: 15, title: "Tiếp âm đài tỉnh", voice: .live),
    Entry(start: 1_020, length: 30, title: "Bản tin chiều", voice: .tts),
    Entry(start: 1_140, length: 10, title: "Cảnh báo thời tiết", priority: .urgent, voice: .tts),
  ]
  private static let meetings = [
    Entry(start: 480, length: 90, title: "Giao ban buổi sáng"),
    Entry(start: 840, length: 90, title: "Giao ban buổi chiều"),
  ]

  /// The first slot that starts after the instant; nil for kinds that have none.
  static func next(after instant: Milliseconds, kind: SimulatedKind) -> Slot? {
    let today = localDay(of: instant)
    for day in today...(today + 1) {
      for slot in slots(ofDay: day, kind: kind) where slot.start > instant { return slot }
    }
    return nil
  }

  /// Every slot that starts after the beginning of a span and before its end.
  static func slots(in span: Interval, kind: SimulatedKind) -> [Slot] {
    (localDay(of: span.start)...localDay(of: span.end)).flatMap { slots(ofDay: $0, kind: kind) }
      .filter { span.start < $0.start && $0.start < span.end }
  }

  private static func slots(ofDay day: Int64, kind: SimulatedKind) -> [Slot] {
    let (entries, mark): ([Entry], String)
    switch kind {
    case .loudspeaker: (entries, mark) = (plays, "BT")
    case .videoEndpoint: (entries, mark) = (meetings, "HN")
    case .wirelessAccessPoint, .networkSensor, .kiosk: return []
    }
    return entries.map { entry in
      let id = name(mark, day, entry.start)
      return Slot(
        id: id, start: LocalTime.start(ofDay: day) + entry.start * 60_000,
        length: entry.length * 60_000, programme: mark == "BT" ? String(id.dropLast(2)) : id,
        title: entry.title, priority: entry.priority, voice: entry.voice)
    }
  }

  private static func name(_ mark: String, _ day: Int64, _ minute: Int64) -> String {
    let date = LocalTime.civil(ofDay: day)
    var bytes = Array("\(mark)-".utf8)
    bytes.appendPadded(date.year, digits: 4)
    bytes.appendPadded(date.month, digits: 2)
    bytes.appendPadded(date.day, digits: 2)
    bytes.append(UInt8(ascii: "-"))
    bytes.appendPadded(minute / 60, digits: 2)
    bytes.appendPadded(minute % 60, digits: 2)
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A slot as the scheduler publishes it: retained, ahead of time.
package struct SlotAnnouncement: Sendable, Hashable {
  package var topic: String
  package var payload: [UInt8]
}

extension FleetPlan {
  /// The slots of every commune that start within the plan, for everybody of their kind there.
  package func schedule() -> [SlotAnnouncement] {
    let span = Interval(start: start, end: start + duration)
    var known: Set<[String]> = []
    var announcements: [SlotAnnouncement] = []
    for device in devices where known.insert([device.commune, device.kind]).inserted {
      guard let kind = SimulatedKind(rawValue: device.kind) else { continue }
      announcements += DailySchedule.slots(in: span, kind: kind).map { slot in
        SlotAnnouncement(
          topic: Topic.slot(commune: device.commune, id: slot.id), payload: slot.payload(kind))
      }
    }
    return announcements
  }
}

extension DailySchedule.Slot {
  fileprivate func payload(_ kind: SimulatedKind) -> [UInt8] {
    var text = JSONText()
    text.open()
    text.field("kind", word: kind.rawValue)
    text.field("prog", word: programme)
    text.field("title", word: title)
    text.field("prio", word: priority.word)
    text.instant("start", start, asText: true)
    text.field("dur_s", Int(length / 1_000))
    if voice != .unknown { text.field("voice", word: voice.rawValue) }
    if kind == .loudspeaker { text.field("src", word: "xa") }
    text.close()
    return text.bytes
  }
}
