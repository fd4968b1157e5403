// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// The tables of `CauseTables`, from judgement and from what simulated faults showed.
///
/// Every row begins as `weight` imagined cases that are as judgement says, to which the true ones
/// are added: Laplace's rule with judgement in the place of equal shares (A. Gelman et al.,
/// "Bayesian Data Analysis", 3rd ed., 3.4). Of one row at most `caseCountMax` true ones count, and
/// no cause that judgement holds possible falls below its floor: a village whose power never fails
/// in the simulator may lose it in the field. Restarts of devices alone are not scored and keep
/// what judgement says.
struct CauseFit {
  private static let weight = 20.0
  private static let caseCountMax = 60.0
  /// Of a sign.
  private static let floor = 0.02
  /// Of a cause, in the order of causes: power and links fail everywhere.
  private static let floors = [0.05, 0.05, 0.02, 0.02, 0.02, 0.02, 0.03]

  private typealias Row = [Double]
  private var silent: [Incident.GroupKind: Row] = [:]
  private var rebooting: [Incident.GroupKind: Row] = [:]
  /// By sign and cause: how often it was seen, and how often it could have been.
  private var seen: [CauseSign: Row] = [:]
  private var possible: [CauseSign: Row] = [:]

  private static let zero = Row(repeating: 0, count: CauseRanking.causes.count)
  /// Signs of which either one or the other is seen.
  private static let pairs: [(CauseSign, CauseSign)] = [
    (.rebooted, .ranOn), (.severalProviders, .oneProvider), (.severalFeeders, .oneFeeder),
  ]

  init(_ cases: [FaultScore.Case]) {
    for fault in cases { add(fault) }
  }

  private mutating func add(_ fault: FaultScore.Case) {
    let first = fault.first
    for cause in fault.causes {
      guard let index = CauseRanking.causes.firstIndex(of: cause) else { continue }
      let share = 1 / Double(fault.causes.count)
      let kind = first.group.kind
      switch first.evidence.stream {
      case "silent": silent[kind, default: Self.zero][index] += share
      case "reboot": rebooting[kind, default: Self.zero][index] += share
      default: break
      }
    }
    // What a sign says of a cause only faults of one cause can tell.
    guard fault.causes.count == 1, let cause = fault.causes.first,
      first.evidence.stream == "silent", let index = CauseRanking.causes.firstIndex(of: cause)
    else { return }
    let last = fault.last
    let signs = CauseRanking.counted(
      last.evidence.stream, last.group.kind, last.evidence.signs,
      deviceCount: last.evidence.deviceCount)
    func count(_ sign: CauseSign) -> Double {
      Double(signs.first { $0.sign == sign }?.count ?? 0)
    }
    for (one, other) in Self.pairs {
      let sum = count(one) + count(other)
      guard sum > 0 else { continue }
      for sign in [one, other] {
        seen[sign, default: Self.zero][index] += count(sign) / sum
        possible[sign, default: Self.zero][index] += 1
      }
    }
  }

  private static func mixed(_ judged: Row, _ counts: Row?) -> Row {
    guard let counts else { return judged }
    let sum = counts.reduce(0, +)
    let scale = sum > caseCountMax ? caseCountMax / sum : 1
    let raw = judged.indices.map { index -> Double in
      // What judgement holds impossible is a mistake of the grouping, not a cause.
      let share =
        (weight * judged[index] + scale * counts[index]) / (weight + scale * sum)
      return judged[index] == 0 ? 0 : max(floors[index], share)
    }
    let whole = raw.reduce(0, +)
    return raw.map { $0 / whole }
  }

  // MARK: Print

  func show() {
    print("P(sign | cause), in the order of CauseRanking.causes:")
    for sign in CauseSign.allCases {
      let judged = Judgement.likelihood(of: sign)
      let row = judged.indices.map { index in
        let cases = possible[sign]?[index] ?? 0
        let scale = cases > Self.caseCountMax ? Self.caseCountMax / cases : 1
        let share = (Self.weight * judged[index] + scale * (seen[sign]?[index] ?? 0))
          / (Self.weight + scale * cases)
        return min(1 - Self.floor, max(Self.floor, share))
      }
      line(sign.rawValue, row, (possible[sign] ?? Self.zero).reduce(0, +))
    }
    print("prior of silences:")
    for kind in Incident.GroupKind.allCases {
      line(
        kind.rawValue, Self.mixed(Judgement.silent(kind), silent[kind]),
        (silent[kind] ?? Self.zero).reduce(0, +))
    }
    print("prior of restarts:")
    for kind in [Incident.GroupKind.firmware, .all] {
      line(
        kind.rawValue, Self.mixed(Judgement.rebooting(kind), rebooting[kind]),
        (rebooting[kind] ?? Self.zero).reduce(0, +))
    }
  }

  private func line(_ name: String, _ row: Row, _ cases: Double) {
    let text = row.map { $0 == 0 ? "0" : decimals($0) }.joined(separator: ", ")
    print("    case .\(name): [\(text)]  // \(Int(cases.rounded())) cases")
  }
}
