// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Ingest
import Telemetry

/// The deterministic checks: one call a reading, one a tick.
extension AlertJudge {
  mutating func judgeChecks(
    _ position: Int, _ plan: AlertPlan, _ block: ReadingColumns, _ row: Int
  ) {
    let isCorrected = !block.flags[row].isDisjoint(with: CheckBank.corrected)
    let mustAsk = plan.checkPlan.needsClock && isCorrected
    let duty =
      plan.checkPlan.needsDuty
      ? duty(of: position, at: block.eventTime[row], plan) : DutyStretch()
    checks.judge(
      block, row, position: position, over: plan.checkPlan,
      sentAt: mustAsk ? block.sentTime.instant(row) : nil, isServing: duty.isServing,
      isHoliday: duty.isHoliday)
    if !checks.found.isEmpty { announceFound(knownAt: block.receivedAt[row]) }
  }

  mutating func tickChecks(now: Milliseconds) {
    checks.tick(now: now)
    if !checks.found.isEmpty { announceFound(knownAt: now) }
  }

  private mutating func announceFound(knownAt now: Milliseconds) {
    for found in checks.found {
      let plan = plans[planOfDevice[found.position]]
      let compiled = plan.checks[found.rule]
      let number = devices[found.position].number
      announce { book in
        switch found.finding {
        case .began(let figures):
          book.raise(
            compiled.rule, kind: plan.kind, device: number, since: figures.since, at: now,
            evidence: .check(compiled.check, metric: compiled.metric, figures),
            metric: compiled.metric)
        case .ended(let time):
          book.resolve(rule: compiled.name, device: number, resolvedAt: time, at: now)
        }
      }
    }
  }
}

extension ValueColumn {
  /// `ts` as sent, as an instant; nil if it was none.
  fileprivate func instant(_ row: Int) -> Milliseconds? {
    switch self[row] {
    case .integer(let value): return SentTime.milliseconds(epoch: value)
    case .unsigned(let value): return SentTime.milliseconds(epoch: Double(value))
    case .number(let value): return SentTime.milliseconds(epoch: value)
    case .word(var text):
      return text.withUTF8 { unsafe SentTime.milliseconds(text: UnsafeRawBufferPointer($0)) }
    case .absent, .flag: return nil
    }
  }
}
