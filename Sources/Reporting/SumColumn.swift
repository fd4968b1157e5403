// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// One figure of many devices, summed over stretches of a period.
///
/// A slot is a device at one place. Sums are exact: whole numbers, or millionths as soon as one of
/// the stretches has millionths.
struct SumColumn {
  enum Rule {
    /// Lengths of time, counts, totals, integrals.
    case sum
    /// The greatest value, and when it was reached.
    case maximum
    /// Weighted by the time that each stretch's value covers.
    case mean
  }

  let name: String
  let rule: Rule
  private(set) var isMillionths = false
  private var values: [Int128]
  /// Of sums: what is to be added to `values` still, as long as it fits. Half as long numbers are
  /// added twice as fast.
  private var pending: [Int64]
  /// Instants of maxima, or the weights of means; empty for sums.
  private var companions: [Int128]
  private var isPresent: [Bool]

  init(name: String, rule: Rule, slotCount: Int) {
    self.name = name
    self.rule = rule
    values = Array(repeating: 0, count: slotCount)
    companions = rule == .sum ? [] : values
    pending = Array(repeating: 0, count: rule == .sum ? slotCount : 0)
    isPresent = Array(repeating: false, count: slotCount)
  }

  /// Adds a column of a sheet.
  ///
  /// - Parameters:
  ///   - slots: where each row goes.
  ///   - companion: instants of a maximum, or weights of a mean, of the same sheet.
  mutating func add(_ column: DaySheet.Column, companion: DaySheet.Column?, slots: SheetSlots) {
    let factor = adopt(isMillionths: column.isMillionths)
    if rule == .sum { return addSums(column.values, factor: factor, slots: slots) }
    for (row, slot) in slots.all.enumerated() {
      let value = column.values[row]
      guard slot >= 0, value != DaySheet.absent else { continue }
      // Most days do not have the greatest value of a period.
      if rule == .maximum, isPresent[Int(slot)], Int128(value) * factor <= values[Int(slot)] {
        continue
      }
      let other = companion?.values[row] ?? DaySheet.absent
      add(Int128(value) * factor, other == DaySheet.absent ? nil : other, slot: Int(slot))
    }
  }

  /// Nearly all columns are sums, and a year has a hundred million of their values.
  private mutating func addSums(_ added: [Int64], factor: Int128, slots: SheetSlots) {
    // Taken out, so that nothing looks at each value whether the columns are shared.
    var pending = self.pending
    var isPresent = self.isPresent
    self.pending = []
    self.isPresent = []
    defer {
      self.pending = pending
      self.isPresent = isPresent
    }
    if factor == 1, let run = slots.run, let sum = RunSum(of: added, onto: pending[run]) {
      for slot in run { isPresent[slot] = true }
      if !sum.isNothing { sum.add(added, onto: &pending, run) }
      return
    }
    for (slot, value) in zip(slots.all, added) where slot >= 0 && value != DaySheet.absent {
      let slot = Int(slot)
      isPresent[slot] = true
      let (sum, isOver) = pending[slot].addingReportingOverflow(value)
      if factor == 1, !isOver {
        pending[slot] = sum
      } else {
        values[slot] += Int128(value) * factor
      }
    }
  }

  /// Adds one value.
  mutating func add(_ value: FigureValue, companion: FigureValue?, slot: Int) {
    let number: (value: Int64, isMillionths: Bool)
    switch value {
    case .absent: return
    case .whole(let whole): number = (whole, false)
    case .millionths(let millionths): number = (millionths, true)
    }
    let factor = adopt(isMillionths: number.isMillionths)
    var other: Int64?
    if case .whole(let whole) = companion { other = whole }
    add(Int128(number.value) * factor, other, slot: slot)
  }

  /// - Returns: what values of this scale are multiplied by.
  private mutating func adopt(isMillionths other: Bool) -> Int128 {
    if other == isMillionths { return 1 }
    if isMillionths { return 1_000_000 }
    for slot in values.indices { values[slot] = self.value(slot) * 1_000_000 }
    for slot in pending.indices { pending[slot] = 0 }
    isMillionths = true
    return 1
  }

  @inline(__always)
  private mutating func add(_ value: Int128, _ companion: Int64?, slot: Int) {
    switch rule {
    case .sum:
      values[slot] += value
    case .maximum:
      guard !isPresent[slot] || value > values[slot] else { return }
      values[slot] = value
      companions[slot] = Int128(companion ?? 0)
    case .mean:
      let weight = Int128(companion ?? 0)
      values[slot] += value * weight
      companions[slot] += weight
    }
    isPresent[slot] = true
  }

  /// Nil where no stretch told.
  subscript(slot: Int) -> Int128? {
    guard isPresent[slot] else { return nil }
    guard rule == .mean else { return value(slot) }
    return companions[slot] > 0 ? values[slot] / companions[slot] : nil
  }

  private func value(_ slot: Int) -> Int128 {
    rule == .sum ? values[slot] + Int128(pending[slot]) : values[slot]
  }

  /// When a maximum was reached.
  func instant(_ slot: Int) -> Milliseconds? {
    rule == .maximum && isPresent[slot] && companions[slot] != 0
      ? Milliseconds(companions[slot]) : nil
  }
}
