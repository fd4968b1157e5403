// SPDX-License-Identifier: Apache-2.0

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
}
