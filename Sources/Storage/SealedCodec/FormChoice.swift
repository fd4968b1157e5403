// SPDX-License-Identifier: Apache-2.0

/// The encoder's search for the form that takes the fewest bits.
///
/// Bases are ranked by an estimate over a stretch of rows, then the forms of the best ones by what
/// a longer stretch costs with the very models that will write them; the last few are tried in
/// full. Where the search ends short of the best form, the day only takes a few bits more.
struct FormChoice {
  /// A form and what it takes: estimated until the last step.
  typealias Candidate = (form: SequenceForm, bits: Float)

  /// Rows that the estimate looks at.
  private static let sampleCount = 192
  /// Rows that a trial codes.
  private static let trialCount = 400
  /// Bases that are tried, and forms that are tried in full.
  private static let finalistCount = 3
  /// An entropy per number below which nothing more can be won.
  private static let searchWorth: Float = 0.05
  private static let contextSpanMax: UInt32 = 256

  let numbers: [UInt64]
  /// The row of each number.
  let rows: [Int]
  let surroundings: Surroundings

  func best() -> Candidate {
    guard let first = numbers.first else { return (SequenceForm(), 0) }
    if numbers.allSatisfy({ $0 == first }) { return (SequenceForm(start: first), 8) }
    let trial = middle(Self.trialCount)
    var candidates: [Candidate] = []
    for base in finalists() {
      let residuals = residuals(of: base, in: numbers.indices)
      for alphabet in alphabets(of: residuals) {
        var form = base
        form.alphabet = alphabet
        candidates.append((form, cost(of: form, residuals, in: trial)))
      }
    }
    candidates.sort { $0.bits < $1.bits }
    guard candidates[0].bits > Self.searchWorth * Float(trial.count) else {
      return candidates[0]
    }
    let base = candidates[0].form
    let residuals = residuals(of: base, in: numbers.indices)
    candidates = candidates.filter { $0.form.base == base.base && $0.form.column == base.column }
    for (form, _) in candidates {
      candidates += adapted(form, residuals, in: trial, to: Adaptation.presets.indices.dropFirst())
    }
    candidates.sort { $0.bits < $1.bits }
    let plain = candidates[0].form
    for context in contexts(for: plain, residuals) {
      var form = plain
      form.context = context
      candidates += adapted(form, residuals, in: trial, to: Set([0, plain.adaptation]))
    }
    candidates.sort { $0.bits < $1.bits }
    return candidates.prefix(trial.count < numbers.count ? Self.finalistCount : 1)
      .map { ($0.form, cost(of: $0.form, residuals, in: numbers.indices)) }
      .min { $0.bits < $1.bits } ?? candidates[0]
  }

  private func adapted(
    _ form: SequenceForm, _ residuals: [UInt64], in range: Range<Int>,
    to adaptations: some Sequence<Int>
  ) -> [Candidate] {
    adaptations.map { adaptation in
      var form = form
      form.adaptation = adaptation
      return (form, cost(of: form, residuals, in: range))
    }
  }

  /// The bits of the residuals, and a guess of what naming the form takes.
  private func cost(
    of form: SequenceForm, _ residuals: [UInt64], in range: Range<Int>
  ) -> Float {
    var meter = CostMeter()
    var model = ResidualModel(
      form.alphabet, hasContext: form.context != .none,
      adaptation: Adaptation.presets[form.adaptation])
    let conditions = surroundings.conditions(form)
    for index in range {
      let condition =
        switch form.context {
        case .none: 0
        case .own: Int(model.lastSymbol)
        case .column, .step: Int(conditions[rows[index]])
        }
      _ = model.code(residuals[index], context: condition, with: &meter)
    }
    // Start, step and context are named in full whatever the range.
    return meter.bits + Float(64 - form.start.leadingZeroBitCount)
      + (form.context == .none ? 0 : 4)
  }

  // MARK: Bases

  private func finalists() -> [SequenceForm] {
    let sample = middle(Self.sampleCount)
    var candidates: [Candidate] = bases().map {
      ($0, Self.estimate(residuals(of: $0, in: sample)))
    }
    candidates.sort { $0.bits < $1.bits }
    let limit = candidates[0].bits * 1.3 + 64
    return candidates.prefix(Self.finalistCount).filter { $0.bits <= limit }.map(\.form)
  }

  private func middle(_ count: Int) -> Range<Int> {
    let start = max(0, (numbers.count - count) / 2)
    return start..<min(numbers.count, start + count)
  }

  func residuals(of form: SequenceForm, in range: Range<Int>) -> [UInt64] {
    var predictor = Predictor(form)
    let others = surroundings.others(form)
    var found: [UInt64] = []
    found.reserveCapacity(range.count)
    for index in max(0, range.lowerBound - 2)..<range.upperBound {
      let row = rows[index]
      let time = surroundings.times.isEmpty ? 0 : surroundings.times[row]
      let other = others.isEmpty ? 0 : others[row]
      if index >= range.lowerBound {
        found.append(numbers[index] &- predictor.prediction(time: time, other: other))
      }
      predictor.update(numbers[index], time: time, other: other)
    }
    return found
  }

  // MARK: Contexts

  /// The residual before, and the columns whose numbers and steps tell most. None for residuals
  /// so many that a day is too short to learn them in every context.
  private func contexts(
    for form: SequenceForm, _ residuals: [UInt64]
  ) -> [SequenceForm.Context] {
    if case .interval(_, let span) = form.alphabet, span > Self.contextSpanMax { return [] }
    var found = [SequenceForm.Context.own]
    // The own context's coarse symbols also serve to rank the other columns as contexts.
    var model = ResidualModel(form.alphabet, hasContext: false, adaptation: Adaptation.presets[0])
    var meter = CostMeter()
    let symbols = residuals.map { residual in
      _ = model.code(residual, context: 0, with: &meter)
      return model.lastSymbol
    }
    var candidates: [(context: SequenceForm.Context, bits: Float)] = []
    for (column, known) in surroundings.known.enumerated() where !known.isConstant {
      for context in [SequenceForm.Context.column(column), .step(column)] {
        var form = form
        form.context = context
        let conditions = surroundings.conditions(form)
        candidates.append((context, conditionalEntropy(of: symbols, given: conditions)))
      }
    }
    candidates.sort { $0.bits < $1.bits }
    found += candidates.prefix(2).map(\.context)
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
}
