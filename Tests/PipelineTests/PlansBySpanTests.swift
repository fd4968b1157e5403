// SPDX-License-Identifier: Apache-2.0

import Reporting
import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("plans that the sealer asks for day by day")
struct PlansBySpanTests {
  private static let first: Int64 = 20_777
  private static let dayCount: Int64 = 100

  private static func profiles(around margin: Milliseconds?) throws -> [Profile] {
    try ReplayFixture.alwaysInService().map { profile in
      var profile = profile
      if profile.kind == "loudspeaker" { profile.serviceAroundSlots = margin }
      return profile
    }
  }

  /// Two slots a day, over all that the figures of the days look at and more.
  private static func fixture(around margin: Milliseconds?) throws -> ReplayFixture {
    let fixture = try ReplayFixture(profiles: try profiles(around: margin))
    let start = LocalTime.start(ofDay: first - 50)
    try fixture.store.enterSlots(
      (0..<2 * (dayCount + 80)).map { number in
        let at = start + number * LocalTime.dayLength / 2
        let slot = Slot(
          commune: "04321", id: "s\(number)", interval: Interval(start: at, end: at + 900_000))
        return SlotMessage(commune: "04321", id: slot.id, slot: slot, receivedAt: start)
      })
    return fixture
  }

  @Test("are those of all slots at once, and slots are read once in a month of days")
  func reads() throws {
    let fixture = try Self.fixture(around: 600_000)
    let registry = try fixture.store.registry()
    let device = try #require(registry.devices.first { $0.kind == "loudspeaker" })
    let profile = try #require(fixture.profiles.first { $0.kind == "loudspeaker" })
    let all = try ServicePlans(
      store: fixture.store, registry: registry, profiles: fixture.profiles
    ).plan(of: device, profile: profile)
    let spans = PlansBySpan(
      ServicePlans(entries: [], registry: registry), store: fixture.store,
      devices: registry.devices, profiles: fixture.profiles)
    let days = Array(Self.first..<Self.first + Self.dayCount)
    // The refresh of neighbours goes back.
    for day in days + days.suffix(4).reversed() {
      let plan = try spans.plans(ofDay: day).plan(of: device, profile: profile)
      let scope = DeviceTerms.planScope(ofDay: day)
      #expect(plan.clipped(to: scope) == all.clipped(to: scope), "day \(day)")
      #expect(plan.clipped(to: scope).aroundSlots?.isEmpty == false)
    }
    #expect(spans.readCount == 4)
  }

  @Test("read nothing where no kind serves around slots")
  func nothing() throws {
    let fixture = try Self.fixture(around: nil)
    let registry = try fixture.store.registry()
    let spans = PlansBySpan(
      ServicePlans(entries: [], registry: registry), store: fixture.store,
      devices: registry.devices, profiles: fixture.profiles)
    for day in Self.first..<Self.first + Self.dayCount { _ = try spans.plans(ofDay: day) }
    #expect(spans.readCount == 0)
  }
}
