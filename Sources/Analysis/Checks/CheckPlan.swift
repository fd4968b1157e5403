// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The checks of one kind, compiled to columns: plain numbers, so that looking at a reading costs
/// no counting of references. In the order of the checks among the profile's alert rules.
package struct CheckPlan: Sendable {
  struct Test: Sendable {
    var form: Check.Form
    /// Of its metric; nil in a block that was written without it, and where it needs none.
    var column: Int?
    /// Of values that say something.
    var lowest = -Double.infinity
    var highest = Double.infinity
    var times = 0.0
    var count = 0
    var length: Milliseconds = 0
    var perDay: Milliseconds = 0
    var drift = DegradationWatch.Limits(threshold: 0, direction: .both, scale: .linear)
    var exhaustion = ExhaustionTrend.Limits(limit: 0, isRising: false, within: 0)
    var hasQuota = false
    var expiring = Check.Expiring.sim
    /// Finds its state again in what an earlier run wrote.
    var identity: UInt64
  }

  private(set) var tests: [Test]
  private let metrics: [String?]
  /// The longest silence over which a run goes on.
  let gap: Milliseconds
  private(set) var upColumn: Int?
  let needsBoots: Bool
  /// What `ts` was sent is asked for only then.
  package let needsClock: Bool
  /// Whether the device serves, and whether it is a holiday, is asked for only then.
  package var needsDuty: Bool { needsHours }
  let needsHours: Bool
  let needsDates: Bool

  package init(_ profile: Profile) {
    let checks: [(name: String, check: Check)] = profile.alerts.compactMap { rule in
      if case .check(let check) = rule.trigger { (rule.name, check) } else { nil }
    }
    metrics = checks.map(\.check.metric)
    tests = checks.map { Self.test($0.name, $0.check, profile) }
    gap = profile.offlineAfter
    upColumn = profile.column(of: "up")
    func has(_ forms: Check.Form...) -> Bool { checks.contains { forms.contains($0.check.form) } }
    needsBoots = has(.rebootLoop, .counterReset)
    needsClock = has(.clockDrift)
    needsHours = has(.degradation)
    needsDates = has(.expiry)
  }

  package var isEmpty: Bool { tests.isEmpty }

  /// The same checks over the columns of a block that another version of the profile wrote.
  package func over(_ metricNames: [String]) -> CheckPlan {
    var plan = self
    plan.upColumn = metricNames.firstIndex(of: "up")
    for (index, metric) in metrics.enumerated() {
      plan.tests[index].column = metric.flatMap { metricNames.firstIndex(of: $0) }
    }
    return plan
  }

  private static func test(_ name: String, _ check: Check, _ profile: Profile) -> Test {
    var test = Test(
      form: check.form, column: check.metric.flatMap { profile.column(of: $0) },
      identity: StableHash.of("\(name) \(check.form.rawValue) \(check.metric ?? "")"))
    let metric = test.column.map { profile.metrics[$0] }
    precondition(
      check.metric == nil || metric != nil, "a check of \(profile.kind) on an unknown metric")
    test.lowest = metric?.lowest ?? -.infinity
    test.highest = max(test.lowest, metric?.highest ?? .infinity)
    switch check {
    case .stuck(_, let times, let atLeast): (test.times, test.length) = (times, atLeast)
    case .outOfRange(_, let readings, let length): (test.count, test.length) = (readings, length)
    case .counterReset(_, let count, let within), .rebootLoop(let count, let within):
      (test.count, test.length) = (count, within)
    case .clockDrift(let offBy, let perDay): (test.length, test.perDay) = (offBy, perDay)
    case .degradation(_, let threshold):
      test.drift = DegradationWatch.Limits(
        threshold: Float(threshold), direction: metric?.watch?.direction ?? .both,
        scale: metric?.watch?.scale ?? .linear)
    case .exhaustion(_, let limit, let within): test.set(limit, within)
    case .expiry(let expiring, let within): (test.expiring, test.length) = (expiring, within)
    }
    return test
  }
}

extension CheckPlan.Test {
  fileprivate mutating func set(_ limit: Check.Limit, _ within: Milliseconds) {
    switch limit {
    case .falling(let number):
      exhaustion = .init(limit: number, isRising: false, within: within)
    case .rising(let number):
      exhaustion = .init(limit: number, isRising: true, within: within)
    case .simQuota:
      hasQuota = true
      // The quota itself is the device's.
      exhaustion = .init(limit: 0, isRising: true, within: within, tellsReached: true)
    }
    // Buckets of another length are another history.
    identity ^= UInt64(bitPattern: exhaustion.bucketLength)
  }
}
