// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Reads `devices.csv`; a device's commune follows from its site's unit.
struct RegistryDevices {
  static let columns = [
    "id", "kind", "name", "site", "via", "owner", "commissioned_at", "sim_quota_mb",
    "sim_cycle_day", "sim_expires_on", "certificate_expires_on",
  ]

  let units: RegistryUnits
  let sites: [Site]
  let kinds: Set<String>
  let problems: ConfigurationProblems

  func read(file: String) -> [Device] {
    let table = RegistryTable(
      file: file, columns: Self.columns, required: ["id", "kind", "name", "site"],
      problems: problems)
    let siteUnits = Dictionary(sites.map { ($0.code, $0.unit) }) { first, _ in first }
    var devices: [Device] = []
    var viaPlaces: [RegistryPlace] = []
    var positions: [String: Int] = [:]
    table.forEachRow { row in
      let device = device(row, siteUnits: siteUnits)
      if positions.updateValue(devices.count, forKey: device.id) != nil {
        row.report("id", "the id stands twice", allowed: "each id once")
      }
      devices.append(device)
      viaPlaces.append(row.place("via"))
    }
    let gateways = devices.map { positions[$0.via] }
    let cyclic = RegistryCycles.members(gateways)
    for (index, device) in devices.enumerated() where !device.via.isEmpty {
      let place = viaPlaces[index]
      if device.via == device.id {
        table.add(place, "via", device.via, "a device cannot be its own gateway", "another id")
      } else if gateways[index] == nil {
        table.add(place, "via", device.via, "no such device", "an id of this file")
      } else if cyclic.contains(index) {
        table.add(place, "via", device.via, "the gateways form a cycle", "a device nearer to us")
      }
    }
    return devices
  }

  private func device(_ row: RegistryRow, siteUnits: [String: String]) -> Device {
    let (id, kind, site) = (row.required("id"), row.required("kind"), row.required("site"))
    if !id.isEmpty, !Self.isID(id) {
      row.report("id", "not a valid id", allowed: "[A-Za-z0-9._-]{1,64}")
    }
    if !kind.isEmpty, !kinds.contains(kind) {
      row.report("kind", "unknown kind", allowed: kinds.sorted().joined(separator: ", "))
    }
    let unit = siteUnits[site]
    let commune = unit.flatMap(units.commune)
    if !site.isEmpty, unit == nil {
      row.report("site", "no such site", allowed: "a code of sites.csv")
    } else if let unit, units.contains(unit), commune == nil {
      row.report("site", "its unit \(unit) is in no commune", allowed: "a site in a commune")
    }
    return Device(
      id: id, kind: kind, name: row.required("name"), site: site, commune: commune ?? "",
      via: row.text("via"), owner: row.text("owner"),
      commissionedAt: row.optional(
        "commissioned_at", allowed: LocalDate.instantAllowed, LocalDate.instant),
      simQuotaMegabytes: row.integer("sim_quota_mb", in: 0...10_000_000),
      simCycleDay: row.integer("sim_cycle_day", in: 1...31),
      simExpiresOn: row.date("sim_expires_on"),
      certificateExpiresOn: row.date("certificate_expires_on"))
  }

  static func isID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
  }
}
