// SPDX-License-Identifier: Apache-2.0

/// What a sequence may lean on: the event times and earlier columns of its rows.
struct Surroundings {
  /// Event time of each row of the block.
  var times: [UInt64] = []
  var known: [KnownColumn] = []
  /// Whether the sequence is the time itself, so that a grid may fit.
  var isTime = false
  var mayBeFresh = false
}

/// The encoder's search for the form that takes the fewest bits.
///
/// Bases are ranked by an estimate over a stretch of rows; contexts and adaptations of the best
/// ones are tried with the very models that will write them.
struct FormChoice {
  /// Rows that the estimate looks at.
  private static let sampleCount = 256
  /// Bases that are tried in full.
  private static let finalistCount = 3
  /// An entropy per number below which a context cannot pay for itself.
  private static let contextWorth: Float = 0.2

  let numbers: [UInt64]
  /// The row of each number.
  let rows: [Int]
  let surroundings: Surroundings

  func best() -> (form: SequenceForm, bits: Float) {
    guard let first = numbers.first else { return (SequenceForm(), 0) }
    if numbers.allSatisfy({ $0 == first }) { return (SequenceForm(start: first), 8) }
    var best: (form: SequenceForm, bits: Float) = (SequenceForm(), .infinity)
    func consider(_ form: SequenceForm) {
      let bits = cost(of: form)
      if bits < best.bits { best = (form, bits) }
    }
    for base in finalists() {
      let residuals = residuals(of: base)
      for alphabet in alphabets(of: residuals) {
        var form = base
        form.alphabet = alphabet
        consider(form)
      }
    }
    guard best.bits > Self.contextWorth * Float(numbers.count) else { return best }
    for adaptation in Adaptation.presets.indices.dropFirst() {
      var form = best.form
      form.adaptation = adaptation
      consider(form)
    }
    let plain = best.form
    for context in contexts(for: plain) {
      var form = plain
      form.context = context
      consider(form)
      form.adaptation = 0
      consider(form)
    }
    return best
  }

  // MARK: Bases

  private func finalists() -> [SequenceForm] {
    var candidates: [(form: SequenceForm, bits: Float)] = []
    let start = max(0, (numbers.count - Self.sampleCount) / 2)
    let sample = start..<min(numbers.count, start + Self.sampleCount)
    for form in bases() {
      candidates.append((form, estimate(residuals(of: form, in: sample))))
    }
    candidates.sort { $0.bits < $1.bits }
    let limit = (candidates.first?.bits ?? 0) * 1.3 + 64
    return candidates.prefix(Self.finalistCount).filter { $0.bits <= limit }.map(\.form)
  }

  private func bases() -> [SequenceForm] {
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

  private func residuals(of form: SequenceForm, in range: Range<Int>? = nil) -> [UInt64] {
    var predictor = Predictor(form)
    let range = range ?? numbers.indices
    let other = form.base == .column ? surroundings.known[form.column].numbers : []
    if range.lowerBound > 0 {
      for index in max(0, range.lowerBound - 2)..<range.lowerBound {
        predictor.update(numbers[index], time: time(index))
      }
    }
    return range.map { index in
      let predicted = predictor.prediction(
        time: time(index), other: form.base == .column ? other[rows[index]] : 0)
      predictor.update(numbers[index], time: time(index))
      return numbers[index] &- predicted
    }
  }

  @inline(__always)
  private func time(_ index: Int) -> UInt64 {
    surroundings.times.isEmpty ? 0 : surroundings.times[rows[index]]
  }

  // MARK: Alphabets

  private func alphabets(of residuals: [UInt64]) -> [Alphabet] {
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

  private static func median(_ residuals: [UInt64]) -> UInt64 {
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

  private static func size(of distance: UInt64) -> UInt32 {
    UInt32(64 - Int64(bitPattern: distance).magnitude.leadingZeroBitCount)
  }

  // MARK: Estimates

  /// Entropy of the residuals' magnitudes, and the bits below.
  private func estimate(_ residuals: [UInt64]) -> Float {
    let center = Self.median(residuals)
    var counts = [Int](repeating: 0, count: 65)
    var bits: Float = 0
    for residual in residuals {
      let size = Self.size(of: residual &- center)
      counts[Int(size)] += 1
      bits += Float(size)
    }
    return bits + Self.entropy(counts) + 3 * Float(counts.count { $0 > 0 })
  }

  private static func entropy(_ counts: [Int]) -> Float {
    let total = Float(counts.reduce(0, +))
    var bits: Float = 0
    for count in counts where count > 0 {
      bits -= Float(count) * CostMeter.log2OfFraction(Float(count) / total)
    }
    return bits
  }

  private func contexts(for form: SequenceForm) -> [SequenceForm.Context] {
    var found = [SequenceForm.Context.own]
    // The own context's coarse symbols also serve to rank the other columns as contexts.
    var model = ResidualModel(form.alphabet, hasContext: false, adaptation: Adaptation.presets[0])
    var meter = CostMeter()
    let symbols = residuals(of: form).map { residual in
      _ = model.code(residual, context: 0, with: &meter)
      return model.lastSymbol
    }
    var best: (column: Int, bits: Float)?
    for column in surroundings.known.indices where !surroundings.known[column].isConstant {
      let bits = conditionalEntropy(of: symbols, given: surroundings.known[column].symbols)
      if bits < best?.bits ?? .infinity { best = (column, bits) }
    }
    if let best { found.append(.column(best.column)) }
    return found
  }

  private func conditionalEntropy(of symbols: [UInt8], given conditions: [UInt8]) -> Float {
    let width = ResidualModel.contextCount
    var counts = [Int](repeating: 0, count: width * width)
    for (index, symbol) in symbols.enumerated() {
      counts[Int(conditions[rows[index]]) * width + Int(symbol)] += 1
    }
    var bits: Float = 0
    for condition in 0..<width {
      let part = Array(counts[condition * width..<(condition + 1) * width])
      guard part.contains(where: { $0 > 0 }) else { continue }
      bits += Self.entropy(part) + 4 * Float(part.count { $0 > 0 })
    }
    return bits
  }

  /// The bits of the whole sequence, and a guess of what naming its form takes.
  private func cost(of form: SequenceForm) -> Float {
    var meter = CostMeter()
    var copy = numbers
    form.code(&copy, rows: rows, surroundings: surroundings, with: &meter)
    let startBits = form.start == 0 ? 1 : Float(64 - form.start.leadingZeroBitCount)
    return meter.bits + startBits
  }
}

extension SequenceForm {
  /// Writes the numbers, or fills them in; both sides take the same steps.
  func code<Coder: BitCoder>(
    _ numbers: inout [UInt64], rows: [Int], surroundings: Surroundings, with coder: inout Coder
  ) {
    if base == .constant {
      if Coder.isReading { for index in numbers.indices { numbers[index] = start } }
      return
    }
    var predictor = Predictor(self)
    var model = ResidualModel(
      alphabet, hasContext: context != .none, adaptation: Adaptation.presets[adaptation])
    let other = base == .column ? surroundings.known[column].numbers : []
    var conditions: [UInt8] = []
    if case .column(let column) = context { conditions = surroundings.known[column].symbols }
    let times = surroundings.times
    for index in numbers.indices {
      let row = rows[index]
      let time = times.isEmpty ? 0 : times[row]
      let predicted = predictor.prediction(time: time, other: base == .column ? other[row] : 0)
      let condition =
        switch context {
        case .none: 0
        case .own: Int(model.lastSymbol)
        case .column: Int(conditions[row])
        }
      let residual = model.code(numbers[index] &- predicted, context: condition, with: &coder)
      let number = predicted &+ residual
      numbers[index] = number
      predictor.update(number, time: time)
    }
  }
}
