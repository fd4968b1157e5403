// SPDX-License-Identifier: Apache-2.0

import Analysis
import Reporting
import Telemetry
import TestSupport
import Testing

/// Random calendars over random devices, against a look at every entry for every minute.
@Suite("plans of devices")
struct ServicePlansTests {
  private static let registry = Registry(
    units: [
      Unit(code: "01", name: "Tỉnh", level: "province"),
      Unit(code: "04321", name: "Xã A", level: "commune", parent: "01"),
      Unit(code: "04321-1", name: "Thôn 1", level: "village", parent: "04321"),
      Unit(code: "04322", name: "Xã B", level: "commune", parent: "01"),
    ],
    sites: [
      Site(
        code: "a1", name: "", type: "culture-house", unit: "04321-1", feeder: "471", isp: "VNPT"),
      Site(code: "a2", name: "", type: "pole", unit: "04321", feeder: "472", isp: "Viettel"),
      Site(code: "b1", name: "", type: "culture-house", unit: "04322", feeder: "471", isp: "FPT"),
      Site(code: "p1", name: "", type: "committee", unit: "01"),
    ],
    devices: [
      device(1, "ap-1", "wifi-ap", "a1"), device(2, "loa-1", "loudspeaker", "a1"),
      device(3, "ap-2", "wifi-ap", "a2"), device(4, "ap-3", "wifi-ap", "b1"),
      device(5, "loa-2", "loudspeaker", "p1"),
    ])

  private static func device(
    _ number: Int64, _ id: String, _ kind: String, _ site: String
  ) -> Device {
    Device(number: number, id: id, kind: kind, name: id, site: site, commune: "04321")
  }

  private static let profile = Profile(
    kind: "wifi-ap", title: Title(vi: "", en: ""), version: 1, reportInterval: 60_000,
    offlineAfter: 180_000, serviceHours: [],
    serviceHoursOfSiteType: [
      "culture-house": [ServiceHours(weekdays: 127, startMinute: 300, endMinute: 1_320)]
    ], metrics: [], service: [], usage: [], alerts: [])

  /// Which devices a scope is about, said once more by hand: number of the device.
  private static let scopes: [(CalendarScope, Set<Int64>)] = [
    (CalendarScope(), [1, 2, 3, 4, 5]), (CalendarScope(units: ["04321"]), [1, 2, 3]),
    (CalendarScope(units: ["01"]), [1, 2, 3, 4, 5]), (CalendarScope(units: ["04321-1"]), [1, 2]),
    (CalendarScope(sites: ["a1", "b1"]), [1, 2, 4]), (CalendarScope(devices: ["ap-2"]), [3]),
    (CalendarScope(kinds: ["loudspeaker"]), [2, 5]), (CalendarScope(feeders: ["471"]), [1, 2, 4]),
    (CalendarScope(isps: ["Viettel", "FPT"]), [3, 4]),
    (CalendarScope(siteTypes: ["culture-house"]), [1, 2, 4]),
    (CalendarScope(units: ["04321"], kinds: ["wifi-ap"]), [1, 3]),
    (CalendarScope(units: ["04322"], feeders: ["471"]), [4]),
    (CalendarScope(devices: ["ap-1"], isps: ["FPT"]), []),
  ]

  /// Minutes of a day and a half.
  private static let length = 2_160
  private static let base = LocalTime.start(ofDay: 20_777)

  private static func instant(_ minute: Int) -> Milliseconds {
    base + Milliseconds(minute) * 60_000
  }

  private struct Case {
    var entries: [CalendarEntry] = []
    var devices: [Set<Int64>] = []

    init(seed: UInt64) {
      var random = SeededGenerator(seed: seed)
      for number in 0..<Int.random(in: 0...8, using: &random) {
        let (scope, devices) = scopes.randomElement(using: &random)!
        let occurrences = (0..<Int.random(in: 1...3, using: &random)).map { _ in
          let start = Int.random(in: 0..<length - 1, using: &random)
          return Interval(
            start: instant(start), end: instant(start + Int.random(in: 1...400, using: &random)))
        }
        let entered = Int.random(in: -500..<length, using: &random)
        let isWithdrawn = Int.random(in: 0..<3, using: &random) == 0
        let withdrawn = entered + Int.random(in: 0...900, using: &random)
        entries.append(
          CalendarEntry(
            id: Int64(number + 1), calendar: "c", uid: "\(number)",
            purpose: CalendarPurpose.allCases.randomElement(using: &random)!, scope: scope,
            occurrences: occurrences, enteredAt: instant(entered),
            withdrawnAt: isWithdrawn ? instant(withdrawn) : nil))
        self.devices.append(devices)
      }
    }

    /// What holds at an instant; announced: by what was in force at that very instant.
    func holds(
      _ purposes: Set<CalendarPurpose>, _ device: Int64, _ at: Milliseconds, announced: Bool
    ) -> Bool {
      zip(entries, devices).contains { entry, devices in
        purposes.contains(entry.purpose) && devices.contains(device)
          && (announced
            ? entry.enteredAt <= at && at < entry.withdrawnAt ?? .max : entry.withdrawnAt == nil)
          && entry.occurrences.contains { $0.contains(at) }
      }
    }

    func hasHours(_ device: Int64, at: Milliseconds?) -> Bool {
      zip(entries, devices).contains { entry, devices in
        entry.purpose == .serviceHours && devices.contains(device)
          && (at.map { entry.enteredAt <= $0 && $0 < entry.withdrawnAt ?? .max }
            ?? (entry.withdrawnAt == nil))
      }
    }

    func isExpected(_ device: Device, _ minute: Int, announced: Bool) -> Bool {
      let at = instant(minute)
      let isHoliday = holds([.holiday], device.number, at, announced: false)
        && (!announced || holds([.holiday], device.number, at, announced: true))
      if isHoliday { return false }
      if hasHours(device.number, at: nil), !announced || hasHours(device.number, at: at) {
        return holds([.serviceHours], device.number, at, announced: false)
      }
      let isCultureHouse = ["a1", "b1"].contains(device.site)
      return !isCultureHouse || (300..<1_320).contains(minute % 1_440)
    }
  }

  @Test(
    "every minute is planned as a look at every entry says", arguments: 0..<150 as Range<UInt64>)
  func oracle(seed: UInt64) {
    let plans = Case(seed: seed)
    let made = ServicePlans(entries: plans.entries, registry: Self.registry)
    let scope = Interval(start: Self.instant(0), end: Self.instant(Self.length))
    let works: Set<CalendarPurpose> = [.maintenance, .powerCut, .drill]
    for device in Self.registry.devices {
      let plan = made.plan(of: device, profile: Self.profile)
      let (expected, announced) = (plan.expected(in: scope), plan.announced.expected(in: scope))
      for minute in stride(from: 0, to: Self.length, by: 7) {
        let at = Self.instant(minute)
        let comment: Comment = "seed \(seed), device \(device.number), minute \(minute)"
        #expect(
          expected.contains(at) == plans.isExpected(device, minute, announced: false), comment)
        #expect(
          announced.contains(at) == plans.isExpected(device, minute, announced: true), comment)
        let isWork = plans.holds(works, device.number, at, announced: false)
        let wasKnown = plans.holds(works, device.number, at, announced: true)
        #expect(plan.maintenance.contains(at) == isWork, comment)
        #expect(plan.announcedMaintenance.contains(at) == (isWork && wasKnown), comment)
        let said = made.entries(of: device, in: Interval(start: at, end: at + 1)).map(\.id)
        let wanted = zip(plans.entries, plans.devices).filter { entry, devices in
          entry.isInForce && devices.contains(device.number)
            && entry.occurrences.contains { $0.contains(at) }
        }
        #expect(said == wanted.map(\.0.id), comment)
      }
    }
  }

  @Test("what is edited after the fact is announced only where the version before said so")
  func edited() {
    func entry(_ from: Int, _ to: Int, entered: Int, withdrawn: Int?) -> CalendarEntry {
      CalendarEntry(
        calendar: "c", uid: "1", purpose: .maintenance,
        occurrences: [Interval(start: Self.instant(from), end: Self.instant(to))],
        enteredAt: Self.instant(entered), withdrawnAt: withdrawn.map(Self.instant))
    }
    let entries = [
      entry(100, 200, entered: 0, withdrawn: 300), entry(50, 250, entered: 300, withdrawn: nil),
    ]
    let plan = ServicePlans(entries: entries, registry: Self.registry)
      .plan(of: Self.registry.devices[0], profile: Self.profile)
    #expect(plan.maintenance.intervals == entries[1].occurrences)
    #expect(plan.announcedMaintenance.intervals == entries[0].occurrences)
    #expect(plan.hasLateMaintenance)
  }

  @Test("a change of what is planned changes the terms of the days it can touch, and no other's")
  func terms() {
    let device = Self.registry.devices[0]
    func hash(_ entries: [CalendarEntry], day: Int64) -> Int64 {
      DeviceTerms(
        device: device, profile: Self.profile,
        plan: ServicePlans(entries: entries, registry: Self.registry)
          .plan(of: device, profile: Self.profile),
        settings: UptimeSettings()
      ).inputHash(ofDay: day)
    }
    let work = CalendarEntry(
      calendar: "c", uid: "1", purpose: .maintenance,
      occurrences: [SealedDayInterval.of(20_777)], enteredAt: 0)
    for day in 20_700..<20_900 as Range<Int64> {
      let isTouched = (20_777 - 7...20_777 + 31).contains(day)
      #expect((hash([work], day: day) != hash([], day: day)) == isTouched, "day \(day)")
    }
    var late = work
    late.enteredAt = .max
    #expect(hash([late], day: 20_777) != hash([work], day: 20_777))
  }
}

private enum SealedDayInterval {
  static func of(_ day: Int64) -> Interval {
    Interval(start: LocalTime.start(ofDay: day), end: LocalTime.start(ofDay: day + 1))
  }
}
