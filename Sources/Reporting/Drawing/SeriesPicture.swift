// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A series with the band it was expected in and its anomalies, as it is drawn: one file of its
/// own, or a figure on a page. A value of bounded size, however long the series was.
package struct SeriesPicture: Sendable, Hashable {
  /// More anomalies than these are counted, and the gravest of them drawn.
  package static let markCountMax = 200

  /// One anomaly.
  package struct Mark: Sendable, Hashable {
    package var value: Double
    package var time: Milliseconds
    package var severity: Double
    package var sentence: String
  }

  package var title: String
  package var unit: String
  package var language: Language
  package private(set) var ladder = SeriesLadder()
  /// In the order they were found.
  package private(set) var marks: [Mark] = []
  package private(set) var anomalyCount = 0

  package init(title: String, unit: String, language: Language) {
    self.title = title
    self.unit = unit
    self.language = language
  }

  /// Rungs and marks held.
  package var heldCount: Int { ladder.rungs.count + marks.count }

  package var isEmpty: Bool { ladder.start == nil }

  package mutating func add(
    _ value: Double, at time: Milliseconds, band: ClosedRange<Double>?, isAfterGap: Bool = false
  ) {
    ladder.add(value, at: time, band: band, isAfterGap: isAfterGap)
  }

  package mutating func mark(
    _ value: Double, at time: Milliseconds, severity: Double, sentence: String
  ) {
    anomalyCount += 1
    marks.append(Mark(value: value, time: time, severity: severity, sentence: sentence))
    guard marks.count > Self.markCountMax,
      let least = marks.indices.min(by: { marks[$0].severity < marks[$1].severity })
    else { return }
    marks.remove(at: least)
  }

  /// A whole file, with its own colours for light and dark.
  package var file: String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    \(SeriesDrawing(self, isFile: true).markup)

    """
  }
}
