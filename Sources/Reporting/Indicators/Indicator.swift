// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// One target of a programme: what is counted, by which formula, and what the plan wants of it.
///
/// A value from `targets.yaml`, checked when it is loaded and kept with the store. What each
/// formula counts stands in docs/INDICATORS.md.
package struct Indicator: Sendable, Hashable, Codable {
  /// How the result is found; the words are those of `targets.yaml`.
  package enum Formula: String, Sendable, CaseIterable, Codable {
    case unitsWithDevice = "share_of_units_with_device"
    case unitsWorking = "share_of_units_working"
    case unitsReady = "share_of_units_ready"
    case coverageByAreaClass = "coverage_by_area_class"
    case fulfilment = "fulfilment"
    case aiVoice = "ai_voice_share"
    case meetingsOnTime = "meetings_on_time_share"
    case devicesAtTarget = "share_of_devices_at_target"
    case devicesAlive = "share_of_devices_alive"
    case devicesWithFlag = "share_of_devices_with_flag"
    case systemsAtLevel = "share_of_systems_at_level"
    case dataAgainstQuota = "data_against_quota"
  }

  /// Of bulletins, in the words of the schedule.
  package enum Priority: String, Sendable, CaseIterable, Codable {
    case normal, priority, urgent
  }

  /// What a share of bulletins is a share of.
  package enum Measure: String, Sendable, CaseIterable, Codable {
    case minutes, bulletins
  }

  /// The unit whose values are percentages; with any other unit the result is a count.
  package static let percent = "%"
  /// Values and plans are kept in whole parts of their unit: 10,000 make 1 %, or 1 of what is
  /// counted. 100 % is a million, as with every ratio.
  package static let partsOfUnit: Int64 = 10_000
  /// More targets than any plan of ours has.
  package static let countMax = 256

  package var name: String
  package var titleVi: String
  package var titleEn: String
  /// In ten-thousandths of the unit; above 0.
  package var plan: Int64
  package var unit: String
  /// The level of units that the result is also told for, one by one.
  package var level: String
  package var formula: Formula
  package var parameters: Parameters

  package init(
    name: String, titleVi: String, titleEn: String, plan: Int64, unit: String = percent,
    level: String, formula: Formula, parameters: Parameters = Parameters()
  ) {
    self.name = name
    self.titleVi = titleVi
    self.titleEn = titleEn
    self.plan = plan
    self.unit = unit
    self.level = level
    self.formula = formula
    self.parameters = parameters
  }

  package var title: Title { Title(vi: titleVi, en: titleEn) }
  package var isShare: Bool { unit == Self.percent }

  /// What a formula is told beside its name; which formula takes what says ``Formula/parameters``.
  package struct Parameters: Sendable, Hashable, Codable {
    /// Kind of device; nil means all.
    package var kind: String?
    /// Type of the site that the device has to stand at; nil means anywhere in the unit.
    package var siteType: String?
    /// Level of the units that are counted.
    package var unitLevel: String?
    /// Only units of these classes of area.
    package var areaClasses: [String]?
    /// Share of days, in parts per million.
    package var daysMin: Int64?
    /// Service availability, in parts per million.
    package var availabilityMin: Int64?
    /// Nil means all three.
    package var priority: Priority?
    package var measure: Measure?
    /// How long before the end of the period a device may have been heard last.
    package var within: Milliseconds?
    /// A metric of form flag.
    package var flag: String?
    /// A figure of use.
    package var figure: String?
    /// Nil means all.
    package var securityLevels: [Int]?

    package init() {}
  }
}
