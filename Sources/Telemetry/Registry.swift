// SPDX-License-Identifier: Apache-2.0

/// Units, sites, devices and information systems: who stands where, under which unit, since when.
///
/// Codes are strings (leading zeros matter). Every entry is dated: `validFrom` and `validTo` are
/// UTC instants (the file's dates are local midnights), nil means open.
package struct Registry: Sendable {
  package var units: [Unit]
  package var sites: [Site]
  package var devices: [Device]
  package var systems: [InformationSystem]

  package init(
    units: [Unit] = [], sites: [Site] = [], devices: [Device] = [],
    systems: [InformationSystem] = []
  ) {
    self.units = units
    self.sites = sites
    self.devices = devices
    self.systems = systems
  }
}

/// A nation, province, commune or village.
package struct Unit: Sendable, Hashable {
  package var code: String
  package var name: String
  /// `nation`, `province`, `commune` or `village`; never inferred from the code.
  package var level: String
  /// What people there call it: thôn, ấp, bản, tổ dân phố, xã, phường, tỉnh, …
  package var levelLabel: String
  package var areaClass: String
  package var parent: String
  package var validFrom: Milliseconds?
  package var validTo: Milliseconds?

  package init(
    code: String, name: String, level: String, levelLabel: String = "", areaClass: String = "",
    parent: String = "", validFrom: Milliseconds? = nil, validTo: Milliseconds? = nil
  ) {
    self.code = code
    self.name = name
    self.level = level
    self.levelLabel = levelLabel
    self.areaClass = areaClass
    self.parent = parent
    self.validFrom = validFrom
    self.validTo = validTo
  }
}

/// A place that has, or should have, devices: a culture house, a committee office, a pole.
package struct Site: Sendable, Hashable {
  package var code: String
  package var name: String
  package var type: String
  /// Code of the unit (usually the village) it stands in.
  package var unit: String
  package var latitude: Double?
  package var longitude: Double?
  package var feeder: String
  package var isp: String
  package var validFrom: Milliseconds?
  package var validTo: Milliseconds?

  package init(
    code: String, name: String, type: String, unit: String, latitude: Double? = nil,
    longitude: Double? = nil, feeder: String = "", isp: String = "",
    validFrom: Milliseconds? = nil, validTo: Milliseconds? = nil
  ) {
    self.code = code
    self.name = name
    self.type = type
    self.unit = unit
    self.latitude = latitude
    self.longitude = longitude
    self.feeder = feeder
    self.isp = isp
    self.validFrom = validFrom
    self.validTo = validTo
  }
}

/// A registered device. `number` is its identity for life; (commune, kind, id) is its address.
package struct Device: Sendable, Hashable {
  /// Given by the store at first import; 0 before that.
  package var number: Int64
  /// The `{device}` level of its topics: `[A-Za-z0-9._-]{1,64}`.
  package var id: String
  package var kind: String
  package var name: String
  /// Code of its site.
  package var site: String
  /// Code of the commune its topics carry, derived from its site's unit.
  package var commune: String
  /// `id` of the gateway it reports through, or empty.
  package var via: String
  package var owner: String
  /// Time before this is excluded from availability; nil means since first heard.
  package var commissionedAt: Milliseconds?
  package var retiredAt: Milliseconds?
  package var simQuotaMegabytes: Int?
  package var simCycleDay: Int?
  package var simExpiresOn: Milliseconds?
  package var certificateExpiresOn: Milliseconds?

  package init(
    number: Int64 = 0, id: String, kind: String, name: String, site: String, commune: String,
    via: String = "", owner: String = "", commissionedAt: Milliseconds? = nil,
    retiredAt: Milliseconds? = nil, simQuotaMegabytes: Int? = nil, simCycleDay: Int? = nil,
    simExpiresOn: Milliseconds? = nil, certificateExpiresOn: Milliseconds? = nil
  ) {
    self.number = number
    self.id = id
    self.kind = kind
    self.name = name
    self.site = site
    self.commune = commune
    self.via = via
    self.owner = owner
    self.commissionedAt = commissionedAt
    self.retiredAt = retiredAt
    self.simQuotaMegabytes = simQuotaMegabytes
    self.simCycleDay = simCycleDay
    self.simExpiresOn = simExpiresOn
    self.certificateExpiresOn = certificateExpiresOn
  }
}

/// An information system, for the indicators on security levels.
package struct InformationSystem: Sendable, Hashable {
  package var code: String
  package var unit: String
  package var securityLevel: Int
  package var approvedOn: Milliseconds?
  package var measuresInPlace: Bool

  package init(
    code: String, unit: String, securityLevel: Int, approvedOn: Milliseconds? = nil,
    measuresInPlace: Bool = false
  ) {
    self.code = code
    self.unit = unit
    self.securityLevel = securityLevel
    self.approvedOn = approvedOn
    self.measuresInPlace = measuresInPlace
  }
}
