// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

extension Report {
  /// Readings this far outside the period are read as well: counters need the reading before it,
  /// gaps both their ends.
  static let contextLength: Milliseconds = 2 * 86_400_000

  /// The window of event times that a report of `period` reads whole.
  static func window(around period: Interval) -> Interval {
    Interval(start: period.start - contextLength, end: period.end + contextLength)
  }

  /// Turns accounts into a report; pure.
  static func assemble(
    accounts: Accounts, scope: ReportScope, period: Interval, observed: IntervalSet,
    language: Language, settings: UptimeSettings
  ) -> Report {
    let readable = accounts.kept?.readable(of: period) ?? period
    let knownUntil = accounts.knownUntil(observed)
    var quality = accounts.flagCounts
    var byUnit: [String: [DeviceReport]] = [:]
    for device in scope.devices {
      guard let profile = scope.profiles[device.kind],
        let account = accounts[device.number]
      else { continue }
      let usage = UsageCalculator(readings: account.readings, profile: profile)
      let readingCount = usage.readingCount(in: readable)
      quality.duplicates +=
        account.readings.eventTime.count { readable.contains($0) } - readingCount
      let availability = judge(
        account.history, kept: accounts.kept,
        terms: scope.terms(of: device, profile: profile, settings: settings), period: period,
        now: knownUntil, observed: observed)
      let report = DeviceReport(
        device: device, kindTitle: profile.title, availability: availability,
        targetVerdict: TargetVerdict(
          availability, targetPartsPerMillion: settings.targetPartsPerMillion),
        service: ServiceAvailability.compute(
          readings: account.readings, profile: profile, availability: availability),
        usage: usage.figures(in: readable), rebootCount: usage.rebootCount(in: readable),
        readingCount: readingCount, lastHeard: account.history.lastHeard)
      byUnit[scope.unit(of: device)?.code ?? "", default: []].append(report)
    }
    return Report(
      period: period, knownUntil: knownUntil, language: language, settings: settings,
      unitName: scope.unitName, units: ordered(byUnit, scope: scope), quality: quality,
      seal: accounts.cover, kept: accounts.kept)
  }

  /// In Vietnamese order of names; devices of no known unit stand last.
  private static func ordered(
    _ byUnit: [String: [DeviceReport]], scope: ReportScope
  ) -> [UnitReport] {
    var units = byUnit.map { code, devices in
      let unit = scope.units[code]
      return UnitReport(
        code: code, name: unit?.name ?? "", levelLabel: unit?.levelLabel ?? "",
        devices: devices.sorted(by: DeviceReport.precedes))
    }
    units.sort { left, right in
      if left.code.isEmpty != right.code.isEmpty { return right.code.isEmpty }
      if left.name != right.name { return LocalFormat.precedes(left.name, right.name) }
      return left.code < right.code
    }
    return units
  }

  /// By the readings, and by what was sealed of the days whose readings are gone.
  static func judge(
    _ history: DeviceHistory, kept: KeptFigures?, terms: DeviceTerms, period: Interval,
    now: Milliseconds, observed: IntervalSet
  ) -> Availability {
    guard let kept else {
      return terms.availability(of: history, period: period, now: now, observed: observed)
    }
    let readable = kept.readable(of: period)
    let rest = readable.duration > 0
      ? terms.availability(of: history, period: readable, now: now, observed: observed) : nil
    return kept.availability(
      of: terms.device.number, and: rest, period: period, outageMin: terms.settings.outageMin)
  }
}

extension DeviceReport {
  static func precedes(_ left: DeviceReport, _ right: DeviceReport) -> Bool {
    if left.name != right.name { return LocalFormat.precedes(left.name, right.name) }
    return left.device.number < right.device.number
  }
}

/// Which devices a report is about, with the units and profiles they need.
struct ReportScope {
  private(set) var devices: [Device]
  let profiles: [String: Profile]
  /// By code; of several dated entries the one in force at the end of the period.
  let units: [String: Telemetry.Unit]
  /// Of the unit asked for: its name, or its code if it has none.
  let unitName: String?
  let plans: ServicePlans
  private let unitOfSite: [String: String]

  /// - Parameters:
  ///   - unit: code of a unit: devices in it and below it; nil means all.
  ///   - kind: nil means all kinds.
  init(
    registry: Registry, profiles: [Profile], plans: ServicePlans = ServicePlans(),
    period: Interval, unit: String?, kind: String?
  ) {
    self.plans = plans
    func isInForce(_ from: Milliseconds?, _ to: Milliseconds?) -> Bool {
      (from ?? .min) < period.end && period.end <= to ?? .max
    }
    var units: [String: Telemetry.Unit] = [:]
    for entry in registry.units
    where units[entry.code] == nil || isInForce(entry.validFrom, entry.validTo) {
      units[entry.code] = entry
    }
    var sites: [String: String] = [:]
    for entry in registry.sites
    where sites[entry.code] == nil || isInForce(entry.validFrom, entry.validTo) {
      sites[entry.code] = entry.unit
    }
    self.units = units
    unitName = unit.map { code in
      let name = units[code]?.name ?? ""
      return name.isEmpty ? code : name
    }
    unitOfSite = sites
    self.profiles = Dictionary(profiles.map { ($0.kind, $0) }) { _, last in last }
    let byNumber = Dictionary(registry.devices.map { ($0.number, $0) }) { _, last in last }
    devices = byNumber.values.sorted { $0.number < $1.number }
    devices = devices.filter { device in
      (kind == nil || device.kind == kind)
        && (unit.map { isDevice(device, within: $0) } ?? true)
    }
  }

  func terms(
    of device: Device, profile: Profile, settings: UptimeSettings,
    schedule: ScheduleOfDay = ScheduleOfDay()
  ) -> DeviceTerms {
    DeviceTerms(
      device: device, profile: profile, plan: plans.plan(of: device, profile: profile),
      settings: settings, schedule: schedule)
  }

  func unit(of device: Device) -> Telemetry.Unit? { unitOfSite[device.site].flatMap { units[$0] } }

  private func isDevice(_ device: Device, within code: String) -> Bool {
    var current = unitOfSite[device.site] ?? device.commune
    // A registry with a circle of parents must not hold a report up for ever.
    for _ in 0...units.count {
      if current == code { return true }
      guard let parent = units[current]?.parent, !parent.isEmpty else { return false }
      current = parent
    }
    return false
  }
}
