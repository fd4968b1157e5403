// SPDX-License-Identifier: Apache-2.0

import Storage

/// Where the rows of a sheet go among the slots of a report.
struct SheetSlots {
  /// Of each row; negative for rows that nobody asked for.
  let all: [Int32]
  /// The slots, if one row goes to each of them in their order, as it does for devices that never
  /// moved.
  let run: Range<Int>?

  init(_ slots: [Int32]) {
    all = slots
    let first = slots.first ?? -1
    let isRun = first >= 0 && slots.enumerated().allSatisfy { $1 == first + Int32($0) }
    run = isRun ? Int(first)..<Int(first) + slots.count : nil
  }
}

/// Adds one column to another, value by value, in loops that the compiler turns into vectors.
struct RunSum {
  /// All that is to be added is zero.
  let isNothing: Bool

  /// Nil where a value is absent or a sum would not fit.
  init?(of added: [Int64], onto sums: ArraySlice<Int64>) {
    precondition(added.count == sums.count, "a row goes to each slot")
    var any: Int64 = 0
    var isOver: Int64 = 0
    var isAbsent = false
    unsafe added.withUnsafeBufferPointer { added in
      unsafe sums.withUnsafeBufferPointer { sums in
        for row in 0..<added.count {
          let (left, right) = unsafe (sums[row], added[row])
          let sum = left &+ right
          // Negative where both have the sign that their sum has not.
          isOver |= (left ^ sum) & (right ^ sum)
          any |= right
          isAbsent = isAbsent || right == DaySheet.absent
        }
      }
    }
    guard isOver >= 0, !isAbsent else { return nil }
    isNothing = any == 0
  }

  func add(_ added: [Int64], onto sums: inout [Int64], _ run: Range<Int>) {
    unsafe added.withUnsafeBufferPointer { added in
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        let sums = unsafe UnsafeMutableBufferPointer(rebasing: sums[run])
        for row in 0..<added.count { unsafe sums[row] &+= added[row] }
      }
    }
  }
}
