// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Everything that decides a device's figures besides its readings and when we could hear.
package struct DeviceTerms: Sendable {
  package var device: Device
  package var profile: Profile
  package var plan: ServicePlan
  package var settings: UptimeSettings

  package init(device: Device, profile: Profile, plan: ServicePlan, settings: UptimeSettings) {
    self.device = device
    self.profile = profile
    self.plan = plan
    self.settings = settings
  }

  /// - Parameter now: the end of knowledge.
  func availability(
    of history: DeviceHistory, period: Interval, now: Milliseconds, observed: IntervalSet
  ) -> Availability {
    Availability.compute(
      history: history, period: period, now: now, observed: observed, plan: plan,
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
    for hours in plan.hours {
      parts.append("\(hours.weekdays) \(hours.startMinute) \(hours.endMinute)")
    }
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
    let bytes = Array(parts.joined(separator: "\n").utf8)
    return unsafe bytes.withUnsafeBytes { unsafe Int64(bitPattern: PayloadHash.of($0)) }
  }

  private func text(_ instant: Milliseconds?) -> String { instant.map { "\($0)" } ?? "-" }
}
