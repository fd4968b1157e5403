// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The incidents of a report's devices that were open at some moment of its period, as they were
/// told at its end: what is found out later belongs to the next report.
package struct IncidentAccount: Sendable {
  package struct Line: Sendable, Hashable {
    package var incident: Incident
    /// Devices in the scope of the report that had joined it by the end of the period.
    package var deviceCount: Int
  }

  /// More than these are counted and not listed: a report is read by people.
  package static let listedMax = 30

  /// Those of the most devices first, then the newest; at most `listedMax`.
  package private(set) var listed: [Line] = []
  package private(set) var count = 0

  package init() {}

  /// - Parameters:
  ///   - incidents: as told last before the end of the period.
  ///   - members: of these incidents; those out of scope are left out.
  ///   - sealedAt: nothing that nhip came to know after it is part of the report.
  init(
    _ incidents: [Incident], members: [IncidentMember], of numbers: Set<Int64>, period: Interval,
    sealedAt: Milliseconds?
  ) {
    var devices: [String: Set<Int64>] = [:]
    for member in members where numbers.contains(member.device) {
      // Of one that was named after the end, those count whose fault lies before it.
      guard min(member.joinedAt, member.since) < period.end else { continue }
      devices[member.incident, default: []].insert(member.device)
    }
    let lines = incidents.compactMap { incident -> Line? in
      guard incident.namedAt <= sealedAt ?? .max, let members = devices[incident.id] else {
        return nil
      }
      return Line(incident: incident.asOf(period.end), deviceCount: members.count)
    }
    count = lines.count
    listed = Array(lines.sorted(by: Self.precedes).prefix(Self.listedMax))
  }

  private static func precedes(_ left: Line, _ right: Line) -> Bool {
    (right.deviceCount, right.incident.since, left.incident.id)
      < (left.deviceCount, left.incident.since, right.incident.id)
  }
}

extension Incident {
  /// What had not ended by then was open.
  fileprivate func asOf(_ instant: Milliseconds) -> Incident {
    guard let end = resolvedAt, end >= instant else { return self }
    var incident = self
    (incident.state, incident.resolvedAt) = (.open, nil)
    return incident
  }
}
