// SPDX-License-Identifier: Apache-2.0

import FleetSimulator
import Foundation
import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// A fleet that is told its schedule and keeps to it as far as it can: what is sealed of it is what
/// truly happened.
///
/// Left out are the devices with a wrong clock, of which nobody can say when they did anything.
@Suite("the schedule against the truth")
struct ScheduleTruthTests {
  private static let length: Milliseconds = 86_400_000

  @Test("what was requested, played and attended is sealed as it truly was")
  func sealedDays() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("schedule truth test: seed \(seed)")
    let plan = FleetPlan(
      devices: FleetPlan.communes(1, seed: seed).filter {
        ["loudspeaker", "video-endpoint"].contains($0.kind)
      }, seed: seed, start: ReplayFixture.start,
      duration: Self.length, faults: .day)
    let fixture = try ReplayFixture(registry: SimulatedDay.registry(of: plan))
    let schedule = plan.schedule()
    #expect(schedule.count == 5 + 2, "seed \(seed)")
    let result = try fixture.replay(
      schedule.map { NDJSON.line($0, at: plan.start) } + plan.messages().map { NDJSON.line($0) })
    #expect(result.counters.quarantined == 0, "seed \(seed)")
    #expect(result.counters.slots == UInt64(schedule.count), "seed \(seed)")
    let days = try SealFixture.seal(
      fixture, through: LocalTime.day(of: plan.start + Self.length))
    var sealed: [Int64: [String: Int64]] = [:]
    for day in days {
      for (device, figures) in try fixture.store.sealedFigures(of: day) {
        for pair in figures.pairs {
          guard let value = Int64(pair.value) else { continue }
          sealed[device, default: [:]][pair.name, default: 0] += value
        }
      }
    }
    let numbers = Dictionary(
      try fixture.store.registry().devices.map { ($0.id, $0.number) }, uniquingKeysWith: { $1 })
    var compared: [String: Int64] = [:]
    for truth in plan.truth().devices where !truth.slots.isEmpty && truth.clockOffset == 0 {
      // Of what nobody was told, only bounds are known.
      guard truth.slots.allSatisfy(\.isTold) else { continue }
      let found = sealed[try #require(numbers[truth.id])] ?? [:]
      let expected = Self.expected(truth, until: plan.start + Self.length)
      for name in Self.names {
        #expect(
          found[name, default: 0] == expected[name, default: 0],
          "seed \(seed), \(truth.id), \(name): \(truth.slots)")
      }
      compared.merge(expected) { $0 + $1 }
    }
    print("schedule truth test: compared \(compared.sorted { $0.key < $1.key })")
    #expect(compared["slots_normal", default: 0] > 50, "seed \(seed)")
    #expect(compared["played_urgent_ms", default: 0] > 0, "seed \(seed)")
  }

  private static let names =
    ["normal", "priority", "urgent"].flatMap { priority in
      ["slots_\(priority)", "requested_\(priority)_ms", "played_\(priority)_ms"]
    } + [
      "slots_unknown", "unverifiable_slots", "pending_slots", "voice_tts_bulletins",
      "voice_tts_ms", "voice_all_bulletins", "voice_all_ms", "meetings", "meetings_on_time",
      "meetings_late", "meetings_absent", "meetings_unverifiable", "meetings_pending",
    ]

  private static func expected(
    _ truth: DeviceTruth, until end: Milliseconds
  ) -> [String: Int64] {
    var sums: [String: Int64] = [:]
    func add(_ name: String, _ value: Int) { sums[name, default: 0] += Int64(value) }
    for slot in truth.slots {
      if let attendance = slot.attendance {
        add("meetings", 1)
        add("meetings_\(attendance.rawValue)", 1)
        continue
      }
      let priority =
        switch slot.priority {
        case "uu-tien": "priority"
        case "khan-cap": "urgent"
        default: "normal"
        }
      add("slots_\(priority)", 1)
      add("requested_\(priority)_ms", slot.requestedSeconds * 1_000)
      add("played_\(priority)_ms", min(slot.playedSeconds, slot.requestedSeconds) * 1_000)
      guard slot.playedSeconds > 0 else { continue }
      for name in slot.voice == "tts" ? ["all", "tts"] : ["all"] {
        add("voice_\(name)_bulletins", 1)
        add("voice_\(name)_ms", slot.playedSeconds * 1_000)
      }
    }
    return sums
  }
}
