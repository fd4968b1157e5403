// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Finds the groups that explain why some devices failed together.
///
/// The smallest group that explains most of them, whose other devices agree as far as anything is
/// known of them, and of which so many do not fail by chance. Where no single group explains most,
/// the one that explains the most is taken, and the rest is looked at again: two faults at the same
/// time each get their own, and what stands alone comes out.
struct GroupChoice {
  /// What began together.
  struct Cluster {
    var stream: String
    /// Positions of the devices, ascending, each once.
    var positions: [Int]
    var inCluster: Set<Int>
    /// Of device, in the fleet.
    var kinds: Set<Int32>
    /// When the fault may have struck all of them.
    var window: Interval
    /// How long a window of chance is: what one device's report interval leaves open.
    var length: Milliseconds
    /// When it is decided.
    var at: Milliseconds
    /// Who was heard after the window and is missing since counts as struck.
    var mayCreep = false
  }

  struct Chosen {
    var group: IncidentFleet.Group
    var figures: IncidentEvidence.Choice
    var runnersUp: [IncidentEvidence.Choice]
    /// Positions, ascending.
    var positions: [Int]
  }

  private struct Candidate {
    /// Nil is the whole fleet.
    var index: Int?
    var group: IncidentFleet.Group
    var members: [Int]
    var figures: IncidentEvidence.Choice
    /// Devices that could speak for it or against it, now or later.
    var size = 0
  }

  let fleet: IncidentFleet
  let history: OnsetHistory
  /// When each device was heard last, by position; `.min` is never.
  let heard: [Milliseconds]
  /// Positions that an open incident of the stream explains already.
  let explained: Set<Int>
  /// When we could not hear.
  let gaps: [Interval]

  /// - Returns: the groups in the order in which they were found; who is in none stands alone.
  func groups(of cluster: Cluster) -> [Chosen] {
    var left = Set(cluster.positions)
    var chosen: [Chosen] = []
    while left.count > 1, chosen.count < IncidentSettings.groupsOfClusterMax {
      guard let next = best(of: cluster, left) else { break }
      chosen.append(next)
      left.subtract(next.positions)
    }
    return chosen
  }

  private func best(of cluster: Cluster, _ left: Set<Int>) -> Chosen? {
    let candidates = candidates(cluster, left)
    var fitting: [Candidate] = []
    for candidate in candidates {
      guard let judged = agreeing(candidate, cluster, left) else { continue }
      let full = withTail(judged, cluster)
      if full.figures.tailLog10 <= IncidentSettings.tailLog10Max { fitting.append(full) }
    }
    let needed = IncidentSettings.coverageMin * Double(left.count)
    let explaining = fitting.filter { Double($0.figures.failed) >= needed }
    guard
      let best = smallest(of: explaining)
        ?? fitting.min(by: {
          $0.figures.failed == $1.figures.failed
            ? Self.isSmaller($0, $1) : $0.figures.failed > $1.figures.failed
        })
    else { return nil }
    return Chosen(
      group: best.group, figures: best.figures,
      runnersUp: runnersUp(candidates, besides: best.group, cluster, left),
      positions: best.members.filter { left.contains($0) })
  }

  /// The smallest that explains most of them; a wider one if it explains more, and what it adds is
  /// silent as well: the site in which four of five failed is a village whose sixth is overdue.
  private func smallest(of explaining: [Candidate]) -> Candidate? {
    guard var best = explaining.min(by: Self.isSmaller) else { return nil }
    for wider in explaining.sorted(by: Self.isSmaller)
    where wider.figures.failed > best.figures.failed {
      let (now, more) = (best.figures, wider.figures)
      let silent = more.failed + more.overdue - now.failed - now.overdue
      let share = Double(silent) / Double(max(1, more.judged - now.judged))
      if silent > 1, share >= IncidentSettings.agreementMin { best = wider }
    }
    return best
  }

  private static func isSmaller(_ left: Candidate, _ right: Candidate) -> Bool {
    (left.size, left.group.kind.rank, left.group.code)
      < (right.size, right.group.kind.rank, right.group.code)
  }

  /// Groups with two of them at least.
  private func candidates(_ cluster: Cluster, _ left: Set<Int>) -> [Candidate] {
    var counts: [Int: Int] = [:]
    for position in left {
      for index in fleet.groups(of: position) { counts[index, default: 0] += 1 }
    }
    var found = counts.filter { $0.value > 1 }.sorted { $0.key < $1.key }.map { index, count in
      candidate(index, fleet.groups[index], fleet.members(of: index), count, left.count)
    }
    found.append(
      candidate(
        nil, .init(kind: .all, code: ""), Array(fleet.numbers.indices), left.count, left.count))
    return found
  }

  private func candidate(
    _ index: Int?, _ group: IncidentFleet.Group, _ members: [Int], _ count: Int, _ together: Int
  ) -> Candidate {
    Candidate(
      index: index, group: group, members: members,
      figures: .init(kind: group.kind, code: group.code, failed: count, together: together))
  }

  /// What its other devices say; nil as soon as too many of them were heard.
  private func agreeing(
    _ candidate: Candidate, _ cluster: Cluster, _ left: Set<Int>, isCut: Bool = true
  ) -> Candidate? {
    var judged = candidate
    judged.size = judged.figures.failed
    let share = IncidentSettings.agreementMin(of: candidate.members.count)
    // Beyond it, not even all the others could make up for those that were heard.
    let heardMax = Int((1 - share) * Double(candidate.members.count)) + 1
    var later = 0
    for position in candidate.members where !left.contains(position) {
      if cluster.inCluster.contains(position) || explained.contains(position) { continue }
      switch word(of: position, cluster) {
      case .nothing: continue
      case .later: later += 1
      case .overdue: judged.figures.overdue += 1
      case .heard:
        judged.figures.heard += 1
        if isCut, judged.figures.heard > heardMax { return nil }
      }
      judged.size += 1
    }
    if !isCut { return judged }
    // Too early: most of it has neither reported nor missed its report.
    if Double(judged.size - later) < IncidentSettings.spokenMin * Double(judged.size) {
      return nil
    }
    return judged.figures.agreement >= IncidentSettings.agreementMin(of: judged.figures.judged)
      ? judged : nil
  }

  enum Word { case nothing, later, overdue, heard }

  /// What a device that told nothing says of a fault in the window.
  func word(of position: Int, _ cluster: Cluster) -> Word {
    let last = heard[position]
    let pace = fleet.pace(of: position)
    guard last != .min else { return .nothing }
    guard cluster.stream == "silent" else {
      // Only who has the metric and reports can say that all is well.
      let isHeard = last + pace.offlineAfter >= cluster.at
      // It takes some restarts to restart again and again.
      let isEarly =
        cluster.stream == IncidentSymptom.rebootLoop.stream
        && cluster.at < cluster.window.end + IncidentSettings.rebootsTellWithin
      if isHeard, isEarly { return .later }
      return isHeard && cluster.kinds.contains(fleet.kindOfPosition[position]) ? .heard : .nothing
    }
    if last > cluster.window.end {
      let owed = last + IncidentSettings.missedReports * pace.reportInterval + pace.slack
      let isMissing = owed + gaps.duration(from: last, to: cluster.at) < cluster.at
      return cluster.mayCreep && isMissing ? .overdue : .heard
    }
    // It was gone before.
    if last + pace.offlineAfter < cluster.window.start { return .nothing }
    // What it said while we could not hear, nobody knows.
    let deaf = gaps.duration(from: last, to: cluster.at)
    return last + deaf + pace.reportInterval + pace.slack < cluster.at ? .overdue : .later
  }

  private func withTail(_ candidate: Candidate, _ cluster: Cluster) -> Candidate {
    var full = candidate
    full.figures.expected = history.expected(
      candidate.members.lazy.map { fleet.numbers[$0] },
      OnsetHistory.class(ofStream: cluster.stream),
      within: cluster.length, at: cluster.at)
    full.figures.tailLog10 = PoissonTail.log10(
      count: full.figures.failed, expected: full.figures.expected)
    return full
  }

  /// The others with the most failed devices, in full figures, for people to compare.
  private func runnersUp(
    _ candidates: [Candidate], besides best: IncidentFleet.Group, _ cluster: Cluster,
    _ left: Set<Int>
  ) -> [IncidentEvidence.Choice] {
    let others = candidates.filter { $0.group != best }.sorted {
      ($1.figures.failed, $0.members.count, $0.group.kind.rank, $0.group.code)
        < ($0.figures.failed, $1.members.count, $1.group.kind.rank, $1.group.code)
    }
    return others.prefix(IncidentSettings.runnersUpMax).compactMap {
      agreeing($0, cluster, left, isCut: false).map { withTail($0, cluster).figures }
    }
  }
}
