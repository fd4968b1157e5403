// SPDX-License-Identifier: Apache-2.0

/// Learns and codes the few words that describe each column of a sealed day.
///
/// One for a block: what the first columns needed is cheap to say of the next ones.
struct SealedHeader {
  /// What a number of the description means; each has estimates of its own.
  enum Field: Int, CaseIterable {
    case readingCount, metricCount, base, start, step, column, unit, isInterval, lowest, span
    case classMin, classMax, context, adaptation, isUniform, tag, exponent
    case wordCount, wordForm, textLength
  }

  /// Numbers have up to 64 bits. The nodes of a field also hold the tree of a choice.
  private static let sizes = IntervalTree(span: 65)
  private static let bytes = IntervalTree(span: 256)
  private var models = BitModels(
    count: Field.allCases.count * Self.sizes.nodeCount,
    adaptation: Adaptation(weight: 0, growth: 1, memory: 30))
  private var textModels = BitModels(
    count: 8 * Self.bytes.nodeCount, adaptation: Adaptation(weight: 0, growth: 1, memory: 200))

  /// One of a few choices.
  mutating func choice<Coder: BitCoder>(
    _ value: Int, of count: Int, _ field: Field, with coder: inout Coder
  ) -> Int {
    let base = field.rawValue * Self.sizes.nodeCount
    return Int(
      IntervalTree(span: UInt32(count)).code(
        UInt32(value), in: &models, at: base, with: &coder))
  }

  /// Any number; the smaller, the cheaper.
  mutating func number<Coder: BitCoder>(
    _ value: UInt64, _ field: Field, with coder: inout Coder
  ) -> UInt64 {
    let size = UInt32(64 - value.leadingZeroBitCount)
    let base = field.rawValue * Self.sizes.nodeCount
    let found = Int(Self.sizes.code(size, in: &models, at: base, with: &coder))
    guard found > 1 else { return UInt64(found) }
    let top: UInt64 = 1 << UInt64(found - 1)
    return top | coder.codeEven(value & (top &- 1), count: found - 1)
  }

  mutating func signed<Coder: BitCoder>(
    _ value: UInt64, _ field: Field, with coder: inout Coder
  ) -> UInt64 {
    let pattern = Int64(bitPattern: value)
    let folded = UInt64(bitPattern: (pattern << 1) ^ (pattern >> 63))
    let found = number(folded, field, with: &coder)
    return (found >> 1) ^ (0 &- (found & 1))
  }

  /// The bytes of a text, each in the light of the one before.
  mutating func text<Coder: BitCoder>(
    _ bytes: [UInt8], count: Int, with coder: inout Coder
  ) -> [UInt8] {
    var found: [UInt8] = []
    var context = 0
    for index in 0..<count where !coder.isExhausted {
      let byte = Self.bytes.code(
        Coder.isReading ? 0 : UInt32(bytes[index]), in: &textModels,
        at: context * Self.bytes.nodeCount, with: &coder)
      found.append(UInt8(truncatingIfNeeded: byte))
      context = Int(byte >> 5)
    }
    return found
  }

  /// Nil if the bytes read describe no form: a column or an alphabet that cannot be.
  mutating func form<Coder: BitCoder>(
    _ form: SequenceForm, columnCount: Int, with coder: inout Coder
  ) -> SequenceForm? {
    var found = SequenceForm()
    let base = Base.allCases[
      choice(Int(form.base.rawValue), of: Base.allCases.count, .base, with: &coder)]
    found.base = base
    switch base {
    case .constant:
      found.start = signed(form.start, .start, with: &coder)
      return found
    case .zero, .fresh: break
    case .previous, .pace: found.start = signed(form.start, .start, with: &coder)
    case .slope, .grid:
      found.start = signed(form.start, .start, with: &coder)
      found.step = signed(form.step, .step, with: &coder)
    case .clock:
      found.start = signed(form.start, .start, with: &coder)
      found.unit = choice(form.unit, of: ClockUnit.all.count, .unit, with: &coder)
    case .column: break
    }
    if base == .column || base == .pace {
      found.column = Int(clamping: number(UInt64(form.column), .column, with: &coder))
      guard found.column < columnCount else { return nil }
    }
    guard let alphabet = alphabet(form.alphabet, with: &coder) else { return nil }
    found.alphabet = alphabet
    found.adaptation = choice(
      form.adaptation, of: Adaptation.presets.count, .adaptation, with: &coder)
    let context =
      switch form.context {
      case .none: UInt64(0)
      case .own: UInt64(1)
      case .column(let column): UInt64(column) * 2 + 2
      case .step(let column): UInt64(column) * 2 + 3
      }
    switch number(context, .context, with: &coder) {
    case 0: found.context = .none
    case 1: found.context = .own
    case let code where (code - 2) / 2 < UInt64(columnCount):
      let column = Int((code - 2) / 2)
      found.context = code % 2 == 0 ? .column(column) : .step(column)
    default: return nil
    }
    return found
  }

  private mutating func alphabet<Coder: BitCoder>(
    _ alphabet: Alphabet, with coder: inout Coder
  ) -> Alphabet? {
    switch alphabet {
    case .interval(let lowest, let span):
      return self.alphabet(
        isInterval: true, center: lowest, low: UInt64(span) - 1, high: 0, with: &coder)
    case .magnitude(let center, let classMin, let classMax):
      return self.alphabet(
        isInterval: false, center: center, low: UInt64(classMin), high: UInt64(classMax),
        with: &coder)
    }
  }

  private mutating func alphabet<Coder: BitCoder>(
    isInterval: Bool, center: UInt64, low: UInt64, high: UInt64, with coder: inout Coder
  ) -> Alphabet? {
    if choice(isInterval ? 1 : 0, of: 2, .isInterval, with: &coder) != 0 {
      let lowest = signed(center, .lowest, with: &coder)
      let spanLess1 = number(low, .span, with: &coder)
      guard spanLess1 < UInt64(Alphabet.intervalSpanMax) else { return nil }
      return .interval(lowest: lowest, span: UInt32(spanLess1) + 1)
    }
    let found = signed(center, .lowest, with: &coder)
    let classMin = number(low, .classMin, with: &coder)
    let classMax = number(high, .classMax, with: &coder)
    guard classMin <= classMax, classMax <= 64 else { return nil }
    return .magnitude(center: found, classMin: UInt32(classMin), classMax: UInt32(classMax))
  }
}
