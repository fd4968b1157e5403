// SPDX-License-Identifier: Apache-2.0

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
    let others = surroundings.others(self)
    let conditions = surroundings.conditions(self)
    let times = surroundings.times
    // Made-up bytes soon run out; whoever reads them learns it at the end of the column.
    for index in numbers.indices where !coder.isExhausted {
      let row = rows[index]
      let time = times.isEmpty ? 0 : times[row]
      let other = others.isEmpty ? 0 : others[row]
      let predicted = predictor.prediction(time: time, other: other)
      let condition =
        switch context {
        case .none: 0
        case .own: Int(model.lastSymbol)
        case .column, .step: Int(conditions[row])
        }
      let residual = model.code(numbers[index] &- predicted, context: condition, with: &coder)
      let number = predicted &+ residual
      numbers[index] = number
      predictor.update(number, time: time, other: other)
    }
  }
}
