// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension AlertEvidence {
  /// - Parameter metric: the one the check looks at, if it looks at one.
  package static func check(
    _ check: Check, metric: Metric?, _ figures: CheckFigures
  ) -> AlertEvidence {
    var evidence = AlertEvidence(trigger: .check)
    evidence.check = check.form
    evidence.metric = metric?.name
    evidence.unit = check.form == .clockDrift ? "s" : metric?.unit
    evidence.value = finite(figures.value)
    if check.form == .stuck {
      evidence.usualLengthSeconds = finite(figures.usual)
    } else {
      evidence.expected = finite(figures.usual)
    }
    evidence.usualDeviation = finite(figures.usualDeviation)
    evidence.isAbove = figures.isAbove
    evidence.count = figures.count
    evidence.lengthSeconds = figures.length.map { Double($0) / 1_000 }
    evidence.perDay = finite(figures.perDay)
    evidence.limit = finite(figures.limit)
    evidence.comparedDevices = figures.comparedCount
    evidence.reachedAt = figures.reachedAt.map(UniversalInstant.init)
    evidence.reachedEarliest = figures.reachedEarliest.map(UniversalInstant.init)
    evidence.reachedLatest = figures.reachedLatest.map(UniversalInstant.init)
    if case .expiry(let expiring, _) = check { evidence.expiring = expiring.rawValue }
    if case .exhaustion(_, .simQuota, _) = check {
      evidence.expiring = Check.Expiring.sim.rawValue
    }
    return evidence
  }
}
