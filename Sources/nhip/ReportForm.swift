// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Reporting

/// In which form a report is given, and where it goes.
struct ReportForm: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, html, csv, json, xlsx, pdf
    var isBinary: Bool { self == .xlsx || self == .pdf }
  }

  enum Dialect: String, ExpressibleByArgument, CaseIterable { case rfc4180, vi }

  private static let sections = ["I", "II", "III", "IV", "V", "VI"]

  @Option(help: "text, html, csv, json, xlsx or pdf.") var format = Format.text
  @Option(help: "The file to write; standard output if absent.") var output: String?
  @Option(
    name: .customLong("csv-dialect"),
    help: "rfc4180: machine data; vi: for spreadsheets (BOM, ';', decimal comma).")
  var dialect = Dialect.rfc4180
  @Option(help: "Only this section, I to VI, of --csv-dialect vi.") var section: String?
  @OptionGroup var letterhead: LetterheadOptions

  func validate() throws {
    if format != .csv, dialect != .rfc4180 {
      throw ValidationError("--csv-dialect belongs to --format csv")
    }
    if let section {
      guard format == .csv, dialect == .vi else {
        throw ValidationError("--section belongs to --format csv --csv-dialect vi")
      }
      guard Self.sections.contains(section) else {
        throw ValidationError("--section '\(section)' is none of I, II, III, IV, V, VI")
      }
    }
    if format.isBinary, output == nil, isatty(STDOUT_FILENO) == 1 {
      throw ValidationError("a terminal cannot show \(format.rawValue): add --output FILE")
    }
  }

  /// Machine CSV has a row a device, without strips and targets; only page and paper have pictures.
  var contents: ReportContents {
    switch format {
    case .html, .pdf: .all
    case .csv where dialect == .rfc4180: []
    case .text, .csv, .json, .xlsx: .all.subtracting(.pictures)
    }
  }

  /// - Parameter kept: the letterhead of the store, as far as no option says otherwise.
  func write(_ report: Reporting.Report, letterhead kept: Letterhead) throws {
    switch format {
    case .csv where dialect == .rfc4180: try write(CSVReport.render(report))
    case .json:
      try OutputFile.write(to: output, pieces: { try JSONReport.write(report, to: $0) })
    default:
      try write(ReportDocument(report, letterhead: kept.replaced(by: letterhead.letterhead)))
    }
  }

  private func write(_ document: ReportDocument) throws {
    switch format {
    case .text: try write(TextReport.render(document))
    case .html: try write(HTMLPage.render(document))
    case .csv: try write(SeparatedReport.render(document, section: section))
    case .json: preconditionFailure("JSON is of the report, not of its document")
    case .pdf:
      let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
      let pdf = try PagePrinter(searchPath: path).makePDF(
        of: HTMLPage.render(document), writtenAt: document.knownUntil)
      try OutputFile.write(pdf, to: output)
    case .xlsx:
      try OutputFile.write(to: output) { try WorkbookReport.write(document, to: $0) }
    }
  }

  private func write(_ text: String) throws { try OutputFile.write(Data(text.utf8), to: output) }
}
