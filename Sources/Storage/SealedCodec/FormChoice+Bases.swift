// SPDX-License-Identifier: Apache-2.0

extension FormChoice {
  func bases() -> [SequenceForm] {
    let first = numbers[0]
    var forms = [
      SequenceForm(base: .zero), SequenceForm(base: .previous, start: first),
      SequenceForm(
        base: .slope, start: first, step: numbers.count > 1 ? numbers[1] &- first : 0),
    ]
    for unit in ClockUnit.all.indices where !surroundings.times.isEmpty {
      let shown = ClockUnit.all[unit].reading(
        after: Int64(bitPattern: surroundings.times[rows[0]]))
      forms.append(
        SequenceForm(base: .clock, start: first &- UInt64(bitPattern: shown), unit: unit))
    }
    for column in surroundings.known.indices where !surroundings.known[column].isConstant {
      forms.append(SequenceForm(base: .column, column: column))
      if surroundings.isTime {
        forms.append(SequenceForm(base: .pace, start: first, column: column))
      }
    }
    if surroundings.isTime, let grid { forms.append(grid) }
    if surroundings.mayBeFresh { forms.append(SequenceForm(base: .fresh)) }
    return forms
  }

  /// The usual period, and the phase behind the longest stretch of it in which nothing comes.
  private var grid: SequenceForm? {
    guard numbers.count > 2 else { return nil }
    let differences = zip(numbers.dropFirst(), numbers).map { Int64(bitPattern: $0 &- $1) }
    let middle = differences.sorted()[differences.count / 2]
    let period = (middle &+ 500) / 1_000 * 1_000
    guard period > 0, period < 1 << 40 else { return nil }
    let phases = numbers.map { $0 % UInt64(period) }.sorted()
    var widest = (gap: phases[0] + UInt64(period) - phases[phases.count - 1], phase: phases[0])
    for (before, after) in zip(phases, phases.dropFirst()) where after - before > widest.gap {
      widest = (after - before, after)
    }
    let first = numbers[0]
    let lead = (first % UInt64(period) + UInt64(period) - widest.phase) % UInt64(period)
    return SequenceForm(base: .grid, start: first &- lead, step: UInt64(period))
  }

  func alphabets(of residuals: [UInt64]) -> [Alphabet] {
    let center = Self.median(residuals)
    var (least, most): (Int64, Int64) = (.max, .min)
    var (classMin, classMax): (UInt32, UInt32) = (64, 0)
    for residual in residuals {
      let signed = Int64(bitPattern: residual)
      (least, most) = (min(least, signed), max(most, signed))
      let size = Self.size(of: residual &- center)
      (classMin, classMax) = (min(classMin, size), max(classMax, size))
    }
    var found = [Alphabet.magnitude(center: center, classMin: classMin, classMax: classMax)]
    let (width, overflow) = most.subtractingReportingOverflow(least)
    if !overflow, width < Int64(Alphabet.intervalSpanMax) {
      found.append(.interval(lowest: UInt64(bitPattern: least), span: UInt32(width) + 1))
    }
    return found
  }

  static func median(_ residuals: [UInt64]) -> UInt64 {
    let stride = max(1, residuals.count / 101)
    var sample: [Int64] = []
    var index = 0
    while index < residuals.count {
      sample.append(Int64(bitPattern: residuals[index]))
      index += stride
    }
    sample.sort()
    return UInt64(bitPattern: sample[sample.count / 2])
  }

  static func size(of distance: UInt64) -> UInt32 {
    UInt32(64 - Int64(bitPattern: distance).magnitude.leadingZeroBitCount)
  }

  /// Entropy of the residuals' magnitudes, and the bits below.
  static func estimate(_ residuals: [UInt64]) -> Float {
    let center = median(residuals)
    var counts = [Int](repeating: 0, count: 65)
    var bits: Float = 0
    for residual in residuals {
      let size = Self.size(of: residual &- center)
      counts[Int(size)] += 1
      bits += Float(size)
    }
    return bits + entropy(counts) + 3 * Float(counts.count { $0 > 0 })
  }

  static func entropy(_ counts: [Int]) -> Float {
    let total = Float(counts.reduce(0, +))
    var bits: Float = 0
    for count in counts where count > 0 {
      bits -= Float(count) * CostMeter.log2OfFraction(Float(count) / total)
    }
    return bits
  }
}
