// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport

@testable import Pipeline

/// A device whose clock loses or gains steadily over weeks in which it never boots, on a link that
/// fails now and then: what it sends, and what is true.
struct DriftingDevice {
  /// How `up` is counted, which decides whether `ts` − `up` wanders.
  enum Uptime: CaseIterable { case bySameClock, exact, untold }

  static let interval: Milliseconds = 60_000
  static let allowance: Milliseconds = 180_000
  static let start = LocalTime.start(ofDay: 20_700)

  var seed: UInt64
  /// Negative is losing.
  var partsPerMillion: Double
  var uptime: Uptime
  var days: Int64 = 60
  /// What its clock was off by at first; negative is behind.
  var offset: Milliseconds = 0

  struct Message {
    var sentAtTruly: Milliseconds
    var reading: ClockEvidence.Reading
  }

  /// In order of receipt, with the times in which there was no link.
  func messages() -> (messages: [Message], outages: [Interval]) {
    var random = SeededGenerator(seed: seed)
    let end = Self.start + days * LocalTime.dayLength
    var outages: [Interval] = []
    var now = Self.start + .random(in: 0...LocalTime.dayLength, using: &random)
    while now < end - 2 * LocalTime.dayLength {
      let length = Milliseconds.random(in: 600_000...108_000_000, using: &random)
      outages.append(Interval(start: now, end: now + length))
      now += length + .random(in: 3_600_000...8 * LocalTime.dayLength, using: &random)
    }
    var found: [Message] = []
    let bootAt = Self.start - 90_000
    var instant = Self.start
    var wasLate = false
    while instant < end {
      instant += Self.interval + .random(in: -500...500, using: &random)
      let error = offset + Milliseconds(Double(instant - Self.start) * partsPerMillion / 1e6)
      var receivedAt = instant + .random(in: 40...2_000, using: &random)
      if let outage = outages.firstIndex(where: { $0.contains(instant) }) {
        // Every other outage is drained: the oldest message first, all within a minute.
        guard outage % 2 == 0 else { continue }
        let outage = outages[outage]
        receivedAt = outage.end + (instant - outage.start) * 60_000 / outage.duration
      } else {
        // Two late ones in a row would be a silence that nobody could tell from an outage.
        wasLate = !wasLate && Int.random(in: 0..<100, using: &random) == 0
        let cutAt = outages.first { $0.start > instant }?.start ?? .max
        let delay = Milliseconds.random(in: 0...150_000, using: &random)
        if wasLate { receivedAt = max(receivedAt, min(receivedAt + delay, cutAt - 1)) }
      }
      let up =
        switch uptime {
        case .exact: instant - bootAt
        case .bySameClock: instant + error - offset - bootAt
        case .untold: Milliseconds?.none
        }
      let reading = ClockEvidence.Reading(
        sentAt: instant + error, receivedAt: receivedAt,
        bootAt: up.map { instant + error - $0 / 1_000 * 1_000 }, keeper: .nobody)
      found.append(Message(sentAtTruly: instant, reading: reading))
    }
    return (found.sorted { $0.reading.receivedAt < $1.reading.receivedAt }, outages)
  }

  /// What stands in the store of the device's silences: from what was heard live to what was heard
  /// next, where that is longer than the allowance.
  static func silences(
    _ judged: some Sequence<(eventTime: Milliseconds, receivedAt: Milliseconds)>
  ) -> [Interval] {
    let heard = judged.filter { $0.receivedAt - $0.eventTime <= allowance }.map(\.eventTime)
      .sorted()
    return zip(heard, heard.dropFirst()).filter { $1 - $0 > allowance }.map {
      Interval(start: $0, end: $1)
    }
  }
}
