// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Storage

@Suite("alerts and their outbox in the store")
struct AlertTests {
  private let temporary: TemporaryStore
  private let store: Store

  init() throws {
    temporary = try TemporaryStore()
    store = try Store(path: temporary.path, access: .readWrite)
    let registry = Registry(
      units: [Telemetry.Unit(code: "04321", name: "Xã", level: "commune")],
      sites: [Site(code: "s", name: "s", type: "t", unit: "04321")],
      devices: [
        Device(id: "ap-1", kind: "wifi-ap", name: "a", site: "s", commune: "04321"),
        Device(id: "ap-2", kind: "wifi-ap", name: "b", site: "s", commune: "04321"),
      ])
    _ = try store.importRegistry(registry, full: false, by: "t", at: 0, dryRun: false)
  }

  private static func alert(
    _ id: String, device: Int64 = 1, since: Milliseconds = 10, version: Int = 1,
    state: Alert.State = .firing
  ) -> Alert {
    Alert(
      id: id, rule: "wifi-ap/offline", device: device, commune: "04321", severity: .high,
      state: state, version: version, since: since, firedAt: since + 5,
      resolvedAt: state == .resolved ? since + 90 : nil, title: Title(vi: "Mất", en: "Lost"),
      summary: Title(vi: "từ lâu", en: "long ago"), evidence: #"{"trigger":"offline"}"#)
  }

  private static func commit(
    _ store: Store, _ alerts: [Alert], _ outbox: [OutgoingMessage] = []
  ) throws(StoreError) {
    var batch = CommitBatch()
    batch.alerts = alerts
    batch.outbox = outbox
    try store.commit(batch)
  }

  private static func message(_ topic: String, _ text: String, retained: Bool) -> OutgoingMessage {
    OutgoingMessage(
      topic: topic, payload: Array(text.utf8), isRetained: retained, createdAt: 1)
  }

  @Test("an alert comes back as it was written, with its acknowledgement")
  func roundTrip() throws {
    var alert = Self.alert("a", version: 2, state: .acknowledged)
    alert.acknowledgement = Alert.Acknowledgement(at: 40, by: "lan", note: "đã gọi")
    try Self.commit(store, [alert])
    #expect(try store.openAlerts() == [alert])
    #expect(try store.alert(id: "a") == alert)
    #expect(try store.alert(id: "b") == nil)
  }

  @Test("a version that the store has already, or an older one, changes nothing")
  func versions() throws {
    let resolved = Self.alert("a", version: 2, state: .resolved)
    try Self.commit(store, [resolved])
    try Self.commit(store, [Self.alert("a")])
    #expect(try store.alert(id: "a") == resolved)
    #expect(try store.openAlerts().isEmpty)
  }

  @Test("the database itself refuses a second open alert of one rule and device")
  func oneOpen() throws {
    try Self.commit(store, [Self.alert("a")])
    #expect(throws: StoreError.self) { try Self.commit(store, [Self.alert("b", since: 20)]) }
    try Self.commit(store, [Self.alert("c", device: 2)])
    let next = Self.alert("b", since: 20)
    try Self.commit(store, [Self.alert("a", version: 2, state: .resolved), next])
    #expect(try store.openAlerts().map(\.id) == ["c", "b"])
  }

  @Test("alerts of a period are those that were open at some moment of it")
  func period() throws {
    try Self.commit(store, [Self.alert("a", since: 10, version: 2, state: .resolved)])
    try Self.commit(store, [Self.alert("b", since: 300)])
    #expect(try store.alerts(from: 0, to: 10).isEmpty)
    #expect(try store.alerts(from: 0, to: 11).map(\.id) == ["a"])
    #expect(try store.alerts(from: 100, to: 301).map(\.id) == ["a", "b"])
    #expect(try store.alerts(from: 101, to: 1_000).map(\.id) == ["b"])
  }

  @Test("the outbox keeps order; of a retained topic it keeps the newest alone")
  func outbox() throws {
    try Self.commit(
      store, [],
      [
        Self.message("state/a", "1", retained: true), Self.message("stream", "1", retained: false),
        Self.message("state/a", "2", retained: true), Self.message("stream", "2", retained: false),
      ])
    let waiting = try store.outbox(after: 0, countMax: 10)
    #expect(waiting.map { String(decoding: $0.payload, as: UTF8.self) } == ["1", "2", "2"])
    #expect(waiting.map(\.topic) == ["stream", "state/a", "stream"])
    #expect(try store.outbox(after: waiting[0].id, countMax: 1) == [waiting[1]])
    try store.removeOutbox([waiting[0].id, waiting[2].id])
    #expect(try store.outbox(after: 0, countMax: 10) == [waiting[1]])
    try store.emptyOutbox()
    #expect(try store.outboxCount() == 0)
  }

  @Test("when the transaction fails, neither alert nor message is there")
  func atomic() throws {
    #expect(throws: StoreError.self) {
      try Self.commit(
        store, [Self.alert("x", device: 99)], [Self.message("stream", "1", retained: false)])
    }
    #expect(try store.outboxCount() == 0)
  }
}
