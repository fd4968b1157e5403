// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Storage

@Suite("calendars in the store")
struct CalendarStoreTests {
  let folder: TemporaryStore
  let store: Store

  init() throws {
    folder = try TemporaryStore()
    store = try Store(path: folder.path, access: .readWrite)
  }

  private func entry(_ uid: String, _ times: [ClosedRange<Int64>]) -> CalendarEntry {
    CalendarEntry(
      calendar: "", uid: uid, purpose: .maintenance,
      scope: CalendarScope(units: ["04321"], kinds: ["wifi-ap"]),
      occurrences: times.map { Interval(start: $0.lowerBound, end: $0.upperBound) },
      title: "Bảo trì", responsible: "VNPT", reference: "1/KH")
  }

  private func take(
    _ entries: [CalendarEntry], cancelled: [String] = [], isFull: Bool = false,
    at now: Milliseconds, dryRun: Bool = false
  ) throws -> [CalendarChange] {
    try store.importCalendar(
      "c", entries, cancelled: cancelled, isFull: isFull, by: "an", note: "n", at: now,
      dryRun: dryRun)
  }

  @Test("an import again changes nothing; a changed event withdraws its version and adds another")
  func versions() throws {
    #expect(try take([entry("1", [10...20]), entry("2", [30...40])], at: 5).count == 2)
    #expect(try take([entry("1", [10...20]), entry("2", [30...40])], at: 6).isEmpty)
    #expect(try take([entry("1", [10...25])], at: 7, dryRun: true).count == 1)
    #expect(try store.calendarEntries().count == 2)
    let changed = try take([entry("1", [10...25])], at: 8)
    #expect(changed.map { $0.before?.uid } == ["1"])
    let all = try store.calendarEntries()
    #expect(all.map(\.uid) == ["1", "2", "1"] && all.map(\.withdrawnAt) == [8, nil, nil])
    #expect(all[2].occurrences == [Interval(start: 10, end: 25)] && all[2].enteredAt == 8)
    #expect(all[0].scope == all[2].scope && all[2].responsible == "VNPT" && all[2].note == "n")
    #expect(try store.calendarEntries(inForce: true).map(\.id) == [2, 3])
  }

  @Test("only a full import, a cancelled event or a command withdraws")
  func withdrawn() throws {
    _ = try take([entry("1", [10...20]), entry("2", [30...40]), entry("3", [50...60])], at: 5)
    #expect(try take([entry("1", [10...20])], at: 6).isEmpty)
    #expect(try take([], cancelled: ["2", "unknown"], at: 7).count == 1)
    #expect(try take([entry("1", [10...20])], isFull: true, at: 8).count == 1)
    #expect(try store.calendarEntries(inForce: true).map(\.uid) == ["1"])
    #expect(try store.withdrawCalendar(entries: [1], by: "lan", at: 9).map(\.uid) == ["1"])
    #expect(throws: StoreError.self) { try store.withdrawCalendar(entries: [1], by: "x", at: 9) }
    #expect(try store.calendarEntries().map(\.withdrawnBy) == ["lan", "an", "an"])
    #expect(try take([entry("1", [10...20])], at: 10).count == 1)
  }

  @Test("a change notes past stretches it reaches until they are cleared, not what came meanwhile")
  func stretches() throws {
    let month = ChangedStretches.gap
    _ = try take([entry("1", [10...20, 30...40, 9 * month...9 * month + 1])], at: 5)
    #expect(try store.changedStretches().intervals == [Interval(start: 10, end: 40)])
    let seen = try store.changedStretches()
    _ = try take([entry("1", [10...20, 30...50])], at: 10 * month)
    let all = try store.changedStretches()
    #expect(all.intervals.map(\.start) == [10, 9 * month])
    try store.clearChangedStretches(seen)
    #expect(try store.changedStretches() == all)
    try store.clearChangedStretches(all)
    #expect(try store.changedStretches().isEmpty)
    _ = try store.withdrawCalendar(entries: [2], by: "an", at: 10 * month)
    #expect(try store.changedStretches().intervals == [Interval(start: 10, end: 50)])
  }

  @Test(
    "occurrences come back as they were; damaged bytes are refused",
    arguments: 0..<50 as Range<UInt64>)
  func occurrences(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let occurrences = (0..<Int.random(in: 0...40, using: &random)).map { _ in
      let start = Int64.random(in: -1_000_000...4_000_000_000_000, using: &random)
      return Interval(start: start, end: start + Int64.random(in: 1...1_000_000, using: &random))
    }
    let bytes = CalendarOccurrences.bytes(occurrences)
    #expect(try CalendarOccurrences.read(bytes) == occurrences, "seed \(seed)")
    guard !occurrences.isEmpty else { return }
    #expect(throws: BlockError.self, "seed \(seed)") {
      try CalendarOccurrences.read(Array(bytes.dropLast(2)))
    }
  }

  @Test("a confirmed gap is taken out of what was observed, and not out of our own record")
  func confirmed() throws {
    var batch = TemporaryStore.batch(1)
    batch.observed = [
      Observation(session: 1, start: 0, end: 100), Observation(session: 2, start: 150, end: 300),
    ]
    try store.commit(batch)
    func gap(_ start: Int64, _ end: Int64) -> ConfirmedGap {
      ConfirmedGap(
        interval: Interval(start: start, end: end), note: "n", enteredAt: 400, enteredBy: "an")
    }
    #expect(try store.confirm(gap(50, 200)).id == 1)
    #expect(try store.confirm(gap(60, 70)).id == 2)
    #expect(
      try store.observed(from: 0, to: .max)
        == [Interval(start: 0, end: 50), Interval(start: 200, end: 300)])
    #expect(
      try store.ownObserved(from: 0, to: .max)
        == [Interval(start: 0, end: 100), Interval(start: 150, end: 300)])
    #expect(try store.changedStretches().intervals == [Interval(start: 50, end: 200)])
    #expect(try store.withdrawConfirmedGap(1, by: "lan", at: 500).withdrawnBy == "lan")
    #expect(try store.observed(from: 55, to: 90).map(\.start) == [55, 70])
    #expect(throws: StoreError.self) { try store.withdrawConfirmedGap(1, by: "lan", at: 500) }
    #expect(try store.confirmedGaps().map(\.withdrawnAt) == [500, nil])
  }

  @Test("the newest note on an outage replaces those on other instants of it")
  func notes() throws {
    func cause(_ at: Int64, _ text: String, device: Int64 = 7) -> RecordedCause {
      RecordedCause(device: device, at: at, cause: text, enteredAt: 900, enteredBy: "an")
    }
    let outage = Interval(start: 100, end: 200)
    _ = try store.record(cause(110, "cáp"), replacingIn: outage)
    _ = try store.record(cause(110, "khác", device: 8), replacingIn: outage)
    _ = try store.record(cause(300, "sau"), replacingIn: Interval(start: 250, end: 400))
    _ = try store.record(cause(190, "điện"), replacingIn: outage)
    let all = try store.recordedCauses(from: 0, to: 1_000)
    #expect(all.map(\.cause) == ["khác", "điện", "sau"] && all.map(\.device) == [8, 7, 7])
    #expect(try store.recordedCauses(from: 191, to: 300).isEmpty)
  }

  @Test("a store of the format before can be read, and is brought up to date")
  func formerFormat() throws {
    try store.write("test") { db in
      try db.execute(
        sql: """
          DROP TABLE calendar_entry; DROP TABLE recorded_cause; DROP TABLE confirmed_gap;
          DELETE FROM grdb_migrations WHERE identifier LIKE '9 %'; PRAGMA user_version = 8;
          """)
    }
    store.close()
    let reader = try Store(path: folder.path, access: .readOnly)
    #expect(try reader.calendarEntries().isEmpty && reader.confirmedGaps().isEmpty)
    #expect(try reader.recordedCauses(from: 0, to: .max).isEmpty)
    #expect(try reader.observed(from: 0, to: .max).isEmpty)
    reader.close()
    let again = try Store(path: folder.path, access: .readWrite)
    #expect(try again.importCalendar(
      "c", [entry("1", [10...20])], isFull: false, by: "an", note: nil, at: 1, dryRun: false
    ).count == 1)
    again.close()
  }
}
