// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// The accounts of the devices in scope over one stretch of time, filled from blocks in any order.
struct Accounts {
  private(set) var accounts: [DeviceAccount] = []
  private var positionOfNumber: [Int64: Int] = [:]
  /// When the newest message in any block was received.
  private(set) var lastReceivedAt: Milliseconds?

  init(devices: [Device], profiles: [String: Profile]) {
    for device in devices {
      guard let profile = profiles[device.kind] else { continue }
      positionOfNumber[device.number] = accounts.count
      accounts.append(DeviceAccount(
          profile: profile, and: ScheduleReadings.metricNames(for: profile)))
    }
  }

  /// Of a device in scope, by its registry number.
  subscript(number: Int64) -> DeviceAccount? { positionOfNumber[number].map { accounts[$0] } }

  /// Numbers of the devices whose history is of a certain kind.
  func numbers(where holds: (DeviceHistory) -> Bool) -> Set<Int64> {
    Set(positionOfNumber.filter { holds(accounts[$0.value].history) }.map(\.key))
  }

  /// Adds rows of a sealed block of a device in scope.
  mutating func add(_ block: SealedBlock, rows: [Int]) {
    guard let position = positionOfNumber[block.device] else { return }
    accounts[position].add(block, rows: rows)
    for row in rows { lastReceivedAt = max(lastReceivedAt ?? .min, block.readings.receivedAt[row]) }
  }

  /// Adds the rows of one block that fall into `window` and belong to a device in scope.
  mutating func add(_ block: ReadingColumns, window: Interval) {
    let up = block.metricNames.firstIndex(of: "up")
    let ipv6 = block.metricNames.firstIndex(of: "ipv6")
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
      accounts[position].quality.add(block, row, ipv6: ipv6)
      accounts[position].readings.append(
        row, of: block, positions: columns, upSeconds: upSeconds)
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
}
