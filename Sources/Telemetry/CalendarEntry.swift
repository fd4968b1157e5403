// SPDX-License-Identifier: Apache-2.0

/// What an entry of a calendar means for the devices it is about.
package enum CalendarPurpose: String, Sendable, Hashable, Codable, CaseIterable {
  /// Planned work on the device or on what it hangs on.
  case maintenance
  /// A power cut that the supplier announced, per feeder.
  case powerCut = "power-cut"
  /// An exercise in which devices are switched off on purpose.
  case drill
  /// Nobody expects service.
  case holiday
  /// Service is expected then, and not by the weekly hours of the kind.
  case serviceHours = "service-hours"

  /// Time that counts as maintenance; which of them it was is kept for who asks.
  package var isMaintenance: Bool {
    switch self {
    case .maintenance, .powerCut, .drill: true
    case .holiday, .serviceHours: false
    }
  }
}

/// Which devices an entry is about: those that meet every list that is not empty, by any of its
/// values. With all lists empty, every device.
package struct CalendarScope: Sendable, Hashable, Codable {
  /// Codes of units: devices in them and below them.
  package var units: [String]
  /// Codes of sites.
  package var sites: [String]
  /// Ids of devices.
  package var devices: [String]
  package var kinds: [String]
  /// Of the site, as the two after it.
  package var feeders: [String]
  package var isps: [String]
  package var siteTypes: [String]

  package init(
    units: [String] = [], sites: [String] = [], devices: [String] = [], kinds: [String] = [],
    feeders: [String] = [], isps: [String] = [], siteTypes: [String] = []
  ) {
    self.units = units
    self.sites = sites
    self.devices = devices
    self.kinds = kinds
    self.feeders = feeders
    self.isps = isps
    self.siteTypes = siteTypes
  }

  package var isEverything: Bool { self == CalendarScope() }
}

/// One event of a calendar as an operator entered it. Never changed: who enters it anew withdraws
/// this version and adds another, so that what was known when can always be told.
package struct CalendarEntry: Sendable, Hashable {
  /// Given by the store; 0 before that.
  package var id: Int64
  /// Name of the set it was imported with: an import of the same name replaces by `uid`.
  package var calendar: String
  package var uid: String
  package var purpose: CalendarPurpose
  package var scope: CalendarScope
  /// Ascending by start.
  package var occurrences: [Interval]
  /// It goes on behind the last occurrence.
  package var isCut: Bool
  package var title: String
  /// Who answers for the work, and under which paper.
  package var responsible: String
  package var reference: String
  package var enteredAt: Milliseconds
  package var enteredBy: String
  package var note: String?
  package var withdrawnAt: Milliseconds?
  package var withdrawnBy: String?

  package init(
    id: Int64 = 0, calendar: String, uid: String, purpose: CalendarPurpose,
    scope: CalendarScope = CalendarScope(), occurrences: [Interval], isCut: Bool = false,
    title: String = "", responsible: String = "", reference: String = "",
    enteredAt: Milliseconds = 0, enteredBy: String = "", note: String? = nil,
    withdrawnAt: Milliseconds? = nil, withdrawnBy: String? = nil
  ) {
    self.id = id
    self.calendar = calendar
    self.uid = uid
    self.purpose = purpose
    self.scope = scope
    self.occurrences = occurrences
    self.isCut = isCut
    self.title = title
    self.responsible = responsible
    self.reference = reference
    self.enteredAt = enteredAt
    self.enteredBy = enteredBy
    self.note = note
    self.withdrawnAt = withdrawnAt
    self.withdrawnBy = withdrawnBy
  }

  package var isInForce: Bool { withdrawnAt == nil }

  /// Whether both mean and say the same, whoever entered them when.
  package func saysTheSame(as other: CalendarEntry) -> Bool {
    purpose == other.purpose && scope == other.scope && occurrences == other.occurrences
      && isCut == other.isCut && title == other.title && responsible == other.responsible
      && reference == other.reference
  }

  /// Begun before it was entered: added after the fact.
  package func isLate(_ occurrence: Interval) -> Bool { occurrence.start < enteredAt }
}
