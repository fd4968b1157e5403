// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// Everything that decides a device's figures besides its readings and when we could hear.
package struct DeviceTerms: Sendable {
  package var device: Device
  package var profile: Profile
  package var plan: ServicePlan
  package var settings: UptimeSettings
  /// Of the day whose figures are asked for.
  package var schedule: ScheduleOfDay

  package init(
    device: Device, profile: Profile, plan: ServicePlan, settings: UptimeSettings,
    schedule: ScheduleOfDay = ScheduleOfDay()
  ) {
    self.schedule = schedule
    self.device = device
    self.profile = profile
    self.plan = plan
    self.settings = settings
  }

  /// A silence that began so long before a day still reaches into it; what is planned farther away
  /// changes no figure of the day.
  package static let silenceBefore: Milliseconds = 31 * LocalTime.dayLength

  /// Where the figures of a day look at what was planned.
  package static func planScope(ofDay day: Int64) -> Interval {
    planScope(of: SealedDay.interval(ofDay: day))
  }

  static func planScope(of period: Interval) -> Interval {
    Interval(start: period.start - silenceBefore, end: period.end + DayFigures.knowledgeAfter)
  }

  /// - Parameters:
  ///   - now: the end of knowledge.
  ///   - announced: by the plan as it was known before what it speaks of began.
  package func availability(
    of history: DeviceHistory, period: Interval, now: Milliseconds, observed: IntervalSet,
    announced: Bool = false
  ) -> Availability {
    Availability.compute(
      history: history, period: period, now: now, observed: observed,
      plan: announced ? plan.announced : plan,
      reportInterval: profile.reportInterval, offlineAfter: profile.offlineAfter,
      commissionedAt: device.commissionedAt, retiredAt: device.retiredAt,
      outageMin: settings.outageMin)
  }

  /// Over what decides the figures of a day, written out so that it stays the same in later
  /// versions.
  package func inputHash(ofDay day: Int64) -> Int64 {
    var parts = [
      "figures \(FigurePiece.definitionVersion)", device.kind,
      text(device.commissionedAt), text(device.retiredAt),
      "\(settings.outageMin)", "\(profile.reportInterval)", "\(profile.offlineAfter)",
    ]
    let planned = plan.clipped(to: Self.planScope(ofDay: day))
    for former in planned.formers {
      parts += weekly(former.plan) + stretches(former.plan) + ["until \(former.until)"]
    }
    parts += weekly(planned) + stretches(planned)
    for condition in profile.service {
      parts.append("\(condition.metric) \(condition.comparison.rawValue) \(condition.constant)")
    }
    for figure in profile.usage {
      parts.append("\(figure.name) \(figure.metric) \(figure.formula.rawValue) \(figure.word)")
    }
    let used = Set(profile.usage.map(\.metric) + profile.service.map(\.metric))
    for metric in profile.metrics where used.contains(metric.name) {
      let range = [metric.lowest, metric.highest].map { $0.map { "\($0)" } ?? "-" }
      parts.append("\(metric.name) \(range.joined(separator: " "))")
    }
    parts += schedule.inputs(profile: profile, plan: plan)
    let bytes = Array(parts.joined(separator: "\n").utf8)
    return unsafe bytes.withUnsafeBytes { unsafe Int64(bitPattern: PayloadHash.of($0)) }
  }

  private func weekly(_ plan: ServicePlan) -> [String] {
    plan.hours.map { "\($0.weekdays) \($0.startMinute) \($0.endMinute)" }
  }

  /// Nothing for a device that nobody planned anything for.
  private func stretches(_ plan: ServicePlan) -> [String] {
    var parts: [String] = []
    func add(_ name: String, _ set: IntervalSet?) {
      guard let set else { return }
      let stretches = set.intervals.map { "\($0.start)-\($0.end)" }
      parts.append("\(name) \(stretches.joined(separator: " "))")
    }
    add("booked", plan.booked)
    if plan.booked != nil { add("booked known", plan.bookedKnown) }
    add("around slots", plan.aroundSlots)
    if !plan.holidays.isEmpty { add("holidays", plan.holidays) }
    if !plan.maintenance.isEmpty { add("maintenance", plan.maintenance) }
    if plan.hasLateMaintenance {
      add("announced", plan.announcedMaintenance)
      add("announced holidays", plan.announcedHolidays)
    }
    return parts
  }

  private func text(_ instant: Milliseconds?) -> String { instant.map { "\($0)" } ?? "-" }
}
