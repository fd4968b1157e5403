// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Devices by position, and the groups each belongs to: what the registry says, and the firmware
/// as each device last told it.
///
/// A value; flat columns over devices. Bounds: one group at most of each kind a device.
package struct IncidentFleet: Sendable {
  /// What may fail together.
  package struct Group: Sendable, Hashable {
    package var kind: Incident.GroupKind
    package var code: String
    package init(kind: Incident.GroupKind, code: String) {
      self.kind = kind
      self.code = code
    }
  }

  /// Of a kind of device, what the engine needs of its profile.
  package struct KindPace: Sendable {
    package var reportInterval: Milliseconds
    package var offlineAfter: Milliseconds
    package init(reportInterval: Milliseconds, offlineAfter: Milliseconds) {
      self.reportInterval = reportInterval
      self.offlineAfter = offlineAfter
    }

    /// Reports are not sent to the second: so much earlier or later they still come in time.
    var slack: Milliseconds { min(IncidentSettings.slackMax, reportInterval / 2) }
  }

  /// Kinds with a column of their own; `all` holds everybody and `device` is the position.
  static let columns: [Incident.GroupKind] = [
    .via, .site, .village, .feeder, .commune, .isp, .province, .firmware,
  ]
  private static let firmwareColumn = 7

  package private(set) var numbers: [Int64] = []
  private(set) var paces: [KindPace] = []
  /// Of each position, in `kinds`.
  private(set) var kindOfPosition: [Int32] = []
  private var kinds: [String] = []
  private(set) var groups: [Group] = []
  private var indexOfGroup: [Group: Int32] = [:]
  /// Ascending positions; of firmware groups, which change, not kept.
  private var membersOfGroup: [[Int32]] = []
  /// `columns.count` a position; -1 is none.
  private var groupsOfPosition: [Int32] = []
  /// Positions by ascending number; empty if they stand in that order anyway.
  private var order: [Int32] = []

  /// - Parameters:
  ///   - devices: those that are judged; their positions are the engine's.
  ///   - paces: by kind.
  package init(devices: [Device], registry: Registry, paces: [String: KindPace]) {
    numbers = devices.map(\.number)
    kinds = Array(Set(devices.map(\.kind))).sorted()
    let kindIndex = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1, Int32($0)) })
    kindOfPosition = devices.map { kindIndex[$0.kind] ?? 0 }
    self.paces = kinds.map {
      paces[$0] ?? KindPace(reportInterval: 60_000, offlineAfter: 180_000)
    }
    if numbers != numbers.sorted() {
      order = devices.indices.map { Int32($0) }.sorted { numbers[Int($0)] < numbers[Int($1)] }
    }
    groupsOfPosition = Array(repeating: -1, count: devices.count * Self.columns.count)
    let places = IncidentPlaces(registry)
    let gateways = Set(devices.lazy.map(\.via)).subtracting([""])
    for (position, device) in devices.enumerated() {
      let place = places.place(of: device)
      // A gateway stands in its own group; it is what the others have in common.
      let via = gateways.contains(device.id) ? device.id : device.via
      let codes = [
        via, device.site, place.village, place.feeder, place.commune, place.isp, place.province,
      ]
      for (column, code) in codes.enumerated() where !code.isEmpty {
        put(position, column, Group(kind: Self.columns[column], code: code))
      }
    }
  }

  /// Keeps the firmware of who is still there.
  package mutating func keepFirmware(of earlier: IncidentFleet) {
    for (position, number) in numbers.enumerated() {
      guard let old = earlier.position(of: number) else { continue }
      let index = earlier.groupsOfPosition[old * Self.columns.count + Self.firmwareColumn]
      guard index >= 0 else { continue }
      put(position, Self.firmwareColumn, earlier.groups[Int(index)])
    }
  }

  private mutating func put(_ position: Int, _ column: Int, _ group: Group) {
    let index: Int32
    if let known = indexOfGroup[group] {
      index = known
    } else {
      index = Int32(groups.count)
      indexOfGroup[group] = index
      groups.append(group)
      membersOfGroup.append([])
    }
    groupsOfPosition[position * Self.columns.count + column] = index
    if column != Self.firmwareColumn { membersOfGroup[Int(index)].append(Int32(position)) }
  }

  package mutating func setFirmware(_ name: String, of position: Int) {
    let kind = kinds[Int(kindOfPosition[position])]
    put(position, Self.firmwareColumn, Group(kind: .firmware, code: "\(kind)/\(name)"))
  }

  // MARK: Looking up

  package func position(of number: Int64) -> Int? {
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers[ranked(middle)] < number { low = middle + 1 } else { high = middle }
    }
    guard low < numbers.count, numbers[ranked(low)] == number else { return nil }
    return ranked(low)
  }

  private func ranked(_ index: Int) -> Int { order.isEmpty ? index : Int(order[index]) }

  func pace(of position: Int) -> KindPace { paces[Int(kindOfPosition[position])] }

  /// The groups of one device in the order of `columns`, without `all` and itself.
  func groups(of position: Int) -> [Int] {
    let start = position * Self.columns.count
    return groupsOfPosition[start..<start + Self.columns.count].compactMap {
      $0 < 0 ? nil : Int($0)
    }
  }

  /// The index of its group of one kind; nil if the registry names none.
  func group(_ kind: Incident.GroupKind, of position: Int) -> Int? {
    guard let column = Self.columns.firstIndex(of: kind) else { return nil }
    let index = groupsOfPosition[position * Self.columns.count + column]
    return index < 0 ? nil : Int(index)
  }

  /// Ascending positions.
  func members(of index: Int) -> [Int] {
    guard groups[index].kind == .firmware else { return membersOfGroup[index].map { Int($0) } }
    return numbers.indices.filter {
      groupsOfPosition[$0 * Self.columns.count + Self.firmwareColumn] == Int32(index)
    }
  }

  func contains(_ group: Group, _ position: Int) -> Bool {
    switch group.kind {
    case .all: true
    case .device: String(numbers[position]) == group.code
    default: self.group(group.kind, of: position).map { groups[$0] == group } ?? false
    }
  }

  /// How many different groups of a kind some devices stand in; those in none are left out.
  func count(of kind: Incident.GroupKind, among positions: [Int]) -> Int {
    Set(positions.lazy.compactMap { group(kind, of: $0) }).count
  }
}

/// Where devices stand, by the registry as it is now.
private struct IncidentPlaces {
  private let sites: [String: Site]
  private let units: [String: Telemetry.Unit]
  /// A chain of parents that is longer is a circle.
  private static let depthMax = 16

  init(_ registry: Registry) {
    sites = Dictionary(registry.sites.map { ($0.code, $0) }) { _, last in last }
    units = Dictionary(registry.units.map { ($0.code, $0) }) { _, last in last }
  }

  func place(
    of device: Device
  ) -> (village: String, commune: String, province: String, feeder: String, isp: String) {
    let site = sites[device.site]
    var (village, commune, province) = ("", device.commune, "")
    var code = site?.unit ?? device.commune
    for _ in 0..<Self.depthMax {
      guard let unit = units[code] else { break }
      switch unit.level {
      case "village": village = unit.code
      case "commune": commune = unit.code
      case "province": province = unit.code
      default: break
      }
      code = unit.parent
    }
    return (village, commune, province, site?.feeder ?? "", site?.isp ?? "")
  }
}
