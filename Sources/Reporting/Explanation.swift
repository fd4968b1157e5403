// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Why one device's uptime says what it says: every state of the period, and for every outage the
/// readings and marks that prove it.
package struct Explanation: Sendable {
  package var language: Language
  package var device: Device
  package var kindTitle: Title
  package var knownUntil: Milliseconds
  package var availability: Availability
  package var outages: [OutageEvidence]
  /// Nil where the kind's profile has no conditions of service.
  package var service: ServiceAvailability?
  /// The metrics that those conditions speak of.
  package var serviceMetrics: [Metric]
  /// Those that were open at some moment of the period, oldest first.
  package var alerts: [Alert] = []
  /// Entries of calendars that are about the device and reach into the period.
  package var entries: [CalendarEntry] = []
  /// What people recorded of its outages, oldest first.
  package var recordedCauses: [RecordedCause] = []
  /// Windows of the period in which our own uplink was down, as somebody confirmed.
  package var confirmedGaps: [ConfirmedGap] = []
  /// Sealed days of which readings are gone and only the sum of their failures is known.
  package var lostFailures: [(day: Int64, failed: Milliseconds)] = []
  package var seal = SealCover()
  /// Before it the readings that prove an outage are gone; nil if none are.
  package var keptUntil: Milliseconds?
}

package struct OutageEvidence: Sendable, Hashable {
  package struct Evidence: Sendable, Hashable {
    package var eventTime: Milliseconds
    package var receivedAt: Milliseconds
    /// Seconds since boot, as that reading told.
    package var upSeconds: Double?
  }

  package var outage: Outage
  package var lastBefore: Evidence?
  package var firstAfter: Evidence?
  /// Offline marks received between the two.
  package var marks: [PresenceMark]
  /// How the down time of the outage divides inside the period.
  package var causes: [DeviceState: Milliseconds]
}

extension Explanation {
  /// Pure; `account` holds everything read of the device.
  static func assemble(
    account: DeviceAccount, device: Device, profile: Profile, availability: Availability,
    knownUntil: Milliseconds, language: Language
  ) -> Explanation {
    let rows = account.readings.distinctRows()
    let outages = availability.outages.map { outage in
      evidence(of: outage, account: account, rows: rows, states: availability.states)
    }
    let service = ServiceAvailability.compute(
      readings: account.readings, profile: profile, availability: availability)
    let serviceMetrics = Set(ServiceAvailability.metricNames(for: profile))
    return Explanation(
      language: language, device: device, kindTitle: profile.title, knownUntil: knownUntil,
      availability: availability, outages: outages, service: service,
      serviceMetrics: profile.metrics.filter { serviceMetrics.contains($0.name) })
  }

  private static func evidence(
    of outage: Outage, account: DeviceAccount, rows: [Int], states: [StateInterval]
  ) -> OutageEvidence {
    func evidence(_ edge: HeardRun.Edge?) -> OutageEvidence.Evidence? {
      guard let edge else { return nil }
      let readings = account.readings
      let told = rows.lazy.filter { readings.eventTime[$0] == edge.eventTime }
        .map { readings.upSeconds[$0] }.first { !$0.isNaN }
      return OutageEvidence.Evidence(
        eventTime: edge.eventTime, receivedAt: edge.receivedAt, upSeconds: told)
    }
    let heard = account.history.heard
    let before = heard.last { $0.last.eventTime <= outage.interval.start }?.last
    let after = outage.isOpen
      ? nil : heard.first { $0.first.eventTime >= outage.interval.end }?.first
    let marks = account.history.marks.filter {
      (before?.receivedAt ?? outage.interval.start) <= $0.receivedAt
        && $0.receivedAt <= after?.receivedAt ?? .max
    }
    var causes: [DeviceState: Milliseconds] = [:]
    for part in states where part.state.isDown {
      let start = max(part.interval.start, outage.interval.start)
      let end = min(part.interval.end, outage.interval.end)
      if start < end { causes[part.state, default: 0] += end - start }
    }
    return OutageEvidence(
      outage: outage, lastBefore: evidence(before), firstAfter: evidence(after), marks: marks,
      causes: causes)
  }
}
