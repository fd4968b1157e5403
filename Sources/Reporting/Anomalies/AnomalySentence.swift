// SPDX-License-Identifier: Apache-2.0

import Analysis

extension Judgement {
  /// The expected band, where it is one.
  package var band: ClosedRange<Double>? { lower <= upper ? lower...upper : nil }
}

/// What is said of one anomaly of a series where no device and no place are known.
package enum AnomalySentence {
  /// Units are shown as they are, up to so many characters: a sentence has 200.
  package static let unitCountMax = 16

  /// - Parameter isUnseen: no reading before it was as far out.
  package static func text(
    _ judgement: Judgement, unit: String, isUnseen: Bool, language: Language
  ) -> String {
    Words(language: language).anomaly(judgement, unit: unit, isUnseen: isUnseen)
  }
}
