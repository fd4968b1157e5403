// SPDX-License-Identifier: Apache-2.0
import Foundation
import Telemetry
import Testing

@testable import FleetSimulator

@Suite("A plan of a fleet")
struct FleetPlanTests {
  @Test("the same arguments give the same messages and truth, to the byte")
  func determinism() throws {
    let seed: UInt64 = 41
    print("seed \(seed)")
    let first = rainyDay(seed: seed, hours: 8)
    let second = rainyDay(seed: seed, hours: 8)
    #expect(Array(first.messages()) == Array(second.messages()))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try encoder.encode(first.truth()) == encoder.encode(second.truth()))
  }

  @Test("another seed gives other messages")
  func otherSeed() {
    let first = rainyDay(seed: 1, hours: 1)
    let second = rainyDay(seed: 2, hours: 1)
    #expect(Array(first.messages()) != Array(second.messages()))
  }

  @Test("the first message of a known plan stays what it is")
  func firstMessage() throws {
    let plan = FleetPlan(
      devices: [
        SimulatedDevice(
          id: "ap-1", kind: "wifi-ap", commune: "04321", village: "04321-01", site: "s", feeder: "")
      ],
      seed: 7, start: dayStart, duration: 120_000, faults: .none)
    let messages = Array(plan.messages())
    #expect(messages.count == 3)
    #expect(messages[0].topic == "nhip/v1/04321/wifi-ap/ap-1/state")
    #expect(messages[0].retained)
    #expect(messages[1].topic == "nhip/v1/04321/wifi-ap/ap-1/telemetry")
    #expect(!messages[1].retained)
  }

  @Test("removing a device changes nothing about the others")
  func independence() {
    let devices = FleetPlan.communes(1, seed: 3)
    var rates = FaultRates.day
    rates.wrongClockDevices = 0
    rates.backlogDevices = 0
    func messages(_ devices: [SimulatedDevice]) -> [SimulatedMessage] {
      let plan = FleetPlan(
        devices: devices, seed: 3, start: dayStart, duration: 14_400_000, faults: rates)
      return plan.messages().filter { $0.deviceIndex == 0 }
    }
    #expect(messages(devices) == messages([devices[0]]))
  }

  @Test("messages come in order of publication, within the plan", arguments: [5, 6] as [UInt64])
  func order(seed: UInt64) {
    print("seed \(seed)")
    let plan = rainyDay(seed: seed)
    var previous = plan.start
    var misplaced = 0
    for message in plan.messages() {
      if message.publishedAt < previous { misplaced += 1 }
      previous = message.publishedAt
    }
    #expect(misplaced == 0)
    #expect(previous < plan.start + plan.duration)
  }

  @Test("the states of every device partition the plan", arguments: 0..<20 as Range<UInt64>)
  func partition(seed: UInt64) {
    print("seed \(seed)")
    let rates: FaultRates = seed % 2 == 0 ? .day : .demo
    let plan = FleetPlan(
      devices: FleetPlan.communes(1, seed: seed), seed: seed, start: dayStart,
      duration: 7_200_000, faults: rates)
    for device in plan.truth().devices {
      #expect(device.intervals.first?.start == plan.start)
      #expect(device.intervals.last?.end == plan.start + plan.duration)
      for (before, after) in zip(device.intervals, device.intervals.dropFirst()) {
        #expect(before.end == after.start)
      }
      #expect(device.intervals.allSatisfy { $0.start < $0.end })
    }
  }

  @Test("nothing but a will is heard of a device that is not up")
  func silence() {
    let seed: UInt64 = 11
    print("seed \(seed)")
    let plan = rainyDay(seed: seed)
    let truth = plan.truth()
    var heard = 0
    for message in plan.messages() where !message.isWill {
      let isOut = truth.devices[message.deviceIndex].intervals.contains {
        $0.state != .up && $0.start < message.publishedAt && message.publishedAt < $0.end
      }
      if isOut { heard += 1 }
    }
    #expect(heard == 0)
  }

  @Test("an up device is heard at least every two report intervals, by event time")
  func heartbeat() throws {
    let seed: UInt64 = 12
    print("seed \(seed)")
    let plan = rainyDay(seed: seed)
    let truth = plan.truth()
    var heard = [[Milliseconds]](repeating: [], count: plan.devices.count)
    for message in plan.messages() where message.channel == .telemetry {
      let offset = truth.devices[message.deviceIndex].clockOffset
      heard[message.deviceIndex].append(try sentTime(object(message.payload)) - offset)
    }
    for (index, device) in truth.devices.enumerated() {
      let limit: Milliseconds = device.kind == "video-endpoint" ? 602_000 : 122_000
      let instants = heard[index].sorted()
      for interval in device.intervals where interval.state == .up {
        let inside = instants.filter { interval.start - 1_000 <= $0 && $0 <= interval.end }
        let marks = [interval.start] + inside + [interval.end]
        let longest = zip(marks, marks.dropFirst()).map { $1 - $0 }.max() ?? 0
        #expect(longest <= limit, "\(device.id) \(interval)")
      }
    }
  }

  @Test("a commune has about seventy devices of all kinds, with different names")
  func communes() {
    let devices = FleetPlan.communes(20, seed: 9)
    #expect((55...85).contains(devices.count / 20))
    #expect(Set(devices.map(\.id)).count == devices.count)
    #expect(Set(devices.map(\.kind)) == Set(SimulatedKind.allCases.map(\.rawValue)))
    #expect(devices[0].commune == "04321")
    #expect(devices.allSatisfy { $0.commune.utf8.count == 5 && $0.id.utf8.count <= 64 })
  }

  @Test("a fleet without faults sends nothing twice, late or as a will")
  func calm() {
    let plan = FleetPlan(
      devices: FleetPlan.communes(1, seed: 4), seed: 4, start: dayStart, duration: 21_600_000,
      faults: .none)
    let messages = Array(plan.messages())
    #expect(Set(messages).count == messages.count)
    #expect(!messages.contains { $0.isWill || $0.channel == .backlog })
    let truth = plan.truth()
    #expect(truth.devices.allSatisfy { $0.intervals.map(\.state) == [.up] && $0.faults.isEmpty })
  }

  @Test("an empty fleet and an empty plan are silent")
  func empty() {
    let nobody = FleetPlan(
      devices: [], seed: 1, start: dayStart, duration: 60_000, faults: .day)
    #expect(Array(nobody.messages()).isEmpty)
    let never = FleetPlan(
      devices: FleetPlan.communes(1, seed: 1), seed: 1, start: dayStart, duration: 0, faults: .day)
    #expect(Array(never.messages()).isEmpty)
    #expect(never.truth().devices.count == never.devices.count)
  }
}
