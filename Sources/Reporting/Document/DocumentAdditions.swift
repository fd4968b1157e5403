// SPDX-License-Identifier: Apache-2.0

/// What a document says beyond the report's own figures; each is empty until something fills it.
package struct DocumentAdditions: Sendable {
  /// Rows of the table of targets: STT, target, unit, plan, result, completion, against last
  /// period, remark.
  package var indicatorRows: [[Cell]] = []
  package var rankings: [DocumentTable] = []
  package var rankingNotes: [String] = []
  /// Where the figures come from: watermark, definitions, hash; a line each.
  package var provenance: [String] = []

  package init() {}
}
