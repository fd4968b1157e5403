// SPDX-License-Identifier: Apache-2.0

import Analysis
import FleetSimulator
import Telemetry

/// One simulated fleet before the incident engine: silences and returns as a judge would tell
/// them, without messages, so that hundreds of grouped faults take seconds.
///
/// What is left out of a whole pipeline: late and doubled messages, clocks that are wrong, mains
/// voltages, boot reasons. `Benchmarks/anomaly/fleet` has them.
struct FaultRun {
  private static let tick: Milliseconds = 10_000
  private static let day: Milliseconds = 86_400_000
  /// A Friday, 00:00 in Viet Nam.
  private static let start: Milliseconds = 1_795_107_600_000
  /// Time goes on in ticks for so long after the last event.
  private static let quietAfter: Milliseconds = 3 * 3_600_000
  private static let loopBoots = 3
  private static let loopWithin: Milliseconds = 3_600_000

  let plan: AnomalyPlan
  let devices: [Device]
  private let paces: [IncidentFleet.KindPace]
  private let phases: [Milliseconds]
  private let outages: [[FleetSimulator.Outage]]
  private let told: Set<String>
  private var engine: IncidentEngine
  private var heard: [Milliseconds]

  /// As first told and as told last.
  private(set) var first: [UInt64: IncidentChange] = [:]
  private(set) var last: [UInt64: IncidentChange] = [:]
  private(set) var members: [UInt64: [UInt64: IncidentChange.Member]] = [:]
  /// Of each true incident, devices of which there was an alert.
  private(set) var visible: [String: Set<Int64>] = [:]
  private var firmware: [String] = []

  private enum Event {
    case silent(Int, FleetSimulator.Outage)
    case back(Int, FleetSimulator.Outage)
    case loop(Int, since: Milliseconds)
    case loopEnds(Int, since: Milliseconds, at: Milliseconds)
  }

  init(seed: UInt64, communes: Int, reportInterval: Milliseconds) {
    let fleet = AnomalyFleet(communes: communes, seed: seed)
    plan = AnomalyPlan(
      fleet: fleet, start: Self.start, duration: 30 * Self.day, rates: .groups,
      reportInterval: reportInterval)
    outages = plan.outages
    told = Set(plan.incidents.filter(\.isToldUnobserved).map(\.id))
    let registry = Self.registry(of: fleet)
    devices = registry.devices
    func pace(of kind: String) -> IncidentFleet.KindPace {
      switch kind {
      case "kiosk": .init(reportInterval: reportInterval, offlineAfter: 5 * reportInterval)
      case "video-endpoint":
        .init(
          reportInterval: max(reportInterval, 300_000),
          offlineAfter: max(3 * reportInterval, 900_000))
      default: .init(reportInterval: reportInterval, offlineAfter: 3 * reportInterval)
      }
    }
    paces = devices.map { pace(of: $0.kind) }
    let byKind = Dictionary(devices.map { ($0.kind, pace(of: $0.kind)) }) { first, _ in first }
    engine = IncidentEngine(
      fleet: IncidentFleet(devices: devices, registry: registry, paces: byKind))
    var random = RandomStream(seed: seed, name: "report phases")
    var phases: [Milliseconds] = []
    for pace in paces { phases.append(random.integer(in: 0...(pace.reportInterval - 1))) }
    self.phases = phases
    heard = Array(repeating: .min, count: devices.count)
    for (position, member) in fleet.members.enumerated() {
      engine.setFirmware(member.firmware, of: position)
    }
  }

  /// As `nhip simulate --registry` writes it.
  private static func registry(of fleet: AnomalyFleet) -> Registry {
    var registry = Registry()
    var known: Set<String> = []
    for commune in fleet.communes {
      if known.insert(commune.province).inserted {
        registry.units.append(
          Telemetry.Unit(code: commune.province, name: commune.province, level: "province"))
      }
      registry.units.append(
        Telemetry.Unit(
          code: commune.code, name: commune.code, level: "commune", parent: commune.province))
    }
    for (index, member) in fleet.members.enumerated() {
      let simulated = member.device
      if !simulated.village.isEmpty, known.insert(simulated.village).inserted {
        registry.units.append(
          Telemetry.Unit(
            code: simulated.village, name: simulated.village, level: "village",
            parent: simulated.commune))
      }
      if known.insert(simulated.site).inserted {
        registry.sites.append(
          Site(
            code: simulated.site, name: simulated.site,
            type: simulated.site.hasSuffix("NVH") ? "culture-house" : "other",
            unit: simulated.village.isEmpty ? simulated.commune : simulated.village,
            feeder: simulated.feeder, isp: member.provider))
      }
      var device = Device(
        number: Int64(index + 1), id: simulated.id, kind: simulated.kind, name: simulated.id,
        site: simulated.site, commune: simulated.commune)
      device.via = member.via
      registry.devices.append(device)
    }
    return registry
  }

  // MARK: What devices do

  private func report(of position: Int, before instant: Milliseconds) -> Milliseconds {
    let length = paces[position].reportInterval
    let zero = Self.start + phases[position]
    return zero + (instant - zero) / length * length
  }

  private func heard(_ position: Int, at instant: Milliseconds) -> Milliseconds {
    guard let away = outages[position].last(where: { $0.interval.start < instant }) else {
      return report(of: position, before: instant)
    }
    guard instant >= away.interval.end else {
      return report(of: position, before: away.interval.start)
    }
    return max(away.interval.end, report(of: position, before: instant))
  }

  /// The service hours of the shipped profiles.
  private func serves(_ position: Int, at instant: Milliseconds) -> Bool {
    let local = instant + 7 * 3_600_000
    let minute = local % Self.day / 60_000
    switch devices[position].kind {
    case "kiosk", "video-endpoint":
      let weekday = (local / Self.day + 3) % 7
      return weekday < 5 && (450..<1_020).contains(minute)
    case "wifi-ap":
      return !devices[position].site.hasSuffix("NVH") || (300..<1_320).contains(minute)
    default: return true
    }
  }

  /// When its silence is told: by a will while it serves, else when it has owed reports for long.
  private func knownAt(_ position: Int, _ outage: FleetSimulator.Outage) -> Milliseconds? {
    if let will = outage.willAt, serves(position, at: will) { return will + 5_000 }
    var instant = report(of: position, before: outage.interval.start)
    var left = paces[position].offlineAfter
    while left >= 0 {
      if serves(position, at: instant) { left -= Self.tick }
      instant += Self.tick
      if instant >= outage.interval.end { return nil }
    }
    return instant
  }

  private mutating func events() -> [(at: Milliseconds, event: Event)] {
    var events: [(at: Milliseconds, event: Event)] = []
    for position in devices.indices {
      let number = devices[position].number
      for outage in outages[position] where !told.contains(outage.incident ?? "") {
        guard let known = knownAt(position, outage), known < outage.interval.end else { continue }
        events.append((known, .silent(position, outage)))
        events.append((outage.interval.end, .back(position, outage)))
        if let incident = outage.incident { visible[incident, default: []].insert(number) }
      }
      var (boots, since): ([Milliseconds], Milliseconds?) = ([], nil)
      func closed(_ opening: Milliseconds, _ end: Milliseconds) {
        events.append((end + 60_000, .loopEnds(position, since: opening, at: end)))
      }
      for outage in outages[position] where outage.isPart && outage.bootAt != nil {
        let boot = outage.interval.end
        if let opening = since, let newest = boots.last, boot - newest > Self.loopWithin {
          closed(opening, newest + Self.loopWithin)
          since = nil
        }
        boots.append(boot)
        let near = boots.suffix(Self.loopBoots)
        guard since == nil, near.count == Self.loopBoots, let opening = near.first,
          boot - opening <= Self.loopWithin
        else { continue }
        since = opening
        events.append((boot + 20_000, .loop(position, since: opening)))
        if let incident = outage.incident { visible[incident, default: []].insert(number) }
      }
      if let since, let newest = boots.last { closed(since, newest + Self.loopWithin) }
    }
    return events.sorted { $0.at < $1.at }
  }

  // MARK: The run

  mutating func run() {
    let events = events()
    var (now, busyUntil, next) = (Self.start, Self.start, 0)
    while next < events.count || now < busyUntil {
      now += Self.tick
      if now > busyUntil, next < events.count {
        now = max(now, events[next].at / Self.tick * Self.tick + Self.tick)
      }
      for position in heard.indices { heard[position] = heard(position, at: now) }
      while next < events.count, events[next].at <= now {
        busyUntil = max(busyUntil, events[next].at + Self.quietAfter)
        apply(events[next].event, at: events[next].at)
        next += 1
      }
      engine.advance(to: now, heard: heard)
      take()
    }
  }

  private func alert(_ position: Int, _ since: Milliseconds, _ rule: String) -> UInt64 {
    StableHash.of("\(rule) \(position) \(since)")
  }

  private mutating func apply(_ event: Event, at instant: Milliseconds) {
    switch event {
    case .silent(let position, let outage):
      let since = report(of: position, before: outage.interval.start)
      begin(position, "offline", .silent, .high, since: since, at: instant)
    case .back(let position, let outage):
      let since = report(of: position, before: outage.interval.start)
      engine.end(
        alert: alert(position, since, "offline"), at: outage.interval.end, knownAt: instant,
        heard: heard)
      engine.note(
        .booted(at: outage.bootAt ?? Self.start - Self.day), of: devices[position].number,
        at: instant)
    case .loop(let position, let since):
      begin(position, "reboot_loop", .rebootLoop, .medium, since: since, at: instant)
    case .loopEnds(let position, let since, let end):
      engine.end(
        alert: alert(position, since, "reboot_loop"), at: end, knownAt: instant, heard: heard)
    }
  }

  private mutating func begin(
    _ position: Int, _ rule: String, _ symptom: IncidentSymptom, _ severity: AlertRule.Severity,
    since: Milliseconds, at instant: Milliseconds
  ) {
    engine.begin(
      IncidentOnset(
        device: devices[position].number, alert: alert(position, since, rule), symptom: symptom,
        severity: severity, since: since, knownAt: instant),
      heard: heard)
  }

  private mutating func take() {
    for change in engine.takeChanges().incidents {
      if first[change.id] == nil { first[change.id] = change }
      last[change.id] = change
      for member in change.members { members[change.id, default: [:]][member.alert] = member }
      for alert in change.removed { members[change.id]?[alert] = nil }
    }
  }

  func devices(of id: UInt64) -> Set<Int64> {
    Set(members[id, default: [:]].values.map(\.device))
  }

  /// What truly was wrong with a device alone; nil if it was part of a grouped fault.
  func causeAlone(of change: IncidentChange) -> Incident.Cause? {
    guard let number = Int64(change.group.code), let position = devices.firstIndex(where: {
      $0.number == number
    }) else { return nil }
    let near = outages[position].first {
      $0.interval.end > change.since
        && $0.interval.start <= change.since + paces[position].reportInterval
    }
    guard let near, near.incident == nil else { return nil }
    return near.bootAt == nil ? .link : .device
  }
}
