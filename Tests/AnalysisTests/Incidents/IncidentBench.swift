// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport

@testable import Analysis

/// A made-up fleet before an engine: devices report, fall silent and come back as told, and the
/// engine hears of it as it would of a judge's alerts.
struct IncidentBench {
  static let start: Milliseconds = 1_800_000_000_000
  static let second: Milliseconds = 1_000

  struct Absence {
    var from: Milliseconds
    var to: Milliseconds
    /// Restarted at the end, for this reason if it says one.
    var isReboot = false
    var reason: ReturnSign?
    /// Told by a will; else by silence alone.
    var hasWill = true
  }

  let registry: Registry
  let paces: [String: IncidentFleet.KindPace]
  let phases: [Milliseconds]
  var engine: IncidentEngine
  var absences: [[Absence]]
  private(set) var changes: [UInt64: IncidentChange] = [:]
  private(set) var members: [UInt64: [UInt64: IncidentChange.Member]] = [:]
  private(set) var versions: [UInt64: [Int]] = [:]
  private(set) var now = start
  private var heard: [Milliseconds]

  private enum Event {
    case begin(Int, Absence)
    case end(Int, Absence)
  }

  init(registry: Registry, phases seed: UInt64 = 1) {
    self.registry = registry
    var random = SeededGenerator(seed: seed)
    paces = [
      "wifi-ap": .init(reportInterval: 60_000, offlineAfter: 180_000),
      "kiosk": .init(reportInterval: 60_000, offlineAfter: 300_000),
      "video-endpoint": .init(reportInterval: 300_000, offlineAfter: 900_000),
    ]
    let fleet = IncidentFleet(devices: registry.devices, registry: registry, paces: paces)
    engine = IncidentEngine(fleet: fleet)
    phases = registry.devices.indices.map { _ in
      Milliseconds.random(in: 0..<60_000, using: &random)
    }
    absences = Array(repeating: [], count: registry.devices.count)
    heard = Array(repeating: .min, count: registry.devices.count)
  }

  func interval(_ position: Int) -> Milliseconds {
    paces[registry.devices[position].kind]?.reportInterval ?? 60_000
  }

  private func lastReport(_ position: Int, before instant: Milliseconds) -> Milliseconds {
    let length = interval(position)
    let past = (instant - Self.start - phases[position]) / length
    return Self.start + phases[position] + past * length
  }

  /// When it was heard last, at an instant.
  private func heard(_ position: Int, at instant: Milliseconds) -> Milliseconds {
    let away = absences[position].last { $0.from < instant }
    guard let away else { return lastReport(position, before: instant) }
    guard instant >= away.to else { return lastReport(position, before: away.from) }
    return max(away.to, lastReport(position, before: instant))
  }

  static func alert(_ number: Int64, _ since: Milliseconds) -> UInt64 {
    var random = SeededGenerator(seed: UInt64(bitPattern: since) ^ UInt64(number) << 48)
    return random.next()
  }

  /// Runs until `end` in ticks of some seconds.
  mutating func run(until end: Milliseconds, tick: Milliseconds = 5_000) {
    var events: [(at: Milliseconds, event: Event)] = []
    for (position, list) in absences.enumerated() {
      let allowance = paces[registry.devices[position].kind]?.offlineAfter ?? 180_000
      for away in list {
        let since = lastReport(position, before: away.from)
        let knownAt = away.hasWill ? away.from + 45_000 + phases[position] / 2 : since + allowance
        guard knownAt < away.to else { continue }
        events.append((knownAt, .begin(position, away)))
        events.append((away.to, .end(position, away)))
      }
    }
    events.sort { $0.at < $1.at }
    var next = events.startIndex
    while now < end {
      now += tick
      for position in heard.indices { heard[position] = self.heard(position, at: now) }
      while next < events.endIndex, events[next].at <= now {
        apply(events[next].event, at: events[next].at)
        next += 1
      }
      engine.advance(to: now, heard: heard)
      take()
    }
  }

  private mutating func apply(_ event: Event, at instant: Milliseconds) {
    switch event {
    case .begin(let position, let away):
      let number = registry.devices[position].number
      let since = lastReport(position, before: away.from)
      engine.begin(
        IncidentOnset(
          device: number, alert: Self.alert(number, since), symptom: .silent, severity: .high,
          since: since, knownAt: instant),
        heard: heard)
    case .end(let position, let away):
      let number = registry.devices[position].number
      let since = lastReport(position, before: away.from)
      engine.end(
        alert: Self.alert(number, since), at: away.to, knownAt: instant, heard: heard)
      let boot = away.isReboot ? away.to - 20_000 : Self.start - 86_400_000
      engine.note(.booted(at: boot), of: number, at: instant)
      if let reason = away.reason { engine.note(reason, of: number, at: instant) }
    }
  }

  mutating func take() {
    for change in engine.takeChanges().incidents {
      changes[change.id] = change
      if change.isNewVersion { versions[change.id, default: []].append(change.version) }
      for member in change.members { members[change.id, default: [:]][member.alert] = member }
      for alert in change.removed { members[change.id]?[alert] = nil }
    }
  }

  /// The incidents so far, by when they were named.
  var incidents: [IncidentChange] {
    changes.values.sorted { ($0.namedAt, $0.id) < ($1.namedAt, $1.id) }
  }

  func devices(of incident: IncidentChange) -> Set<Int64> {
    Set(members[incident.id, default: [:]].values.map(\.device))
  }

  // MARK: Fleets

  /// Communes of villages of sites of devices; a feeder has some villages, providers alternate.
  static func registry(
    communes: Int = 1, villages: Int = 6, perSite: Int = 5, kinds: [String] = ["wifi-ap"]
  ) -> Registry {
    var registry = Registry(units: [
      Telemetry.Unit(code: "98", name: "Tỉnh", level: "province")
    ])
    var number: Int64 = 0
    for commune in 0..<communes {
      let code = "0432\(commune)"
      registry.units.append(
        Telemetry.Unit(code: code, name: "Xã \(commune)", level: "commune", parent: "98"))
      for village in 0..<villages {
        let unit = "\(code)-\(village)"
        registry.units.append(
          Telemetry.Unit(code: unit, name: "Thôn \(village)", level: "village", parent: code))
        let site = "\(unit)-NVH"
        registry.sites.append(
          Site(
            code: site, name: site, type: "culture-house", unit: unit,
            feeder: "F\(code)-\(village / 3)", isp: village % 2 == 0 ? "A" : "B"))
        for index in 0..<perSite {
          number += 1
          registry.devices.append(
            Device(
              number: number, id: "d\(number)", kind: kinds[index % kinds.count], name: "",
              site: site, commune: code))
        }
      }
    }
    return registry
  }
}
