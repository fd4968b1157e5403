// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation
import Storage
import Telemetry

/// How uptime is judged beyond what profiles say.
package struct UptimeSettings: Sendable, Hashable {
  /// Shorter outages count as flapping.
  package var outageMin: Milliseconds
  /// The availability that devices should reach, in parts per million: 1…1,000,000.
  package var targetPartsPerMillion: Int64

  package init(outageMin: Milliseconds = 60_000, targetPartsPerMillion: Int64 = 995_000) {
    self.outageMin = outageMin
    self.targetPartsPerMillion = targetPartsPerMillion
  }

  /// 99.5 % is 995,000 parts per million; nil unless above 0 and at most 100 %.
  package static func partsPerMillion(percent: Double) -> Int64? {
    guard percent > 0, percent <= 100 else { return nil }
    return max(1, Int64((percent * 10_000).rounded()))
  }
}

extension UptimeSettings {
  private static let name = "uptime"

  /// As the store keeps them. What an older nhip did not write has its default.
  private struct Kept: Codable {
    var outageMinMs: Milliseconds?
    var targetPpm: Int64?
  }

  /// What the pipeline that last wrote the store judged by; the defaults if none did.
  ///
  /// - Throws: `StoreError`; `corrupt` if what is kept cannot be understood.
  package static func inForce(in store: Store) throws(StoreError) -> UptimeSettings {
    var settings = UptimeSettings()
    guard let text = try store.setting(name) else { return settings }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let kept: Kept
    do { kept = try decoder.decode(Kept.self, from: Data(text.utf8)) } catch {
      throw damaged(text, store)
    }
    settings.outageMin = kept.outageMinMs ?? settings.outageMin
    settings.targetPartsPerMillion = kept.targetPpm ?? settings.targetPartsPerMillion
    guard settings.outageMin >= 0, 1...1_000_000 ~= settings.targetPartsPerMillion else {
      throw damaged(text, store)
    }
    return settings
  }

  /// Keeps them with the store, so that reports need no `pipeline.yaml`. Calendars are not part
  /// of it: they are records of their own.
  package func save(in store: Store) throws(StoreError) {
    // Two integers need no encoder, and so nothing can fail but the store.
    try store.setSetting(
      Self.name,
      "{\"outage_min_ms\":\(outageMin),\"target_ppm\":\(targetPartsPerMillion)}")
  }

  private static func damaged(_ text: String, _ store: Store) -> StoreError {
    StoreError(
      code: .corrupt, what: "the settings of uptime cannot be read: \(text.prefix(200))",
      path: store.path, next: "start nhip run once, which writes them anew")
  }
}
