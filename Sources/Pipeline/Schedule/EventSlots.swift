// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry

/// Makes slots of one event of a calendar file: one an occurrence.
struct EventSlots {
  private static let properties = ["PROG", "PRIO", "VOICE", "DEVICES", "UNITS", "SRC"]
  /// Of the slot's id; what is left holds the occurrence's local date and time.
  private static let baseSizeMax = 48
  private static let baseKept = 31

  let order: ScheduleOrder
  let kind: Slot.Kind
  let problems: ConfigurationProblems

  /// The part of the ids of an event's slots that they have in common: its UID, or where that
  /// cannot be part of a topic, what of it can and a hash of the whole.
  static func base(of uid: String) -> String {
    if TopicParser.isDevice(uid), uid.utf8.count <= baseSizeMax { return uid }
    let cleaned = uid.unicodeScalars.prefix(baseKept).map { scalar -> Character in
      let character = Character(scalar)
      return TopicParser.isDevice(String(character)) ? character : "-"
    }
    let bytes = Array(uid.utf8)
    let hash = unsafe bytes.withUnsafeBytes { unsafe PayloadHash.of($0) }
    return String(cleaned) + "-" + StableHash.text(hash)
  }

  /// `-20261121T050000`, in local time.
  static func suffix(of start: Milliseconds) -> String {
    let day = LocalTime.day(of: start)
    let second = (start - LocalTime.start(ofDay: day)) / 1_000
    let clock = [second / 3_600, second / 60 % 60, second % 60].map { number in
      number < 10 ? "0\(number)" : "\(number)"
    }
    return "-\(LocalTime.isoDate(ofDay: day).filter { $0 != "-" })T\(clock.joined())"
  }

  /// Empty if something is wrong with the event, which is then among the problems.
  func slots(of event: CalendarEvent) -> [Slot] {
    own.refuseUnknown(of: event)
    let prio = value("PRIO", of: event)
    guard let priority = prio.map(Slot.Priority.init(word:)) ?? priority(of: event) else {
      report(event, "X-NHIP-PRIO", prio, "no such priority", "thuong, uu-tien, khan-cap")
      return []
    }
    let voices = Slot.Voice.allCases.map(\.rawValue).joined(separator: ", ")
    let said = value("VOICE", of: event)
    guard let voice = said.map(Slot.Voice.init(rawValue:)) ?? .unknown else {
      report(event, "X-NHIP-VOICE", said, "no such voice", voices)
      return []
    }
    let devices = list("DEVICES", of: event, allowed: "ids of devices", TopicParser.isDevice)
    let units = list("UNITS", of: event, allowed: "codes of units", ScheduleCodec.isUnit)
    if devices.count + units.count > SlotLimits.targetCountMax {
      report(event, "X-NHIP-DEVICES", nil, "more than \(SlotLimits.targetCountMax) names")
    }
    let base = Self.base(of: event.uid)
    var starts: Set<Milliseconds> = []
    return event.occurrences.compactMap { occurrence in
      guard occurrence.duration <= SlotLimits.lengthMax else {
        report(event, "DTEND", nil, "the event is longer than 24 hours")
        return nil
      }
      guard starts.insert(occurrence.start / 1_000).inserted else {
        report(event, "DTSTART", nil, "two occurrences begin in the same second")
        return nil
      }
      return Slot(
        commune: order.commune, id: base + Self.suffix(of: occurrence.start), kind: kind,
        interval: occurrence, programme: word("PROG", of: event), title: title(of: event),
        priority: priority, voice: voice, source: word("SRC", of: event), devices: devices,
        units: units, isCancelled: event.isCancelled)
    }
  }

  /// RFC 5545, section 3.8.1.9: 1 is the highest, 5 the middle, 0 is undefined.
  private func priority(of event: CalendarEvent) -> Slot.Priority? {
    switch event.values(of: "PRIORITY").last.flatMap({ Int($0) }) ?? 0 {
    case 1...4: .urgent
    case 5: .priority
    default: .normal
    }
  }

  private func title(of event: CalendarEvent) -> String {
    var title = OneLine.of(event.summary, lengthMax: SlotLimits.titleSizeMax)
    while title.utf8.count > SlotLimits.titleSizeMax { title.removeLast() }
    return title
  }

  private func value(_ name: String, of event: CalendarEvent) -> String? {
    OwnProperties.values(name, of: event).last
  }

  private func word(_ name: String, of event: CalendarEvent) -> String {
    let value = value(name, of: event) ?? ""
    if value.utf8.count > SlotLimits.wordSizeMax || !OneLine.holds(value) {
      report(
        event, "X-NHIP-\(name)", value, "no such word", "at most \(SlotLimits.wordSizeMax) bytes")
    }
    return value
  }

  private func list(
    _ name: String, of event: CalendarEvent, allowed: String, _ isValid: (String) -> Bool
  ) -> [String] {
    let words = OwnProperties.values(name, of: event).flatMap { $0.split(separator: ",") }
      .map { $0.split(separator: " ").joined(separator: " ") }.filter { !$0.isEmpty }
    for word in words where !isValid(word) {
      report(event, "X-NHIP-\(name)", word, "this can be none", "\(allowed), with commas between")
    }
    return Set(words).sorted()
  }

  private var own: OwnProperties {
    OwnProperties(names: Self.properties, file: order.file, problems: problems)
  }

  private func report(
    _ event: CalendarEvent, _ key: String, _ value: String?, _ problem: String,
    _ allowed: String = ""
  ) {
    own.report(event, key, value, problem, allowed)
  }
}
