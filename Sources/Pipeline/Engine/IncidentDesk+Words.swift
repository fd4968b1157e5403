// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Storage
import Telemetry

/// How units and sites are called, as the registry in force has it: the sentences of incidents
/// change with every version, and the registry seldom. Bounded by the registry.
struct IncidentPlaceNames {
  private var units: [String: String] = [:]
  private var parents: [String: String] = [:]
  private var sites: [String: String] = [:]

  init(_ registry: Registry) {
    for unit in registry.units { (units[unit.code], parents[unit.code]) = (unit.name, unit.parent) }
    for site in registry.sites { sites[site.code] = site.name }
  }

  func site(_ code: String) -> String { sites[code] ?? code }

  func unit(_ code: String) -> String { units[code] ?? code }

  /// Of the unit above; nil if there is none.
  func parent(of code: String) -> String? {
    parents[code].flatMap { $0.isEmpty ? nil : $0 }.map(unit)
  }
}

/// The sentences of an incident, from names that profiles and the registry have.
extension IncidentDesk {
  func incident(of change: IncidentChange, devices: [Device]) -> Incident {
    let stream = change.evidence.stream
    let subject = subject(of: change.group, stream: stream, devices: devices)
    let summary =
      if let wider = change.mergedInto {
        IncidentWords.summary(
          of: subject, partOf: self.subject(of: wider, stream: stream, devices: devices),
          since: change.since)
      } else {
        IncidentWords.summary(
          of: subject, evidence: change.evidence, since: change.since,
          resolvedAt: change.resolvedAt)
      }
    return Incident(
      id: StableHash.text(change.id), state: change.state, version: change.version,
      since: change.since, namedAt: change.namedAt, resolvedAt: change.resolvedAt,
      groupKind: change.group.kind, groupCode: change.group.code, cause: change.cause.cause,
      probability: change.cause.probability, severity: change.severity,
      title: IncidentWords.title(of: subject, isFlapping: change.evidence.isFlapping),
      summary: summary, evidence: change.evidence.json)
  }

  private func subject(
    of group: IncidentFleet.Group, stream: String, devices: [Device]
  ) -> IncidentSubject {
    let code = group.code
    var subject = IncidentSubject(kind: group.kind, name: code, stream: stream)
    if let metric = stream.split(separator: " ", maxSplits: 1).last {
      subject.metric = metricTitles[String(metric)]
    }
    /// Names of places are the same in both languages.
    func place(_ name: String) -> Title { Title(vi: name, en: name) }
    switch group.kind {
    case .device:
      guard let number = Int64(code), let position = engine.fleet.position(of: number) else {
        break
      }
      let device = devices[position]
      subject.name = device.name.isEmpty ? device.id : device.name
      let site = places.site(device.site)
      // "Wi-Fi 1, Nhà văn hóa thôn 3" names its site already.
      subject.place = place(subject.name.contains(site) ? places.unit(device.commune) : site)
    case .via:
      let gateway = devices.first { $0.id == code }
      subject.name = gateway.map { $0.name.isEmpty ? $0.id : $0.name } ?? code
    case .site:
      subject.name = places.site(code)
      // Every commune has a Thôn 4.
      if let device = devices.first(where: { $0.site == code }) {
        subject.place = place(places.unit(device.commune))
      }
    case .village:
      subject.name = places.unit(code)
      if let parent = places.parent(of: code) { subject.place = place(parent) }
    case .commune, .province: subject.name = places.unit(code)
    case .firmware:
      let parts = code.split(separator: "/", maxSplits: 1).map(String.init)
      subject.name = parts.last ?? code
      subject.place = kindTitles[parts.first ?? ""] ?? Title(vi: code, en: code)
    case .feeder, .isp, .all: break
    }
    return subject
  }
}
