// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry
import Testing

@testable import Storage

@Suite("Retention")
struct RetentionTests {
  let home: TemporaryStore
  let store: Store
  /// Everything received before 1,000 is old at the instant 1,100.
  let limits = RetentionLimits(raw: 100, quarantine: 100, inbox: 100, alerts: 100)

  init() throws {
    home = try TemporaryStore()
    store = try Store(path: home.path, access: .readWrite)
  }

  private func quarantine(_ reason: String, at instants: Range<Int64>, size: Int = 1) throws {
    var batch = CommitBatch()
    batch.quarantine = instants.map {
      QuarantinedMessage(
        address: "a", reason: reason, topic: [],
        payload: Array(repeating: 7, count: size), receivedAt: $0)
    }
    try store.commit(batch)
  }

  private let address = DeviceAddress(commune: "00001", kind: "kiosk", device: "k-1")

  private func inbox(at instants: Range<Int64>) throws {
    var batch = CommitBatch()
    batch.inbox = instants.map {
      InboxMessage(topic: "t", payload: [1], receivedAt: $0, address: address, flags: [])
    }
    try store.commit(batch)
  }

  private func apply(at now: Milliseconds = 1_100, rowCountMax: Int = 100) throws -> Int {
    try store.applyRetention(limits, at: now, rowCountMax: rowCountMax)
  }

  /// The readings of `TemporaryStore` are received 40 ms after their event time.
  @Test("blocks older than the limit go once every checkpoint has them behind it")
  func blocks() throws {
    for instant in [100, 200, 300, 959, 960, 400, 1_500] as [Milliseconds] {
      try store.commit(TemporaryStore.batch(instant))
    }
    #expect(try apply() == 0, "without a checkpoint a start needs every block")
    try store.saveCheckpoint([1], afterBlock: 2, at: 0)
    try store.saveCheckpoint([2], afterBlock: 6, at: 0)
    #expect(try apply() == 2)
    #expect(try store.blocks().map(\.0) == [3, 4, 5, 6, 7])
    try store.saveCheckpoint([3], afterBlock: 6, at: 0)
    #expect(try apply() == 3)
    #expect(try store.blocks().flatMap(\.1.receivedAt) == [1_000, 1_540])
    #expect(try store.readingCount() == 2)
  }

  @Test("the newest block stays, however old")
  func newestBlock() throws {
    for instant in [100, 200, 300] as [Milliseconds] {
      try store.commit(TemporaryStore.batch(instant))
    }
    try store.saveCheckpoint([1], afterBlock: 3, at: 0)
    #expect(try apply(at: 1_000_000) == 2)
    #expect(try store.lastBlock() == 3)
    #expect(try store.latestCheckpoint()?.afterBlock == 3)
  }

  @Test("old payloads and messages go, newer ones and all counts stay")
  func messages() throws {
    try quarantine("json", at: 995..<1_005)
    try quarantine("type", at: 10..<15)
    try inbox(at: 990..<1_010)
    #expect(try apply() == 5 + 5 + 10)
    #expect(try store.quarantinedPayloads(reason: "json").map(\.receivedAt) == Array(1_000..<1_005))
    #expect(try store.quarantinedPayloads(reason: "type").isEmpty)
    #expect(try store.quarantine().map(\.count) == [10, 5])
    #expect(try store.quarantine().map(\.firstReceivedAt) == [995, 10])
    let summary = try #require(try store.inbox().first)
    #expect((summary.kept, summary.dropped) == (10, 10))
    #expect(try store.inboxMessages(address).map(\.receivedAt) == Array(1_000..<1_010))
    #expect(try apply() == 0)
  }

  @Test("what is kept is still counted exactly after retention, so that the shelves' limits hold")
  func tallies() throws {
    try quarantine("json", at: 0..<20)
    try quarantine("type", at: 1_000..<1_010)
    #expect(try apply() == 20)
    try quarantine("json", at: 1_000..<1_030)
    #expect(try store.quarantinedPayloads(reason: "json").map(\.receivedAt) == Array(1_010..<1_030))
    #expect(try store.quarantine().map(\.count) == [50, 10])
    #expect(try store.read("tally") { try MessageShelf.quarantine.tally("kept", by: 0, $0) } == 30)
    try inbox(at: 0..<3)
    #expect(try apply() == 3)
    try store.removeInbox(address)
    #expect(try store.read("tally") { try MessageShelf.inbox.tally("kept", by: 0, $0) } == 0)
  }

  @Test("a call deletes no more rows than it may, and the next one goes on")
  func bounded() throws {
    for instant in 0..<5 as Range<Milliseconds> { try store.commit(TemporaryStore.batch(instant)) }
    try store.saveCheckpoint([1], afterBlock: 5, at: 0)
    try quarantine("json", at: 0..<4)
    try inbox(at: 0..<4)
    let deleted = try (0..<4).map { _ in try apply(rowCountMax: 5) }
    #expect(deleted == [5, 5, 2, 0])
    #expect(try apply(rowCountMax: 0) == 0)
  }

  @Test("the file shrinks once enough calls were made")
  func shrinking() throws {
    for round in 0..<12 as Range<Int64> {
      try quarantine("reason \(round)", at: round * 20..<round * 20 + 20, size: 60_000)
    }
    let before = try pageCount()
    #expect(before > 3 * Store.vacuumPageCountMax)
    #expect(try apply(rowCountMax: 1_000) == 240)
    let once = try pageCount()
    // The pages of the pointer map, one in some 800, go along uncounted.
    #expect((0...8).contains(before - once - Store.vacuumPageCountMax))
    for _ in 0..<4 { _ = try apply() }
    #expect(try pageCount() < before / 20)
    #expect(try store.quarantine().reduce(0) { $0 + $1.count } == 240)
    store.close()
    let size = try FileManager.default.attributesOfItem(atPath: home.path)[.size] as? Int
    #expect(try #require(size) < 1 << 20)
  }

  private func pageCount() throws -> Int {
    try store.read("pages") { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
  }
}
