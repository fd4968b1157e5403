// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Something that speaks for one cause more than for another.
package enum CauseSign: String, Sendable, CaseIterable {
  case rebooted, ranOn, powerReason, otherReason, mainsLost
  case severalProviders, oneProvider, severalFeeders, oneFeeder, ownGap
  /// Of those behind one gateway a single one restarted, as a gateway that died and was replaced or
  /// switched on again; the others ran on.
  case oneRestarted
}

/// Which cause an incident probably has: prior by what failed together, times the likelihood of
/// each sign under each cause, made to sum to one (Bayes' rule with signs that are independent
/// given the cause; ``CauseTables`` has the numbers, `docs/INCIDENTS.md` where they come from).
///
/// Signs of devices that share a cause are not independent, so many of one sort count as a few.
package enum CauseRanking {
  /// One number for each of these, in every row of the tables.
  package static let causes: [Incident.Cause] = [
    .power, .link, .observation, .firmware, .device, .quality, .unknown,
  ]
  /// Many signs of one sort count as so many.
  private static let signCountMax = 4
  private static let observation = 2

  /// - Parameters:
  ///   - deviceCount: members.
  ///   - mayBeOurs: nearly all that was heard before is silent, of several providers.
  /// - Returns: causes that are possible, the most probable first.
  static func rank(
    stream: String, kind: Incident.GroupKind, signs: IncidentEvidence.Signs, deviceCount: Int,
    mayBeOurs: Bool
  ) -> [IncidentEvidence.CauseProbability] {
    // Where nearly all is silent, it matters little which group has them all.
    var weights = CauseTables.prior(stream, mayBeOurs ? .all : kind)
    if !mayBeOurs { weights[observation] = 0 }
    for (sign, count) in counted(stream, kind, signs, deviceCount: deviceCount) {
      let likelihood = CauseTables.likelihood(of: sign)
      for index in weights.indices {
        for _ in 0..<count { weights[index] *= likelihood[index] }
      }
    }
    let sum = weights.reduce(0, +)
    return zip(causes, weights).enumerated().filter { $0.element.1 > 0 }
      .sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }
      .map { .init(cause: $0.element.0, probability: $0.element.1 / sum) }
  }

  /// The signs of an incident, each with how many times it counts.
  package static func counted(
    _ stream: String, _ kind: Incident.GroupKind, _ signs: IncidentEvidence.Signs,
    deviceCount: Int
  ) -> [(sign: CauseSign, count: Int)] {
    if kind == .via, signs.rebooted == 1, signs.ranOn > 0, signs.powerReasons == 0 {
      return [(.oneRestarted, 1)]
    }
    var found: [(sign: CauseSign, count: Int)] = [
      (.rebooted, shared(signs.rebooted, with: signs.ranOn)),
      (.ranOn, shared(signs.ranOn, with: signs.rebooted)),
      (.powerReason, shared(signs.powerReasons, with: signs.otherReasons)),
      (.otherReason, shared(signs.otherReasons, with: signs.powerReasons)),
      (.mainsLost, min(signs.mainsLost, signCountMax)),
    ]
    if deviceCount >= UplinkGaps.deviceCountMin, stream == IncidentSymptom.silent.stream {
      // What every incident of such a group has says nothing of its cause.
      let (hasOneFeeder, hasOneProvider) = (standsOnOneFeeder(kind), kind == .isp)
      if !hasOneProvider, signs.providers > 1 { found.append((.severalProviders, 1)) }
      if !hasOneProvider, signs.providers == 1, signs.sites > 1 { found.append((.oneProvider, 1)) }
      if !hasOneFeeder, signs.feeders > 1 { found.append((.severalFeeders, 1)) }
      if !hasOneFeeder, signs.feeders == 1, signs.sites > 1 { found.append((.oneFeeder, 1)) }
    }
    if signs.touchesOwnGap { found.append((.ownGap, 1)) }
    return found.filter { $0.count > 0 }
  }

  private static func standsOnOneFeeder(_ kind: Incident.GroupKind) -> Bool {
    [.device, .via, .site, .village, .feeder].contains(kind)
  }

  /// Of two sorts of signs that contradict each other, so many count that both together are no
  /// more than the most of one: 38 restarts beside 2 that ran on are four to nothing.
  private static func shared(_ count: Int, with other: Int) -> Int {
    let sum = count + other
    guard sum > signCountMax else { return count }
    return (count * signCountMax + sum / 2) / sum
  }
}
