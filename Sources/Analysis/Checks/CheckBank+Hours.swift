// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Local hours that are over: what the devices of a kind in a commune had alike is taken away from
/// each of them, and the rest is added to its sums.
extension CheckBank {
  private struct Group: Hashable {
    var hour: Int32
    /// Negative stands for the devices of the kind in all communes.
    var commune: Int32
  }

  /// What a group had alike, and how many told it.
  private struct Common {
    var median: Float
    var count: Int
  }

  mutating func closeHours(now: Milliseconds) {
    let last = LocalTime.hourNumber(of: now - Self.hourGrace) - 1
    hourDueAt = (last + 2) * LocalTime.hourLength - LocalTime.offset + Self.hourGrace
    for (kind, plan) in plans.enumerated() where plan.needsHours {
      let positions = devices.indices.filter { planOfDevice[$0] == kind }
      for (rule, test) in plan.tests.enumerated() where test.form == .degradation {
        closeHours(
          through: Int32(truncatingIfNeeded: last), of: positions, rule: rule, test.drift)
      }
    }
  }

  private mutating func closeHours(
    through last: Int32, of positions: [Int], rule: Int, _ limits: DegradationWatch.Limits
  ) {
    var residuals: [Group: [Float]] = [:]
    var isAnyWaiting = false
    for position in positions {
      let slot = slot(position, rule)
      degradations[slot].finish(through: last, limits)
      isAnyWaiting = isAnyWaiting || degradations[slot].isWaiting
      // Who was judged already counts for who was not: a restart may come between the two.
      let pending = degradations[slot].pending
      guard pending.hour != .min, pending.usual.isKnown else { continue }
      residuals[Group(hour: pending.hour, commune: communes[position]), default: []]
        .append(pending.residual)
    }
    guard isAnyWaiting else { return }
    let common = Self.common(residuals)
    for position in positions {
      let slot = slot(position, rule)
      guard degradations[slot].isWaiting, degradations[slot].pending.hour <= last else { continue }
      let hour = degradations[slot].pending.hour
      let near = common[Group(hour: hour, commune: communes[position])]
      let alike = near ?? common[Group(hour: hour, commune: -1)]
      guard var finding = degradations[slot].judge(common: alike?.median ?? 0, limits) else {
        continue
      }
      if case .began(var figures) = finding, let near {
        figures.comparedCount = near.count
        finding = .began(figures)
      }
      found.append(Found(position: position, rule: rule, finding: finding))
    }
  }

  /// Of communes in which enough devices tell it, and of all of them together: holidays and
  /// weekends are those of the whole country.
  private static func common(_ residuals: [Group: [Float]]) -> [Group: Common] {
    var common: [Group: Common] = [:]
    var all: [Int32: [Float]] = [:]
    for (group, own) in residuals {
      all[group.hour, default: []] += own
      guard own.count >= groupCountMin else { continue }
      common[group] = Common(median: median(own), count: own.count)
    }
    for (hour, own) in all where own.count >= groupCountMin {
      common[Group(hour: hour, commune: -1)] = Common(median: median(own), count: own.count)
    }
    return common
  }

  /// - Precondition: there is at least one.
  static func median(_ numbers: [Float]) -> Float {
    let sorted = numbers.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? sorted[middle - 1] / 2 + sorted[middle] / 2 : sorted[middle]
  }
}
