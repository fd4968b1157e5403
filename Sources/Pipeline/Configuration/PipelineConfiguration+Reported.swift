// SPDX-License-Identifier: Apache-2.0

import Reporting

extension PipelineConfiguration.Uptime {
  /// The part that reports judge by; it is kept with the store, since reports read no pipeline.
  var reported: UptimeSettings {
    var settings = UptimeSettings(outageMin: outageMin)
    if let target = UptimeSettings.partsPerMillion(percent: target) {
      settings.targetPartsPerMillion = target
    }
    return settings
  }
}
