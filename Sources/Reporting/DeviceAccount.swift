// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// Everything a report accumulates of one device while it reads blocks. Bounded by the readings of
/// the period and its context; columns, no objects.
struct DeviceAccount {
  var history: DeviceHistory
  var readings: DeviceReadings
  var quality = ReadingQuality()

  /// - Parameter extra: metrics that are looked at beside those of use and service.
  init(profile: Profile, and extra: [String] = []) {
    history = DeviceHistory(reportInterval: profile.reportInterval)
    // Service speaks by the same readings, so what was last known of it before the period is
    // looked for as far back as counters are (`Report.contextLength`).
    var metricNames = UsageCalculator.metricNames(for: profile)
    for name in ServiceAvailability.metricNames(for: profile) + extra
    where !metricNames.contains(name) {
      metricNames.append(name)
    }
    readings = DeviceReadings(metricNames: metricNames)
  }

  /// Adds rows of a sealed block; which of them a figure counts is decided when it is read.
  mutating func add(_ block: SealedBlock, rows: some Sequence<Int>) {
    let sealed = block.readings
    let up = sealed.metricNames.firstIndex(of: "up")
    let ipv6 = sealed.metricNames.firstIndex(of: "ipv6")
    let positions = readings.metricNames.map { sealed.metricNames.firstIndex(of: $0) }
    var content = ReadingContent(metricNames: sealed.metricNames)
    for row in rows {
      let upSeconds = up.flatMap { sealed.metrics[$0][row].double }
      history.add(Self.reading(sealed, row, upSeconds))
      quality.add(sealed, row, ipv6: ipv6)
      // Identity without the payload's hash, which is not kept where a sequence number tells more.
      readings.append(
        row, of: sealed, positions: positions, upSeconds: upSeconds,
        payloadHash: content.hash(of: row, in: sealed) ^ sealed.payloadHash[row])
    }
  }

  /// How many readings of a stretch came more than once.
  func duplicates(in period: Interval, distinct: Int) -> NamedFigure {
    NamedFigure("duplicates", Int64(quality.count(in: period) - distinct))
  }

  static func reading(
    _ columns: ReadingColumns, _ row: Int, _ upSeconds: Double?
  ) -> HistoryReading {
    HistoryReading(
      eventTime: columns.eventTime[row], receivedAt: columns.receivedAt[row],
      session: columns.session[row], flags: columns.flags[row], upSeconds: upSeconds)
  }
}
