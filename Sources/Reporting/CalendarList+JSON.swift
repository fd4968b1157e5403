// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// What people entered, and outages, for programs: docs/CALENDARS.md says what each key is.
extension CalendarList {
  /// In the order given.
  package static func json(_ entries: [CalendarEntry]) -> [String] {
    JSONLines.of(entries.map(EntryLine.init))
  }

  package static func json(_ gaps: [ConfirmedGap]) -> [String] {
    JSONLines.of(gaps.map(GapLine.init))
  }

  package static func json(_ outages: [ListedOutage]) -> [String] {
    JSONLines.of(outages.map(OutageLine.init))
  }

  private struct Stretch: Encodable {
    var start, end: Milliseconds
    init(_ interval: Interval) { (start, end) = (interval.start, interval.end) }
  }

  private struct EntryLine: Encodable {
    var id: Int64
    var calendar, uid, purpose, title, responsible, reference, enteredBy: String
    var units, sites, devices, kinds, feeders, isps, siteTypes: [String]
    var occurrences: [Stretch]
    var isCut: Bool
    var enteredAt: Milliseconds
    var note, withdrawnBy: String?
    var withdrawnAt: Milliseconds?

    init(_ entry: CalendarEntry) {
      (id, calendar, uid) = (entry.id, entry.calendar, entry.uid)
      (purpose, title) = (entry.purpose.rawValue, entry.title)
      (responsible, reference) = (entry.responsible, entry.reference)
      let scope = entry.scope
      (units, sites, devices, kinds) = (scope.units, scope.sites, scope.devices, scope.kinds)
      (feeders, isps, siteTypes) = (scope.feeders, scope.isps, scope.siteTypes)
      occurrences = entry.occurrences.map(Stretch.init)
      isCut = entry.isCut
      (enteredAt, enteredBy, note) = (entry.enteredAt, entry.enteredBy, entry.note)
      (withdrawnAt, withdrawnBy) = (entry.withdrawnAt, entry.withdrawnBy)
    }
  }

  private struct GapLine: Encodable {
    var id: Int64
    var start, end, enteredAt: Milliseconds
    var note, enteredBy: String
    var withdrawnAt: Milliseconds?
    var withdrawnBy: String?

    init(_ gap: ConfirmedGap) {
      (id, start, end) = (gap.id, gap.interval.start, gap.interval.end)
      (note, enteredAt, enteredBy) = (gap.note, gap.enteredAt, gap.enteredBy)
      (withdrawnAt, withdrawnBy) = (gap.withdrawnAt, gap.withdrawnBy)
    }
  }

  private struct OutageLine: Encodable {
    var device, unitName, cause: String
    var start: Milliseconds
    /// Absent while the device has not been heard again.
    var end: Milliseconds?
    var durationMs: Milliseconds
    var recorded: Recorded?

    struct Recorded: Encodable {
      var id: Int64
      var cause, responsible, reference, enteredBy: String
      var at, enteredAt: Milliseconds
    }

    init(_ listed: ListedOutage) {
      let outage = listed.outage
      (device, unitName) = (listed.device.id, listed.unitName)
      cause = FigureNames.of(outage.cause)
      start = outage.interval.start
      end = outage.isOpen ? nil : outage.interval.end
      durationMs = outage.interval.duration
      recorded = listed.recorded.map {
        Recorded(
          id: $0.id, cause: $0.cause, responsible: $0.responsible, reference: $0.reference,
          enteredBy: $0.enteredBy, at: $0.at, enteredAt: $0.enteredAt)
      }
    }
  }
}
