// SPDX-License-Identifier: Apache-2.0

/// What a sequence may lean on: the event times and earlier columns of its rows.
struct Surroundings {
  /// Event time of each row of the block.
  var times: [UInt64] = []
  var known: [KnownColumn] = []
  /// Whether the sequence is the time itself, so that a grid may fit.
  var isTime = false
  var mayBeFresh = false

  /// The column that the form's base needs, or nothing.
  func others(_ form: SequenceForm) -> [UInt64] {
    form.base == .column || form.base == .pace ? known[form.column].numbers : []
  }

  /// What each row says about the expectation, or nothing.
  func conditions(_ form: SequenceForm) -> [UInt8] {
    switch form.context {
    case .none, .own: []
    case .column(let column): known[column].symbols
    case .step(let column): known[column].stepSymbols
    }
  }
}
