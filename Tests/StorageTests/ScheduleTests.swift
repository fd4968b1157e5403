// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry
import Testing

@testable import Storage

@Suite("Schedule")
struct ScheduleTests {
  let home: TemporaryStore
  let store: Store

  init() throws {
    home = try TemporaryStore()
    store = try Store(path: home.path, access: .readWrite)
  }

  private static func slot(
    _ id: String = "a", commune: String = "04321", start: Milliseconds = 1_000,
    length: Milliseconds = 100, title: String = "t"
  ) -> Slot {
    Slot(
      commune: commune, id: id, kind: .loudspeaker,
      interval: Interval(start: start, end: start + length), programme: "BT", title: title,
      priority: .urgent, voice: .tts, requested: 50, source: "xa", devices: ["loa-1", "loa-2"],
      units: ["04321-01"])
  }

  private static func message(_ slot: Slot, at instant: Milliseconds) -> SlotMessage {
    SlotMessage(
      commune: slot.commune, id: slot.id, slot: slot, receivedAt: instant,
      topic: Array(Topic.slot(commune: slot.commune, id: slot.id).utf8), payload: [1])
  }

  private func commit(_ messages: SlotMessage...) throws { try commit(messages) }

  private func commit(_ messages: [SlotMessage]) throws {
    var batch = CommitBatch()
    batch.slots = messages
    try store.commit(batch)
  }

  private func all() throws -> [Slot] {
    try store.slots(overlapping: Interval(start: .min, end: .max))
  }

  @Test("a slot comes back as it was put, with its version and receipt")
  func roundTrip() throws {
    try commit(Self.message(Self.slot(), at: 7))
    var expected = Self.slot()
    (expected.version, expected.receivedAt) = (1, 7)
    #expect(try all() == [expected])
    #expect(try store.slotVersions(commune: "04321", id: "a") == [expected])
  }

  @Test("the same again changes nothing, another says a new version, each is kept")
  func versions() throws {
    try commit(Self.message(Self.slot(), at: 1), Self.message(Self.slot(), at: 2))
    try commit(Self.message(Self.slot(), at: 3))
    try commit(Self.message(Self.slot(title: "other"), at: 4))
    try commit(Self.message(Self.slot(title: "other"), at: 5))
    let versions = try store.slotVersions(commune: "04321", id: "a")
    #expect(versions.map(\.version) == [1, 2])
    #expect(versions.map(\.receivedAt) == [1, 4])
    #expect(try all() == [versions[1]])
  }

  @Test("a withdrawn slot is cancelled, once, and may come back")
  func withdrawal() throws {
    let withdrawal = SlotMessage(commune: "04321", id: "a", slot: nil, receivedAt: 3)
    try commit(withdrawal)
    #expect(try all().isEmpty)
    try commit(Self.message(Self.slot(), at: 2), withdrawal, withdrawal)
    #expect(try all().map(\.isCancelled) == [true])
    #expect(try all().map(\.version) == [2])
    try commit(Self.message(Self.slot(), at: 4))
    #expect(try all().map(\.isCancelled) == [false])
    #expect(try store.slotVersions(commune: "04321", id: "a").map(\.receivedAt) == [2, 3, 4])
  }

  @Test("of one slot the newest versions are kept, and their ordinals go on")
  func versionLimit() throws {
    let count = SlotLimits.versionCountMax + 10
    try commit(
      (1...count).map { Self.message(Self.slot(title: "\($0)"), at: Milliseconds($0)) })
    let versions = try store.slotVersions(commune: "04321", id: "a")
    #expect(versions.map(\.version) == Array(11...count))
    #expect(try all().map(\.version) == [count])
  }

  @Test("a period has the slots that overlap it, and those that start in it")
  func periods() throws {
    let slots = [
      Self.slot("before", start: 800, length: 200), Self.slot("into", start: 900, length: 101),
      Self.slot("in", start: 1_000), Self.slot("last", start: 1_999, length: 500),
      Self.slot("after", start: 2_000),
      Self.slot("long", start: 1_001 - SlotLimits.lengthMax, length: SlotLimits.lengthMax),
    ]
    try commit(slots.map { Self.message($0, at: 1) })
    let period = Interval(start: 1_000, end: 2_000)
    #expect(
      try store.slots(overlapping: period).map(\.id) == ["long", "into", "in", "last"])
    #expect(try store.slots(startingIn: period).map(\.id) == ["in", "last"])
  }

  @Test("beyond the open slots of a commune a new one goes to the quarantine, a change does not")
  func openLimit() throws {
    let limit = SlotLimits.openCountMax
    try commit(
      (0..<limit).map { Self.message(Self.slot("s\($0)", start: 10_000), at: 1) })
    try commit(
      Self.message(Self.slot("over", start: 10_000), at: 2),
      Self.message(Self.slot("s7", start: 10_000, title: "changed"), at: 2),
      Self.message(Self.slot("past", start: 0, length: 1), at: 2),
      Self.message(Self.slot("other", commune: "04322", start: 10_000), at: 2))
    let found = try store.quarantinedPayloads(reason: "schedule-too-many")
    #expect(found.map { String(decoding: $0.topic, as: UTF8.self) }
      == ["nhip/v1/04321/schedule/over"])
    #expect(try all().count == limit + 2)
    #expect(try store.slotVersions(commune: "04321", id: "s7").count == 2)
    // One goes, another may come.
    try commit(
      SlotMessage(commune: "04321", id: "s3", slot: nil, receivedAt: 3),
      Self.message(Self.slot("over", start: 10_000), at: 3))
    #expect(try store.slotVersions(commune: "04321", id: "over").count == 1)
    #expect(try store.quarantine().map(\.count) == [1])
  }

  @Test("retention deletes slots that are over, with their versions, step by step")
  func retention() throws {
    try commit(
      (0..<6).map { Self.message(Self.slot("s\($0)", start: Milliseconds($0) * 1_000), at: 1) })
    try commit(Self.message(Self.slot("s0", start: 0, title: "changed"), at: 2))
    let limits = RetentionLimits(raw: 100, quarantine: 100, inbox: 100, alerts: 100)
    // s0 … s2 ended before 2,200, s3 has not even begun.
    #expect(try store.applyRetention(limits, at: 2_300, rowCountMax: 2) == 2)
    #expect(try store.applyRetention(limits, at: 2_300, rowCountMax: 2) == 1)
    #expect(try store.applyRetention(limits, at: 2_300, rowCountMax: 2) == 0)
    #expect(try all().map(\.id) == ["s3", "s4", "s5"])
    #expect(try store.slotVersions(commune: "04321", id: "s0").isEmpty)
  }

  @Test("a batch that is tried again after a failure stores its slots once")
  func again() throws {
    let pages = try store.read("pages") { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
    try store.limitPageCount(pages)
    let messages = (0..<2_000).map { Self.message(Self.slot("s\($0)"), at: 1) }
    #expect(throws: StoreError.self) { try commit(messages) }
    #expect(try all().isEmpty)
    try store.limitPageCount(1_000_000)
    try commit(messages)
    #expect(try all().count == 2_000)
    #expect(try all().allSatisfy { $0.version == 1 })
  }
}
