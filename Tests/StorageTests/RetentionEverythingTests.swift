// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry
import TestSupport
import Testing

@testable import Storage

/// Retention of what is not readings, and of the file as a whole.
@Suite("Retention of everything")
struct RetentionEverythingTests {
  private static let day: Milliseconds = 86_400_000
  let home: TemporaryStore
  let store: Store

  init() throws {
    home = try TemporaryStore()
    store = try Store(path: home.path, access: .readWrite)
    let registry = Registry(
      units: [Telemetry.Unit(code: "04321", name: "Xã", level: "commune")],
      sites: [Site(code: "s", name: "s", type: "t", unit: "04321")],
      devices: [Device(id: "ap-1", kind: "wifi-ap", name: "a", site: "s", commune: "04321")])
    _ = try store.importRegistry(registry, full: false, by: "t", at: 0, dryRun: false)
  }

  private func apply(
    _ limit: Milliseconds = 100, at now: Milliseconds = 1_100, rowCountMax: Int = 100
  ) throws -> Int {
    try store.applyRetention(
      RetentionLimits(raw: limit, quarantine: limit, inbox: limit, alerts: limit), at: now,
      rowCountMax: rowCountMax)
  }

  private static func alert(
    _ id: String, rule: String = "offline", since: Milliseconds, resolvedAt: Milliseconds?
  ) -> Alert {
    Alert(
      id: id, rule: "wifi-ap/\(rule)", device: 1, commune: "04321", severity: .high,
      state: resolvedAt == nil ? .firing : .resolved, version: 1, since: since, firedAt: since,
      resolvedAt: resolvedAt, title: Title(vi: "Mất", en: "Lost"),
      summary: Title(vi: "từ lâu", en: "long ago"), evidence: "{}")
  }

  private static func message(at instant: Milliseconds, reason: String = "json", size: Int = 1)
    -> QuarantinedMessage
  {
    QuarantinedMessage(
      address: "a", reason: reason, topic: [], payload: Array(repeating: 7, count: size),
      receivedAt: instant)
  }

  @Test("a resolved alert goes when it is old by its end, an open one never")
  func alerts() throws {
    var batch = CommitBatch()
    batch.alerts = [
      Self.alert("open", rule: "a", since: 1, resolvedAt: nil),
      Self.alert("long", rule: "b", since: 2, resolvedAt: 1_000),
      Self.alert("old", rule: "b", since: 3, resolvedAt: 999),
      Self.alert("new", rule: "b", since: 2_000, resolvedAt: 2_001),
    ]
    try store.commit(batch)
    #expect(try apply() == 1)
    #expect(try store.alerts(from: 0, to: 9_999).map(\.id) == ["open", "long", "new"])
    #expect(try apply(at: 1_000_000) == 2)
    #expect(try store.openAlerts().map(\.id) == ["open"])
  }

  @Test("what an alert has to say stays in the outbox until it is sent, however old")
  func outbox() throws {
    var batch = CommitBatch()
    batch.alerts = [Self.alert("old", since: 3, resolvedAt: 4)]
    batch.outbox = [
      OutgoingMessage(topic: "stream", payload: [1], isRetained: false, createdAt: 3)
    ]
    try store.commit(batch)
    #expect(try apply(at: 1_000_000) == 1)
    let waiting = try store.outbox(after: 0, countMax: 10)
    #expect(waiting.map(\.topic) == ["stream"])
    try store.removeOutbox(waiting.map(\.id))
    #expect(try store.outboxCount() == 0)
  }

  @Test("observed times go with the readings of their time, and newer figures do not change")
  func observed() throws {
    var batch = CommitBatch()
    batch.observed = [
      Observation(session: 0, start: 0, end: 999), Observation(session: 1, start: 0, end: 1_000),
      Observation(session: 2, start: 5, end: 10), Observation(session: 2, start: 900, end: 950),
      Observation(session: 2, start: 960, end: 3_000),
    ]
    batch.observedHoles = [Interval(start: 1, end: 2), Interval(start: 990, end: 1_010)]
    try store.commit(batch)
    let before = try store.observed(from: 1_000, to: 5_000)
    #expect(try apply(rowCountMax: 2) == 2)
    #expect(try apply(rowCountMax: 2) == 2)
    #expect(try apply(rowCountMax: 2) == 0)
    #expect(try store.observed(from: 1_000, to: 5_000) == before)
    let left = try store.read("left") { db in
      try Int.fetchAll(
        db, sql: "SELECT count(*) FROM observed UNION ALL SELECT count(*) FROM observed_hole")
    }
    #expect(left == [2, 1])
  }

  @Test("messages that a clock ahead of its time stamped late hold up those behind them no longer")
  func stampedLate() throws {
    var batch = CommitBatch()
    // The newest twenty of each reason are kept.
    batch.quarantine = (0..<15).map { Self.message(at: 1_000_000 + $0, reason: "ahead") }
    try store.commit(batch)
    batch.quarantine = (0..<12).map { Self.message(at: $0) }
    try store.commit(batch)
    let deleted = try (0..<8).map { _ in try apply(rowCountMax: 4) }
    #expect(deleted.reduce(0, +) == 12, "\(deleted)")
    #expect(try store.quarantinedPayloads(reason: "json").isEmpty)
    #expect(try store.quarantinedPayloads(reason: "ahead").count == 15)
    #expect(try store.read("tally") { try MessageShelf.quarantine.tally("kept", by: 0, $0) } == 15)
    batch.quarantine = (0..<3).map { Self.message(at: $0) }
    try store.commit(batch)
    // Once around at most.
    let again = try (0..<8).map { _ in try apply(rowCountMax: 4) }
    #expect(again.reduce(0, +) == 3, "\(again)")
  }

  /// A day like any other, squeezed: what several thousand readings do to the file.
  private func live(_ day: Int64, using generator: inout SeededGenerator) throws {
    let start = day * Self.day
    var batch = CommitBatch()
    for hour in 0..<24 as Range<Int64> {
      var columns = ReadingColumns(kind: "kiosk", profileVersion: 1, metricNames: ["paper", "w"])
      for _ in 0..<60 {
        let instant = Int64.random(in: 0..<3_600_000, using: &generator)
        columns.appendReading(device: 7, at: start + hour * 3_600_000 + instant)
      }
      batch.blocks.append(columns)
    }
    batch.quarantine = (0..<20).map {
      Self.message(at: start + $0, reason: "reason \($0)", size: Int($0) * 100)
    }
    batch.inbox = (0..<20).map {
      InboxMessage(
        topic: "t", payload: Array(repeating: 1, count: 200), receivedAt: start + $0,
        address: DeviceAddress(commune: "00001", kind: "kiosk", device: "k-\($0)"), flags: [])
    }
    batch.alerts = (0..<10).map {
      Self.alert(
        "\(day)-\($0)", rule: "rule \($0)", since: start + $0, resolvedAt: start + $0 + 60_000)
    }
    batch.observed = (0..<50).map {
      Observation(session: 1, start: start + $0 * 1_000_000, end: start + $0 * 1_000_000 + 900_000)
    }
    batch.observedHoles = [Interval(start: start, end: start + 10)]
    batch.shelvedPackets = (0..<40).map {
      ShelvedPacket(session: 1, packetID: UInt16($0), hash: 1)
    }
    try store.commit(batch)
    let newest = try store.lastBlock()
    let state = [UInt8](repeating: UInt8(day % 251), count: 20_000)
    for _ in 0..<2 { try store.saveCheckpoint(state, afterBlock: newest, at: start + Self.day) }
    while try apply(30 * Self.day, at: start + Self.day, rowCountMax: 256) > 0 {}
  }

  private func fileSizeBytes() throws -> Int {
    _ = try store.writeWithoutTransaction("PRAGMA wal_checkpoint(TRUNCATE)")
    let size = try FileManager.default.attributesOfItem(atPath: home.path)[.size] as? Int
    let log = try FileManager.default.attributesOfItem(atPath: home.path + "-wal")[.size] as? Int
    return try #require(size) + (try #require(log))
  }

  @Test("with retention applied the file is after three hundred days what it was after sixty")
  func growth() throws {
    let seed = UInt64.random(in: 0...(.max))
    print("growth seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    var sizes: [Int64: Int] = [:]
    for day in 1...300 as ClosedRange<Int64> {
      try live(day, using: &generator)
      if [10, 60, 300].contains(day) { sizes[day] = try fileSizeBytes() }
    }
    let (early, middle, late) = try (
      #require(sizes[10]), #require(sizes[60]), #require(sizes[300])
    )
    print("file after 10, 60 and 300 days: \(early), \(middle), \(late) bytes")
    #expect(early * 3 / 2 < middle, "a canary: the days weigh something")
    #expect(late * 5 <= middle * 6 && late * 6 >= middle * 5, "seed \(seed): \(sizes)")
    #expect(try store.readingCount() <= 31 * 24 * 60)
    #expect(try store.alerts(from: 0, to: .max).count <= 31 * 10)
  }
}

extension Store {
  /// For what may not stand in a transaction.
  fileprivate func writeWithoutTransaction(_ sql: String) throws -> Int {
    let queue = try DatabaseQueue(path: path)
    defer { withExtendedLifetime(queue) {} }
    return try queue.writeWithoutTransaction { try Int.fetchOne($0, sql: sql) ?? 0 }
  }
}
