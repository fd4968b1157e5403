// SPDX-License-Identifier: Apache-2.0

/// A column that is known before another one is coded, for what its rows say about others.
struct KnownColumn {
  /// One a row; a row without a number repeats the one before.
  private(set) var numbers: [UInt64]
  /// Coarse form of each row's number, 0 for none; below `ResidualModel.contextCount`.
  private(set) var symbols: [UInt8] = []
  /// Whether all rows say the same, so that the column helps nobody.
  private(set) var isConstant = true
  private var isPresent: [Bool]

  init(rowCount: Int) {
    numbers = Array(repeating: 0, count: rowCount)
    isPresent = Array(repeating: false, count: rowCount)
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

  /// Fills the gaps, and forms the symbols: sixteen equal parts of a narrow range; for counters
  /// and the like, the size of each step.
  mutating func finish() {
    var last: UInt64 = 0
    for row in numbers.indices {
      if isPresent[row] { last = numbers[row] } else { numbers[row] = last }
    }
    symbols = Array(repeating: 0, count: numbers.count)
    guard isPresent.contains(true) else { return }
    var (least, most): (Int64, Int64) = (.max, .min)
    for row in numbers.indices where isPresent[row] {
      let number = Int64(bitPattern: numbers[row])
      (least, most) = (min(least, number), max(most, number))
    }
    isConstant = least == most && !isPresent.contains(false)
    let (width, overflow) = most.subtractingReportingOverflow(least)
    if !overflow, width < 1 << 16 {
      let span = UInt64(width) + 1
      for row in numbers.indices where isPresent[row] {
        let part = numbers[row] &- UInt64(bitPattern: least)
        symbols[row] = 1 + UInt8(span <= 16 ? part : part * 16 / span)
      }
    } else {
      formStepSymbols()
    }
  }

  private mutating func formStepSymbols() {
    let sizes = numbers.indices.map { row -> Int in
      let step = row == 0 ? 0 : Int64(bitPattern: numbers[row] &- numbers[row - 1])
      return 64 - step.magnitude.leadingZeroBitCount
    }
    let least = max(1, sizes.dropFirst().max().map { $0 - 14 } ?? 1)
    for row in numbers.indices where isPresent[row] {
      symbols[row] = UInt8(1 + min(max(0, sizes[row] - least + 1), 15))
    }
  }
}
