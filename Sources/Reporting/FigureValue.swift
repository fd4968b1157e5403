// SPDX-License-Identifier: Apache-2.0

import Analysis

/// One figure as seals keep it and periods sum it: a whole number, of the unit or of millionths of
/// it, so that sums do not depend on the order of adding.
package enum FigureValue: Hashable, Sendable {
  /// Nothing tells: not the same as 0.
  case absent
  case whole(Int64)
  case millionths(Int64)

  init(_ amount: UsageResult.Amount?) {
    switch amount {
    case nil: self = .absent
    case .whole(let value): self = .whole(Int64(clamping: value))
    case .number(let value):
      let scaled = (value * 1e6).rounded()
      self = .millionths(
        scaled.magnitude < 9e18 ? Int64(scaled) : scaled < 0 ? -.max : .max)
    }
  }

  init(_ value: Int64?) { self = value.map { .whole($0) } ?? .absent }

  /// `-`, whole numbers as they are, millionths with a `u`.
  package init?(text: some StringProtocol) {
    if text == "-" {
      self = .absent
    } else if text.hasSuffix("u") {
      guard let value = Int64(text.dropLast()) else { return nil }
      self = .millionths(value)
    } else {
      guard let value = Int64(text) else { return nil }
      self = .whole(value)
    }
  }

  package var text: String {
    switch self {
    case .absent: "-"
    case .whole(let value): "\(value)"
    case .millionths(let value): "\(value)u"
    }
  }
}

/// Named figures in the order in which people read them.
struct NamedFigure: Hashable, Sendable {
  var name: String
  var value: FigureValue

  init(_ name: String, _ value: FigureValue) {
    self.name = name
    self.value = value
  }

  init(_ name: String, _ value: Int64) { self.init(name, .whole(value)) }
}
