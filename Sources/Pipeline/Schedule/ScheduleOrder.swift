// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What an operator says of a calendar file of broadcasts or meetings beside what stands in it.
package struct ScheduleOrder: Codable, Sendable, Hashable {
  /// Path of the file, which the nhip that carries the command out must be able to read.
  package var file: String
  /// Code of the commune whose schedule it is.
  package var commune: String
  /// `Slot.Kind`.
  package var kind: String
  package var isDryRun: Bool

  package init(file: String, commune: String, kind: Slot.Kind, isDryRun: Bool = false) {
    self.file = file
    self.commune = commune
    self.kind = kind.rawValue
    self.isDryRun = isDryRun
  }
}
