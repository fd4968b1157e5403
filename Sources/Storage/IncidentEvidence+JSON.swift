// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

extension IncidentEvidence {
  /// A JSON object with keys in snake case and alphabetical order.
  package var json: String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      // Text and finite numbers only; nothing in it can fail to encode.
      preconditionFailure("evidence cannot be encoded: \(error)")
    }
  }

  /// - Throws: `DecodingError`.
  package init(json: String) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(IncidentEvidence.self, from: Data(json.utf8))
  }
}
