// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

/// One entry of the registry as its table, and its history, hold it.
protocol RegistryRow: Codable, Hashable, FetchableRecord, PersistableRecord, Sendable {
  static var entity: RegistryChange.Entity { get }
  var key: String { get }
  /// The same entry, no longer in force from `instant` on; nil removes it, for lack of a date.
  func closed(at instant: Milliseconds) -> Self?
  /// What the store decides and a file cannot: taken over before the comparison.
  mutating func inherit(from stored: Self)
  /// Takes over the end that a command gave it, where files cannot state one.
  mutating func stayEnded(as stored: Self)
}

extension RegistryRow {
  static var databaseColumnDecodingStrategy: DatabaseColumnDecodingStrategy {
    .convertFromSnakeCase
  }
  static var databaseColumnEncodingStrategy: DatabaseColumnEncodingStrategy {
    .convertToSnakeCase
  }

  mutating func inherit(from stored: Self) {}
  mutating func stayEnded(as stored: Self) {}
}

struct UnitRow: RegistryRow {
  static let databaseTableName = "unit"
  static let entity = RegistryChange.Entity.unit
  var code, name, level, levelLabel, areaClass, parent: String
  var validFrom, validTo: Milliseconds?
  var key: String { code }

  init(_ unit: Telemetry.Unit) {
    (code, name, level) = (unit.code, unit.name, unit.level)
    (levelLabel, areaClass, parent) = (unit.levelLabel, unit.areaClass, unit.parent)
    (validFrom, validTo) = (unit.validFrom, unit.validTo)
  }

  var unit: Telemetry.Unit {
    Telemetry.Unit(
      code: code, name: name, level: level, levelLabel: levelLabel, areaClass: areaClass,
      parent: parent, validFrom: validFrom, validTo: validTo)
  }

  func closed(at instant: Milliseconds) -> UnitRow? {
    var row = self
    row.validTo = validTo ?? instant
    return row
  }
}

struct SiteRow: RegistryRow {
  static let databaseTableName = "site"
  static let entity = RegistryChange.Entity.site
  var code, name, type, unit: String
  var latitude, longitude: Double?
  var feeder, isp: String
  var validFrom, validTo: Milliseconds?
  var key: String { code }

  init(_ site: Site) {
    (code, name, type, unit) = (site.code, site.name, site.type, site.unit)
    (latitude, longitude) = (site.latitude, site.longitude)
    (feeder, isp) = (site.feeder, site.isp)
    (validFrom, validTo) = (site.validFrom, site.validTo)
  }

  var site: Site {
    Site(
      code: code, name: name, type: type, unit: unit, latitude: latitude, longitude: longitude,
      feeder: feeder, isp: isp, validFrom: validFrom, validTo: validTo)
  }

  func closed(at instant: Milliseconds) -> SiteRow? {
    var row = self
    row.validTo = validTo ?? instant
    return row
  }
}

struct DeviceRow: RegistryRow {
  static let databaseTableName = "device"
  static let entity = RegistryChange.Entity.device
  /// Nil until the store has given one.
  var number: Int64?
  var id, kind, name, site, commune, via, owner: String
  var commissionedAt, retiredAt: Milliseconds?
  var simQuotaMegabytes, simCycleDay: Int?
  var simExpiresOn, certificateExpiresOn: Milliseconds?
  var key: String { id }

  init(_ device: Device) {
    number = nil
    (id, kind, name, site) = (device.id, device.kind, device.name, device.site)
    (commune, via, owner) = (device.commune, device.via, device.owner)
    (commissionedAt, retiredAt) = (device.commissionedAt, device.retiredAt)
    (simQuotaMegabytes, simCycleDay) = (device.simQuotaMegabytes, device.simCycleDay)
    (simExpiresOn, certificateExpiresOn) = (device.simExpiresOn, device.certificateExpiresOn)
  }

  var device: Device {
    Device(
      number: number ?? 0, id: id, kind: kind, name: name, site: site, commune: commune,
      via: via, owner: owner, commissionedAt: commissionedAt, retiredAt: retiredAt,
      simQuotaMegabytes: simQuotaMegabytes, simCycleDay: simCycleDay,
      simExpiresOn: simExpiresOn, certificateExpiresOn: certificateExpiresOn)
  }

  func closed(at instant: Milliseconds) -> DeviceRow? {
    var row = self
    row.retiredAt = retiredAt ?? instant
    return row
  }

  mutating func inherit(from stored: DeviceRow) { number = stored.number }
  mutating func stayEnded(as stored: DeviceRow) { retiredAt = retiredAt ?? stored.retiredAt }
}

struct InformationSystemRow: RegistryRow {
  static let databaseTableName = "information_system"
  static let entity = RegistryChange.Entity.system
  var code, unit: String
  var securityLevel: Int
  var approvedOn: Milliseconds?
  var measuresInPlace: Bool
  var key: String { code }

  init(_ system: InformationSystem) {
    (code, unit, securityLevel) = (system.code, system.unit, system.securityLevel)
    (approvedOn, measuresInPlace) = (system.approvedOn, system.measuresInPlace)
  }

  var system: InformationSystem {
    InformationSystem(
      code: code, unit: unit, securityLevel: securityLevel, approvedOn: approvedOn,
      measuresInPlace: measuresInPlace)
  }

  func closed(at instant: Milliseconds) -> InformationSystemRow? { nil }
}
