// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Where devices stand, in words, by the code of their site. One text a site, shared by its
/// devices: rebuilt when the registry changes.
struct AlertPlaces {
  private var textOfSite: [String: String] = [:]

  init() {}

  init(_ registry: Registry) {
    let villages = Dictionary(
      registry.units.lazy.filter { $0.level == "village" }.map { ($0.code, $0) }
    ) { _, last in last }
    textOfSite = Dictionary(
      registry.sites.lazy.map { site in
        let name = site.name.isEmpty ? site.code : site.name
        // "Nhà văn hóa thôn 3" names its Thôn 3.
        guard let village = villages[site.unit]?.name,
          !name.lowercased().contains(village.lowercased())
        else { return (site.code, name) }
        return (site.code, "\(name), \(village)")
      }
    ) { _, last in last }
  }

  /// Empty where nobody said.
  func text(ofSite code: String) -> String { textOfSite[code] ?? code }
}
