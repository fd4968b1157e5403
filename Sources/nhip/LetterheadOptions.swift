// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Reporting

/// What stands above and below a report; each says more than the pipeline's
/// `reports: { letterhead: … }`.
struct LetterheadOptions: ParsableArguments {
  @Option(
    name: .customLong("parent-body"),
    help: "The body above the one that issues the report. The pipeline's if absent, as the next.")
  var parentBody: String?
  @Option(help: "The body that issues the report, for its letterhead.") var body: String?
  @Option(name: .customLong("place"), help: "The place beside the date.") var issuedAt: String?
  @Option(name: .customLong("prepared-by"), help: "The name below the left signature.")
  var preparedBy: String?
  @Option(
    name: .customLong("signatory-title"), help: "The office of who signs: \"CHỦ TỊCH\".")
  var signatoryTitle: String?
  @Option(help: "The name below the right signature.") var signatory: String?

  func validate() throws {
    for (name, text) in [
      ("--parent-body", parentBody), ("--body", body), ("--place", issuedAt),
      ("--prepared-by", preparedBy), ("--signatory-title", signatoryTitle),
      ("--signatory", signatory),
    ] {
      guard let text, !Letterhead.isName(text) else { continue }
      if text.count > Letterhead.nameLengthMax {
        throw ValidationError("\(name) is longer than \(Letterhead.nameLengthMax) letters")
      }
      throw ValidationError("\(name) is not one line of text")
    }
  }

  var letterhead: Letterhead {
    Letterhead(
      parentBody: parentBody, body: body, place: issuedAt, preparedBy: preparedBy,
      signatoryTitle: signatoryTitle, signatory: signatory)
  }
}
