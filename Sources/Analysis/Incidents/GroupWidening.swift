// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Whether incidents that began near each other are one of a group that holds them all.
///
/// The same question as ``GroupChoice`` asks, of what is known by now: who failed within the
/// creep of the fault counts as struck, who reports still speaks against the wider group. What the
/// wider group adds to the largest of the incidents must itself be more than chance, or a device
/// that happens to fail elsewhere would make a village of a site.
struct GroupWidening {
  /// Incidents that lie in one group, and what is asked about it.
  struct Question {
    var group: IncidentFleet.Group
    /// Positions of the group, ascending.
    var devices: [Int]
    /// Positions of members of the incidents and of onsets that wait.
    var struck: Set<Int>
    /// Positions of the largest of the incidents.
    var core: Set<Int>
    var cluster: GroupChoice.Cluster
  }

  let chooser: GroupChoice

  /// - Returns: the figures of the group if it explains all of them; nil if it does not.
  func figures(of question: Question) -> IncidentEvidence.Choice? {
    let cluster = question.cluster
    let agreementMin = IncidentSettings.agreementOfManyMin
    var figures = IncidentEvidence.Choice(
      kind: question.group.kind, code: question.group.code, failed: 0, together: 0)
    let heardMax = Int((1 - agreementMin) * Double(question.devices.count)) + 1
    var (added, addedFailed, later) = (0, 0, 0)
    for position in question.devices {
      let isCore = question.core.contains(position)
      if question.struck.contains(position) {
        figures.failed += 1
        if !isCore { (added, addedFailed) = (added + 1, addedFailed + 1) }
        continue
      }
      if chooser.explained.contains(position) { continue }
      switch chooser.word(of: position, cluster) {
      case .nothing: continue
      case .later: later += 1
      case .overdue:
        figures.overdue += 1
        if !isCore { (added, addedFailed) = (added + 1, addedFailed + 1) }
      case .heard:
        figures.heard += 1
        if !isCore { added += 1 }
        if figures.heard > heardMax { return nil }
      }
    }
    figures.together = figures.failed
    let spoken = Double(figures.judged)
    guard figures.agreement >= agreementMin,
      spoken >= IncidentSettings.spokenMin * (spoken + Double(later)),
      Double(addedFailed) >= IncidentSettings.addedShareMin * Double(added)
    else { return nil }
    return withTail(figures, question)
  }

  /// Alone the largest of them proves nothing of the others, unless it is a single device.
  private func withTail(
    _ figures: IncidentEvidence.Choice, _ question: Question
  ) -> IncidentEvidence.Choice? {
    let isSingle = question.core.count < 2
    let others =
      isSingle ? question.devices : question.devices.filter { !question.core.contains($0) }
    let count = isSingle ? figures.failed : question.struck.subtracting(question.core).count
    let onset = OnsetHistory.class(ofStream: question.cluster.stream)
    let length = question.cluster.length + IncidentSettings.creepMax
    let expected = chooser.history.expected(
      others.lazy.map { chooser.fleet.numbers[$0] }, onset, within: length,
      at: question.cluster.at)
    let tail = PoissonTail.log10(count: count, expected: expected)
    let isMore =
      isSingle
      ? count >= IncidentSettings.crept && tail <= IncidentSettings.tailLog10Max
      : tail <= IncidentSettings.addedTailLog10Max
    guard isMore else { return nil }
    var full = figures
    full.expected = chooser.history.expected(
      question.devices.lazy.map { chooser.fleet.numbers[$0] }, onset, within: length,
      at: question.cluster.at)
    full.tailLog10 = PoissonTail.log10(count: full.failed, expected: full.expected)
    return full
  }
}
