// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Everything a report accumulates of one device while it reads blocks. Bounded by the readings of
/// the period and its context; columns, no objects.
struct DeviceAccount {
  var history: DeviceHistory
  var readings: DeviceReadings

  init(profile: Profile) {
    history = DeviceHistory(reportInterval: profile.reportInterval)
    // Service speaks by the same readings, so what was last known of it before the period is
    // looked for as far back as counters are (`Report.contextLength`).
    var metricNames = UsageCalculator.metricNames(for: profile)
    for name in ServiceAvailability.metricNames(for: profile) where !metricNames.contains(name) {
      metricNames.append(name)
    }
    readings = DeviceReadings(metricNames: metricNames)
  }
}

/// The accounts of the devices in scope, filled from blocks in any order.
struct Accounts {
  private(set) var accounts: [Int64: DeviceAccount] = [:]
  private(set) var flagCounts = DataQuality()
  /// When the newest message in any block was received.
  private(set) var lastReceivedAt: Milliseconds?
  private let period: Interval

  init(devices: [Device], profiles: [String: Profile], period: Interval) {
    self.period = period
    for device in devices {
      if let profile = profiles[device.kind] {
        accounts[device.number] = DeviceAccount(profile: profile)
      }
    }
  }

  /// Adds the rows of one block that fall into `window` and belong to a device in scope.
  mutating func add(_ columns: ReadingColumns, window: Interval) {
    let up = columns.metricNames.firstIndex(of: "up")
    var metricColumns: [Int64: [Int?]] = [:]
    for row in 0..<columns.count {
      lastReceivedAt = max(lastReceivedAt ?? .min, columns.receivedAt[row])
      let time = columns.eventTime[row]
      let number = columns.device[row]
      guard window.contains(time), accounts[number] != nil else { continue }
      let upSeconds = up.flatMap { columns.metrics[$0][row].double }
      let positions = metricColumns[number] ?? positions(of: number, in: columns.metricNames)
      metricColumns[number] = positions
      accounts[number]?.history.add(Self.reading(columns, row, upSeconds))
      accounts[number]?.readings.append(
        eventTime: time, channel: columns.channel[row], payloadHash: columns.payloadHash[row],
        flags: columns.flags[row], upSeconds: upSeconds,
        values: positions.lazy.map { $0.map { columns.metrics[$0][row] } ?? .absent })
      if period.contains(time) { count(columns.flags[row]) }
    }
  }

  /// Adds only what uptime needs: for devices whose last word lies far before the period.
  mutating func addHistory(_ columns: ReadingColumns, window: Interval, of numbers: Set<Int64>) {
    let up = columns.metricNames.firstIndex(of: "up")
    for row in 0..<columns.count
    where numbers.contains(columns.device[row]) && window.contains(columns.eventTime[row]) {
      let upSeconds = up.flatMap { columns.metrics[$0][row].double }
      accounts[columns.device[row]]?.history.add(Self.reading(columns, row, upSeconds))
    }
  }

  private static func reading(
    _ columns: ReadingColumns, _ row: Int, _ upSeconds: Double?
  ) -> HistoryReading {
    HistoryReading(
      eventTime: columns.eventTime[row], receivedAt: columns.receivedAt[row],
      session: columns.session[row], flags: columns.flags[row], upSeconds: upSeconds)
  }

  private func positions(of number: Int64, in metricNames: [String]) -> [Int?] {
    let wanted = accounts[number]?.readings.metricNames ?? []
    return wanted.map { name in metricNames.firstIndex(of: name) }
  }

  private mutating func count(_ flags: ReadingFlags) {
    if flags.contains(.retained) || flags.contains(.offlineMark) { return }
    flagCounts.readings += 1
    if flags.contains(.backlog) { flagCounts.backlog += 1 }
    if flags.contains(.clockWrong) { flagCounts.wrongClock += 1 }
    if flags.contains(.untimed) { flagCounts.untimed += 1 }
    if flags.contains(.outOfRange) { flagCounts.outOfRange += 1 }
  }
}
