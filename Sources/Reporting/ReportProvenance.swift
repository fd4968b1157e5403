// SPDX-License-Identifier: Apache-2.0

import Crypto
import Storage
import Telemetry

/// Where a report's figures come from: the same store up to the same place, judged by the same
/// definitions, gives the same report, byte for byte.
package struct ReportProvenance: Sendable, Hashable {
  /// The store's own name, given when it was made.
  package var store: String
  /// How far the store was read: `block:N` is the newest block of readings; where every day of the
  /// period is sealed, `sealed:` and a hash of the days' content and revisions, which nothing but a
  /// revision changes.
  package var watermark: String
  /// Counts changes of what figures mean.
  package var definitionVersion = FigurePiece.definitionVersion

  package init(store: String = "", watermark: String = "") {
    self.store = store
    self.watermark = watermark
  }

  /// - Parameter sealed: the days of the period if all of them are; nil if some are not.
  init(_ store: Store, sealed: [SealedDay]?) throws(StoreError) {
    guard let sealed else {
      self.init(store: store.uuid, watermark: "block:\(try store.newestBlockEver())")
      return
    }
    let words = sealed.flatMap { day in
      [day.day, Int64(day.revision), day.contentHash].map { UInt64(bitPattern: $0) }
    }
    let hash = StableHash.text(PayloadHash.of(words))
    self.init(store: store.uuid, watermark: "sealed:\(hash)")
  }
}

extension Report {
  /// SHA-256 (FIPS 180-4) of the report's JSON form, in hexadecimal: whoever has the store checks a
  /// signed paper by `nhip report … --format json | sha256sum`.
  package var digest: String {
    var hash = SHA256()
    JSONReport.write(self) { hash.update(data: $0) }
    return hash.finalize().map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}

extension Words {
  /// What stands below the signatures, a line each.
  func provenance(of report: Report) -> [String] {
    let from = report.provenance
    return [
      pick(
        "Kho số liệu \(from.store), dấu \(from.watermark); định nghĩa số liệu phiên bản"
          + " \(from.definitionVersion)",
        "Store \(from.store), watermark \(from.watermark); definitions of figures, version"
          + " \(from.definitionVersion)"),
      pick("SHA-256 của bản JSON: ", "SHA-256 of the JSON form: ") + report.digest,
    ]
  }
}
