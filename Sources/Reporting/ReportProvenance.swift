// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Storage
import Telemetry

/// Where a report's figures come from: the same store up to the same place, judged by the same
/// definitions, gives the same report, byte for byte.
package struct ReportProvenance: Sendable, Hashable {
  /// The store's own name, given when it was made.
  package var store: String
  /// The newest block of readings that the report could have read.
  package var newestBlock: Int64
  /// The newest sealed day of the whole store, in local days since 1970-01-01.
  package var newestSealedDay: Int64?
  /// Counts changes of what figures mean.
  package var definitionVersion = FigurePiece.definitionVersion

  package init(store: String = "", newestBlock: Int64 = 0, newestSealedDay: Int64? = nil) {
    self.store = store
    self.newestBlock = newestBlock
    self.newestSealedDay = newestSealedDay
  }

  init(_ store: Store) throws(StoreError) {
    self.init(
      store: store.uuid, newestBlock: try store.lastBlock(),
      newestSealedDay: try store.sealedDays().last?.day)
  }
}

extension Report {
  /// SHA-256 (FIPS 180-4) of the report's JSON form, in hexadecimal: whoever has the store checks a
  /// signed paper by `nhip report … --format json | sha256sum`.
  package var digest: String {
    SHA256.hash(data: Data(JSONReport.render(self).utf8)).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}

extension Words {
  /// What stands below the signatures, a line each.
  func provenance(of report: Report) -> [String] {
    let from = report.provenance
    var store = pick(
      "Kho số liệu \(from.store), đến khối \(from.newestBlock)",
      "Store \(from.store), up to block \(from.newestBlock)")
    if let day = from.newestSealedDay {
      let date = LocalTime.date(ofDay: day)
      store += pick("; đã chốt đến hết ngày \(date)", "; sealed to the end of \(date)")
    }
    return [
      store
        + pick(
          "; định nghĩa số liệu phiên bản \(from.definitionVersion)",
          "; definitions of figures, version \(from.definitionVersion)"),
      pick("SHA-256 của bản JSON: ", "SHA-256 of the JSON form: ") + report.digest,
    ]
  }
}
