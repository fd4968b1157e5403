// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Making one incident of those that a wider group explains: a fault that creeps, or one whose
/// members tell it one after the other.
extension IncidentEngine {
  /// An open incident near those that were just opened.
  private struct Near {
    var id: UInt64
    var namedAt: Milliseconds
    var window: Interval
    /// Ascending.
    var positions: [Int]
  }

  /// Asks of every group of those just opened, the smallest first, whether it explains them
  /// together with what is open already. The oldest incident takes the others in.
  mutating func widen(
    near opened: [UInt64], _ stream: String, _ length: Milliseconds, at instant: Milliseconds,
    _ heard: [Milliseconds]
  ) {
    var cases = near(opened, stream)
    guard cases.count > 1 else { return }
    for (group, devices) in widerGroups(of: opened) {
      let isIn = Set(devices)
      let inside = cases.filter { $0.positions.allSatisfy(isIn.contains) }
      guard inside.count > 1, let largest = inside.max(by: Self.isSmaller),
        let oldest = inside.min(by: { ($0.namedAt, $0.id) < ($1.namedAt, $1.id) })
      else { continue }
      let parts = inside.filter { Self.areNear($0.window, largest.window) }
      guard parts.count > 1, parts.contains(where: { $0.id == oldest.id }) else { continue }
      let waiting = pending.filter {
        $0.onset.symptom.stream == stream && isIn.contains($0.position)
          && crept($0, after: largest.window)
      }
      let struck = Set(parts.flatMap(\.positions)).union(waiting.map(\.position))
      let others = explained(stream).subtracting(struck)
      let widening = GroupWidening(
        chooser: GroupChoice(
          fleet: fleet, history: history, heard: heard, explained: others, gaps: gaps))
      let figures = widening.figures(
        of: .init(
          group: group, devices: devices, struck: struck, core: Set(largest.positions),
          cluster: .init(
            stream: stream, positions: [], inCluster: [],
            kinds: Set(struck.map { fleet.kindOfPosition[$0] }), window: largest.window,
            length: length, at: instant, mayCreep: true)))
      guard let figures else { continue }
      merge(
        parts.map(\.id).filter { $0 != oldest.id }, waiting, into: oldest.id, group,
        largest.window, figures, at: instant)
      noteWhetherOurs(oldest.id, largest.window, heard)
      cases.removeAll { part in part.id != oldest.id && parts.contains { $0.id == part.id } }
      if let index = cases.firstIndex(where: { $0.id == oldest.id }) {
        cases[index].window = largest.window
        cases[index].positions = positions(of: oldest.id)
      }
    }
  }

  private static func isSmaller(_ left: Near, _ right: Near) -> Bool {
    (left.positions.count, right.namedAt, right.id) < (right.positions.count, left.namedAt, left.id)
  }

  private static func areNear(_ left: Interval, _ right: Interval) -> Bool {
    left.start <= right.end + IncidentSettings.creepMax
      && right.start <= left.end + IncidentSettings.creepMax
  }

  private func positions(of id: UInt64) -> [Int] {
    (cases[id]?.openAlerts.keys).map { $0.compactMap(fleet.position(of:)).sorted() } ?? []
  }

  private func near(_ opened: [UInt64], _ stream: String) -> [Near] {
    let windows = opened.compactMap { cases[$0]?.window }
    return cases.values.compactMap { known in
      guard known.mayGrow, known.stream == stream,
        windows.contains(where: { Self.areNear($0, known.window) })
      else { return nil }
      let positions = positions(of: known.id)
      return positions.isEmpty
        ? nil
        : Near(
          id: known.id, namedAt: known.namedAt, window: known.window, positions: positions)
    }.sorted { ($0.namedAt, $0.id) < ($1.namedAt, $1.id) }
  }

  /// Every group that one of these is part of, the smallest first.
  private func widerGroups(of opened: [UInt64]) -> [(IncidentFleet.Group, [Int])] {
    var indices: Set<Int> = []
    for id in opened {
      for position in positions(of: id) { indices.formUnion(fleet.groups(of: position)) }
    }
    let groups = indices.sorted().map { (fleet.groups[$0], fleet.members(of: $0)) }
    let all = (IncidentFleet.Group(kind: .all, code: ""), Array(fleet.numbers.indices))
    return (groups + [all]).sorted {
      ($0.1.count, $0.0.kind.rank, $0.0.code) < ($1.1.count, $1.0.kind.rank, $1.0.code)
    }
  }

  private mutating func merge(
    _ parts: [UInt64], _ waiting: [Pending], into id: UInt64, _ group: IncidentFleet.Group,
    _ window: Interval, _ figures: IncidentEvidence.Choice, at instant: Milliseconds
  ) {
    if cases[id]?.group != group {
      leaveGroups(id)
      cases[id]?.widen(to: group, window: window, figures, at: instant)
      groupCases[cases[id]?.stream ?? "", default: []].append(id)
    }
    for part in parts {
      guard let other = cases[part] else { continue }
      cases[id]?.absorb(other, at: instant)
      for member in other.members { caseOfAlert[member.alert] = id }
      for device in other.devices {
        casesOfDevice[device]?.removeAll { $0 == part || $0 == id }
        casesOfDevice[device, default: []].append(id)
      }
      leaveGroups(part)
      closing.remove(part)
      if other.told == nil {
        // Opened a moment ago: nobody has heard of it.
        cases[part] = nil
        dirty.remove(part)
      } else {
        cases[part]?.end(asPartOf: (id, group), at: instant)
        recent.append(part)
        dirty.insert(part)
      }
    }
    remove(waiting)
    for entry in waiting { join(entry, id) }
    touch(id)
  }

  private mutating func leaveGroups(_ id: UInt64) {
    guard let stream = cases[id]?.stream else { return }
    groupCases[stream]?.removeAll { $0 == id }
    if groupCases[stream]?.isEmpty ?? false { groupCases[stream] = nil }
  }
}
