// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// One reading before all checks of its kind.
extension CheckBank {
  /// Such a message may have waited before it came: it tells nothing of the device's clock.
  private static let unmeasured: ReadingFlags = [
    .untimed, .resumed, .redelivered, .retained, .backlog, .receivedAtWrong,
  ]

  /// The event time of such a message is not its `ts`, which alone tells of the device's clock.
  package static let corrected: ReadingFlags = [.clockWrong, .clockShifted]

  /// Judges one row of a block, and puts what it finds into ``found``.
  ///
  /// - Parameters:
  ///   - plan: of the device's kind, over the block's columns.
  ///   - sentAt: `ts` of a reading whose event time is ``corrected``, if the plan
  ///     ``CheckPlan/needsClock``.
  ///   - isServing, isHoliday: of the device, if the plan ``CheckPlan/needsDuty``.
  package mutating func judge(
    _ block: ReadingColumns, _ row: Int, position: Int, over plan: CheckPlan,
    sentAt: Milliseconds?, isServing: Bool = true, isHoliday: Bool = false
  ) {
    if !found.isEmpty { found.removeAll(keepingCapacity: true) }
    passHours(receivedAt: block.receivedAt[row])
    let time = block.eventTime[row]
    var isBoot = false
    var isUpTold = true
    if plan.needsBoots {
      let up = plan.upColumn.flatMap { block.metrics[$0].real(row) }
      isUpTold = up != nil
      if let up, (0...4_294_967_295).contains(up) {
        isBoot = boots[bootSlot(position)].note(
          up: Milliseconds(up * 1_000), at: time, receivedAt: block.receivedAt[row])
      }
    }
    for rule in plan.tests.indices {
      let finding =
        switch plan.tests[rule].form {
        case .rebootLoop:
          loops[slot(position, rule)].judge(
            boots[bootSlot(position)].boots, isBoot: isBoot, at: time,
            count: plan.tests[rule].count, within: plan.tests[rule].length)
        case .clockDrift: judgeClock(block, row, position, rule, plan, sentAt)
        case .counterReset: judgeCounter(block, row, position, rule, plan, isUpTold)
        case .expiry: CheckFinding?.none
        case .stuck, .outOfRange, .exhaustion: judgeValue(block, row, position, rule, plan)
        case .degradation:
          // What is read while nobody expects service is neither usual nor unusual.
          isServing
            ? noteHour(block, row, position, rule, plan, isHoliday: isHoliday) : CheckFinding?.none
        }
      if let finding { found.append(Found(position: position, rule: rule, finding: finding)) }
    }
  }

  @inline(__always)
  private mutating func judgeValue(
    _ block: ReadingColumns, _ row: Int, _ position: Int, _ rule: Int, _ plan: CheckPlan
  ) -> CheckFinding? {
    guard let column = plan.tests[rule].column, let value = block.metrics[column].real(row)
    else { return nil }
    let test = plan.tests[rule]
    let (time, slot) = (block.eventTime[row], slot(position, rule))
    if test.form == .outOfRange {
      return ranges[slot].note(
        value, at: time,
        .init(
          lowest: test.lowest, highest: test.highest, readings: test.count, length: test.length,
          gap: plan.gap))
    }
    guard value >= test.lowest, value <= test.highest else { return nil }
    switch test.form {
    case .stuck:
      return stuck[slot].note(
        value, at: time, .init(times: test.times, atLeast: test.length, gap: plan.gap))
    default:
      guard let limits = exhaustion(test, position) else { return nil }
      return trends[slot].note(value, at: time, limits)
    }
  }

  /// Nothing is found before the hour is over.
  @inline(__always)
  private mutating func noteHour(
    _ block: ReadingColumns, _ row: Int, _ position: Int, _ rule: Int, _ plan: CheckPlan,
    isHoliday: Bool
  ) -> CheckFinding? {
    guard let column = plan.tests[rule].column, let value = block.metrics[column].real(row),
      value >= plan.tests[rule].lowest, value <= plan.tests[rule].highest
    else { return nil }
    degradations[slot(position, rule)].note(
      value, at: block.eventTime[row], isHoliday: isHoliday, plan.tests[rule].drift)
    return nil
  }

  /// Nil for a device of whose SIM nobody said how much it may use.
  private func exhaustion(
    _ test: CheckPlan.Test, _ position: Int
  ) -> ExhaustionTrend.Limits? {
    guard test.hasQuota else { return test.exhaustion }
    guard let quota = devices[position].simQuotaMegabytes, quota > 0 else { return nil }
    var limits = test.exhaustion
    limits.limit = Double(quota)
    limits.cycleDay = devices[position].simCycleDay
    return limits
  }

  private mutating func judgeCounter(
    _ block: ReadingColumns, _ row: Int, _ position: Int, _ rule: Int, _ plan: CheckPlan,
    _ isUpTold: Bool
  ) -> CheckFinding? {
    guard let column = plan.tests[rule].column, let value = block.metrics[column].total(row)
    else { return nil }
    let boots = self.boots[bootSlot(position)]
    return counters[slot(position, rule)].note(
      value, at: block.eventTime[row], newestBoot: boots.newest,
      isUpTold: isUpTold || !boots.isTold, count: plan.tests[rule].count,
      within: plan.tests[rule].length)
  }

  private mutating func judgeClock(
    _ block: ReadingColumns, _ row: Int, _ position: Int, _ rule: Int, _ plan: CheckPlan,
    _ sentAt: Milliseconds?
  ) -> CheckFinding? {
    let flags = block.flags[row]
    guard flags.isDisjoint(with: Self.unmeasured) else { return nil }
    let isCorrected = !flags.isDisjoint(with: Self.corrected)
    guard let sent = isCorrected ? sentAt : block.eventTime[row] else { return nil }
    return clocks[slot(position, rule)].note(
      lag: block.receivedAt[row] - sent, receivedAt: block.receivedAt[row],
      .init(offBy: plan.tests[rule].length, perDay: plan.tests[rule].perDay))
  }
}

extension ValueColumn {
  /// The value as a number; a flag is 0 or 1. Nothing is allocated.
  fileprivate func real(_ row: Int) -> Double? {
    switch tags[row] {
    case .integer: Double(Int64(bitPattern: bits[row]))
    case .unsigned: Double(bits[row])
    case .number: Double(bitPattern: bits[row])
    case .flag: bits[row] != 0 ? 1 : 0
    case .absent, .word: nil
    }
  }

  /// The value of a counter, exactly: a whole number that is not below zero.
  fileprivate func total(_ row: Int) -> UInt64? {
    switch tags[row] {
    case .integer: Int64(bitPattern: bits[row]) >= 0 ? bits[row] : nil
    case .unsigned: bits[row]
    case .number: UInt64(exactly: Double(bitPattern: bits[row]).rounded(.down))
    case .absent, .word, .flag: nil
    }
  }
}
