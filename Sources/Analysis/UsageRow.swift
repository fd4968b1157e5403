// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// One line of the account of a figure of use: a stretch of time, the readings at its edges, and
/// what it adds to the figure.
package struct UsageRow: Sendable, Hashable {
  /// A value as a reading told it.
  package struct Told: Sendable, Hashable {
    package var at: Milliseconds
    package var value: Value
  }

  package enum Source: Sendable, Hashable {
    /// A counter that grew from reading to reading.
    case growth
    /// A counter's growth over an edge of the stretch, or over a silence: it is spread evenly over
    /// the time between the two readings.
    case edge, silence
    /// A counter that began anew, by the device's own word or because its value fell.
    case boot, fall
    /// A value that held, the same for several readings.
    case value
    /// One reading that counts, the greatest one, and those that add nothing.
    case event, peak, nothing
    /// Everything of one local hour, where single lines would be too many.
    case hour
  }

  package var source: Source
  /// What it speaks for, inside of the stretch that was asked for.
  package var interval: Interval
  package var first: Told?
  package var last: Told?
  /// Readings that carry the metric.
  package var readingCount: Int
  /// Nil where no reading tells.
  package var amount: UsageResult.Amount?
  /// The weight of a mean, in milliseconds.
  package var covered: Milliseconds = 0
  /// How many times the counter began anew within an hour's line.
  package var resetCount = 0
}

/// What one figure of use of one stretch was made of.
package struct UsageAccount: Sendable, Hashable {
  package var figure: UsageFigure
  /// In order of time.
  package var rows: [UsageRow]
  /// The rows are hours, since there would be more than `UsageAccount.rowsMax` otherwise.
  package var isByHour: Bool

  /// A page of lines for a day; a counter that began anew so often is told by the hour as well.
  package static let rowsMax = 40

  /// What the rows make together: the figure, if they are all of it.
  package var amount: UsageResult.Amount? {
    Self.together(rows.map { ($0.amount, $0.covered) }, by: figure.formula)
  }

  /// Puts amounts of disjoint stretches together by a figure's formula.
  package static func together(
    _ parts: [(amount: UsageResult.Amount?, covered: Milliseconds)],
    by formula: UsageFigure.Formula
  ) -> UsageResult.Amount? {
    let told = parts.compactMap { part in part.amount.map { ($0, part.covered) } }
    guard !told.isEmpty else { return nil }
    switch formula {
    case .maximum:
      return told.map(\.0).max { $0.double < $1.double }
    case .mean:
      let covered = told.reduce(0) { $0 + $1.1 }
      guard covered > 0 else { return nil }
      return .number(told.reduce(0) { $0 + $1.0.double * Double($1.1) } / Double(covered))
    case .total, .integral, .duration, .sum, .count:
      var whole: Int128 = 0
      for (amount, _) in told {
        guard case .whole(let value) = amount else {
          return .number(told.reduce(0) { $0 + $1.0.double })
        }
        whole += value
      }
      return .whole(whole)
    }
  }
}
