// SPDX-License-Identifier: Apache-2.0

/// Who issues the report, and where, and who signs it; what is not known is left to the pen.
package struct Letterhead: Sendable, Hashable {
  /// Longer names would break the two columns at the top of the paper.
  package static let nameLengthMax = 200

  /// The body above `body`, in the line over it.
  package var parentBody: String?
  package var body: String?
  /// Beside the date.
  package var place: String?
  /// The name below the signature at the left.
  package var preparedBy: String?
  /// In what office the right signature is given: `CHỦ TỊCH`.
  package var signatoryTitle: String?
  /// The name below the signature at the right.
  package var signatory: String?

  package init(
    parentBody: String? = nil, body: String? = nil, place: String? = nil,
    preparedBy: String? = nil, signatoryTitle: String? = nil, signatory: String? = nil
  ) {
    self.parentBody = parentBody
    self.body = body
    self.place = place
    self.preparedBy = preparedBy
    self.signatoryTitle = signatoryTitle
    self.signatory = signatory
  }

  /// What `other` says, and of the rest what this one says.
  package func replaced(by other: Letterhead) -> Letterhead {
    Letterhead(
      parentBody: other.parentBody ?? parentBody, body: other.body ?? body,
      place: other.place ?? place, preparedBy: other.preparedBy ?? preparedBy,
      signatoryTitle: other.signatoryTitle ?? signatoryTitle,
      signatory: other.signatory ?? signatory)
  }

  /// One line of paper.
  package static func isName(_ text: String) -> Bool {
    text.count <= nameLengthMax && !text.contains(where: \.isNewline)
      && text.contains { !$0.isWhitespace }
  }
}
