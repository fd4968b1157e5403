// SPDX-License-Identifier: Apache-2.0

import Analysis
import FleetSimulator
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// A simulated day, replayed and reported, against what truly happened.
///
/// Every device is held to the same bounds, but what the three with a wrong clock said in events is
/// not compared: an event tells no boot, so of one that comes more than 300 s late nobody can say
/// when it was (the clock may have been set meanwhile), and it may be carried out of the day.
@Suite("against the truth")
struct TruthTests {
  /// Beside the report interval: a period varies by 0.4 s, and `ts` is up to 0.4 s before sending.
  private static let slack: Milliseconds = 1_000
  private static let minute: Milliseconds = 60_000
  private static let absenceLength: Milliseconds = 10 * minute

  @Test("a simulated day is reported as it truly was")
  func wholeDay() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("truth test: seed \(seed)")
    try Self.compare(SimulatedDay(seed: seed))
  }

  @Test("so is a day in which nhip was away for ten minutes, at any time of it")
  func dayWithRestart() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    // Every device was heard before, else nothing could be known of its clock.
    let latest = SimulatedDay.length - Self.absenceLength - Self.minute
    let start = ReplayFixture.start + .random(in: 15 * Self.minute...latest, using: &random)
    let absence = Interval(start: start, end: start + Self.absenceLength)
    print("truth test with a restart: seed \(seed), away from \(start)")
    try Self.compare(SimulatedDay(seed: seed, absence: absence))
  }

  private static func compare(_ day: SimulatedDay) throws {
    for item in day.cases {
      let name = "\(item.truth.id) (clock \(item.truth.clockOffset)), seed \(day.seed)"
      compareOutages(item, name)
      compareUsage(item, name)
      compareReboots(item, name)
      compareService(item, name)
      let states = item.report.times
      let sum = DeviceState.allCases.reduce(0) { $0 + states[$1] }
      #expect(sum == SimulatedDay.length, "\(name)")
      #expect(states[.excluded] == 0, "\(name)")
      #expect(states[.unobserved] <= day.unheard, "\(name)")
    }
  }

  /// Every silence longer than the gap allowance is found with its edges, and none is invented.
  private static func compareOutages(_ item: SimulatedDay.Case, _ name: String) {
    let found = item.report.outages
    for silence in item.silences {
      // `ts` is cut to the millisecond; a wrong clock is known to within the delay of delivery.
      let inexact = item.truth.clockOffset == 0 ? 1 : slack
      guard item.accountable(silence) > item.profile.offlineAfter + inexact else { continue }
      #expect(
        found.contains { isMatch($0.interval, silence, item.profile.reportInterval) },
        "\(name): \(silence) not among \(found.map(\.interval))")
    }
    for outage in found {
      let isTrue = item.trueOutages.contains {
        $0.start < outage.interval.end && outage.interval.start < $0.end
      }
      #expect(isTrue, "\(name): \(outage) never happened")
    }
  }

  /// A silence begins with the last report before it and ends with the device's first word.
  private static func isMatch(
    _ found: Interval, _ silence: Interval, _ reportInterval: Milliseconds
  ) -> Bool {
    (-(reportInterval + slack)...slack).contains(found.start - silence.start)
      && (-slack...slack).contains(found.end - silence.end)
  }

  /// Every reboot counts once, if the device spoke both before it and before the next.
  private static func compareReboots(_ item: SimulatedDay.Case, _ name: String) {
    let length = 2 * item.profile.reportInterval
    let up = item.truth.intervals.filter { $0.state == .up && $0.end - $0.start > length }
    let latest = ReplayFixture.start + SimulatedDay.length - absenceLength
    let all = item.truth.reboots
    let told = all.enumerated().count { position, instant in
      let next = position + 1 < all.count ? all[position + 1] : latest
      return up.contains { $0.start + length < instant }
        && up.contains { max($0.start, instant) + length < min($0.end, next) }
    }
    #expect(
      (told...all.count).contains(item.report.rebootCount),
      "\(name): \(item.report.rebootCount) of \(all.count) reboots")
  }

  private static func compareUsage(_ item: SimulatedDay.Case, _ name: String) {
    if item.truth.clockOffset == 0, item.truth.kind == SimulatedKind.loudspeaker.rawValue {
      let played = item.usage.first { $0.figure.metric == "played_s" && $0.figure.formula == .sum }
      let told = item.truth.playedSecondsReported
      #expect((played?.amount ?? .whole(0)) == .whole(Int128(told)), "\(name)")
    }
    for (metric, counter) in item.truth.counters {
      let result = item.usage.first { $0.figure.metric == metric }
      #expect(result?.amount == .whole(Int128(counter.total)), "\(name), \(metric)")
    }
  }
}

extension SimulatedDay.Case {
  var trueOutages: [TrueInterval] { truth.intervals.filter { $0.state != .up } }

  /// The outages as an observer by event time can know them.
  ///
  /// Loudspeakers and video endpoints keep events while they are cut off and send them at once on
  /// return. What is received within the gap allowance of its time, or was said while nhip was
  /// away, counts as heard live, so it cuts the silence at its own time.
  var silences: [Interval] {
    trueOutages.flatMap { outage in
      let heard = events.filter { isLive($0) && outage.start < $0.at && $0.at < outage.end }
      let edges = [outage.start] + heard.map(\.at).sorted() + [outage.end]
      return zip(edges, edges.dropFirst()).map { Interval(start: $0, end: $1) }
    }
  }

  private func isLive(_ event: (at: Milliseconds, receivedAt: Milliseconds)) -> Bool {
    if absence?.contains(event.at) == true { return true }
    // A clock that is ahead by less than nhip tells stands as sent.
    guard event.at < event.receivedAt else { return true }
    return accountable(Interval(start: event.at, end: event.receivedAt)) <= profile.offlineAfter
  }

  /// How much of an interval nhip was there to hear.
  func accountable(_ interval: Interval) -> Milliseconds {
    guard let absence else { return interval.duration }
    let away = min(absence.end, interval.end) - max(absence.start, interval.start)
    return interval.duration - max(0, away)
  }
}
