// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What one device's readings tell of bulletins and meetings, in order of event time.
///
/// Backlog counts: it says what the device did. What a profile has no metric for is empty.
package struct ScheduleReadings: Sendable {
  /// The news that a bulletin has ended.
  package struct PlayEnd: Hashable, Sendable {
    package var at: Milliseconds
    package var programme: String
    /// Nil if the device does not say.
    package var requested: Milliseconds?
    package var played: Milliseconds
    package var voice: Slot.Voice
    /// As the device said at the end, or at the beginning; nil if it did not.
    package var priority: Slot.Priority?

    /// When it sounded, going by what it says itself.
    package var span: Interval { Interval(start: at - played, end: at) }
  }

  /// A state that holds from `at` until the next one, at most for `holdMax`.
  package struct Signal: Hashable, Sendable {
    package var at: Milliseconds
    /// Playing, or in a call.
    package var isOn: Bool
    /// What is played.
    package var programme: String
    /// How long it has gone on, as far as the device says.
    package var lasted: Milliseconds
  }

  package internal(set) var playEnds: [PlayEnd] = []
  package internal(set) var plays: [Signal] = []
  package internal(set) var calls: [Signal] = []
  /// When the device last said anything.
  package internal(set) var lastAt: Milliseconds?
  /// How long a state holds without a word.
  package internal(set) var holdMax: Milliseconds

  private static let names = [
    "event_type", "play", "prog", "prio", "req_s", "played_s", "voice", "call", "dur_s",
  ]
  /// A bulletin's beginning is looked for this far before its end: no slot is longer.
  static let startLookback = SlotLimits.lengthMax

  /// The metrics that are looked at, of those that the profile has; none if it is of a kind that
  /// neither plays nor meets.
  package static func metricNames(for profile: Profile) -> [String] {
    guard profile.column(of: "played_s") != nil || profile.column(of: "call") != nil else {
      return []
    }
    return names.filter { profile.column(of: $0) != nil }
  }

  package init(readings: DeviceReadings, profile: Profile) {
    holdMax = profile.offlineAfter
    guard !Self.metricNames(for: profile).isEmpty else { return }
    let row = Columns(readings: readings, profile: profile)
    var starts: [(at: Milliseconds, programme: String, priority: Slot.Priority)] = []
    for position in readings.distinctRows() {
      let at = readings.eventTime[position]
      lastAt = max(lastAt ?? .min, at)
      let programme = row.word(row.programme, position) ?? ""
      let priority = row.word(row.priority, position).flatMap(Slot.Priority.init(word:))
      let lasted = row.seconds(row.lasted, position) ?? 0
      switch row.word(row.eventType, position) {
      case "play.start":
        if let priority { starts.append((at, programme, priority)) }
      case "play.end":
        // Without a length it only says what the state says as well.
        guard let played = row.seconds(row.played, position) else { break }
        let start = starts.last {
          $0.programme == programme && at - $0.at <= Self.startLookback
        }
        playEnds.append(
          PlayEnd(
            at: at, programme: programme, requested: row.seconds(row.requested, position),
            played: played,
            voice: row.word(row.voice, position).flatMap(Slot.Voice.init(rawValue:)) ?? .unknown,
            priority: priority ?? start?.priority))
      case "call.start": calls.append(Signal(at: at, isOn: true, programme: "", lasted: 0))
      case "call.end": calls.append(Signal(at: at, isOn: false, programme: "", lasted: lasted))
      default: break
      }
      if let state = row.word(row.play, position) {
        plays.append(
          Signal(at: at, isOn: state == "playing", programme: programme, lasted: 0))
      }
      if let isInCall = row.flag(row.call, position) {
        calls.append(
          Signal(at: at, isOn: isInCall, programme: "", lasted: isInCall ? lasted : 0))
      }
    }
  }

  /// When the signals say that it was on.
  func on(_ signals: [Signal], where isMeant: (Signal) -> Bool = { _ in true }) -> IntervalSet {
    var parts: [Interval] = []
    for (position, signal) in signals.enumerated() {
      if signal.lasted > 0 {
        parts.append(Interval(start: signal.at - signal.lasted, end: signal.at))
      }
      guard signal.isOn, isMeant(signal) else { continue }
      let next = position + 1 < signals.count ? signals[position + 1].at : .max
      parts.append(Interval(start: signal.at, end: min(next, signal.at + holdMax)))
    }
    return IntervalSet(parts)
  }
}

/// The values of some metrics by row. Most rows carry few of them, so a row's tag is looked at
/// before anything else.
private struct Columns {
  struct Column {
    let values: ValueColumn
    let metric: Metric?
  }

  let eventType, play, programme, priority, requested, played, voice, call, lasted: Column?

  init(readings: DeviceReadings, profile: Profile) {
    func column(_ name: String) -> Column? {
      guard let position = readings.metricNames.firstIndex(of: name) else { return nil }
      return Column(
        values: readings.columns[position],
        metric: profile.column(of: name).map { profile.metrics[$0] })
    }
    (eventType, play, programme) = (column("event_type"), column("play"), column("prog"))
    (priority, voice, call) = (column("prio"), column("voice"), column("call"))
    (requested, played) = (column("req_s"), column("played_s"))
    lasted = column("dur_s")
  }

  func word(_ column: Column?, _ row: Int) -> String? {
    guard let values = column?.values, values.tags[row] == .word else { return nil }
    return values.words[Int(values.bits[row])]
  }

  func flag(_ column: Column?, _ row: Int) -> Bool? {
    guard let values = column?.values, values.tags[row] != .absent else { return nil }
    return values[row].double.map { $0 != 0 }
  }

  /// As whole milliseconds, from 0 on; nil if it is absent or out of its range.
  func seconds(_ column: Column?, _ row: Int) -> Milliseconds? {
    guard let column, column.values.tags[row] != .absent, let number = column.values[row].double,
      column.values[row].isWithin(column.metric), (0...1e9).contains(number)
    else { return nil }
    return Milliseconds((number * 1_000).rounded())
  }
}
