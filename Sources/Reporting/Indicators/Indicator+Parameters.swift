// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension Indicator {
  /// What a formula can be told, in the words of `targets.yaml`.
  package enum Parameter: String, Sendable, CaseIterable {
    case kind
    case siteType = "site_type"
    case unitLevel = "unit_level"
    case areaClasses = "area_classes"
    case daysMin = "days_min"
    case availabilityMin = "availability_min"
    case priority, measure, within, flag, figure
    case securityLevels = "security_levels"
  }

  /// Days on which a device has to be good before its unit counts, unless the file says otherwise.
  package static let daysMinDefault: Int64 = 900_000
  /// A flag is the device's when it was so on half of the days.
  package static let flagDaysMinDefault: Int64 = 500_000
  package static let availabilityMinDefault: Int64 = 995_000
  package static let withinDefault: Milliseconds = LocalTime.dayLength
  /// Flags that day figures keep; others say nothing once a day is over.
  package static let flags = ["ipv6"]
}

extension Indicator.Formula {
  /// The parameters that the file must give, and those that it may.
  package var parameters: (required: [Indicator.Parameter], optional: [Indicator.Parameter]) {
    switch self {
    case .unitsWithDevice: ([.kind, .unitLevel], [.siteType])
    case .unitsWorking: ([.kind, .unitLevel], [.siteType, .daysMin])
    case .unitsReady: ([.kind, .unitLevel], [.siteType, .availabilityMin])
    case .coverageByAreaClass: ([.kind, .unitLevel, .areaClasses], [.siteType, .daysMin])
    case .fulfilment: ([], [.kind, .priority])
    case .aiVoice: ([], [.kind, .measure])
    case .meetingsOnTime: ([], [.kind])
    case .devicesAtTarget: ([], [.kind])
    case .devicesAlive: ([], [.kind, .within])
    case .devicesWithFlag: ([.flag], [.kind, .daysMin])
    case .systemsAtLevel: ([], [.securityLevels])
    case .dataAgainstQuota: ([.figure], [.kind])
    }
  }
}
