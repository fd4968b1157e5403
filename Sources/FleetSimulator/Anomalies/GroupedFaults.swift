// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// A grouped fault and what it does to each of its members.
struct GroupedFault: Sendable {
  var incident: TrueIncident
  /// By position of the device.
  var outages: [(device: Int, outages: [Outage])]
}

/// Draws the faults of groups: from a stream of its own, before those of single devices.
struct GroupedFaults: Sendable {
  private let fleet: AnomalyFleet
  private let groups: FleetGroups
  private let rates: AnomalyRates
  private let span: Interval
  private let silence: SilenceModel
  private var random: RandomStream
  private(set) var faults: [GroupedFault] = []
  /// When each commune is free again, so that storms do not blur: the stretches that are taken.
  private var taken: [String: [Interval]] = [:]

  /// Between two storms over the same commune.
  private static let separation: Milliseconds = 2 * 3_600_000
  /// Before a storm that finds no place is given up.
  private static let attemptsMax = 12

  private static let communeKinds: [(kind: FaultKind, group: GroupKind, weight: Double)] = [
    (.gatewayDeath, .via, 1), (.sitePower, .site, 1), (.villageLink, .village, 1),
    (.feederCut, .feeder, 1.4), (.communeLink, .commune, 0.6),
  ]
  private static let fleetKinds: [(kind: FaultKind, group: GroupKind, weight: Double)] = [
    (.providerOutage, .isp, 1.2), (.provinceLink, .province, 0.8),
    (.firmwareReboots, .firmware, 0.8), (.firmwareSilence, .firmware, 0.8),
    (.ownOutage, .all, 1.6),
  ]

  init(
    fleet: AnomalyFleet, groups: FleetGroups, rates: AnomalyRates, span: Interval,
    silence: SilenceModel, seed: UInt64
  ) {
    self.fleet = fleet
    self.groups = groups
    self.rates = rates
    self.span = span
    self.silence = silence
    random = RandomStream(seed: seed, name: "grouped faults")
    let months = Double(span.duration - rates.calmLength) / Double(30 * dayLength)
    guard months > 0 else { return }
    // The wide ones first: they need the most room.
    for _ in 0..<count(rates.fleetIncidents * months) { place(Self.fleetKinds, near: nil) }
    for commune in fleet.communes {
      for _ in 0..<count(rates.communeIncidents * months) {
        place(Self.communeKinds, near: commune.code)
      }
    }
    faults.sort { ($0.incident.start, $0.incident.id) < ($1.incident.start, $1.incident.id) }
  }

  /// The whole part for certain, the rest by chance.
  private mutating func count(_ mean: Double) -> Int {
    Int(mean) + (random.chance(mean - mean.rounded(.down)) ? 1 : 0)
  }

  private mutating func place(
    _ kinds: [(kind: FaultKind, group: GroupKind, weight: Double)], near commune: String?
  ) {
    let chosen = kinds[random.position(weights: kinds.map(\.weight))]
    let candidates = groups.names(chosen.group).filter { name in
      // Two of a version are no pattern.
      if chosen.group == .firmware, positions(of: name).count < 4 { return false }
      guard let commune else { return true }
      return positions(of: name).contains { fleet.members[$0].device.commune == commune }
    }
    // One province is the whole fleet, which no backbone of a province explains.
    if chosen.group == .province, candidates.count < 2 { return }
    guard !candidates.isEmpty else { return }
    let name = candidates[Int(random.integer(in: 0...Int64(candidates.count - 1)))]
    let communes = Set(positions(of: name).map { fleet.members[$0].device.commune })
    for _ in 0..<Self.attemptsMax {
      let length =
        chosen.kind == .firmwareReboots
        ? random.integer(in: 7_200_000...21_600_000) : silence.length(&random)
      let latest = span.end - length - Self.separation
      let earliest = span.start + rates.calmLength
      guard earliest < latest else { return }
      let start = random.integer(in: earliest...latest)
      let interval = Interval(start: start, end: start + length)
      let near = Interval(start: start - Self.separation, end: interval.end + Self.separation)
      let isFree = !communes.contains { taken[$0]?.contains { $0.meets(near) } ?? false }
      guard isFree else { continue }
      for code in communes { taken[code, default: []].append(interval) }
      faults.append(fault(chosen.kind, name, interval))
      return
    }
  }

  private func positions(of name: FleetGroups.Name) -> [Int] { groups.members[name] ?? [] }

  private mutating func fault(
    _ kind: FaultKind, _ name: FleetGroups.Name, _ interval: Interval
  ) -> GroupedFault {
    let positions = positions(of: name)
    let id = "G\(faults.count + 1)"
    var members: [TrueMember] = []
    var outages: [(device: Int, outages: [Outage])] = []
    for position in positions {
      let canBeLate = positions.count >= 5 && kind != .ownOutage
      let isLate = canBeLate && random.chance(rates.lateMemberShare)
      let isGateway = kind == .gatewayDeath && fleet.members[position].device.id == name.code
      var own = silence.outages(
        isGateway ? .deviceOff : kind, interval, isLate: isLate && !isGateway, &random)
      for index in own.indices { own[index].incident = id }
      outages.append((position, own))
      members.append(
        TrueMember(
          device: fleet.members[position].device.id,
          start: own.first?.interval.start ?? interval.start,
          end: own.last?.interval.end ?? interval.end, isLate: isLate && !isGateway))
    }
    let incident = TrueIncident(
      id: id, kind: kind, groupKind: name.kind.rawValue, groupCode: name.code,
      sameGroups: groups.names(sharedBy: name), cause: Self.cause(kind), start: interval.start,
      end: interval.end, members: members,
      isToldUnobserved: kind == .ownOutage && random.chance(0.5))
    return GroupedFault(incident: incident, outages: outages)
  }

  private static func cause(_ kind: FaultKind) -> String {
    switch kind {
    case .sitePower, .feederCut: "power"
    case .gatewayDeath: "device"
    case .firmwareReboots, .firmwareSilence: "firmware"
    case .ownOutage: "observation"
    default: "link"
    }
  }
}

extension Interval {
  /// They have an instant in common.
  func meets(_ other: Interval) -> Bool { start < other.end && other.start < end }
}
