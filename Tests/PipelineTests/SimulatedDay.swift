// SPDX-License-Identifier: Apache-2.0

import Analysis
import FleetSimulator
import Foundation
import Reporting
import Telemetry
import Testing

@testable import Pipeline

/// A simulated day of one commune as nhip received it, replayed and reported.
///
/// Service hours are taken out of the profiles, so that every instant of every device counts.
struct SimulatedDay {
  static let length: Milliseconds = 86_400_000
  /// A device was put up long before the day, so that nothing but its lag tells a wrong clock.
  private static let inServiceBefore: Milliseconds = 30 * 86_400_000

  struct Case {
    var truth: DeviceTruth
    var report: DeviceReport
    /// Of devices with faults of service and of some without; explaining takes its time.
    var serviceFailures: [ServiceFailure]?
    /// Of a period wide enough for the first reading, whose ts may lie just before the plan.
    var usage: [UsageResult]
    var profile: Profile
    var absence: Interval?
    /// What it said on channel `event`: when that happened as far as anybody can tell, and when
    /// it was received.
    var events: [(at: Milliseconds, receivedAt: Milliseconds)]
  }

  let seed: UInt64
  let cases: [Case]
  /// Nobody can tell more of the day than lies between its first message and its last, whosever
  /// they are; in this much of it nothing was heard, or nhip was away.
  let unheard: Milliseconds

  /// - Parameter absence: nhip is away then, the broker keeps everything for it.
  init(seed: UInt64, absence: Interval? = nil) throws {
    self.seed = seed
    let devices = FleetPlan.communes(1, seed: seed)
    let plan = FleetPlan(
      devices: devices, seed: seed, start: ReplayFixture.start, duration: Self.length,
      faults: .day)
    let profiles = try ReplayFixture.alwaysInService()
    let fixture = try ReplayFixture(profiles: profiles, registry: Self.registry(of: plan))
    let received = ReceivedDay(plan: plan, absence: absence)
    let (first, last) = (received.firstAt ?? plan.start, received.lastAt ?? plan.start)
    unheard =
      max(0, first - plan.start) + max(0, plan.start + Self.length - last)
      + (absence?.duration ?? 0)
    let result = try fixture.replay(received.lines)
    #expect(result.counters.quarantined == 0, "seed \(seed)")
    #expect(result.counters.readings == UInt64(received.messageCount), "seed \(seed)")

    let report = try fixture.report(from: plan.start, to: plan.start + Self.length)
    let wide = try fixture.report(
      from: plan.start - 60_000, to: plan.start + Self.length + 60_000)
    let reports = Dictionary(uniqueKeysWithValues: report.devices.map { ($0.device.id, $0) })
    let usages = Dictionary(uniqueKeysWithValues: wide.devices.map { ($0.device.id, $0.usage) })
    cases = try plan.truth().devices.enumerated().map { index, truth in
      let report = try #require(reports[truth.id])
      let isExplained =
        truth.faults.contains { $0.kind == .serviceFault } || index % 10 == Int(seed % 10)
      let explanation = isExplained
        ? try Explanation.build(
          store: fixture.store, profiles: profiles, device: report.device.number,
          period: Interval(start: plan.start, end: plan.start + Self.length)) : nil
      return Case(
        truth: truth, report: report, serviceFailures: explanation?.service?.failures,
        usage: try #require(usages[truth.id]),
        profile: try #require(profiles.first { $0.kind == truth.kind }), absence: absence,
        events: (received.events[index] ?? []).map {
          let at = Self.knowable($0.shown, $0.receivedAt, truth.clockOffset, absence)
          return (at, $0.receivedAt)
        })
    }
  }

  /// When an event with `ts` `shown` happened, as far as anybody can tell.
  private static func knowable(
    _ shown: Milliseconds, _ receivedAt: Milliseconds, _ clockOffset: Milliseconds,
    _ absence: Interval?
  ) -> Milliseconds {
    let tolerance = ClockState.clockTolerance
    // Held for so long that its ts has come true, it does not show that its clock is ahead.
    if clockOffset >= 0, receivedAt - shown >= -tolerance { return shown }
    let at = shown - clockOffset
    let isKeptByBroker = absence.map { receivedAt > $0.end } ?? false
    return isKeptByBroker || receivedAt - at <= tolerance ? at : receivedAt
  }

  static func registry(of plan: FleetPlan) -> Registry {
    var registry = Registry(units: [
      Telemetry.Unit(code: "VN", name: "Việt Nam", level: "nation", parent: ""),
      Telemetry.Unit(code: "98", name: "Lâm Sơn", level: "province", parent: "VN"),
    ])
    for code in Set(plan.devices.map(\.commune)).sorted() {
      registry.units.append(
        Telemetry.Unit(code: code, name: "Xã \(code)", level: "commune", parent: "98"))
    }
    for (village, commune) in Dictionary(
      plan.devices.map { ($0.village, $0.commune) }, uniquingKeysWith: { first, _ in first })
    {
      registry.units.append(
        Telemetry.Unit(code: village, name: village, level: "village", parent: commune))
    }
    for (site, village) in Dictionary(
      plan.devices.map { ($0.site, $0.village) }, uniquingKeysWith: { first, _ in first })
    {
      registry.sites.append(
        Site(code: site, name: site, type: "culture-house", unit: village))
    }
    registry.devices = plan.devices.map { device in
      Device(
        id: device.id, kind: device.kind, name: device.id, site: device.site,
        commune: device.commune, commissionedAt: plan.start - inServiceBefore)
    }
    return registry
  }
}

/// The messages of a plan in the order and at the times at which nhip received them.
private struct ReceivedDay {
  /// So many messages of a resumed session may be redeliveries, and are flagged as Session does.
  private static let receiveMaximum = 10_000

  private(set) var lines: [String] = []
  private(set) var messageCount = 0
  private(set) var firstAt: Milliseconds?
  private(set) var lastAt: Milliseconds?
  /// By the device's place in the plan.
  private(set) var events: [Int: [(shown: Milliseconds, receivedAt: Milliseconds)]] = [:]

  init(plan: FleetPlan, absence: Interval?) {
    var receivedAt = Milliseconds.min
    var resumedLeft = 0
    for message in plan.messages() {
      var received = message
      if let absence, message.publishedAt >= absence.start {
        if resumedLeft == 0, receivedAt < absence.start {
          lines.append(
            "{\"observed\":false,\"from\":\(absence.start),\"to\":\(absence.end)}")
          receivedAt = absence.end
          resumedLeft = Self.receiveMaximum
        }
        // What was kept arrives a millisecond apart, and what is new waits behind it.
        receivedAt = max(receivedAt + 1, message.publishedAt)
      } else {
        receivedAt = message.publishedAt
      }
      received.publishedAt = receivedAt
      var line = NDJSON.line(received)
      if resumedLeft > 0 {
        resumedLeft -= 1
        line = line.dropLast() + ",\"resumed\":true}"
      }
      lines.append(line)
      messageCount += 1
      firstAt = firstAt ?? receivedAt
      lastAt = receivedAt
      if received.topic.hasSuffix("/event") { note(received) }
    }
  }

  private mutating func note(_ event: SimulatedMessage) {
    struct Stamp: Decodable { var ts: Milliseconds }
    struct TextStamp: Decodable { var ts: String }
    let payload = Data(event.payload)
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    do {
      let shown: Milliseconds
      if let stamp = try? JSONDecoder().decode(Stamp.self, from: payload) {
        // Half of the devices write their time as a number, the others as text.
        shown = stamp.ts
      } else {
        let text = try JSONDecoder().decode(TextStamp.self, from: payload).ts
        shown = Milliseconds((try style.parse(text).timeIntervalSince1970 * 1_000).rounded())
      }
      events[event.deviceIndex, default: []].append((shown, event.publishedAt))
    } catch { Issue.record("an event without a time: \(error)") }
  }
}
