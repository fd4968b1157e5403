// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Telemetry

/// Watched metrics: what reaches their detectors, and when an anomaly is an alert.
extension AlertJudge {
  mutating func judgeAnomaly(
    _ position: Int, _ rule: Int, _ plan: AlertPlan, _ block: ReadingColumns, _ row: Int
  ) {
    let slot = anomalyStart[position] + rule
    let time = block.eventTime[row]
    let test = plan.anomalies[rule].test
    guard let column = test.column, time > anomalyStates.judgedAt(slot),
      var value = block.metrics[column].number(row, in: test.range)
    else { return }
    // Whom nobody expects to serve does nothing usual and nothing unusual.
    let duty = duty(of: position, at: time, plan)
    guard duty.isServing else { return }
    if test.isCounter {
      let bootAt = plan.bootInstant(block, row)
      guard let rate = rate(slot, block.metrics[column].total(row), at: time, bootAt, plan) else {
        return
      }
      value = rate
    } else {
      anomalyStates.judge(slot, at: time)
    }
    let judgement = detectors.judge(
      value, at: time, slot: slot, watch: test.watch, isHoliday: duty.isHoliday)
    guard let judgement, judgement.isAnomalous || anomalyStates.isOpen(slot) else { return }
    follow(judgement, slot, plan.anomalies[rule], plan, block, row)
  }

  /// Whether a device has to serve now, and whether it is a holiday.
  mutating func duty(of position: Int, at time: Milliseconds, _ plan: AlertPlan) -> DutyStretch {
    if duties[position].contains(time) { return duties[position] }
    let planned = servicePlans.plan(of: devices[position], profile: plan.profile)
    duties[position] = DutyStretch(planned, at: time)
    return duties[position]
  }

  /// A counter's rate a second since the reading before it.
  ///
  /// - Returns: nil where none is known: at the first reading, after a boot or a fall, over a
  ///   silence longer than the allowance (whatever happened in it happened at other hours), and
  ///   of readings so close together that the rate would be noise; those wait for the next one.
  private mutating func rate(
    _ slot: Int, _ total: UInt64?, at time: Milliseconds, _ bootAt: Milliseconds?,
    _ plan: AlertPlan
  ) -> Double? {
    guard let total else { return nil }
    let before = anomalyStates[slot]
    let isFirst = before.judgedAt == .min
    if !isFirst, time - before.judgedAt < plan.rateLengthMin, total >= before.total { return nil }
    anomalyStates[slot].judgedAt = time
    anomalyStates[slot].total = total
    guard !isFirst, total >= before.total, time - before.judgedAt <= plan.offlineAfter,
      bootAt.map({ $0 <= before.judgedAt }) ?? true
    else { return nil }
    return Double(total - before.total) * 1_000 / Double(time - before.judgedAt)
  }

  /// Opens and ends the alert. It ends when the metric has been usual for a while: one that is
  /// unusual again before that is the same alert.
  mutating func follow(
    _ judgement: Judgement, _ slot: Int, _ compiled: AlertPlan.AnomalyRule, _ plan: AlertPlan,
    _ block: ReadingColumns, _ row: Int
  ) {
    let (time, device) = (block.eventTime[row], block.device[row])
    if judgement.isAnomalous {
      guard !anomalyStates.isOpen(slot) else {
        anomalyStates[slot].usualSince = .min
        return
      }
      let finding = AnomalyFinding(judgement)
      let threshold = feedback.threshold(
        device: device, metric: compiled.metric.name, channel: finding.channel.rawValue,
        isAbove: finding.isAbove, at: time, block: recoveredBlock)
      guard finding.novelty > threshold ?? 0 else { return }
      anomalyStates[slot].isOpen = true
      announce { book in
        book.raise(
          compiled.rule, kind: plan.kind, device: device, since: time,
          at: block.receivedAt[row],
          evidence: .anomaly(metric: compiled.metric, finding), metric: compiled.metric)
      }
      return
    }
    if anomalyStates[slot].usualSince == .min { anomalyStates[slot].usualSince = time }
    let usualSince = anomalyStates[slot].usualSince
    guard time - usualSince >= plan.anomalyHold else { return }
    anomalyStates[slot].isOpen = false
    announce { book in
      book.resolve(
        rule: compiled.name, device: device, resolvedAt: usualSince, at: block.receivedAt[row])
    }
  }

  // MARK: Slots

  /// Slots for all anomaly rules of all devices, in their order; who stays keeps what was learnt.
  ///
  /// - Parameters:
  ///   - before: without its detectors.
  ///   - detectors: those of `before`: a nation's are hundreds of megabytes, which must not be
  ///     there twice where nobody moves.
  mutating func layOutDetectors(_ before: AlertJudge, _ detectors: consuming DetectorBank) {
    let stay = before.devices.indices.allSatisfy { old in
      old < devices.count && devices[old].number == before.devices[old].number
        && anomalyStart[old] == before.anomalyStart[old]
        && planOfDevice[old] == before.planOfDevice[old]
    }
    if stay, before.anomalyStates.count <= anomalyStates.count {
      detectors.append(count: anomalyStates.count - detectors.count)
      self.detectors = detectors
      return
    }
    self.detectors.append(count: anomalyStates.count)
    for position in devices.indices {
      guard let old = before.positionOfNumber[devices[position].number] else { continue }
      let count = anomalies(of: position).count
      guard planOfDevice[position] == before.planOfDevice[old] else { continue }
      for rule in 0..<count {
        self.detectors.copy(
          anomalyStart[position] + rule, from: detectors, before.anomalyStart[old] + rule)
      }
    }
  }
}

extension AnomalyFinding {
  init(_ judgement: Judgement) {
    self.init(
      value: judgement.value, expected: judgement.expected, lower: judgement.lower,
      upper: judgement.upper, usualDeviation: judgement.usualDeviation,
      novelty: judgement.novelty, severity: judgement.severity,
      channel: AlertEvidence.Channel(judgement.channel), isAbove: judgement.isAbove,
      localHour: judgement.localHour, readingCount: judgement.readingCount)
  }
}

extension AlertEvidence.Channel {
  fileprivate init(_ channel: Judgement.Channel) {
    self =
      switch channel {
      case .level: .level
      case .seasonal: .seasonal
      case .drift: .drift
      case .spike: .spike
      case .texture: .texture
      }
  }
}
