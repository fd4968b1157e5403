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
  private(set) var accounts: [DeviceAccount] = []
  private var positionOfNumber: [Int64: Int] = [:]
  private(set) var flagCounts = DataQuality()
  /// When the newest message in any block was received.
  private(set) var lastReceivedAt: Milliseconds?
  private let period: Interval

  init(devices: [Device], profiles: [String: Profile], period: Interval) {
    self.period = period
    for device in devices {
      guard let profile = profiles[device.kind] else { continue }
      positionOfNumber[device.number] = accounts.count
      accounts.append(DeviceAccount(profile: profile))
    }
  }

  /// Of a device in scope, by its registry number.
  subscript(number: Int64) -> DeviceAccount? { positionOfNumber[number].map { accounts[$0] } }

  /// Numbers of the devices whose history is of a certain kind.
  func numbers(where holds: (DeviceHistory) -> Bool) -> Set<Int64> {
    Set(positionOfNumber.filter { holds(accounts[$0.value].history) }.map(\.key))
  }

  /// Adds the rows of one block that fall into `window` and belong to a device in scope.
  mutating func add(_ block: ReadingColumns, window: Interval) {
    let up = block.metricNames.firstIndex(of: "up")
    // Devices of one block are of one kind, so what is wanted of it is nearly always the same.
    var wanted: [String] = []
    var columns: [Int?] = []
    for row in 0..<block.count {
      lastReceivedAt = max(lastReceivedAt ?? .min, block.receivedAt[row])
      let time = block.eventTime[row]
      guard window.contains(time), let position = positionOfNumber[block.device[row]] else {
        continue
      }
      if accounts[position].readings.metricNames != wanted {
        wanted = accounts[position].readings.metricNames
        columns = wanted.map { name in block.metricNames.firstIndex(of: name) }
      }
      let upSeconds = up.flatMap { block.metrics[$0][row].double }
      accounts[position].history.add(Self.reading(block, row, upSeconds))
      accounts[position].readings.append(
        row, of: block, positions: columns, upSeconds: upSeconds)
      if period.contains(time) { count(block.flags[row]) }
    }
  }

  /// Adds only what uptime needs: for devices whose last word lies far before the period.
  mutating func addHistory(_ block: ReadingColumns, window: Interval, of numbers: Set<Int64>) {
    let up = block.metricNames.firstIndex(of: "up")
    for row in 0..<block.count
    where numbers.contains(block.device[row]) && window.contains(block.eventTime[row]) {
      guard let position = positionOfNumber[block.device[row]] else { continue }
      let upSeconds = up.flatMap { block.metrics[$0][row].double }
      accounts[position].history.add(Self.reading(block, row, upSeconds))
    }
  }

  private static func reading(
    _ columns: ReadingColumns, _ row: Int, _ upSeconds: Double?
  ) -> HistoryReading {
    HistoryReading(
      eventTime: columns.eventTime[row], receivedAt: columns.receivedAt[row],
      session: columns.session[row], flags: columns.flags[row], upSeconds: upSeconds)
  }

  private mutating func count(_ flags: ReadingFlags) {
    if flags.contains(.retained) || flags.contains(.offlineMark) { return }
    flagCounts.readings += 1
    if flags.contains(.backlog) { flagCounts.backlog += 1 }
    if flags.contains(.clockWrong) { flagCounts.wrongClock += 1 }
    if flags.contains(.receivedAtWrong) { flagCounts.ownClockWrong += 1 }
    if flags.contains(.untimed) { flagCounts.untimed += 1 }
    if flags.contains(.outOfRange) { flagCounts.outOfRange += 1 }
  }
}
