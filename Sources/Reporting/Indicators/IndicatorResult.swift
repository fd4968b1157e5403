// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What became of one target over a period.
package struct IndicatorResult: Sendable, Hashable {
  /// Names that a note gives; the others are counted.
  package static let namesMax = 5

  package var indicator: Indicator
  package var numerator: Int64
  /// The numerator if everything that is not known had been good.
  package var numeratorHighest: Int64
  package var denominator: Int64
  /// In ten-thousandths of the indicator's unit, rounded down; nil where there is nothing to count.
  package var value: Int64?
  package var valueHighest: Int64?
  /// Value ÷ plan in parts per million, rounded down; more than a million is more than planned.
  package var completion: Int64?
  /// The value of the period before.
  package var previousValue: Int64?
  /// What keeps the target from being met: the first names, in Vietnamese order.
  package var failing: [String]
  package var failingCount: Int
  /// What may or may not, because it was not observed.
  package var undecidedCount: Int
  /// Bulletins of which nobody can say whether they sounded; they count in neither part.
  package var unverifiableCount: Int64
  /// By provider, for data against quota.
  package var quotas: [QuotaUse]
  /// By unit of the indicator's level, where there is more than one.
  package var parts: [Part]

  /// Data of all SIM cards at the sites of one provider.
  package struct QuotaUse: Sendable, Hashable {
    package var provider: String
    package var deviceCount: Int
    package var overCount: Int
    package var usedMegabytes: Int64
    package var quotaMegabytes: Int64
  }

  /// The same indicator for one unit.
  package struct Part: Sendable, Hashable {
    package var code: String
    package var name: String
    package var numerator: Int64
    package var denominator: Int64
    package var value: Int64?
  }
}

extension IndicatorResult {
  /// Sums what was counted.
  init(
    _ indicator: Indicator, _ items: [IndicatorItem], tree: UnitHierarchy,
    unverifiableCount: Int64 = 0, quotas: [QuotaUse] = []
  ) {
    let sum = items.reduce(into: IndicatorSum()) { $0.add($1) }
    self.indicator = indicator
    (numerator, denominator) = (sum.numerator, sum.denominator)
    numeratorHighest = sum.highest
    value = sum.value(of: indicator)
    valueHighest = sum.valueHighest(of: indicator)
    completion = value.map { Int64(clamping: Int128($0) * 1_000_000 / Int128(indicator.plan)) }
    let short = items.filter { $0.isShort(of: indicator) }
    let failing = short.filter { $0.highest == $0.numerator }.map(\.name)
    failingCount = failing.count
    undecidedCount = short.count - failing.count
    self.failing = failing.map { (key: CollationKey($0), name: $0) }
      .sorted { $0.key < $1.key }.prefix(Self.namesMax).map(\.name)
    self.unverifiableCount = unverifiableCount
    self.quotas = quotas
    parts = Self.parts(of: indicator, items, tree)
  }

  private static func parts(
    of indicator: Indicator, _ items: [IndicatorItem], _ tree: UnitHierarchy
  ) -> [Part] {
    var sums: [Int: IndicatorSum] = [:]
    for item in items {
      guard let at = tree.position(ofLevel: indicator.level, above: item.position) else { continue }
      sums[at, default: IndicatorSum()].add(item)
    }
    guard sums.count > 1 else { return [] }
    return sums.sorted { $0.key < $1.key }.map { position, sum in
      let unit = tree.nodes[position].unit
      return Part(
        code: unit.code, name: unit.name, numerator: sum.numerator, denominator: sum.denominator,
        value: sum.value(of: indicator))
    }
  }
}

/// One thing that an indicator counts: a unit, a device, a system.
struct IndicatorItem: Sendable, Hashable {
  var name: String
  /// Where it stands in the tree of units.
  var position: Int
  /// Its place in the list of devices, if it is one.
  var device: Int?
  var numerator: Int64
  var denominator: Int64
  /// The numerator if everything that is not known had been good.
  var highest: Int64

  /// Something that is good, is not, or may be.
  init(name: String, position: Int, device: Int? = nil, outcome: IndicatorOutcome) {
    self.init(
      name: name, position: position, device: device, numerator: outcome == .good ? 1 : 0,
      denominator: 1, highest: outcome == .bad ? 0 : 1)
  }

  init(
    name: String, position: Int, device: Int? = nil, numerator: Int64, denominator: Int64,
    highest: Int64
  ) {
    self.name = name
    self.position = position
    self.device = device
    self.numerator = numerator
    self.denominator = denominator
    self.highest = highest
  }

  /// By itself it has less than the plan wants of all; of what is counted, nothing.
  func isShort(of indicator: Indicator) -> Bool {
    guard indicator.isShare else { return numerator == 0 }
    let wanted = Int128(min(indicator.plan, 1_000_000)) * Int128(denominator)
    return Int128(numerator) * 1_000_000 < wanted
  }
}

/// What one device says of the unit that it stands in.
struct IndicatorJudgement: Sendable, Hashable {
  /// Position in the tree of units.
  var unit: Int
  /// Place in the list of devices.
  var device: Int
  var outcome: IndicatorOutcome
}

package enum IndicatorOutcome: Int, Comparable, Sendable {
  case bad, unknown, good
  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// Of something that counts as one.
  ///
  /// - Parameter highest: the numerator if everything that is not known had been good.
  init(numerator: Int64, highest: Int64) {
    self = numerator > 0 ? .good : highest > 0 ? .unknown : .bad
  }
}

private struct IndicatorSum {
  var numerator: Int64 = 0
  var denominator: Int64 = 0
  var highest: Int64 = 0

  mutating func add(_ item: IndicatorItem) {
    numerator += item.numerator
    denominator += item.denominator
    highest += item.highest
  }

  func value(of indicator: Indicator) -> Int64? { value(of: indicator, numerator) }
  func valueHighest(of indicator: Indicator) -> Int64? { value(of: indicator, highest) }

  private func value(of indicator: Indicator, _ numerator: Int64) -> Int64? {
    guard denominator > 0 else { return nil }
    guard indicator.isShare else { return numerator * Indicator.partsOfUnit }
    return Int64(clamping: Int128(numerator) * 1_000_000 / Int128(denominator))
  }
}
