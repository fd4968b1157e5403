// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// Sealing a store, and everything that sealed days say, for comparing stores with each other.
enum SealFixture {
  /// 00:00 local of day 20,777, in UTC milliseconds.
  static let midnight = LocalTime.start(ofDay: 20_777)
  /// One access point, commissioned then.
  static let oneDevice = Registry(
    units: [Telemetry.Unit(code: "04321", name: "x", level: "commune")],
    sites: [Site(code: "s", name: "s", type: "t", unit: "04321")],
    devices: [
      Device(
        id: "ap-1", kind: "wifi-ap", name: "", site: "s", commune: "04321",
        commissionedAt: midnight)
    ])

  /// What must not depend on the order, repetition, batches and restarts that brought the messages.
  struct Content: Equatable {
    var hashes: [Int64: Int64] = [:]
    var counts: [Int64: Int64] = [:]
    var blocks: [Int64: [SealedBlock]] = [:]
    var figures: [Int64: [Int64: SealedFigures]] = [:]
  }

  @discardableResult
  static func seal(
    _ fixture: ReplayFixture, through day: Int64, at now: Milliseconds = .max / 4,
    partReadingCount: Int = SealGathering.readingCountMax, spanDayCount: Int = 32
  ) throws -> [SealedDay] {
    var settings = SealRun.Settings()
    settings.partReadingCount = partReadingCount
    settings.spanDayCount = spanDayCount
    var run = try SealRun(
      store: fixture.store, reader: fixture.store, profiles: fixture.profiles,
      settings: settings)
    return try run.seal(through: day, at: now)
  }

  /// Seals again what nothing has reached since, one day of it because it is asked for.
  ///
  /// - Returns: what the run had to do, and what it found changed.
  static func sealAgain(
    _ fixture: ReplayFixture, through last: Int64, forced: Int64?
  ) throws -> (work: SealRun.Work, changed: [SealedDay]) {
    var run = try SealRun(
      store: fixture.store, reader: fixture.store, profiles: fixture.profiles,
      settings: SealRun.Settings())
    let changed = try run.seal(through: last, at: .max / 4, forced: forced)
    return (run.work, changed)
  }

  static func content(of store: Store) throws -> Content {
    var content = Content()
    for day in try store.sealedDays() {
      content.hashes[day.day] = day.contentHash
      content.counts[day.day] = day.readingCount
      content.figures[day.day] = try store.sealedFigures(of: day)
      try store.forEachSealedBlock(of: day) { block in
        // How often something came twice is our own record.
        var block = block
        block.duplicateCount = 0
        content.blocks[day.day, default: []].append(block)
      }
    }
    return content
  }

  /// Where two stores differ, in a few words.
  static func difference(_ left: Content, _ right: Content) -> String? {
    guard left != right else { return nil }
    for day in Set(left.hashes.keys).union(right.hashes.keys).sorted() {
      guard left.counts[day] == right.counts[day] else {
        return "day \(day): \(left.counts[day] ?? -1) and \(right.counts[day] ?? -1) readings; "
          + readings(left.blocks[day], butNot: right.blocks[day]) + " / "
          + readings(right.blocks[day], butNot: left.blocks[day])
      }
      let (a, b) = (left.figures[day] ?? [:], right.figures[day] ?? [:])
      for device in Set(a.keys).union(b.keys).sorted() where a[device] != b[device] {
        let parts = SealDifference.between(a[device], b[device]).map {
          "\($0.figure) \($0.before ?? "nil") \($0.after ?? "nil")"
        }
        return "day \(day) device \(device): \(parts)"
      }
      let (c, d) = (left.blocks[day] ?? [], right.blocks[day] ?? [])
      if let position = (0..<max(c.count, d.count)).first(where: {
        $0 >= c.count || $0 >= d.count || c[$0] != d[$0]
      }) {
        return "day \(day) block \(position): \(c.dropFirst(position).first.map(text) ?? "nil") "
          + "and \(d.dropFirst(position).first.map(text) ?? "nil")"
      }
    }
    return "something else"
  }

  private static func readings(_ left: [SealedBlock]?, butNot right: [SealedBlock]?) -> String {
    func own(_ blocks: [SealedBlock]?) -> Set<String> {
      Set((blocks ?? []).flatMap { block in
        block.ownRows.map { row in
          let readings = block.readings
          return "\(block.device) \(readings.eventTime[row]) \(readings.receivedAt[row]) "
            + "\(readings.flags[row].rawValue) \(readings.channel[row]) \(readings.sentTime[row])"
        }
      })
    }
    return own(left).subtracting(own(right)).sorted().joined(separator: "; ")
  }

  private static func text(_ block: SealedBlock) -> String {
    let readings = block.readings
    return "device \(block.device) \(readings.metricNames) "
      + readings.eventTime.indices.map {
        "\(readings.eventTime[$0])/\(readings.receivedAt[$0])/\(readings.flags[$0].rawValue)"
      }.joined(separator: " ")
  }
}

extension Store {
  /// What a hostile hand or a dying disk does.
  func execute(_ sql: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [
      "-c",
      "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()",
      path, sql,
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
