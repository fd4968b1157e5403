// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Availability and usage of every registered device in scope over one period: a value, computed
/// once, rendered in several forms. Figures of sealed days are sealed, live ones provisional.
package struct Report: Sendable {
  package var period: Interval
  /// The end of knowledge: later time is not observed.
  package var knownUntil: Milliseconds
  package var language: Language
  /// What uptime was judged by.
  package var settings: UptimeSettings
  /// The unit that the report was restricted to; nil for everything registered.
  package var unitName: String?
  /// Units with their devices, both in Vietnamese order of names.
  package var units: [UnitReport]
  package var quality: DataQuality
  package var seal: SealCover
  /// Days whose readings retention has deleted; nil if there are none. Figures of use, reboots and
  /// counts of readings are those of the days behind them.
  package var kept: KeptFigures?
  package var alerts = AlertAccount()

  package var devices: [DeviceReport] { units.flatMap(\.devices) }

  /// How many devices each verdict on the target was given to; those without a ratio have none.
  package func deviceCount(_ verdict: TargetVerdict) -> Int {
    units.reduce(0) { $0 + $1.devices.count { $0.targetVerdict == verdict } }
  }
}

/// One unit (usually a village) and the devices whose site stands in it.
package struct UnitReport: Sendable {
  /// Empty for devices whose site or unit the registry does not know.
  package var code: String
  package var name: String
  package var levelLabel: String
  package var devices: [DeviceReport]
}

package struct DeviceReport: Sendable {
  package var device: Device
  package var kindTitle: Title
  package var availability: Availability
  /// Nil where the availability is unknown.
  package var targetVerdict: TargetVerdict?
  /// Nil where the kind's profile has no conditions of service.
  package var service: ServiceAvailability?
  package var usage: [UsageResult]
  package var rebootCount: Int
  package var readingCount: Int
  package var lastHeard: Milliseconds?

  /// The name people gave it, or its id.
  package var name: String { device.name.isEmpty ? device.id : device.name }
}

/// What was odd about the data of the period. Quarantine and inbox are counted since the store
/// began, since what cannot be decoded has no event time.
package struct DataQuality: Sendable, Hashable {
  package var readings = 0
  package var duplicates = 0
  package var backlog = 0
  package var wrongClock = 0
  /// Received while the clock of nhip's own machine was wrong or in doubt.
  package var ownClockWrong = 0
  package var untimed = 0
  package var outOfRange = 0
  package var quarantine: [QuarantineCount] = []
  package var inboxAddresses = 0

  package init() {}

  package struct QuarantineCount: Sendable, Hashable {
    package var reason: String
    package var count: Int64
    package init(reason: String, count: Int64) {
      self.reason = reason
      self.count = count
    }
  }
}
