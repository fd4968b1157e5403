// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What the score of one unit is computed from: sums over its devices and days.
package struct RankingSums: Sendable, Hashable {
  /// A component that is fully earned, in hundredths of a point.
  package static let pointsMax: Int64 = 10_000

  package private(set) var deviceNumbers: Set<Int64> = []
  package private(set) var served: Int64 = 0
  package private(set) var judged: Int64 = 0
  package private(set) var unobserved: Int64 = 0
  package private(set) var expected: Int64 = 0
  package private(set) var requested: Int64 = 0
  package private(set) var played: Int64 = 0
  package private(set) var used: Int64 = 0
  package private(set) var usedDays: Int64 = 0
  package private(set) var clean: Int64 = 0
  package private(set) var received: Int64 = 0

  mutating func add(_ facts: DeviceFacts, _ settings: RankingSettings) {
    if facts.isThereAtEnd { deviceNumbers.insert(facts.device.number) }
    if let service = facts.service {
      // One that was up and never said how its service was tells nothing.
      if service.ratioLowest != nil {
        served += service.held
        judged += service.held + service.failed + facts.down
      }
    } else {
      // A device that has no conditions of service serves while it is up.
      served += facts.up
      judged += facts.up + facts.down
    }
    unobserved += facts.unobserved
    expected += facts.up + facts.down + facts.maintenance + facts.unobserved
    requested += facts.requested(nil)
    played += facts.played(nil)
    if facts.device.kind == settings.usageKind {
      used += facts.usage[settings.usageFigure] ?? 0
      usedDays += Int64(facts.daysJudged)
    }
    let flawed = facts.sum("wrong_clock") + facts.sum("out_of_range")
    clean += max(0, facts.readings - flawed)
    received += facts.readings + facts.sum("duplicates")
  }

  func row(
    of unit: Telemetry.Unit, _ settings: RankingSettings, availabilityTarget: Int64
  ) -> Ranking.Row {
    let service = Self.points(served, of: judged, target: availabilityTarget)
    let isBroadcast = requested > 0
    let usage =
      isBroadcast
      ? Self.points(played, of: requested, target: settings.fulfilmentTarget)
      : Self.points(used, of: usedDays, target: settings.usageTarget, scale: 1)
    let quality = self.quality(settings)
    let observed = expected > 0 ? (expected - unobserved).share(of: expected) : nil
    let score = Self.score([
      (service, settings.weights.service), (usage, settings.weights.usage),
      (quality, settings.weights.quality),
    ])
    let reason: Ranking.Reason? =
      deviceNumbers.isEmpty
      ? .noDevice
      : observed == nil || score == nil
        ? .nothingToJudge : observed ?? 0 < settings.observedMin ? .notObserved : nil
    return Ranking.Row(
      code: unit.code, name: unit.name, rank: nil, score: score, service: service, usage: usage,
      quality: quality, usedFor: usage == nil ? nil : isBroadcast ? .fulfilment : .usage,
      deviceCount: deviceNumbers.count, isSmall: deviceNumbers.count < settings.smallBelow,
      observed: observed, notRanked: reason)
  }

  /// The share of good readings among all that were received, of the share of time observed.
  private func quality(_ settings: RankingSettings) -> Int64? {
    guard received > 0, expected > 0 else { return nil }
    let good = Int128(clean) * Int128(expected - unobserved) * Int128(Self.pointsMax) * 1_000_000
    let all = Int128(received) * Int128(expected) * Int128(settings.qualityTarget)
    return min(Self.pointsMax, Int64(clamping: good / all))
  }

  /// Value ÷ target, at most 1, in hundredths of a point; nil where nothing is to be judged.
  ///
  /// - Parameter scale: how many parts of the target make one of the value: a million of a ratio.
  private static func points(
    _ part: Int64, of whole: Int64, target: Int64, scale: Int64 = 1_000_000
  ) -> Int64? {
    guard whole > 0 else { return nil }
    let earned = Int128(part) * Int128(pointsMax) * Int128(scale)
    return min(pointsMax, Int64(clamping: earned / (Int128(whole) * Int128(target))))
  }

  /// The weighted mean of the components that exist, half a hundredth rounded up.
  private static func score(_ components: [(points: Int64?, weight: Int64)]) -> Int64? {
    var (sum, weights): (Int64, Int64) = (0, 0)
    for case (let points?, let weight) in components {
      sum += points * weight
      weights += weight
    }
    return weights > 0 ? (2 * sum + weights) / (2 * weights) : nil
  }
}

extension Int64 {
  /// In parts per million, rounded down.
  fileprivate func share(of whole: Int64) -> Int64 {
    Int64(clamping: Int128(self) * 1_000_000 / Int128(whole))
  }
}
