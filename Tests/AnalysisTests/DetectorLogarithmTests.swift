// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Analysis

@Suite struct DetectorLogarithmTests {
  @Test("our logarithm is the C library's within four units of the last place")
  func logarithm() {
    var values = [1, 2, 0.5, 10, 1e-300, 1e300, .leastNonzeroMagnitude, 1 + 0x1p-52, 1 - 0x1p-53, .pi]
    values.append(.greatestFiniteMagnitude)
    for power in stride(from: -1_070.0, through: 1_020, by: 0.37) { values.append(exp2(power)) }
    for value in values {
      let (ours, theirs) = (Logarithm.natural(value), log(value))
      #expect(abs(ours - theirs) <= 4 * max(theirs.ulp, 0x1p-54), "\(value)")
    }
  }

  @Test("our exponential is the C library's to twelve digits")
  func exponential() {
    for value in stride(from: -690.0, through: 690, by: 1.37) {
      let (ours, theirs) = (Logarithm.exponential(value), exp(value))
      #expect(abs(ours - theirs) <= 1e-12 * theirs, "\(value)")
    }
    #expect(Logarithm.exponential(-1_000) == 0)
    #expect(Logarithm.exponential(1_000).isFinite)
  }

  @Test("values to high precision", arguments: [
    (2.0, 0.693_147_180_559_945_309_4), (3, 1.098_612_288_668_109_691_4),
    (10, 2.302_585_092_994_045_684), (0.1, -2.302_585_092_994_045_684),
    (1e10, 23.025_850_929_940_456_84),
  ])
  func known(value: Double, logarithm: Double) {
    #expect(abs(Logarithm.natural(value) - logarithm) <= 2 * logarithm.ulp)
  }

  @Test("a weight grows on average by what is added to it")
  func weightsGrowOnAverage() {
    let weights = TailWeight()
    var sum = 0.0
    for trial in 0..<200 {
      var code: UInt8 = 0
      for step in 0..<1_000 {
        code = weights.adding(1, to: code, hash: TailWeight.hash(UInt64(trial * 1_000 + step)))
      }
      sum += weights.value(code)
    }
    // A weight of 1,000 scatters by about a sixth; two hundred of them by a hundredth.
    #expect(abs(sum / 200 - 1_000) < 50)
    #expect(weights.value(TailWeight.halved(61)) == weights.value(61) / 2)
  }

  @Test("half octaves are counted as the logarithm counts them")
  func halfOctaves() {
    for power in stride(from: -40.0, through: 40, by: 0.173) {
      let counted = unsafe SlotRow.halfOctaves(exp2(power / 2))
      #expect(counted == Int(power.rounded(.down)))
    }
  }
}
