// SPDX-License-Identifier: Apache-2.0

import Analysis
import FleetSimulator
import Telemetry

/// What was said of true faults, beside what was so.
struct FaultScore {
  /// One true fault of a group, or one incident of a device alone.
  struct Case {
    var kind: String
    /// Causes that nobody could tell apart count as right.
    var causes: Set<Incident.Cause>
    var first: IncidentChange
    var last: IncidentChange
    var isOne: Bool
    var isGroup: Bool
    /// Intersection over union of its devices and those that failed visibly.
    var members: Double
    var isGrouped: Bool
    /// From the fault's start to the name, in report intervals.
    var delay: Double
  }

  private(set) var cases: [Case] = []
  private(set) var missed: [String: Int] = [:]
  private(set) var falseCount = 0
  private(set) var deviceMonths = 0.0

  mutating func add(_ run: FaultRun) {
    deviceMonths += Double(run.devices.count) * 27 / 30
    var used: Set<UInt64> = []
    for truth in run.plan.incidents where !truth.isToldUnobserved {
      let visible = run.visible[truth.id] ?? []
      // One alone is no group that anybody could see.
      guard visible.count > 1 else { continue }
      let near = run.last.values.filter {
        $0.since >= truth.start - 600_000 && $0.since <= truth.end + 3_600_000
          && !run.devices(of: $0.id).isDisjoint(with: visible)
      }
      used.formUnion(near.map(\.id))
      func overlap(_ id: UInt64) -> Double {
        let devices = run.devices(of: id)
        return Double(devices.intersection(visible).count)
          / Double(devices.union(visible).count)
      }
      guard let best = near.max(by: { (overlap($0.id), $1.id) < (overlap($1.id), $0.id) }),
        let first = run.first[best.id]
      else {
        missed[truth.kind.rawValue, default: 0] += 1
        continue
      }
      let pieces = near.count {
        Double(run.devices(of: $0.id).intersection(visible).count) > 0.2 * Double(visible.count)
      }
      let code = best.group.code.split(separator: "/").last.map(String.init) ?? "all"
      var causes: Set<Incident.Cause> = [Incident.Cause(rawValue: truth.cause) ?? .unknown]
      // Of what a dead gateway takes with it, the ways are lost.
      if truth.kind == .gatewayDeath { causes.insert(.link) }
      cases.append(
        Case(
          kind: truth.kind.rawValue, causes: causes, first: first, last: best,
          isOne: pieces <= 1 && run.devices(of: best.id).count > 1,
          isGroup: truth.sameGroups.contains("\(best.group.kind.rawValue):\(code)"),
          members: overlap(best.id), isGrouped: true,
          delay: Double(best.namedAt - truth.start) / Double(run.plan.reportInterval)))
    }
    for change in run.last.values where !used.contains(change.id) {
      let count = run.devices(of: change.id).count
      if count > 1, change.group.kind != .device { falseCount += 1 }
      guard change.group.kind == .device, count == 1, let first = run.first[change.id],
        let cause = run.causeAlone(of: change)
      else { continue }
      cases.append(
        Case(
          kind: "alone", causes: [cause], first: first, last: change, isOne: true, isGroup: true,
          members: 1, isGrouped: false, delay: 0))
    }
  }

  // MARK: Print

  func show() {
    print(
      "\(cases.count { $0.isGrouped }) grouped faults, \(decimals(deviceMonths, 0)) device-months;"
        + " false incidents of groups in 100: \(decimals(100 * Double(falseCount) / deviceMonths))")
    print("shares with their Wilson intervals (95 %); times in report intervals")
    print("| fault | cases | named | one | group | members | cause | cause at naming | delay |")
    print("|---|---|---|---|---|---|---|---|---|")
    for kind in Set(cases.filter(\.isGrouped).map(\.kind)).sorted() {
      row(kind, cases.filter { $0.kind == kind }, missed[kind] ?? 0)
    }
    row("all", cases.filter(\.isGrouped), missed.values.reduce(0, +))
    row("a device alone", cases.filter { !$0.isGrouped }, 0)
    for (name, isGrouped) in [("groups", true), ("devices alone", false)] {
      for (when, change) in [("at naming", \Case.first), ("at the end", \Case.last)] {
        reliability("\(name), \(when)", cases.filter { $0.isGrouped == isGrouped }, change)
      }
    }
  }

  private func row(_ name: String, _ cases: [Case], _ missed: Int) {
    let count = cases.count
    func part(_ number: Int, _ all: Int) -> String { Self.wilson(number, all) }
    let delays = cases.map(\.delay).sorted()
    let members = cases.reduce(0) { $0 + $1.members } / Double(max(1, count))
    let right = cases.count { $0.causes.contains($0.last.cause.cause) }
    let early = cases.count { $0.causes.contains($0.first.cause.cause) }
    print(
      "| \(name) | \(count + missed) | \(part(count, count + missed)) "
        + "| \(part(cases.count(where: \.isOne), count)) "
        + "| \(part(cases.count(where: \.isGroup), count)) | \(decimals(members)) "
        + "| \(part(right, count)) | \(part(early, count)) "
        + "| \(delays.isEmpty ? "–" : decimals(delays[delays.count / 2], 1)) |")
  }

  /// Of what was named with a probability, how much was so.
  private func reliability(
    _ name: String, _ cases: [Case], _ change: KeyPath<Case, IncidentChange>
  ) {
    print("reliability, \(name):")
    for bin in 0..<10 {
      let inside = cases.filter {
        min(9, Int($0[keyPath: change].cause.probability * 10)) == bin
      }
      guard !inside.isEmpty else { continue }
      let said = inside.reduce(0) { $0 + $1[keyPath: change].cause.probability }
      let right = inside.count { $0.causes.contains($0[keyPath: change].cause.cause) }
      print(
        "  said \(decimals(said / Double(inside.count))): "
          + "right \(Self.wilson(right, inside.count)) of \(inside.count)")
    }
  }

  /// E. B. Wilson, "Probable inference", J. Am. Stat. Assoc. 22 (1927).
  static func wilson(_ part: Int, _ all: Int) -> String {
    guard all > 0 else { return "–" }
    let (share, count, width) = (Double(part) / Double(all), Double(all), 1.96)
    let middle = share + width * width / (2 * count)
    let spread =
      width * (share * (1 - share) / count + width * width / (4 * count * count)).squareRoot()
    let whole = 1 + width * width / count
    return "\(decimals(share)) (\(decimals((middle - spread) / whole))–"
      + "\(decimals((middle + spread) / whole)))"
  }
}

func decimals(_ value: Double, _ count: Int = 2) -> String {
  let scale = count == 0 ? 1.0 : count == 1 ? 10 : count == 2 ? 100 : 1_000
  let whole = Int((value * scale).rounded())
  guard count > 0 else { return "\(whole)" }
  let rest = "\(whole % Int(scale))"
  return "\(whole / Int(scale))." + String(repeating: "0", count: count - rest.count) + rest
}
