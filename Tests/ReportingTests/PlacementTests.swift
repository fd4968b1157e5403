// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Reporting
@testable import Storage

@Suite struct PlacementTests {
  static let november = LocalTime.day(year: 2_026, month: 11, day: 1)!...LocalTime.day(
    year: 2_026, month: 11, day: 30)!

  /// Noon of a day of November.
  static func noon(_ day: Int64) -> Milliseconds {
    LocalTime.start(ofDay: november.lowerBound + day - 1) + 12 * LocalTime.hourLength
  }

  static func midnight(_ day: Int64) -> Milliseconds { noon(day) - 12 * LocalTime.hourLength }

  static func unit(
    _ code: String, _ level: String, in parent: String = "", name: String? = nil,
    from: Milliseconds? = nil, to: Milliseconds? = nil
  ) -> Unit {
    Unit(
      code: code, name: name ?? "Đơn vị \(code)", level: level, parent: parent, validFrom: from,
      validTo: to)
  }

  static let registry = Registry(
    units: [
      unit("VN", "nation"), unit("01", "province", in: "VN"), unit("00001", "commune", in: "01"),
      unit("00002", "commune", in: "01"), unit("00001-1", "village", in: "00001"),
      unit("00002-1", "village", in: "00002"),
    ],
    sites: [
      Site(code: "A", name: "A", type: "culture-house", unit: "00001-1"),
      Site(code: "B", name: "B", type: "culture-house", unit: "00002-1"),
      Site(code: "H", name: "H", type: "committee", unit: "00001"),
    ],
    devices: [
      Device(id: "d1", kind: "ap", name: "", site: "A", commune: "00001"),
      Device(id: "d2", kind: "ap", name: "", site: "H", commune: "00001"),
    ])

  static func ranges(_ placements: [Placement]) -> [String] {
    placements.map { placement in
      let days = placement.days.map {
        "\($0.lowerBound - november.lowerBound + 1)–\($0.upperBound - november.lowerBound + 1)"
      }
      return "\(placement.site) \(placement.unit) \(days ?? "all")"
    }
  }

  static func read(_ store: Store) throws -> (Registry, Placements) {
    let registry = try store.registry()
    return (registry, try Placements.read(from: store, registry: registry))
  }

  @Test("a device that was moved in mid-month stood in both places, the day of the move in the new")
  func moved() throws {
    let home = try TemporaryStore()
    let store = home.store
    _ = try store.importRegistry(
      Self.registry, full: true, by: "test", at: Self.noon(1) - 1_000_000, dryRun: false)
    var device = try #require(try store.registry().devices.first { $0.id == "d1" })
    device.site = "B"
    device.commune = "00002"
    _ = try store.changeRegistry(
      Registry(devices: [device]), by: "test", note: nil, at: Self.noon(10))
    device.owner = "somebody"
    _ = try store.changeRegistry(
      Registry(devices: [device]), by: "test", note: nil, at: Self.noon(20))
    let (registry, placements) = try Self.read(store)
    let found = registry.devices.map {
      Self.ranges(placements.placements(of: $0, days: Self.november))
    }
    #expect(found == [["A 00001-1 1–9", "B 00002-1 10–30"], ["H 00001 all"]])
    let before = Self.november.lowerBound...Self.november.lowerBound + 8
    #expect(
      Self.ranges(placements.placements(of: registry.devices[0], days: before))
        == ["A 00001-1 all"])
  }

  @Test("a commune that is merged into another in mid-month keeps the days before")
  func merged() throws {
    let home = try TemporaryStore()
    let store = home.store
    _ = try store.importRegistry(
      Self.registry, full: true, by: "test", at: Self.noon(1) - 1_000_000, dryRun: false)
    var after = Self.registry
    after.units[2].validTo = Self.midnight(16)
    after.units[4].parent = "00002"
    after.units[4].validFrom = Self.midnight(16)
    after.sites[2].unit = "00002"
    after.sites[2].validFrom = Self.midnight(16)
    after.devices = after.devices.map { device in
      var device = device
      device.commune = "00002"
      return device
    }
    // The files were changed five days after the merger.
    _ = try store.importRegistry(after, full: true, by: "test", at: Self.noon(21), dryRun: false)
    let (registry, placements) = try Self.read(store)
    #expect(
      Self.ranges(placements.placements(of: registry.devices[1], days: Self.november))
        == ["H 00001 1–15", "H 00002 16–30"])
    let whole = placements.hierarchy(days: Self.november, occupied: ["00001", "00002", "00001-1"])
    #expect(
      whole.nodes.map { "\($0.depth) \($0.unit.code)" }
        == ["0 VN", "1 01", "2 00001", "2 00002", "3 00001-1", "3 00002-1"])
    #expect(whole.nodes[2].unit.validTo == Self.midnight(16))
    let later = placements.hierarchy(days: Self.november, occupied: ["00002"])
    #expect(!later.nodes.contains { $0.unit.code == "00001" })
    let before = Self.november.lowerBound...Self.november.lowerBound + 9
    let then = placements.hierarchy(days: before, occupied: [])
    #expect(then.nodes[4].unit.code == "00002")
    #expect(then.nodes[3].unit.code == "00001-1" && then.nodes[3].parent == 2)
  }

  @Test("a village that was renamed has in each report the name it had at the end")
  func renamed() throws {
    let home = try TemporaryStore()
    let store = home.store
    _ = try store.importRegistry(
      Self.registry, full: true, by: "test", at: Self.noon(1) - 1_000_000, dryRun: false)
    var after = Self.registry
    after.units[4].name = "Thôn Mới"
    _ = try store.importRegistry(after, full: true, by: "test", at: Self.noon(20), dryRun: false)
    let (registry, placements) = try Self.read(store)
    for (last, name) in [(19, "Đơn vị 00001-1"), (20, "Thôn Mới")] as [(Int64, String)] {
      let days = Self.november.lowerBound...Self.november.lowerBound + last - 1
      let tree = placements.hierarchy(days: days, occupied: [])
      #expect(tree.nodes.first { $0.unit.code == "00001-1" }?.unit.name == name)
    }
    #expect(
      Self.ranges(placements.placements(of: registry.devices[0], days: Self.november))
        == ["A 00001-1 all"])
  }

  @Test("history that cannot be read leaves what is in force now")
  func unreadable() {
    let history = ["null", "{", "{\"name\":1}", "{\"site\":null}"].map { json in
      RegistryHistoryEntry(
        at: Self.noon(5), actor: "", change: RegistryChange(
          entity: .device, key: "d1", before: json, after: json), note: nil)
    }
    let placements = Placements(registry: Self.registry, history: history)
    #expect(
      Self.ranges(placements.placements(of: Self.registry.devices[0], days: Self.november))
        == ["A 00001-1 all"])
  }

  @Test("what the registry does not know stands last, and a circle of parents ends")
  func unknown() {
    var registry = Self.registry
    registry.units += [
      Self.unit("X", "village", in: "nowhere"), Self.unit("C2", "commune", in: "C3"),
      Self.unit("C3", "commune", in: "C1"), Self.unit("C1", "commune", in: "C2"),
      Self.unit("B9", "village", in: "C2"), Self.unit("S", "commune", in: "S"),
    ]
    let placements = Placements(registry: registry, history: [])
    let tree = placements.hierarchy(days: Self.november, occupied: [])
    #expect(
      tree.nodes.dropFirst(6).map { "\($0.depth) \($0.unit.code)" }
        == ["0 ", "1 C1", "2 C3", "3 C2", "4 B9", "1 S", "1 X"])
    #expect(tree.position(of: "gone") == 6)
    let lost = Device(id: "x", kind: "ap", name: "", site: "none", commune: "00009")
    #expect(placements.placements(of: lost, days: Self.november).map(\.unit) == [""])
    let known = Device(id: "x", kind: "ap", name: "", site: "none", commune: "00002")
    #expect(placements.placements(of: known, days: Self.november).map(\.unit) == ["00002"])
  }

  @Test("random histories: each day is where the last word said before its end puts it")
  func walked() throws {
    for round in 0..<300 {
      let seed = UInt64(round) &* 7_919 &+ 11
      var random = SeededGenerator(seed: seed)
      let world = RandomMoves(&random)
      let placements = Placements(registry: world.registry, history: world.history)
      for device in world.registry.devices {
        let found = placements.placements(of: device, days: Self.november)
        #expect(found.count > 1 || found.first?.days == nil)
        for day in Self.november {
          let expected = world.place(of: device, atEndOf: day)
          let matching = found.filter { $0.days?.contains(day) ?? true }
          #expect(
            matching.map { "\($0.site) \($0.unit)" } == [expected],
            "seed \(seed), day \(day), \(device.id)")
        }
      }
    }
  }
}

/// Devices and sites that are moved at random, told once as the store tells it and once as a list
/// of words, of which for each day the last one said that holds by then counts.
private struct RandomMoves {
  private enum Subject: Hashable { case device(String), site(String) }

  var registry: Registry
  var history: [RegistryHistoryEntry] = []
  private let first: Registry
  private var words: [(subject: Subject, from: Milliseconds, value: String)] = []

  init(_ random: inout SeededGenerator) {
    let units = (0..<4).map { PlacementTests.unit("u\($0)", "village") }
    first = Registry(
      units: units,
      sites: (0..<3).map { Site(code: "s\($0)", name: "", type: "", unit: "u\($0)") },
      devices: (0..<3).map {
        Device(id: "d\($0)", kind: "ap", name: "", site: "s\($0)", commune: "")
      })
    registry = first
    var at = PlacementTests.midnight(1) - 3 * LocalTime.dayLength
    for _ in 0..<Int.random(in: 0...10, using: &random) {
      at += Int64.random(in: 0...5 * LocalTime.dayLength, using: &random)
      if Bool.random(using: &random) {
        moveDevice(Int.random(in: 0...2, using: &random), at: at, &random)
      } else {
        moveSite(Int.random(in: 0...2, using: &random), at: at, &random)
      }
    }
  }

  private mutating func moveDevice(
    _ index: Int, at: Milliseconds, _ random: inout SeededGenerator
  ) {
    let before = registry.devices[index].site
    let after = "s\(Int.random(in: 0...2, using: &random))"
    guard after != before else { return }
    registry.devices[index].site = after
    let key = registry.devices[index].id
    note(.device, key, "{\"site\":\"\(before)\"}", "{\"site\":\"\(after)\"}", at: at)
    words.append((.device(key), at, after))
  }

  private mutating func moveSite(
    _ index: Int, at: Milliseconds, _ random: inout SeededGenerator
  ) {
    let before = registry.sites[index]
    registry.sites[index].unit = "u\(Int.random(in: 0...3, using: &random))"
    var from = at
    if Int.random(in: 0...2, using: &random) == 0 {
      // A date in the file: often of the past, sometimes to come.
      let valid = PlacementTests.midnight(Int64.random(in: 1...40, using: &random))
      registry.sites[index].validFrom = valid
      if valid > before.validFrom ?? .min || valid > at { from = valid }
    } else if let valid = before.validFrom, valid > at {
      from = valid
    }
    note(.site, before.code, json(before), json(registry.sites[index]), at: at)
    words.append((.site(before.code), from, registry.sites[index].unit))
  }

  private func json(_ site: Site) -> String {
    let from = site.validFrom.map { ",\"validFrom\":\($0)" } ?? ""
    return "{\"unit\":\"\(site.unit)\"\(from)}"
  }

  private mutating func note(
    _ entity: RegistryChange.Entity, _ key: String, _ before: String, _ after: String,
    at: Milliseconds
  ) {
    history.append(
      RegistryHistoryEntry(
        at: at, actor: "", change: RegistryChange(
          entity: entity, key: key, before: before, after: after), note: nil))
  }

  func place(of device: Device, atEndOf day: Int64) -> String {
    let end = LocalTime.start(ofDay: day + 1)
    func last(_ subject: Subject) -> String? {
      words.last { $0.subject == subject && $0.from < end }?.value
    }
    let site = last(.device(device.id))
      ?? first.devices.first { $0.id == device.id }?.site ?? ""
    let unit = last(.site(site)) ?? first.sites.first { $0.code == site }?.unit ?? ""
    return "\(site) \(unit)"
  }
}
