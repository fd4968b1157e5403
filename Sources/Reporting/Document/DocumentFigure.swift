// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What a page draws; every figure also says its numbers in words, for those who cannot see it.
package struct DocumentFigure: Sendable {
  package enum Content: Sendable {
    /// A bar a day or an hour, one line a device or unit.
    case strips([StripLine])
    /// A square a day, a line a week.
    case calendars([CalendarLine])
    case bars([BarLine], unit: String)
    case series(SeriesPicture)
  }

  package struct StripLine: Sendable {
    package var name: String
    package var description: String
    package var bars: [Strip.Bar]
  }

  package struct CalendarLine: Sendable {
    package var name: String
    package var description: String
    /// Local day of the first of `ratios`.
    package var firstDay: Int64
    /// Parts per million a day, nil where nothing was judged.
    package var ratios: [Int64?]
  }

  package struct BarLine: Sendable {
    package var name: String
    package var value: Double
    /// As the table says it.
    package var shown: String
  }

  package var title: String
  package var description: String
  package var content: Content
}
