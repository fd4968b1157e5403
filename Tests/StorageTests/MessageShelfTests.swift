// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Storage

@Suite("Inbox and quarantine")
struct MessageShelfTests {
  let home: TemporaryStore
  let store: Store

  init() throws {
    home = try TemporaryStore()
    store = try Store(path: home.path, access: .readWrite)
  }

  private let address = DeviceAddress(commune: "00001", kind: "kiosk", device: "k-1")

  private func messages(_ range: Range<Int64>) -> CommitBatch {
    var batch = CommitBatch()
    batch.inbox = range.map {
      InboxMessage(
        topic: "nhip/v1/00001/kiosk/k-1/telemetry", payload: [1], receivedAt: $0,
        address: address, flags: .resumed)
    }
    return batch
  }

  @Test("the inbox keeps the newest 2,000 messages of an address and counts the rest")
  func inboxOfOne() throws {
    try store.commit(messages(0..<1_999))
    #expect(try store.inbox().map(\.dropped) == [0])
    try store.commit(messages(1_999..<4_503))
    let summary = try #require(try store.inbox().first)
    #expect((summary.address, summary.kept, summary.dropped) == (address, 2_000, 2_503))
    #expect((summary.firstReceivedAt, summary.lastReceivedAt) == (0, 4_502))
    let kept = try store.inboxMessages(address)
    #expect(kept.map(\.receivedAt) == Array(2_503..<4_503))
    #expect(kept.first?.flags == .resumed)
  }

  @Test("adoption empties the inbox of that address in the commit of its blocks")
  func adoption() throws {
    try store.commit(messages(0..<3))
    var batch = TemporaryStore.batch(1, 2, 3)
    batch.adoptedFrom = address
    try store.commit(batch)
    #expect(try store.inbox().isEmpty)
    #expect(try store.inboxMessages(address).isEmpty)
    #expect(try store.readingCount() == 3)
  }

  @Test("the quarantine keeps the newest 20 of each address and reason and counts all")
  func quarantineOfOne() throws {
    for start in stride(from: Int64(0), to: 50, by: 10) {
      var batch = CommitBatch()
      batch.quarantine = ["json", "type"].flatMap { reason in
        (start..<start + 10).map {
          QuarantinedMessage(
            address: "a", reason: reason, topic: [0xFF], payload: [9], receivedAt: $0)
        }
      }
      try store.commit(batch)
    }
    #expect(try store.quarantine().map(\.count) == [50, 50])
    let kept = try store.quarantinedPayloads(reason: "json")
    #expect(kept.map(\.receivedAt) == Array(30..<50))
    #expect(kept.first?.topic == [0xFF])
    #expect(try store.quarantinedPayloads(reason: nil).count == 40)
  }

  @Test("the limits on all messages and on subjects hold, and no count is lost")
  func limitsOnAll() throws {
    let shelf = MessageShelf(
      name: "quarantine", keptMaxEach: 3, keptMaxAll: 7, subjectCountMax: 5)
    for round in Int64(0)..<4 {
      try store.write("test") { db in
        try shelf.add(
          (Int64(0)..<10).map {
            ShelvedMessage(
              subject: .init(address: "device \($0)", reason: "json"), topic: [], payload: [],
              receivedAt: round * 10 + $0)
          }, to: db)
      }
    }
    let counts = try store.quarantine()
    #expect(counts.reduce(0) { $0 + $1.count } == 40)
    #expect(counts.first { $0.address.isEmpty }?.count == 20)
    #expect(counts.count == 6)
    #expect(try store.quarantinedPayloads(reason: nil).count == 7)
  }
}
