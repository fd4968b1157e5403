// SPDX-License-Identifier: Apache-2.0

import Storage
import TestSupport
import Testing

@testable import Reporting

@Suite("A column of sums")
struct SumColumnTests {
  @Test("is exact beyond 64 bits, whatever days have decimals or tell nothing")
  func exact() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("sum column test: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let count = Int.random(in: 1...5, using: &generator)
      var column = SumColumn(name: "bytes", rule: .sum, slotCount: count)
      var (sums, hasMillionths) = (Array(repeating: Int128?.none, count: count), false)
      for _ in 0..<Int.random(in: 1...12, using: &generator) {
        let isMillionths = Int.random(in: 0..<6, using: &generator) == 0
        var values: [Int64] = []
        for _ in 0..<count {
          let isAbsent = Int.random(in: 0..<5, using: &generator) == 0
          let largest = Bool.random(using: &generator) ? DaySheet.valueMax : 1_000
          let value = Int64.random(in: -largest / 4...largest, using: &generator)
          values.append(isAbsent ? DaySheet.absent : value)
        }
        let inOrder = Array(0..<Int32(count))
        let slots = Bool.random(using: &generator) ? inOrder : inOrder.shuffled(using: &generator)
        column.add(
          DaySheet.Column(name: "bytes", isMillionths: isMillionths, values: values),
          companion: nil, slots: SheetSlots(slots))
        hasMillionths = hasMillionths || isMillionths
        for (slot, value) in zip(slots, values) where value != DaySheet.absent {
          let scaled = Int128(value) * (isMillionths ? 1 : 1_000_000)
          sums[Int(slot)] = (sums[Int(slot)] ?? 0) + scaled
        }
      }
      let told = (0..<count).map { column[$0] }
      #expect(told == sums.map { $0.map { hasMillionths ? $0 : $0 / 1_000_000 } }, "seed \(seed)")
    }
  }
}
