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
  /// The tree of units in preorder, each with the devices that stand directly in it; units, sites
  /// and the devices of a site in Vietnamese order of names, devices of no known unit last.
  package var units: [UnitReport]
  package var quality: DataQuality
  package var seal = SealCover()
  package var alerts = AlertAccount()
  package var incidents = IncidentAccount()
  /// Of its gravest anomalies, most severe first.
  package var pictures: [AnomalyPicture] = []
  /// What people recorded of outages, by registry number of the device.
  package var recordedCauses: [Int64: [RecordedCause]] = [:]
  package var provenance = ReportProvenance()
  /// What revisions changed since the one that was asked for; nil if none was asked for.
  package var changes: RevisionChanges?
  /// Section I: what became of the programme's targets.
  package var indicators: [IndicatorResult] = []
  /// Section V: one for each level of which the report has two units or more.
  package var rankings: [Ranking] = []

  package var devices: [DeviceReport] { units.flatMap(\.devices) }

  /// How many devices each verdict on the target was given to; those without a ratio have none.
  package func deviceCount(_ verdict: TargetVerdict) -> Int {
    units.reduce(0) { $0 + $1.devices.count { $0.targetVerdict == verdict } }
  }
}

/// One unit of any level: what stands directly in it, and the sums of all in it and below it.
package struct UnitReport: Sendable {
  /// Empty for devices whose site or unit the registry does not know.
  package var code: String
  package var name = ""
  package var level = ""
  package var levelLabel = ""
  package var areaClass = ""
  package var parent = ""
  /// 0 for the uppermost of the report.
  package var depth = 0
  /// When it ended, if it did within the period.
  package var validTo: Milliseconds?
  /// In it and below it, those without a device too.
  package var siteCount = 0
  package var deviceCount = 0
  package var outageCount = 0
  /// Summed over devices.
  package var times = StateTimes()
  /// Without what was entered after the fact; nil where that is the same.
  package var announcedTimes: StateTimes?
  package var service: ServiceTimes?
  /// What may be summed over devices, and greatest values; by kind.
  package var usage: [UnitUsage] = []
  /// Where the devices that stand directly in it stand; those without a device are none of them.
  package var sites: [SiteReport] = []
  /// In the order of their sites.
  package var devices: [DeviceReport] = []

  /// Sites of the unit tell more than the unit alone.
  package var hasSeveralSites: Bool { sites.count > 1 }

  /// The names of its sites, or their codes, by code.
  package var siteNames: [String: String] {
    Dictionary(uniqueKeysWithValues: sites.map { ($0.code, $0.shown) })
  }
}

package struct UnitUsage: Sendable {
  package var kind: String
  package var result: UsageResult
}

package struct DeviceReport: Sendable {
  package var device: Device
  package var kindTitle: Title
  /// Where it stood, and on which days of the period.
  package var placement: Placement
  package var times: StateTimes
  /// Without what was entered after the fact; nil where that is the same.
  package var announcedTimes: StateTimes?
  /// Ascending; not clipped to the period.
  package var outages: [Outage]
  package var outageCount: Int
  /// Shorter than the settings' shortest outage.
  package var shortOutageCount: Int
  /// The most time that one outage took from the period.
  package var longestOutage: Milliseconds
  /// Nil where the availability is unknown.
  package var targetVerdict: TargetVerdict?
  /// Nil where the kind's profile has no conditions of service.
  package var service: ServiceTimes?
  /// Of service, ascending; they sum to `service.failed` unless some are lost.
  package var serviceFailures: [ServiceFailure] = []
  /// Of some day only the sum is known: an older nhip sealed it.
  package var hasLostServiceFailures = false
  package var usage: [UsageResult]
  /// Every whole number of the period's days, by name.
  package var figures: NamedFigures
  /// Days whose own availability reached the target, of those that had one.
  package var daysAtTarget: Int
  package var daysJudged: Int
  package var rebootCount: Int
  package var readingCount: Int
  package var lastHeard: Milliseconds?
  package var strip: Strip

  /// The name people gave it, or its id.
  package var name: String { device.name.isEmpty ? device.id : device.name }
}

/// What was odd about the data of the period. Quarantine and inbox are of the local days on which
/// the messages were received, since what cannot be decoded has no event time.
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
  /// Messages of unknown addresses.
  package var inboxMessages: Int64 = 0
  /// Of quarantine and inbox, from before days were told apart; some may be of the period.
  package var undatedMessages: Int64 = 0
  /// The last local day that those may be of; nil if there are none.
  package var undatedThrough: Int64?

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
