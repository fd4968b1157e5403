// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import TestSupport
import Testing

@testable import Reporting
@testable import Storage

/// What was planned for devices that move, at sites that change, below units that change, against a
/// look at a copy of the registry as it was on each day.
@Suite("plans of devices that moved")
struct MovedPlanTests {
  private static let first: Int64 = 20_777
  private static let dayCount: Int64 = 24

  private static let profile = Profile(
    kind: "wifi-ap", title: Title(vi: "", en: ""), version: 1, reportInterval: 60_000,
    offlineAfter: 180_000, serviceHours: [],
    serviceHoursOfSiteType: [
      "culture-house": [ServiceHours(weekdays: 127, startMinute: 300, endMinute: 1_320)],
      "committee": [ServiceHours(weekdays: 31, startMinute: 450, endMinute: 1_020)],
    ], metrics: [], service: [], usage: [], alerts: [])

  private static let registry = Registry(
    units: [
      Unit(code: "01", name: "", level: "province"), Unit(code: "02", name: "", level: "province"),
      Unit(code: "04321", name: "", level: "commune", parent: "01"),
      Unit(code: "04322", name: "", level: "commune", parent: "01"),
    ],
    sites: [
      Site(code: "a", name: "", type: "culture-house", unit: "04321", feeder: "471", isp: "VNPT"),
      Site(code: "b", name: "", type: "committee", unit: "04322", feeder: "472", isp: "FPT"),
      Site(code: "c", name: "", type: "pole", unit: "04322", feeder: "471", isp: "FPT"),
    ],
    devices: ["a", "b", "c", "a"].enumerated().map { position, site in
      Device(id: "ap-\(position)", kind: "wifi-ap", name: "", site: site, commune: "04321")
    })

  /// The registry, and from when on it was so.
  private typealias Snapshot = (from: Milliseconds, registry: Registry)

  private static func change(
    _ registry: Registry, _ random: inout SeededGenerator
  ) -> Registry {
    var change = Registry()
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      var unit = registry.units.first { $0.code == "04322" }!
      unit.parent = ["01", "02"].randomElement(using: &random)!
      change.units = [unit]
    case 1, 2:
      var site = registry.sites.randomElement(using: &random)!
      site.type = ["culture-house", "committee", "pole"].randomElement(using: &random)!
      site.feeder = ["471", "472"].randomElement(using: &random)!
      site.isp = ["VNPT", "FPT"].randomElement(using: &random)!
      site.unit = ["04321", "04322"].randomElement(using: &random)!
      change.sites = [site]
    default:
      var device = registry.devices.randomElement(using: &random)!
      device.site = ["a", "b", "c"].randomElement(using: &random)!
      change.devices = [device]
    }
    return change
  }

  private static func entries(_ random: inout SeededGenerator) -> [CalendarEntry] {
    func some(_ values: [String], _ random: inout SeededGenerator) -> [String] {
      Int.random(in: 0..<3, using: &random) > 0
        ? [] : [values.randomElement(using: &random)!]
    }
    return (0..<Int.random(in: 1...8, using: &random)).map { number in
      let scope = CalendarScope(
        units: some(["01", "02", "04321", "04322"], &random), sites: some(["a", "b"], &random),
        devices: some(["ap-0", "ap-1"], &random), feeders: some(["471", "472"], &random),
        isps: some(["VNPT", "FPT"], &random),
        siteTypes: some(["culture-house", "committee"], &random))
      let occurrences = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        let start = instant(Int.random(in: 0..<Int(dayCount) * 24, using: &random))
        let hours = Milliseconds(Int.random(in: 1...120, using: &random))
        return Interval(start: start, end: start + hours * LocalTime.hourLength)
      }
      return CalendarEntry(
        id: Int64(number + 1), calendar: "c", uid: "\(number)",
        purpose: CalendarPurpose.allCases.randomElement(using: &random)!, scope: scope,
        occurrences: occurrences,
        enteredAt: instant(Int.random(in: -99..<Int(dayCount) * 24, using: &random)))
    }
  }

  private static func instant(_ hour: Int) -> Milliseconds {
    LocalTime.start(ofDay: first) + Milliseconds(hour) * LocalTime.hourLength
  }

  // MARK: The look at every day

  private static func concerns(
    _ entry: CalendarEntry, _ device: Device, _ registry: Registry
  ) -> Bool {
    let scope = entry.scope
    let site = registry.sites.first { $0.code == device.site }!
    let unit = registry.units.first { $0.code == site.unit }!
    let lists = [
      (scope.units, [unit.code, unit.parent]), (scope.sites, [site.code]),
      (scope.devices, [device.id]), (scope.feeders, [site.feeder]), (scope.isps, [site.isp]),
      (scope.siteTypes, [site.type]),
    ]
    return lists.allSatisfy { list, values in list.isEmpty || !Set(list).isDisjoint(with: values) }
  }

  private static func check(
    _ plan: ServicePlan, _ device: Int, _ entries: [CalendarEntry], at instant: Milliseconds,
    _ registry: Registry, _ comment: Comment
  ) {
    let device = registry.devices[device]
    let said = entries.filter { concerns($0, device, registry) }
    func holds(_ purposes: [CalendarPurpose], isAnnounced: Bool = false) -> Bool {
      said.contains { entry in
        purposes.contains(entry.purpose) && (!isAnnounced || entry.enteredAt <= instant)
          && entry.occurrences.contains { $0.contains(instant) }
      }
    }
    let works: [CalendarPurpose] = [.maintenance, .powerCut, .drill]
    let scope = Interval(start: instant - 9 * LocalTime.dayLength, end: instant + 1)
    #expect(plan.maintenance.contains(instant) == holds(works), comment)
    #expect(
      plan.announcedMaintenance.contains(instant) == holds(works, isAnnounced: true), comment)
    func isExpected(isAnnounced: Bool) -> Bool {
      if holds([.holiday], isAnnounced: isAnnounced) { return false }
      let booked = said.filter {
        $0.purpose == .serviceHours && (!isAnnounced || $0.enteredAt <= instant)
      }
      if !booked.isEmpty {
        return holds([.serviceHours])
      }
      let type = registry.sites.first { $0.code == device.site }!.type
      let minute = (instant - LocalTime.start(ofDay: LocalTime.day(of: instant))) / 60_000
      switch type {
      case "culture-house": return (300..<1_320).contains(minute)
      case "committee":
        return (450..<1_020).contains(minute)
          && LocalTime.weekday(ofDay: LocalTime.day(of: instant)) < 5
      default: return true
      }
    }
    #expect(plan.expected(in: scope).contains(instant) == isExpected(isAnnounced: false), comment)
    #expect(
      plan.announced.expected(in: scope).contains(instant) == isExpected(isAnnounced: true),
      comment)
    let isBooked = said.contains { $0.purpose == .serviceHours }
    let isExcused =
      holds(works) || holds([.holiday]) || isBooked && !holds([.serviceHours])
    #expect(plan.isExcused(at: instant) == isExcused, comment)
    let clipped = plan.clipped(to: scope)
    #expect(clipped.expected(in: scope) == plan.expected(in: scope), comment)
    #expect(
      clipped.announced.expected(in: scope) == plan.announced.expected(in: scope), comment)
  }

  @Test(
    "every hour is planned as where the device stood at the end of its day says",
    arguments: 0..<12 as Range<UInt64>)
  func oracle(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let home = try TemporaryStore()
    let entries = Self.entries(&random)
    _ = try home.store.importRegistry(
      Self.registry, full: false, by: "t", at: 0, dryRun: false)
    var snapshots: [Snapshot] = [(.min, try home.store.registry())]
    var changes = (0..<Int.random(in: 0...6, using: &random)).map { _ in
      Milliseconds.random(in: Self.instant(0)..<Self.instant(24 * 24), using: &random)
    }.sorted()
    // One far behind all of it, which must not change what was.
    changes.append(Self.instant(24 * 60))
    for at in changes {
      let before = try Self.hashes(home.store, entries)
      _ = try home.store.changeRegistry(
        Self.change(snapshots[snapshots.count - 1].registry, &random), by: "t", note: nil, at: at)
      snapshots.append((at, try home.store.registry()))
      let after = try Self.hashes(home.store, entries)
      for (day, hashes) in before
      where DeviceTerms.planScope(ofDay: day).end
        <= LocalTime.start(ofDay: LocalTime.day(of: at))
      {
        #expect(after[day] == hashes, "seed \(seed), day \(day)")
      }
    }
    let registry = try home.store.registry()
    let plans = ServicePlans(
      entries: entries, registry: registry,
      placements: try .read(from: home.store, registry: registry))
    for device in registry.devices.indices {
      let plan = plans.plan(of: registry.devices[device], profile: Self.profile)
      for hour in stride(from: -24, to: Int(Self.dayCount) * 24, by: 5) {
        let at = Self.instant(hour) + Milliseconds(hour % 7)
        let end = LocalTime.start(ofDay: LocalTime.day(of: at) + 1) - 1
        let then = snapshots.last { $0.from <= end }!.registry
        Self.check(
          plan, device, entries, at: at, then, "seed \(seed), device \(device), hour \(hour)")
        let told = plans.entries(of: registry.devices[device], in: Interval(start: at, end: at + 1))
        let wanted = entries.filter { entry in
          Self.concerns(entry, then.devices[device], then)
            && entry.occurrences.contains { $0.contains(at) }
        }
        #expect(told.map(\.id) == wanted.map(\.id), "seed \(seed), device \(device), hour \(hour)")
      }
    }
  }

  /// What judges the first device, by day.
  private static func hashes(
    _ store: Store, _ entries: [CalendarEntry]
  ) throws -> [Int64: [Int64]] {
    let registry = try store.registry()
    let plans = ServicePlans(
      entries: entries, registry: registry, placements: try .read(from: store, registry: registry))
    let terms = registry.devices.map {
      DeviceTerms(
        device: $0, profile: profile, plan: plans.plan(of: $0, profile: profile),
        settings: UptimeSettings())
    }
    return Dictionary(
      uniqueKeysWithValues: (first - 10...first + dayCount).map { day in
        (day, terms.map { $0.inputHash(ofDay: day) })
      })
  }

  @Test("a slot of a unit means a device that stood in it on the slot's day, and no other")
  func slots() throws {
    let home = try TemporaryStore()
    _ = try home.store.importRegistry(
      Self.registry, full: false, by: "t", at: 0, dryRun: false)
    var device = try home.store.registry().devices[0]
    (device.site, device.commune) = ("b", "04322")
    _ = try home.store.changeRegistry(
      Registry(devices: [device]), by: "t", note: nil, at: Self.instant(50))
    func slot(_ id: String, _ commune: String, _ hour: Int) -> Slot {
      Slot(
        commune: commune, id: id,
        interval: Interval(start: Self.instant(hour), end: Self.instant(hour) + 1),
        units: [commune])
    }
    let registry = try home.store.registry()
    let places = UnitPaths(try Placements.read(from: home.store, registry: registry))
    let schedule = Schedule(
      slots: [
        slot("before", "04321", 47), slot("other", "04322", 47), slot("day", "04322", 48),
        slot("left", "04321", 48), slot("after", "04322", 99),
      ], places: places)
    device = registry.devices[0]
    device.kind = "loudspeaker"
    #expect(schedule.slots(of: device).map(\.id) == ["before", "day", "after"])
    #expect(schedule.isKnown(for: device, onDay: Self.first))
  }
}
