// SPDX-License-Identifier: Apache-2.0
import Foundation
import Telemetry
import Testing

@testable import FleetSimulator

@Suite("The messages of a fleet")
struct FleetMessageTests {
  private static let ranges: [String: ClosedRange<Double>] = [
    "cpu": 0...100, "mem": 0...100, "temp": -10...90, "clients": 0...512, "vol": 0...15,
    "vol_set": 0...15, "mains_v": 0...280, "batt_pct": 0...100, "mos": 1...5,
    "paper_pct": 0...100, "drop_pct": 0...100, "loss_pct": 0...100, "rsrp_dbm": -140...(-44),
    "noise_dbm": -110...(-60), "util_pct": 0...100,
  ]

  private func numbers(_ value: Any, _ key: String, _ found: (String, Double) -> Void) {
    if let object = value as? [String: Any] {
      for (name, inner) in object { numbers(inner, name, found) }
    } else if let list = value as? [Any] {
      for inner in list { numbers(inner, key, found) }
    } else if let number = value as? NSNumber {
      found(key, number.doubleValue)
    }
  }

  @Test("every payload is JSON with its fields within their ranges")
  func payloads() throws {
    let seed: UInt64 = 21
    print("seed \(seed)")
    let plan = rainyDay(seed: seed)
    var outside: [String] = []
    var kinds: Set<String> = []
    for message in plan.messages() {
      let object = try object(message.payload)
      _ = try sentTime(object)
      numbers(object, "") { key, value in
        guard let range = Self.ranges[key], !range.contains(value) else { return }
        outside.append("\(key) \(value)")
      }
      guard message.channel == .telemetry else { continue }
      kinds.insert(plan.devices[message.deviceIndex].kind)
      for key in ["seq", "up", "fw", "cpu", "mem", "temp", "ipv6"] {
        if object[key] == nil { outside.append("\(key) missing") }
      }
    }
    #expect(outside.isEmpty)
    #expect(kinds == Set(SimulatedKind.allCases.map(\.rawValue)))
  }

  @Test("about as many duplicates and late readings as asked, and as the truth says")
  func rates() {
    let seed: UInt64 = 22
    print("seed \(seed)")
    let plan = rainyDay(seed: seed)
    let truth = plan.truth()
    var seen: Set<String> = []
    var telemetry = 0
    var copies = 0
    for message in plan.messages() where [.telemetry, .event].contains(message.channel) {
      telemetry += message.channel == .telemetry ? 1 : 0
      let text = String(decoding: message.payload, as: UTF8.self)
      if !seen.insert(message.topic + text).inserted { copies += 1 }
    }
    let live = truth.devices.reduce(0) { $0 + $1.liveReadings }
    let late = truth.devices.reduce(0) { $0 + $1.lateReadings }
    let duplicates = truth.devices.reduce(0) { $0 + $1.duplicates }
    #expect(copies == duplicates)
    #expect((0.04...0.06).contains(Double(duplicates) / Double(live)))
    #expect((0.04...0.06).contains(Double(late) / Double(live)))
    #expect(telemetry <= live + duplicates)
  }

  @Test("a backlog tells of the outage with the times of the outage")
  func backlog() throws {
    let seed: UInt64 = 23
    print("seed \(seed)")
    let plan = rainyDay(seed: seed)
    let truth = plan.truth()
    var count = 0
    for message in plan.messages() where message.channel == .backlog {
      count += 1
      let device = truth.devices[message.deviceIndex]
      #expect(device.keepsBacklog)
      let instant = try sentTime(object(message.payload)) - device.clockOffset
      let outage = device.intervals.first { $0.start <= instant + 400 && instant < $0.end }
      #expect(outage?.state == .noLink)
      #expect(message.publishedAt >= outage?.end ?? .max)
    }
    #expect(count > 0)
    #expect(count == truth.devices.reduce(0) { $0 + $1.backlogReadings })
  }

  @Test("the counters' truth is what a patient reader of all messages finds")
  func counters() throws {
    let seed: UInt64 = 24
    print("seed \(seed)")
    let plan = rainyDay(seed: seed)
    let truth = plan.truth()
    var readings = [[(at: Milliseconds, boot: Milliseconds, value: UInt64)]](
      repeating: [], count: plan.devices.count)
    for message in plan.messages() {
      guard [.telemetry, .backlog].contains(message.channel),
        let name = truth.devices[message.deviceIndex].counters.keys.min()
      else { continue }
      let object = try object(message.payload)
      let value = try #require(object[name] as? NSNumber).uint64Value
      let up = try #require(object["up"] as? NSNumber).int64Value
      let at = try sentTime(object)
      readings[message.deviceIndex].append((at, at - up * 1_000, value))
    }
    for (index, device) in truth.devices.enumerated() {
      guard let name = device.counters.keys.min() else { continue }
      let ordered = readings[index].sorted { $0.at < $1.at }
      var total: UInt64 = 0
      for (before, after) in zip(ordered, ordered.dropFirst()) {
        total += after.boot > before.boot + 5_000 ? after.value : after.value - before.value
      }
      #expect(device.counters[name]?.total == total, "\(device.id)")
    }
  }

  @Test("power loss restarts up and tells why; link loss does neither")
  func boots() throws {
    let seed: UInt64 = 25
    print("seed \(seed)")
    let plan = rainyDay(seed: seed)
    let truth = plan.truth()
    var reasons = [[String]](repeating: [], count: plan.devices.count)
    for message in plan.messages() where message.channel == .event {
      let object = try object(message.payload)
      guard object["type"] as? String == "boot" else { continue }
      reasons[message.deviceIndex].append(try #require(object["reason"] as? String))
    }
    for (index, device) in truth.devices.enumerated() {
      let returns = device.intervals.dropLast().filter { $0.state == .noPower }.count
      #expect(reasons[index].count { $0 == "power" } == returns)
      #expect(reasons[index].count == device.reboots.count)
    }
  }

  @Test("wills are retained, come 45 to 90 s after a death, and some deaths have none")
  func wills() {
    let seed: UInt64 = 26
    print("seed \(seed)")
    let plan = rainyDay(seed: seed, communes: 3)
    let truth = plan.truth()
    var count = 0
    for message in plan.messages() where message.isWill {
      count += 1
      #expect(message.retained)
      let death = truth.devices[message.deviceIndex].intervals.last {
        $0.start <= message.publishedAt
      }
      #expect(death?.state != .up)
      #expect((45_000...90_000).contains(message.publishedAt - (death?.start ?? 0)))
    }
    let deaths = truth.devices.flatMap(\.intervals).count {
      $0.state != .up && $0.end - $0.start > 90_000
    }
    #expect((0.7...0.9).contains(Double(count) / Double(deaths)))
  }

  @Test("loudspeakers play the day's bulletins and tell how long")
  func plays() throws {
    let seed: UInt64 = 27
    print("seed \(seed)")
    let plan = FleetPlan(
      devices: FleetPlan.communes(1, seed: seed).filter { $0.kind == "loudspeaker" }, seed: seed,
      start: dayStart, duration: 86_400_000, faults: .none)
    var seconds = [Int](repeating: 0, count: plan.devices.count)
    var playing = 0
    for message in plan.messages() {
      let object = try object(message.payload)
      if object["type"] as? String == "play.end" {
        seconds[message.deviceIndex] += try #require(object["played_s"] as? Int)
        #expect(object["result"] as? String == "played")
      }
      if object["play"] as? String == "playing" { playing += 1 }
    }
    #expect(seconds.allSatisfy { $0 == 80 * 60 })
    #expect(plan.truth().devices.map(\.playedSecondsReported) == seconds)
    let perDevice = Double(playing) / Double(plan.devices.count)
    #expect((300...330).contains(perDevice))
  }

  @Test("a line of a recording is one line of JSON that gives the payload back")
  func recordingLine() throws {
    let message = SimulatedMessage(
      publishedAt: 1_795_251_427_638, topic: "nhip/v1/04321/kiosk/k/telemetry",
      payload: Array("{\"a\":\"b\\\\\"}\n".utf8), retained: false, deviceIndex: 0, isWill: false)
    let line = NDJSON.line(message)
    #expect(!line.contains("\n"))
    let object = try object(Array(line.utf8))
    #expect(object["payload"] as? String == "{\"a\":\"b\\\\\"}\n")
    #expect(object["topic"] as? String == message.topic)
    #expect(object["received_at"] as? String == "2026-11-21T08:57:07.638Z")
  }
}
