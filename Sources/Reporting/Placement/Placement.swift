// SPDX-License-Identifier: Apache-2.0

/// Where a device stood over some days of a period.
package struct Placement: Hashable, Sendable {
  /// Codes; empty where the registry does not know.
  package var site: String
  package var unit: String
  /// Local days since 1970-01-01; nil means the whole period.
  package var days: ClosedRange<Int64>?

  package init(site: String, unit: String, days: ClosedRange<Int64>? = nil) {
    self.site = site
    self.unit = unit
    self.days = days
  }
}
