// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry
import Testing

@testable import Storage

@Suite("The registry")
struct RegistryTests {
  let home: TemporaryStore
  let store: Store

  init() throws {
    home = try TemporaryStore()
    store = try Store(path: home.path, access: .readWrite)
  }

  private let sample = Registry(
    units: [Unit(code: "01", name: "Thôn 1", level: "village", levelLabel: "thôn", validFrom: 5)],
    sites: [
      Site(code: "S1", name: "Nhà văn hóa", type: "culture-house", unit: "01", latitude: 21.5)
    ],
    devices: [
      Device(id: "k-1", kind: "kiosk", name: "Kiosk", site: "S1", commune: "00001"),
      Device(id: "k-2", kind: "kiosk", name: "Kiosk", site: "S1", commune: "00001"),
    ],
    systems: [InformationSystem(code: "I1", unit: "01", securityLevel: 2, measuresInPlace: true)])

  private func load(
    _ registry: Registry, full: Bool = false, at: Milliseconds, dryRun: Bool = false
  ) throws -> [RegistryChange] {
    try store.importRegistry(registry, full: full, by: "an", at: at, dryRun: dryRun)
  }

  @Test("the same import twice changes nothing the second time")
  func idempotent() throws {
    #expect(try load(sample, at: 1, dryRun: true).count == 5)
    #expect(try store.registry().units.isEmpty)
    #expect(try load(sample, at: 1).count == 5)
    for full in [false, true] { #expect(try load(sample, full: full, at: 2).isEmpty) }
    let stored = try store.registry()
    #expect(stored.units == sample.units)
    #expect(stored.sites == sample.sites)
    #expect(stored.systems == sample.systems)
    #expect(stored.devices.map(\.number) == [1, 2])
  }

  @Test("a full import closes what is missing, keeps numbers and dates every change")
  func dated() throws {
    _ = try load(sample, at: 1)
    var next = sample
    next.units = []
    next.devices.removeFirst()
    next.devices[0].site = "S2"
    let changes = try load(next, full: true, at: 9)
    #expect(changes.map(\.key) == ["01", "k-2", "k-1"])
    #expect(try load(next, full: true, at: 10).isEmpty)
    let stored = try store.registry()
    #expect(stored.units.map(\.validTo) == [9])
    #expect(stored.devices.map(\.retiredAt) == [9, nil])
    #expect(stored.devices.map(\.number) == [1, 2])
    let history = try store.registryHistory(device: "k-2")
    #expect(history.map(\.at) == [1, 9])
    #expect(history.map(\.actor) == ["an", "an"])
    #expect(history.last?.change.before?.contains(#""site":"S1""#) == true)
    #expect(history.last?.change.after?.contains(#""site":"S2""#) == true)
    #expect(try store.registryHistory(device: nil).count == 8)
  }

  @Test("an import that names a device twice is refused whole")
  func twice() throws {
    var wrong = sample
    wrong.devices.append(wrong.devices[0])
    #expect(throws: StoreError.self) { try load(wrong, at: 1) }
    #expect(try store.registry().units.isEmpty)
  }

  private func start(_ registry: Registry, at: Milliseconds) throws -> [RegistryChange] {
    try store.importChangedRegistry(registry, by: "pipeline", at: at)
  }

  private func change(_ devices: Device..., at: Milliseconds) throws -> [RegistryChange] {
    try store.changeRegistry(
      Registry(devices: devices), by: "binh", note: "vì mưa", at: at)
  }

  private func stored(_ id: String) throws -> Device {
    try #require(try store.registry().devices.first { $0.id == id })
  }

  @Test("a start with the same files undoes no command, an explicit import does")
  func unchangedFiles() throws {
    #expect(try start(sample, at: 1).count == 5)
    #expect(try start(sample, at: 2).isEmpty)
    var (moved, retired) = (try stored("k-1"), try stored("k-2"))
    (moved.site, retired.retiredAt) = ("S2", 3)
    #expect(try change(moved, retired, at: 3).map(\.key) == ["k-1", "k-2"])
    #expect(try start(sample, at: 4).isEmpty)
    #expect(try stored("k-1").site == "S2")
    #expect(try stored("k-2").retiredAt == 3)

    #expect(try load(sample, at: 5, dryRun: true).map(\.key) == ["k-1", "k-2"])
    #expect(try stored("k-1").site == "S2")
    #expect(try load(sample, at: 5).map(\.key) == ["k-1", "k-2"])
    #expect(try stored("k-1").site == "S1")
    #expect(try stored("k-2").retiredAt == nil)
  }

  @Test("a line that changed is taken at a start, but brings no retired device back")
  func changedLine() throws {
    _ = try start(sample, at: 1)
    var (moved, retired) = (try stored("k-1"), try stored("k-2"))
    (moved.site, retired.retiredAt) = ("S2", 3)
    _ = try change(moved, retired, at: 3)
    var files = sample
    (files.devices[0].name, files.devices[1].name) = ("Ki-ốt 1", "Ki-ốt 2")
    #expect(try start(files, at: 4).map(\.key) == ["k-1", "k-2"])
    #expect(try stored("k-1").name == "Ki-ốt 1")
    #expect(try stored("k-1").site == "S1")
    #expect(try stored("k-2").name == "Ki-ốt 2")
    #expect(try stored("k-2").retiredAt == 3)
    let history = try store.registryHistory(device: "k-1")
    #expect(history.map(\.actor) == ["pipeline", "binh", "pipeline"])
    #expect(history.map(\.note) == [nil, "vì mưa", nil])
    #expect(try start(files, at: 5).isEmpty)
  }

  @Test("what an explicit import said last is what a start compares with")
  func explicitImportIsRemembered() throws {
    _ = try load(sample, at: 1)
    var moved = try stored("k-1")
    moved.site = "S2"
    _ = try change(moved, at: 2)
    #expect(try start(sample, at: 3).isEmpty)
    var fewer = sample
    fewer.devices.removeFirst()
    #expect(try load(fewer, at: 4).isEmpty)
    #expect(try start(sample, at: 5).isEmpty, "files that leave a line out do not unsay it")
    #expect(try stored("k-1").site == "S2")

    #expect(try load(fewer, full: true, at: 6).map(\.key) == ["k-1"])
    #expect(try stored("k-1").retiredAt == 6)
    #expect(try start(sample, at: 7).map(\.key) == ["k-1"], "unless they are said to be all")
    #expect(try stored("k-1").retiredAt == nil)
  }

  @Test("a dry run remembers nothing, and a command's new device is no file's")
  func notSaid() throws {
    #expect(try load(sample, at: 1, dryRun: true).count == 5)
    _ = try change(Device(id: "k-1", kind: "kiosk", name: "?", site: "S9", commune: "1"), at: 2)
    #expect(try start(sample, at: 3).map(\.key) == ["01", "S1", "k-1", "k-2", "I1"])
    #expect(try stored("k-1").site == "S1")
    #expect(try stored("k-1").number == 1)
  }

  @Test("a store of the first format becomes one of the newest and keeps its history")
  func migration() throws {
    _ = try load(sample, at: 1)
    try store.write("test") { db in
      try db.execute(
        sql: """
          ALTER TABLE registry_history DROP COLUMN note; DROP TABLE registry_source;
          DROP TABLE alert; DROP TABLE outbox; DROP TABLE shelved_packet;
          DROP TABLE session_commit; DROP TABLE day_sheet;
          DROP TABLE sealed_day; DROP TABLE sealed_block; DROP TABLE sealed_layout;
          DROP TABLE sealed_figure; DROP TABLE seal_revision; DROP TABLE seal_difference;
          DROP TABLE slot; DROP TABLE slot_version; DROP TABLE checkpoint_part;
          DROP TABLE calendar_entry; DROP TABLE recorded_cause; DROP TABLE confirmed_gap;
          DROP TABLE shelved_day; DROP TABLE shelved_undated; DROP TABLE anomaly_feedback;
          DROP TABLE incident_member; DROP TABLE incident_version; DROP TABLE incident;
          DROP TABLE incident_rate;
          ALTER TABLE checkpoint DROP COLUMN part_count;
          DELETE FROM grdb_migrations WHERE identifier NOT LIKE '1 %'; PRAGMA user_version = 1;
          """)
    }
    store.close()
    let again = try Store(path: home.path, access: .readWrite)
    defer { again.close() }
    #expect(try again.registryHistory(device: "k-1").map(\.note) == [nil])
    #expect(try again.importChangedRegistry(sample, by: "pipeline", at: 2).isEmpty)
    let version = try again.read("test") { try Int.fetchOne($0, sql: "PRAGMA user_version") }
    #expect(version == StoreSchema.version)
  }
}
