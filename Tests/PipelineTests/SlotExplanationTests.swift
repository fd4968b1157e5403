// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation
import Reporting
import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

@Suite("an explained slot")
struct SlotExplanationTests {
  /// What the accounts of all slots say of each device together, under the names of day figures.
  private static func sums(
    _ fleet: ExplainedFleet, _ period: Interval
  ) throws -> [Int64: [String: Int64]] {
    var sums: [Int64: [String: Int64]] = [:]
    let store = fleet.fixture.store
    for slot in try store.slots(startingIn: period) {
      let explained = try #require(
        try SlotExplanation.build(
          store: store, profiles: fleet.fixture.profiles, commune: slot.commune, slot: slot.id,
          period: period, language: .en))
      #expect(explained.outside == nil && explained.versions.last == slot)
      let text = TextSlotExplanation.render(explained)
      for row in explained.rows {
        #expect(text.contains(row.device.id))
        func add(_ name: String, _ value: Int64) {
          if value != 0 { sums[row.device.number, default: [:]][name, default: 0] += value }
        }
        if let outcome = row.bulletin {
          let priority = outcome.slot.priority.rawValue
          if outcome.isCounted {
            add("slots_\(priority)", 1)
            add("requested_\(priority)_ms", outcome.slot.requested)
            add("played_\(priority)_ms", outcome.played)
          }
          add("unverifiable_slots", outcome.verdict == .unverifiable ? 1 : 0)
          add("pending_slots", outcome.verdict == .pending ? 1 : 0)
          add("maintenance_slots", outcome.verdict == .maintenance ? 1 : 0)
        }
        switch row.meeting?.verdict {
        case .onTime: add("meetings_on_time", 1)
        case .late: add("meetings_late", 1)
        case .absent: add("meetings_absent", 1)
        case .unverifiable: add("meetings_unverifiable", 1)
        case .pending: add("meetings_pending", 1)
        case .maintenance: add("meetings_maintenance", 1)
        case .cancelled, nil: break
        }
      }
    }
    return sums
  }

  private static let names =
    ["normal", "priority", "urgent"].flatMap {
      ["slots_\($0)", "requested_\($0)_ms", "played_\($0)_ms"]
    } + [
      "unverifiable_slots", "pending_slots", "maintenance_slots", "meetings_on_time",
      "meetings_late", "meetings_absent", "meetings_unverifiable", "meetings_pending",
      "meetings_maintenance",
    ]

  @Test("says of every device what the report's fulfilment and attendance sum, sealed or not")
  func agrees() throws {
    let fleet = try ExplainedFleet(deviceCountOfKind: 3)
    let sums = try Self.sums(fleet, fleet.period)
    var compared = 0
    for device in try fleet.report().devices {
      for name in Self.names {
        let expected = device.figures[name] ?? 0
        #expect(
          sums[device.device.number]?[name] ?? 0 == expected,
          "seed \(fleet.seed) \(device.device.id) \(name)")
        compared += expected == 0 ? 0 : 1
      }
    }
    #expect(compared > 10, "seed \(fleet.seed)")
  }

  @Test("of a day whose readings are gone says so, and gives what was sealed of the day")
  func gone() throws {
    let fleet = try ExplainedFleet()
    try fleet.dropReadings(before: fleet.sealedThrough + 1)
    let store = fleet.fixture.store
    let slots = try store.slots(startingIn: SealedDay.interval(ofDay: fleet.sealedThrough))
    #expect(!slots.isEmpty, "seed \(fleet.seed)")
    for slot in slots {
      let explained = try #require(
        try SlotExplanation.build(
          store: store, profiles: fleet.fixture.profiles, commune: slot.commune, slot: slot.id,
          language: .en))
      #expect(explained.standing == .gone)
      #expect(explained.rows.allSatisfy { $0.bulletin == nil && $0.meeting == nil })
      let text = TextSlotExplanation.render(explained)
      #expect(text.contains("readings deleted by retention: only its sums are left"))
      #expect(explained.rows.isEmpty || text.contains("sealed of the whole day"))
    }
  }

  @Test("that was cancelled, changed or lies outside says why it does not count")
  func notCounted() throws {
    let fixture = try ReplayFixture(registry: SealFixture.oneDevice)
    let start = SealFixture.midnight + 5 * LocalTime.hourLength
    func slot(_ isCancelled: Bool) -> Slot {
      Slot(
        commune: "04321", id: "bt-1", interval: Interval(start: start, end: start + 900_000),
        devices: ["ap-1", "loa-9"], isCancelled: isCancelled)
    }
    for (isCancelled, at) in [(false, start - 9_000), (true, start - 5_000)] {
      try fixture.store.enterSlots([
        SlotMessage(
          commune: "04321", id: "bt-1", slot: slot(isCancelled), receivedAt: at,
          enteredBy: "an")
      ])
    }
    let explained = try #require(
      try SlotExplanation.build(
        store: fixture.store, profiles: fixture.profiles, commune: "04321", slot: "bt-1",
        period: Interval(start: 0, end: 1), language: .en))
    #expect(explained.versions.map(\.isCancelled) == [false, true])
    #expect(explained.rows.isEmpty)
    #expect(explained.outside == Interval(start: 0, end: 1))
    #expect(explained.notReached.map(\.id) == ["ap-1", "loa-9"])
    #expect(explained.notReached.map(\.why) == [.otherKind("wifi-ap"), .notRegistered])
    let text = TextSlotExplanation.render(explained)
    for words in [
      "The slot is cancelled", "starts outside of", "  an  ", "is of kind wifi-ap",
      "no device that was in service",
    ] {
      #expect(text.contains(words), "\(text)")
    }
    #expect(
      try SlotExplanation.build(
        store: fixture.store, profiles: fixture.profiles, commune: "04321", slot: "bt-2") == nil)
  }
}
