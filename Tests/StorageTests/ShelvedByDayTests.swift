// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry
import TestSupport
import Testing

@testable import Storage

@Suite("messages by the day of their receipt")
struct ShelvedByDayTests {
  private static let day: Int64 = 20_777
  let home: TemporaryStore

  init() throws { home = try TemporaryStore() }

  private static func instant(_ day: Int64, _ offset: Milliseconds = 0) -> Milliseconds {
    LocalTime.start(ofDay: day) + offset
  }

  private static func unknown(
    at instant: Milliseconds, device: String = "k-1"
  ) -> InboxMessage {
    InboxMessage(
      topic: "t", payload: [1], receivedAt: instant,
      address: DeviceAddress(commune: "00001", kind: "kiosk", device: device), flags: [])
  }

  private static func bad(
    at instant: Milliseconds, reason: String = "json", address: String = "a"
  ) -> QuarantinedMessage {
    QuarantinedMessage(
      address: address, reason: reason, topic: [], payload: [1], receivedAt: instant)
  }

  private func writable() throws -> Store { try Store(path: home.path, access: .readWrite) }

  @Test("random batches, with retention and adoption between them, count as by hand")
  func random() throws {
    let seed = UInt64.random(in: .min ... .max)
    print("messages by day: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let store = try writable()
    defer { store.close() }
    var known: [(instant: Milliseconds, reason: String?)] = []
    for _ in 0..<60 {
      var batch = CommitBatch()
      for _ in 0..<Int.random(in: 0...40, using: &random) {
        // Around midnight, where days part.
        let at =
          Self.instant(Self.day + Int64.random(in: 0...5, using: &random))
          + Milliseconds.random(in: -2...2, using: &random)
        let name = ["a", "b", ""].randomElement(using: &random)!
        if Bool.random(using: &random) {
          batch.inbox.append(Self.unknown(at: at, device: name))
          known.append((at, nil))
        } else {
          let reason = ["json", "type"].randomElement(using: &random)!
          batch.quarantine.append(Self.bad(at: at, reason: reason, address: name))
          known.append((at, reason))
        }
      }
      try store.commit(batch)
      if Int.random(in: 0..<5, using: &random) == 0 {
        let limits = RetentionLimits(raw: 1, quarantine: 1, inbox: 1, alerts: 1)
        _ = try store.applyRetention(limits, at: .max / 2, rowCountMax: 256)
        try store.removeInbox(Self.unknown(at: 0, device: "a").address)
      }
    }
    for first in Self.day - 1...Self.day + 6 {
      for last in first...Self.day + 6 {
        let scope = Interval(start: Self.instant(first), end: Self.instant(last + 1))
        var expected = ShelvedCounts()
        for message in known where scope.contains(message.instant) {
          if let reason = message.reason {
            expected.quarantined[reason, default: 0] += 1
          } else {
            expected.inbox += 1
          }
        }
        #expect(try store.shelved(on: first...last) == expected, "seed \(seed)")
      }
    }
  }

  @Test("what waited in the inbox and is bad was counted when it came")
  func adoption() throws {
    let store = try writable()
    defer { store.close() }
    var batch = CommitBatch()
    batch.inbox = [Self.unknown(at: Self.instant(Self.day))]
    try store.commit(batch)
    let before = try store.shelved(on: Self.day...Self.day + 9)
    var credit = CommitBatch()
    credit.adoptedFrom = batch.inbox[0].address
    credit.quarantine = [Self.bad(at: Self.instant(Self.day))]
    try store.commit(credit)
    #expect(try store.quarantine().map(\.count) == [1])
    #expect(try store.shelved(on: Self.day...Self.day + 9) == before)
  }

  @Test("a slot there is no room for counts with the rest of the quarantine")
  func slots() throws {
    let store = try writable()
    defer { store.close() }
    let instant = Self.instant(Self.day)
    var batch = CommitBatch()
    batch.slots = (0...SlotLimits.openCountMax).map { number in
      SlotMessage(
        commune: "04321", id: "s\(number)",
        slot: Slot(
          commune: "04321", id: "s\(number)",
          interval: Interval(start: instant, end: instant + 60_000)), receivedAt: instant)
    }
    try store.commit(batch)
    #expect(try store.shelved(on: Self.day...Self.day).quarantined == ["schedule-too-many": 1])
  }

  /// As the format before had it.
  private func formerStore() throws {
    let store = try writable()
    _ = try store.write("former") { db in
      try db.execute(
        sql: """
          INSERT INTO quarantine_count VALUES ('a', 'json', 7, 0, 1, \(Self.instant(Self.day, -1))),
            ('b', 'json', 2, 0, 1, \(Self.instant(Self.day + 2))),
            ('b', 'type', 0, 0, \(Int64.max), \(Int64.min));
          INSERT INTO inbox_count VALUES ('a', '', 5, 0, 1, \(Self.instant(Self.day)));
          DROP TABLE shelved_day; DROP TABLE shelved_undated;
          DROP INDEX slot_version_start;
          DELETE FROM grdb_migrations WHERE identifier LIKE '13 %'; PRAGMA user_version = 11;
          """)
    }
    store.close()
  }

  @Test("a store of the format before says apart what it counted before it told days apart")
  func migration() throws {
    try formerStore()
    let all = ShelvedCounts(undated: 14, undatedThrough: Self.day + 2)
    let bad = ShelvedCounts(undated: 9, undatedThrough: Self.day + 2)
    func check(_ store: Store) throws {
      #expect(try store.shelved(on: Self.day - 9...Self.day + 9) == all)
      #expect(try store.shelved(on: Self.day...Self.day) == all)
      #expect(try store.shelved(on: Self.day + 1...Self.day + 1) == bad)
      #expect(try store.shelved(on: Self.day + 3...Self.day + 9) == ShelvedCounts())
    }
    let reader = try Store(path: home.path, access: .readOnly)
    try check(reader)
    reader.close()
    let store = try writable()
    defer { store.close() }
    try check(store)
    var batch = CommitBatch()
    batch.quarantine = [Self.bad(at: Self.instant(Self.day + 3))]
    try store.commit(batch)
    let counts = try store.shelved(on: Self.day + 2...Self.day + 3)
    #expect(counts.quarantined == ["json": 1] && counts.undated == 9)
    #expect(try store.damage().isEmpty)
  }

  @Test("beyond the limit on rows messages count without a day, and none is lost")
  func limit() throws {
    let store = try writable()
    defer { store.close() }
    _ = try store.write("full") { db in
      try MessageShelf.inbox.tally("days", by: ShelvedByDay.rowCountMax - 1, db)
    }
    for day in Self.day...Self.day + 3 {
      var batch = CommitBatch()
      batch.quarantine = [Self.bad(at: Self.instant(day)), Self.bad(at: Self.instant(Self.day))]
      try store.commit(batch)
    }
    let counts = try store.shelved(on: Self.day...Self.day + 9)
    #expect(counts.quarantined == ["json": 5])
    #expect((counts.undated, counts.undatedThrough ?? 0) == (3, Self.day + 3))
  }
}
