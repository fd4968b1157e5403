// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// What people planned for every device: read once, then asked device by device.
package struct ServicePlans: Sendable {
  package init() {}

  package func plan(of device: Device, profile: Profile) -> ServicePlan {
    ServicePlan(hours: profile.serviceHours)
  }
}
