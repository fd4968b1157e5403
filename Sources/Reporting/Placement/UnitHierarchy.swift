// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The units of a period as a tree, of whatever levels: those in force at its end, and those that
/// ended within it if anything stood in them (their `validTo` says so).
///
/// Siblings stand in Vietnamese order of names. What the registry cannot place hangs below a last
/// node without a code: units whose parent is unknown, and circles of parents, cut at their least
/// code.
package struct UnitHierarchy: Sendable {
  package struct Node: Sendable, Hashable {
    package var unit: Telemetry.Unit
    /// 0 for a root.
    package var depth: Int
    /// Position of the unit above; nil for a root.
    package var parent: Int?
  }

  /// A unit before all that are below it.
  package private(set) var nodes: [Node] = []
  private var positions: [String: Int] = [:]

  /// The position of the unit with this code; what is unknown counts as the last node, if there is
  /// one.
  package func position(of code: String) -> Int? { positions[code] ?? positions[""] }

  /// The position of the nearest unit of a level at or above a position.
  package func position(ofLevel level: String, above position: Int) -> Int? {
    var next: Int? = position
    while let index = next {
      if nodes[index].unit.level == level { return index }
      next = nodes[index].parent
    }
    return nil
  }

  /// The positions from one up to its root.
  package func path(from position: Int) -> [Int] {
    var path: [Int] = []
    var next: Int? = position
    while let index = next {
      path.append(index)
      next = nodes[index].parent
    }
    return path
  }

  /// For each position, whether it is the unit with this code or below it; all if that is nil.
  package func inside(_ code: String?) -> [Bool] {
    var isInside = [Bool](repeating: code == nil, count: nodes.count)
    guard let code else { return isInside }
    // A unit stands before all that are below it.
    for (position, node) in nodes.enumerated() {
      isInside[position] = node.unit.code == code || node.parent.map { isInside[$0] } ?? false
    }
    return isInside
  }

  /// - Parameters:
  ///   - units: those to show, by code; a unit above one of them is among them if it is known.
  ///   - hasUnplaced: something stood in no known unit.
  init(_ units: [String: Telemetry.Unit], hasUnplaced: Bool) {
    var children: [String: [Telemetry.Unit]] = [:]
    var loose: [Telemetry.Unit] = []
    var roots: [Telemetry.Unit] = []
    for unit in units.values {
      if unit.parent.isEmpty {
        roots.append(unit)
      } else if units[unit.parent] == nil {
        loose.append(unit)
      } else {
        children[unit.parent, default: []].append(unit)
      }
    }
    nodes.reserveCapacity(units.count + 1)
    add(roots, below: nil, children)
    loose += Self.entries(toCirclesIn: units, reached: positions, loose)
    guard hasUnplaced || !loose.isEmpty else { return }
    positions[""] = nodes.count
    nodes.append(
      Node(unit: Telemetry.Unit(code: "", name: "", level: ""), depth: 0, parent: nil))
    add(loose, below: nodes.count - 1, children)
  }

  /// Adds units with all that is below them; those that stand already are left out, which is how a
  /// circle ends.
  private mutating func add(
    _ units: [Telemetry.Unit], below parent: Int?, _ children: [String: [Telemetry.Unit]]
  ) {
    var waiting = Self.ordered(units).reversed().map { (unit: $0, parent: parent) }
    while let (unit, parent) = waiting.popLast() {
      guard positions[unit.code] == nil else { continue }
      positions[unit.code] = nodes.count
      nodes.append(
        Node(unit: unit, depth: parent.map { nodes[$0].depth + 1 } ?? 0, parent: parent))
      let position = nodes.count - 1
      for child in Self.ordered(children[unit.code] ?? []).reversed() {
        waiting.append((child, position))
      }
    }
  }

  private static func ordered(_ units: [Telemetry.Unit]) -> [Telemetry.Unit] {
    guard units.count > 1 else { return units }
    return units.sorted { left, right in
      left.name == right.name
        ? left.code < right.code : LocalFormat.precedes(left.name, right.name)
    }
  }

  /// One unit of every circle of parents.
  private static func entries(
    toCirclesIn units: [String: Telemetry.Unit], reached: [String: Int],
    _ loose: [Telemetry.Unit]
  ) -> [Telemetry.Unit] {
    guard reached.count + loose.count < units.count else { return [] }
    var settled = Set(reached.keys).union(loose.map(\.code))
    var entries: [Telemetry.Unit] = []
    for code in units.keys.sorted() where !settled.contains(code) {
      var walk: [String] = []
      var next = code
      while !settled.contains(next), let unit = units[next] {
        settled.insert(next)
        walk.append(next)
        next = unit.parent
      }
      guard let start = walk.firstIndex(of: next), let least = walk[start...].min() else {
        continue
      }
      if let unit = units[least] { entries.append(unit) }
    }
    return entries
  }
}

extension Placements {
  /// The tree of a period.
  ///
  /// - Parameter occupied: codes of the units that anything stood in within the period; empty for
  ///   what stood in none that is known.
  package func hierarchy(days: ClosedRange<Int64>, occupied: Set<String>) -> UnitHierarchy {
    let end = Self.end(ofDay: days.upperBound)
    var shown: [String: Telemetry.Unit] = [:]
    func show(_ code: String) {
      var next = code
      // Units above belong to it, whether or not they are in force.
      while shown[next] == nil, let unit = versions.unit(next, at: end) {
        var unit = unit
        // Whether it ended is known best today; that it will end later is no matter of this period.
        unit.validTo = versions.units[next]?.validTo.flatMap { $0 <= end ? $0 : nil }
        shown[next] = unit
        next = unit.parent
      }
    }
    for (code, unit) in versions.units {
      let hasBegun = versions.begin(ofUnit: code) ?? .min <= end
      if hasBegun, unit.validTo ?? .max > end || occupied.contains(code) { show(code) }
    }
    for code in occupied { show(code) }
    return UnitHierarchy(shown, hasUnplaced: occupied.contains(""))
  }
}
