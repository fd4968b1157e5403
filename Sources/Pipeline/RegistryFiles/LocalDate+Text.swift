// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

extension LocalDate {
  /// `dd/MM/yyyy HH:mm:ss`, UTC+7.
  package static func text(_ instant: Milliseconds) -> String {
    let seconds = (instant + offset) / 1_000 - ((instant + offset) % 1_000 < 0 ? 1 : 0)
    var time = time_t(seconds)
    var parts = unsafe tm()
    // The offset is in the seconds already, so the universal calendar gives the local one.
    unsafe gmtime_r(&time, &parts)
    return unsafe String(
      format: "%02d/%02d/%04d %02d:%02d:%02d", parts.tm_mday, parts.tm_mon + 1,
      parts.tm_year + 1_900, parts.tm_hour, parts.tm_min, parts.tm_sec)
  }
}
