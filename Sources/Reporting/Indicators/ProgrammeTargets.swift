// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage

/// What `targets.yaml` says: the targets of a programme in their order, and how units are ranked.
package struct ProgrammeTargets: Sendable, Hashable, Codable {
  package var indicators: [Indicator]
  package var ranking: RankingSettings

  package init(indicators: [Indicator] = [], ranking: RankingSettings = RankingSettings()) {
    self.indicators = indicators
    self.ranking = ranking
  }
}

extension ProgrammeTargets {
  private static let name = "targets"

  /// Those of the pipeline that last wrote the store; none, and the published ranking, if none did.
  ///
  /// - Throws: `StoreError`; `corrupt` if what is kept cannot be understood.
  package static func inForce(in store: Store) throws(StoreError) -> ProgrammeTargets {
    guard let text = try store.setting(name) else { return ProgrammeTargets() }
    do { return try JSONDecoder().decode(ProgrammeTargets.self, from: Data(text.utf8)) } catch {
      throw StoreError(
        code: .corrupt, what: "the targets cannot be read: \(text.prefix(200))",
        path: store.path, next: "start nhip run once, which writes them anew, or give --targets")
    }
  }

  /// Keeps them with the store, so that reports need no pipeline.
  package func save(in store: Store) throws(StoreError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let bytes: Data
    do { bytes = try encoder.encode(self) } catch {
      preconditionFailure("whole numbers and words that cannot be written as JSON: \(error)")
    }
    try store.setSetting(Self.name, String(decoding: bytes, as: UTF8.self))
  }
}
