// SPDX-License-Identifier: Apache-2.0

/// A page that could not be made a PDF.
package struct PrintingFailure: Error, CustomStringConvertible {
  package var what: String

  package var description: String { what }

  static let noProgram = PrintingFailure(
    what: "no program here makes PDF: install weasyprint or chromium, or use --format html and"
      + " print it from a browser")
}
