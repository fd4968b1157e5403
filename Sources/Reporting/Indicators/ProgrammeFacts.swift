// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Everything that indicators and the ranking are computed from: a report over a period, with the
/// tree of units and what of the registry stands in it whether or not it has devices.
package struct ProgrammeFacts: Sendable {
  package var period: Interval
  /// The end of knowledge: later time is not observed.
  package var knownUntil: Milliseconds
  package var tree: UnitHierarchy
  /// Code of the unit that the report is restricted to; nil for all.
  package var scope: String?
  package var devices: [DeviceFacts]
  package var systems: [InformationSystem]

  package init(
    period: Interval, knownUntil: Milliseconds, tree: UnitHierarchy, scope: String? = nil,
    devices: [DeviceFacts], systems: [InformationSystem] = []
  ) {
    self.period = period
    self.knownUntil = knownUntil
    self.tree = tree
    self.scope = scope
    self.devices = devices
    self.systems = systems
  }

  /// For each position of the tree, whether the report is about it.
  func positionsInScope() -> [Bool] { tree.inside(scope) }

  /// Positions of the units of a level that the report is about and that are in force at its end.
  func units(ofLevel level: String) -> [Int] {
    let isInside = positionsInScope()
    return tree.nodes.indices.filter { position in
      let unit = tree.nodes[position].unit
      return isInside[position] && unit.level == level && unit.validTo ?? .max >= period.end
    }
  }
}

/// What is known of one device at one place: one that was moved stands in the list twice, each time
/// with the days it stood there.
package struct DeviceFacts: Sendable {
  package var device: Device
  /// Code of the unit.
  package var unit: String
  package var siteType: String
  package var provider: String
  /// It stands here at the end of the period, commissioned and not retired.
  package var isThereAtEnd: Bool
  package var verdict: TargetVerdict?
  /// Days whose own availability reached the target, of those that had one.
  package var daysAtTarget = 0
  package var daysJudged = 0
  package var up: Milliseconds = 0
  package var down: Milliseconds = 0
  package var maintenance: Milliseconds = 0
  package var unobserved: Milliseconds = 0
  package var service: ServiceFacts?
  package var lastHeard: Milliseconds?
  package var readings: Int64 = 0
  /// Sums over the days; what is not there is 0.
  package var sums: [String: Int64] = [:]
  /// Figures of use, in millionths of the unit they are shown in.
  package var usage: [String: Int64] = [:]

  package init(
    device: Device, unit: String, siteType: String = "", provider: String = "",
    isThereAtEnd: Bool = true
  ) {
    self.device = device
    self.unit = unit
    self.siteType = siteType
    self.provider = provider
    self.isThereAtEnd = isThereAtEnd
  }

  package var name: String { device.name.isEmpty ? device.id : device.name }

  func sum(_ name: String) -> Int64 { sums[name] ?? 0 }

  /// Time in which service was known to hold or not, and the bounds that the rest leaves.
  package struct ServiceFacts: Sendable, Hashable {
    package var held: Milliseconds
    package var failed: Milliseconds
    package var ratioLowest: Int64?
    package var ratioHighest: Int64?

    package init(
      held: Milliseconds, failed: Milliseconds, ratioLowest: Int64?, ratioHighest: Int64?
    ) {
      self.held = held
      self.failed = failed
      self.ratioLowest = ratioLowest
      self.ratioHighest = ratioHighest
    }
  }
}
