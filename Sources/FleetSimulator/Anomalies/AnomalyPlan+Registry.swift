// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// The registry of an anomaly fleet, so that a replay knows its groups, SIM contracts and dates.
extension AnomalyPlan {
  /// `units.csv`, `sites.csv` and `devices.csv`: name and text of each.
  package func registryFiles() -> [(name: String, text: String)] {
    [("units.csv", units()), ("sites.csv", sites()), ("devices.csv", registeredDevices())]
  }

  /// Long before every plan.
  private static let validFrom = "2025-07-01"

  private func units() -> String {
    var rows = ["code,name,level,level_label,area_class,parent,valid_from,valid_to"]
    func add(_ code: String, _ name: String, _ level: String, _ label: String, _ parent: String) {
      rows.append("\(code),\(name),\(level),\(label),,\(parent),\(Self.validFrom),")
    }
    add("VN", RegistryWords.nation, "nation", RegistryWords.nationLabel, "")
    let provinces = Set(fleet.communes.map(\.province)).sorted()
    for (position, code) in provinces.enumerated() {
      add(
        code, RegistryWords.province(position + 1), "province", RegistryWords.provinceLabel, "VN")
    }
    for (position, commune) in fleet.communes.enumerated() {
      add(
        commune.code, RegistryWords.commune(position + 1), "commune", RegistryWords.communeLabel,
        commune.province)
    }
    for (code, commune) in villages() {
      add(code, Self.villageName(code), "village", RegistryWords.villageLabel, commune)
    }
    return Self.text(rows)
  }

  private func villages() -> [(code: String, commune: String)] {
    var known: Set<String> = []
    return fleet.members.map(\.device).filter {
      !$0.village.isEmpty && known.insert($0.village).inserted
    }.map { ($0.village, $0.commune) }
  }

  private func sites() -> String {
    var rows = ["code,name,type,unit,lat,lon,feeder,isp,valid_from,valid_to"]
    var known: Set<String> = []
    for member in fleet.members where known.insert(member.device.site).inserted {
      let device = member.device
      let site = siteName(of: device)
      let unit = device.village.isEmpty ? device.commune : device.village
      rows.append(
        "\(device.site),\(site.name),\(site.type),\(unit),,,\(device.feeder),"
          + "\(member.provider),\(Self.validFrom),")
    }
    return Self.text(rows)
  }

  private func registeredDevices() -> String {
    var rows = [
      "id,kind,name,site,via,owner,commissioned_at,sim_quota_mb,sim_cycle_day,sim_expires_on,"
        + "certificate_expires_on"
    ]
    for (member, drawn) in zip(fleet.members, devices) {
      let device = member.device
      guard let kind = SimulatedKind(rawValue: device.kind) else { continue }
      let number = String(device.id.split(separator: "-").last ?? "")
      let name = RegistryWords.device(kind, number, at: siteName(of: device).name)
      let hasSIM = kind == .loudspeaker
      let sim =
        hasSIM
        ? "\(Int(Supplies.dataQuota)),1,\(LocalTime.isoDate(ofDay: drawn.simExpiresOn))" : ",,"
      rows.append(
        "\(device.id),\(device.kind),\"\(name)\",\(device.site),\(member.via),"
          + "\(RegistryWords.owner(communeName(device.commune))),2025-09-15,\(sim),"
          + LocalTime.isoDate(ofDay: drawn.certificateExpiresOn))
    }
    return Self.text(rows)
  }

  private func siteName(of device: SimulatedDevice) -> (name: String, type: String) {
    let suffix = String(device.site.split(separator: "-").last ?? "")
    let place =
      device.village.isEmpty ? communeName(device.commune) : Self.villageName(device.village)
    return RegistryWords.site(suffix, of: place)
  }

  private func communeName(_ code: String) -> String {
    RegistryWords.commune((fleet.communes.firstIndex { $0.code == code } ?? 0) + 1)
  }

  private static func villageName(_ code: String) -> String {
    RegistryWords.village(Int(code.suffix(2)) ?? 0)
  }

  private static func text(_ rows: [String]) -> String { rows.joined(separator: "\n") + "\n" }
}
