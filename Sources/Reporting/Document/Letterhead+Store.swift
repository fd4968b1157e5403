// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage

extension Letterhead {
  private static let name = "report-letterhead"

  /// As the store keeps it.
  private struct Kept: Codable {
    var parentBody, body, place, preparedBy, signatoryTitle, signatory: String?
  }

  /// What the pipeline that last wrote the store said; nothing if none did.
  ///
  /// - Throws: `StoreError`; `corrupt` if what is kept cannot be understood.
  package static func inForce(in store: Store) throws(StoreError) -> Letterhead {
    guard let text = try store.setting(name) else { return Letterhead() }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      let kept = try decoder.decode(Kept.self, from: Data(text.utf8))
      return Letterhead(
        parentBody: kept.parentBody, body: kept.body, place: kept.place,
        preparedBy: kept.preparedBy, signatoryTitle: kept.signatoryTitle,
        signatory: kept.signatory)
    } catch {
      throw StoreError(
        code: .corrupt, what: "the letterhead of reports cannot be read: \(text.prefix(200))",
        path: store.path, next: "start nhip run once, which writes it anew")
    }
  }

  /// Keeps it with the store, so that reports need no `pipeline.yaml`.
  package func save(in store: Store) throws(StoreError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let kept = Kept(
      parentBody: parentBody, body: body, place: place, preparedBy: preparedBy,
      signatoryTitle: signatoryTitle, signatory: signatory)
    let bytes: Data
    do { bytes = try encoder.encode(kept) } catch {
      preconditionFailure("texts that cannot be written as JSON: \(error)")
    }
    try store.setSetting(Self.name, String(decoding: bytes, as: UTF8.self))
  }
}
