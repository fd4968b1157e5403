// SPDX-License-Identifier: Apache-2.0

/// What devices can have in common.
enum GroupKind: String, Sendable, CaseIterable {
  case via, site, village, commune, feeder, isp, province, firmware, all
}

/// The groups of a fleet and who is in them.
struct FleetGroups: Sendable {
  struct Name: Sendable, Hashable {
    var kind: GroupKind
    var code: String
    var text: String { "\(kind.rawValue):\(code)" }
  }

  /// Positions of the devices, in order.
  private(set) var members: [Name: [Int]] = [:]
  private var namesOfMembers: [[Int]: [String]] = [:]

  init(_ fleet: AnomalyFleet) {
    let gateways = Set(fleet.members.map(\.via))
    for (position, member) in fleet.members.enumerated() {
      for kind in GroupKind.allCases {
        guard let code = Self.code(kind, of: member, gateways: gateways) else { continue }
        members[Name(kind: kind, code: code), default: []].append(position)
      }
    }
    for (name, positions) in members { namesOfMembers[positions, default: []].append(name.text) }
    for positions in namesOfMembers.keys { namesOfMembers[positions]?.sort() }
  }

  private static func code(
    _ kind: GroupKind, of member: AnomalyFleet.Member, gateways: Set<String>
  ) -> String? {
    let code =
      switch kind {
      // A gateway belongs to those whose way it is.
      case .via: gateways.contains(member.device.id) ? member.device.id : member.via
      case .site: member.device.site
      case .village: member.device.village
      case .commune: member.device.commune
      case .feeder: member.device.feeder
      case .isp: member.provider
      case .province: member.province
      case .firmware: member.firmware
      case .all: "all"
      }
    return code.isEmpty ? nil : code
  }

  /// Groups of a kind that hold at least two devices, in order of code.
  func names(_ kind: GroupKind) -> [Name] {
    members.filter { $0.key.kind == kind && $0.value.count > 1 }.map(\.key)
      .sorted { $0.code < $1.code }
  }

  /// All names of the devices' group: itself and those that nobody could tell from it.
  func names(sharedBy name: Name) -> [String] {
    namesOfMembers[members[name] ?? []] ?? []
  }
}
