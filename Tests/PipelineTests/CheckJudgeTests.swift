// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// Some devices of one kind with checks before a judge, without broker, store and clock.
struct CheckBench {
  static let minute: Milliseconds = 60_000
  static let start: Milliseconds = LocalTime.start(ofDay: 20_000)
  static let profile = Profile(
    kind: "box", title: Title(vi: "", en: ""), version: 1, reportInterval: 60_000,
    offlineAfter: 120 * minute, serviceHours: [],
    metrics: [
      Metric(name: "online", path: "/online", form: .flag, title: Title(vi: "", en: "")),
      Metric(name: "up", path: "/up", form: .gauge, title: Title(vi: "", en: "")),
      Metric(
        name: "temp", path: "/t", form: .gauge, unit: "Cel", lowest: -10, highest: 90,
        watch: Watch(), title: Title(vi: "Nhiệt độ", en: "Temperature")),
    ],
    service: [], usage: [],
    alerts: [
      rule("reboot_loop", .rebootLoop(count: 3, within: 60 * minute)),
      rule("broken", .outOfRange(metric: "temp", readings: 3, for: 0)),
      rule("weak", .degradation(metric: "temp", threshold: 12)),
      rule("clock", .clockDrift(offBy: 300_000, perDay: 60_000)),
      rule("certificate", .expiry(.certificate, within: 30 * 86_400_000)),
    ])

  private static func rule(_ name: String, _ check: Check) -> AlertRule {
    AlertRule(
      name: name, title: Title(vi: name, en: name), severity: .low, trigger: .check(check))
  }

  let devices: [Device]
  private(set) var judge: AlertJudge
  private var intake: Intake
  private var gaps = ObservationGaps(observed: [])
  private var blocks: [ReadingColumns] = []
  private var checkpoint: [UInt8]?

  init(count: Int = 1, certificateExpiresOn: Milliseconds? = nil) {
    devices = (1...count).map {
      Device(
        number: Int64($0), id: "b\($0)", kind: "box", name: "", site: "s", commune: "04321",
        certificateExpiresOn: certificateExpiresOn)
    }
    judge = Self.judge(devices, open: [])
    intake = Intake(
      profiles: [Self.profile], registry: Registry(devices: devices), observed: [],
      receiveMaximum: 1)
    gaps.heard(from: Self.start, until: Self.start + 1_000 * 86_400_000)
  }

  private static func judge(_ devices: [Device], open: [Alert]) -> AlertJudge {
    AlertJudge(
      profiles: [profile], devices: devices,
      book: AlertBook(
        open: open, registry: Registry(devices: devices), node: "n", isPublished: false))
  }

  var open: [String] { judge.book.openAlerts.map(\.rule).sorted() }

  mutating func taken() -> [Alert] { judge.book.takeTransitions().alerts }

  mutating func read(
    up: Double, temp: Double = 30, at time: Milliseconds, device: Int64 = 1,
    flags: ReadingFlags = [], sentAt: Value = .absent, delay: Milliseconds = 500
  ) {
    var block = ReadingColumns(
      kind: "box", profileVersion: 1, metricNames: Self.profile.metrics.map(\.name))
    block.device = [device]
    block.channel = [.telemetry]
    block.session = [1]
    block.flags = [flags]
    block.receivedAt = [time + delay]
    block.eventTime = [time]
    block.sentTime.append(sentAt)
    block.metrics[0].append(.absent)
    block.metrics[1].append(.number(up))
    block.metrics[2].append(.number(temp))
    judge.read(block, gaps: gaps)
    blocks.append(block)
  }

  mutating func tick(_ now: Milliseconds) { judge.tick(now: now, gaps: gaps) }

  mutating func keepCheckpoint() {
    var position = 0
    checkpoint = Checkpoint.part(of: intake, judge, from: &position)
    blocks = []
  }

  /// As after a kill: a new judge with what the store holds.
  mutating func restart() {
    judge = Self.judge(devices, open: judge.book.openAlerts)
    if let checkpoint { precondition(Checkpoint.restore(checkpoint, intake, &judge)) }
    for block in blocks { judge.recover(block, 0..<block.count, gaps: gaps) }
    judge.takeOpenAlerts()
  }
}

@Suite("checks before the judge")
struct CheckJudgeTests {
  private static let minute = CheckBench.minute

  /// Boots every ten minutes for an hour, else runs on.
  private static func up(_ step: Int) -> Double {
    let minutes = step < 120 ? 10 + step : step < 180 ? step % 10 : step - 170
    return Double(minutes) * 60
  }

  @Test("a reboot loop opens one alert with its numbers and resolves after a quiet hour")
  func rebootLoop() throws {
    var bench = CheckBench()
    var alerts: [Alert] = []
    for step in 0..<300 {
      bench.read(up: Self.up(step), at: CheckBench.start + Milliseconds(step) * Self.minute)
      alerts += bench.taken().filter { $0.rule == "box/reboot_loop" }
    }
    #expect(alerts.map(\.state) == [.firing, .resolved])
    let evidence = try AlertEvidence(json: try #require(alerts.first).evidence)
    #expect(evidence.trigger == .check && evidence.check == .rebootLoop)
    #expect(evidence.count == 3 && evidence.lengthSeconds == 3_600)
    #expect(alerts[0].since == CheckBench.start + 120 * Self.minute)
    #expect(alerts[0].summary.vi.contains("khởi động lại 3 lần trong 60 phút"))
  }

  @Test(
    "after a kill at any moment the same alerts come, none twice",
    arguments: 0..<6 as Range<UInt64>)
  func kills(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var (calm, killed) = (CheckBench(count: 6), CheckBench(count: 6))
    var (expected, found) = ([Alert](), [Alert]())
    for step in 0..<6_000 {
      let time = CheckBench.start + Milliseconds(step) * 10 * Self.minute
      let device = Int64(step % 6) + 1
      let isBroken = step % 900 > 870
      let temp =
        isBroken ? 200 : 30 + Double.random(in: -1...1, using: &random) + (step > 4_000 ? -9 : 0)
      let value = device == 2 || isBroken ? temp : max(temp, 29)
      let up = Double(step / 6 % 40) * 3_600
      calm.read(up: up, temp: value, at: time, device: device)
      killed.read(up: up, temp: value, at: time, device: device)
      if step % 7 == 0 {
        calm.tick(time + 400_000)
        killed.tick(time + 400_000)
      }
      expected += calm.taken()
      found += killed.taken()
      switch Int.random(in: 0..<200, using: &random) {
      case 0: killed.keepCheckpoint()
      case 1: killed.restart()
      default: break
      }
      #expect(calm.open == killed.open, "seed \(seed) at step \(step)")
    }
    let ids = expected.map { "\($0.id) \($0.version) \($0.rule)" }
    #expect(found.map { "\($0.id) \($0.version) \($0.rule)" } == ids, "seed \(seed)")
    print("kills seed \(seed): \(ids.count) transitions")
    #expect(ids.count > 10)
  }

  @Test("duplicates and backlog of boots count nothing twice")
  func duplicates() {
    var bench = CheckBench()
    for step in 0..<100 {
      let time = CheckBench.start + Milliseconds(step) * Self.minute
      // One boot in the middle, told by every message three times.
      let up = Double(step < 50 ? 1_000 + step * 60 : (step - 50) * 60)
      for _ in 0..<3 { bench.read(up: up, at: time) }
      bench.read(up: 5, at: time - 30_000, flags: .backlog)
    }
    #expect(bench.open.isEmpty)
  }

  @Test("a wrong clock is measured by what was sent, not by what was made of it")
  func clock() throws {
    var bench = CheckBench()
    for step in 0..<240 {
      let time = CheckBench.start + Milliseconds(step) * Self.minute
      bench.read(
        up: Double(1_000 + step * 60), at: time, flags: .clockWrong,
        sentAt: .integer(time - 3_600_000))
    }
    let alert = try #require(bench.judge.book.openAlerts.first { $0.rule == "box/clock" })
    let evidence = try AlertEvidence(json: alert.evidence)
    #expect(evidence.value.map { abs($0 - 3_600) < 2 } ?? false)
    #expect(alert.summary.vi.contains("chậm 60 phút"))
  }

  @Test("a certificate about to expire is told once, also after a restart")
  func certificate() throws {
    let expires = CheckBench.start + 31 * 86_400_000
    var bench = CheckBench(certificateExpiresOn: expires)
    bench.tick(CheckBench.start)
    #expect(bench.open.isEmpty)
    bench.tick(CheckBench.start + 86_400_000)
    #expect(bench.taken().map(\.rule) == ["box/certificate"])
    bench.restart()
    bench.tick(CheckBench.start + 2 * 86_400_000)
    #expect(bench.taken().isEmpty && bench.open == ["box/certificate"])
  }
}
