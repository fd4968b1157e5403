// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Which cause an incident probably has: prior by what failed together, times the likelihood of
/// each sign under each cause, made to sum to one (Bayes' rule with signs that are independent
/// given the cause; `docs/INCIDENTS.md` has the tables and where their numbers come from).
///
/// Signs of devices that share a cause are not independent, so many of one sort count as a few.
enum CauseRanking {
  /// One number for each of these, in every row below.
  private static let causes: [Incident.Cause] = [
    .power, .link, .observation, .firmware, .device, .quality, .unknown,
  ]
  /// Many signs of one sort count as so many.
  private static let signCountMax = 4

  private enum Sign {
    /// `P(sign | cause)` in the order of `causes`.
    static let rebooted = [0.95, 0.03, 0.01, 0.90, 0.90, 0.10, 0.50]
    static let ranOn = [0.02, 0.97, 0.97, 0.10, 0.12, 0.90, 0.50]
    static let powerReason = [0.90, 0.02, 0.02, 0.02, 0.08, 0.05, 0.30]
    static let otherReason = [0.05, 0.10, 0.10, 0.70, 0.80, 0.20, 0.50]
    static let mainsLost = [0.90, 0.02, 0.02, 0.02, 0.05, 0.05, 0.20]
    static let severalProviders = [0.60, 0.12, 0.90, 0.60, 0.20, 0.40, 0.50]
    static let oneProvider = [0.50, 0.85, 0.10, 0.40, 0.50, 0.60, 0.50]
    static let severalFeeders = [0.12, 0.70, 0.90, 0.70, 0.30, 0.70, 0.50]
    static let oneFeeder = [0.90, 0.30, 0.10, 0.20, 0.20, 0.30, 0.50]
    static let ownGap = [0.10, 0.10, 0.60, 0.10, 0.10, 0.10, 0.10]
  }

  /// Before any sign: by the group, for silences.
  private static func silent(_ kind: Incident.GroupKind) -> [Double] {
    switch kind {
    case .device: [0.20, 0.35, 0, 0.02, 0.38, 0, 0.05]
    case .via: [0.25, 0.30, 0, 0.02, 0.38, 0, 0.05]
    case .site, .village: [0.50, 0.43, 0, 0.02, 0, 0, 0.05]
    case .feeder: [0.80, 0.15, 0, 0, 0, 0, 0.05]
    case .commune: [0.50, 0.40, 0.05, 0, 0, 0, 0.05]
    case .isp: [0.08, 0.80, 0.07, 0, 0, 0, 0.05]
    case .province: [0.30, 0.35, 0.30, 0, 0, 0, 0.05]
    case .firmware: [0.05, 0.15, 0.05, 0.70, 0, 0, 0.05]
    case .all: [0.15, 0.25, 0.55, 0, 0, 0, 0.05]
    }
  }

  private static func prior(_ stream: String, _ kind: Incident.GroupKind) -> [Double] {
    switch stream {
    case "silent": silent(kind)
    case "service":
      kind == .device
        ? [0.02, 0.50, 0, 0.03, 0.40, 0, 0.05] : [0.04, 0.80, 0, 0.08, 0, 0, 0.08]
    case "reboot":
      kind == .device
        ? [0.25, 0, 0, 0.15, 0.55, 0, 0.05] : [0.45, 0, 0, 0.45, 0, 0, 0.10]
    default:
      kind == .firmware
        ? [0, 0.05, 0, 0.60, 0, 0.30, 0.05] : [0.02, 0.08, 0, 0.05, 0, 0.80, 0.05]
    }
  }

  /// - Parameters:
  ///   - deviceCount: members.
  ///   - mayBeOurs: enough devices of enough providers, of all that were heard before.
  /// - Returns: causes that are possible, the most probable first.
  static func rank(
    stream: String, kind: Incident.GroupKind, signs: IncidentEvidence.Signs, deviceCount: Int,
    mayBeOurs: Bool
  ) -> [IncidentEvidence.CauseProbability] {
    var weights = prior(stream, kind)
    if !mayBeOurs { weights[2] = 0 }
    func take(_ likelihood: [Double], times count: Int) {
      for index in weights.indices {
        for _ in 0..<min(count, signCountMax) { weights[index] *= likelihood[index] }
      }
    }
    take(Sign.rebooted, times: shared(signs.rebooted, with: signs.ranOn))
    take(Sign.ranOn, times: shared(signs.ranOn, with: signs.rebooted))
    take(Sign.powerReason, times: shared(signs.powerReasons, with: signs.otherReasons))
    take(Sign.otherReason, times: shared(signs.otherReasons, with: signs.powerReasons))
    take(Sign.mainsLost, times: signs.mainsLost)
    if deviceCount >= UplinkGaps.deviceCountMin, stream == "silent" {
      if signs.providers > 1 { take(Sign.severalProviders, times: 1) }
      if signs.providers == 1, signs.sites > 1 { take(Sign.oneProvider, times: 1) }
      if signs.feeders > 1 { take(Sign.severalFeeders, times: 1) }
      if signs.feeders == 1, signs.sites > 1 { take(Sign.oneFeeder, times: 1) }
    }
    if signs.touchesOwnGap { take(Sign.ownGap, times: 1) }
    let sum = weights.reduce(0, +)
    return zip(causes, weights).enumerated().filter { $0.element.1 > 0 }
      .sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }
      .map { .init(cause: $0.element.0, probability: $0.element.1 / sum) }
  }

  /// Of two sorts of signs that contradict each other, so many count that both together are no
  /// more than the most of one: 38 restarts beside 2 that ran on are four to nothing.
  private static func shared(_ count: Int, with other: Int) -> Int {
    let sum = count + other
    guard sum > signCountMax else { return count }
    return (count * signCountMax + sum / 2) / sum
  }
}
