// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Local days that are over: what the devices of a kind in a commune had alike is taken away from
/// each of them, and the rest is added to its sums.
extension CheckBank {
  private struct Group: Hashable {
    var day: Int32
    var commune: String
  }

  mutating func closeDays(now: Milliseconds) {
    let last = LocalTime.day(of: now - Self.dayGrace) - 1
    dayDueAt = LocalTime.start(ofDay: last + 2) + Self.dayGrace
    for (kind, plan) in plans.enumerated() where plan.needsDays {
      let positions = devices.indices.filter { planOfDevice[$0] == kind }
      for (rule, test) in plan.tests.enumerated() where test.form == .degradation {
        closeDays(
          through: Int32(truncatingIfNeeded: last), of: positions, rule: rule, test.drift)
      }
    }
  }

  private mutating func closeDays(
    through last: Int32, of positions: [Int], rule: Int, _ limits: DriftSums.Limits
  ) {
    var residuals: [Group: [Float]] = [:]
    var isAnyWaiting = false
    for position in positions {
      let slot = slot(position, rule)
      degradations[slot].finish(through: last, limits)
      guard let pending = degradations[slot].pending else { continue }
      isAnyWaiting = isAnyWaiting || degradations[slot].isWaiting
      // Who was judged already counts for who was not: a restart may come between the two.
      residuals[Group(day: pending.day, commune: devices[position].commune), default: []]
        .append(pending.residual)
    }
    guard isAnyWaiting else { return }
    let common = residuals.mapValues { (Self.common($0), $0.count) }
    for position in positions {
      let slot = slot(position, rule)
      guard let pending = degradations[slot].pending, pending.day <= last else { continue }
      let group = Group(day: pending.day, commune: devices[position].commune)
      let (median, count) = common[group] ?? (0, 0)
      guard var finding = degradations[slot].judge(common: median, limits) else { continue }
      if case .began(var figures) = finding, count >= Self.groupCountMin {
        figures.comparedCount = count
        finding = .began(figures)
      }
      found.append(Found(position: position, rule: rule, finding: finding))
    }
  }

  /// The median, where enough devices tell it.
  static func common(_ residuals: [Float]) -> Float {
    guard residuals.count >= groupCountMin else { return 0 }
    let sorted = residuals.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? sorted[middle - 1] / 2 + sorted[middle] / 2 : sorted[middle]
  }
}
