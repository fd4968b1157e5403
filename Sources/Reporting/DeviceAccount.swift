// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// Everything a report accumulates of one device while it reads blocks. Bounded by the readings of
/// the period and its context; columns, no objects.
struct DeviceAccount {
  var history: DeviceHistory
  var readings: DeviceReadings

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
    let positions = readings.metricNames.map { sealed.metricNames.firstIndex(of: $0) }
    var content = ReadingContent(metricNames: sealed.metricNames)
    for row in rows {
      let upSeconds = up.flatMap { sealed.metrics[$0][row].double }
      history.add(Self.reading(sealed, row, upSeconds))
      // Identity without the payload's hash, which is not kept where a sequence number tells more.
      readings.append(
        row, of: sealed, positions: positions, upSeconds: upSeconds,
        payloadHash: content.hash(of: row, in: sealed) ^ sealed.payloadHash[row])
    }
  }

  static func reading(
    _ columns: ReadingColumns, _ row: Int, _ upSeconds: Double?
  ) -> HistoryReading {
    HistoryReading(
      eventTime: columns.eventTime[row], receivedAt: columns.receivedAt[row],
      session: columns.session[row], flags: columns.flags[row], upSeconds: upSeconds)
  }
}

/// The accounts of the devices in scope, filled from blocks in any order.
struct Accounts {
  private(set) var accounts: [DeviceAccount] = []
  private var positionOfNumber: [Int64: Int] = [:]
  private(set) var flagCounts = DataQuality()
  /// When the newest message in any block was received.
  private(set) var lastReceivedAt: Milliseconds?
  /// How far the period is sealed; known when everything has been read.
  var cover = SealCover()
  /// What was sealed of days whose readings are gone.
  var kept: KeptFigures?
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

  /// The end of knowledge. What was sealed is judged by what was known at its time.
  func knownUntil(_ observed: IntervalSet) -> Milliseconds {
    let known = observed.intervals.last?.end ?? lastReceivedAt ?? period.start
    guard cover.isWhole, let through = cover.through else { return known }
    return min(known, LocalTime.start(ofDay: through + 1) + DayFigures.knowledgeAfter)
  }

  /// Adds rows of a sealed block of a device in scope.
  mutating func add(_ block: SealedBlock, rows: [Int]) {
    guard let position = positionOfNumber[block.device] else { return }
    accounts[position].add(block, rows: rows)
    var isInPeriod = false
    for row in rows {
      lastReceivedAt = max(lastReceivedAt ?? .min, block.readings.receivedAt[row])
      if period.contains(block.readings.eventTime[row]) {
        count(block.readings.flags[row])
        isInPeriod = true
      }
    }
    // Those dropped by the seal: they were counted as readings before.
    if isInPeriod {
      flagCounts.duplicates += block.duplicateCount
      flagCounts.readings += block.duplicateCount
    }
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
      accounts[position].history.add(DeviceAccount.reading(block, row, upSeconds))
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
      accounts[position].history.add(DeviceAccount.reading(block, row, upSeconds))
    }
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
