// SPDX-License-Identifier: Apache-2.0

/// How a detector watches a metric: `watched:` in its profile.
package struct Watch: Sendable, Hashable {
  /// Which side of the usual is worth telling: fewer clients at night is no fault, more packet
  /// loss is.
  package enum Direction: String, Sendable, CaseIterable {
    case both, above, below
  }

  /// What deviations are measured in.
  package enum Scale: String, Sendable, CaseIterable {
    /// The metric's own unit.
    case linear
    /// The logarithm of one plus the value: counts and rates, whose scatter grows with their size.
    case logarithmic
  }

  package var direction: Direction
  /// Multiplies how unusual a value is before anything is told, above 0 and at most 1.
  package var weight: Double
  package var scale: Scale

  package init(direction: Direction = .both, weight: Double = 1, scale: Scale = .linear) {
    self.direction = direction
    self.weight = weight
    self.scale = scale
  }
}
