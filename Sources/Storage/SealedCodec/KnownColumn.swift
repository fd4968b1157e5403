// SPDX-License-Identifier: Apache-2.0

/// A column that is known before another one is coded, for what its rows say about others.
struct KnownColumn {
  /// One a row; a row without a number repeats the one before.
  private(set) var numbers: [UInt64]
  /// Coarse form of each row's number, 0 for none; below `ResidualModel.contextCount`.
  private(set) var symbols: [UInt8]
  /// The same of its distance from the row before.
  private(set) var stepSymbols: [UInt8]
  /// Whether all rows say the same, so that the column helps nobody.
  private(set) var isConstant = true
  private var isPresent: [Bool]

  init(rowCount: Int) {
    numbers = Array(repeating: 0, count: rowCount)
    isPresent = Array(repeating: false, count: rowCount)
    symbols = Array(repeating: 0, count: rowCount)
    stepSymbols = symbols
  }

  init(numbers: [UInt64]) {
    self.init(rowCount: numbers.count)
    self.numbers = numbers
    isPresent = Array(repeating: true, count: numbers.count)
    finish()
  }

  mutating func add(_ values: [UInt64], rows: [Int]) {
    for (index, row) in rows.enumerated() {
      numbers[row] = values[index]
      isPresent[row] = true
    }
  }

  /// Fills the gaps, and forms the symbols: sixteen equal parts of the range, sizes of steps.
  mutating func finish() {
    var last: UInt64 = 0
    for row in numbers.indices {
      if isPresent[row] { last = numbers[row] } else { numbers[row] = last }
    }
    guard isPresent.contains(true) else { return }
    var (least, most): (Int64, Int64) = (.max, .min)
    for row in numbers.indices where isPresent[row] {
      let number = Int64(bitPattern: numbers[row])
      (least, most) = (min(least, number), max(most, number))
    }
    isConstant = least == most && !isPresent.contains(false)
    guard !isConstant else { return }
    let (width, overflow) = most.subtractingReportingOverflow(least)
    let span = overflow ? .max : UInt64(width) + 1
    let part = span <= 16 ? 1 : (span - 1) / 16 + 1
    for row in numbers.indices where isPresent[row] {
      symbols[row] = 1 + UInt8((numbers[row] &- UInt64(bitPattern: least)) / part)
    }
    formStepSymbols()
  }

  /// The bits of each step; where there are steps of many sizes, the smallest count as none.
  private mutating func formStepSymbols() {
    var sizes = [Int](repeating: 0, count: numbers.count)
    for row in numbers.indices.dropFirst() {
      let step = Int64(bitPattern: numbers[row] &- numbers[row - 1])
      sizes[row] = 64 - step.magnitude.leadingZeroBitCount
    }
    let offset = max(0, (sizes.max() ?? 0) - 14)
    for row in numbers.indices where isPresent[row] {
      stepSymbols[row] = UInt8(1 + max(0, sizes[row] - offset))
    }
  }
}
