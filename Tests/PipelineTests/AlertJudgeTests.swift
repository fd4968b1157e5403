// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

@Suite("alert judge")
struct AlertJudgeTests {
  private static let minute: Milliseconds = 60_000

  @Test("a device is offline once its silence exceeds the allowance, and back when heard")
  func silence() {
    var bench = JudgeBench()
    bench.hear(at: 0)
    bench.tick(180_000)
    #expect(bench.open.isEmpty)
    bench.tick(180_001)
    #expect(bench.open == ["wifi-ap/offline"])
    bench.hear(at: 200_000)
    #expect(bench.open.isEmpty)
    let alert = bench.taken()[0]
    #expect((alert.since, alert.resolvedAt, alert.state) == (0, 200_000, .resolved))
  }

  @Test("a silence that began and ended between two ticks is told all the same")
  func silenceBetweenTicks() {
    var bench = JudgeBench()
    bench.hear(at: 0)
    bench.observe(until: 600_000)
    bench.hear(at: 600_000)
    let alerts = bench.taken()
    #expect(alerts.map(\.state) == [.resolved])
    #expect(alerts.first?.since == 0)
  }

  @Test("our own gap of observation is no silence of the device")
  func ownGap() {
    var bench = JudgeBench()
    bench.hear(at: 0)
    bench.observe(until: 60_000)
    bench.observe(from: 4_000_000, until: 4_000_000)
    bench.tick(4_100_000)
    #expect(bench.open.isEmpty, "60 s and 100 s were observed of the silence: not yet 180 s")
    bench.tick(4_121_000)
    #expect(bench.open == ["wifi-ap/offline"])
  }

  @Test("outside its service hours a device may be silent")
  func serviceHours() {
    // 1970-01-01 was a Thursday; local midnight is 17:00 UTC of the day before.
    let office = ServiceHours(weekdays: 0b111_1111, startMinute: 8 * 60, endMinute: 17 * 60)
    var bench = JudgeBench(serviceHours: [office])
    let closing = LocalTime.start(ofDay: 1) + 17 * 60 * Self.minute
    bench.observe(from: closing - Self.minute, until: closing - Self.minute)
    bench.hear(at: closing - Self.minute)
    let opening = closing + 15 * 60 * Self.minute
    bench.tick(opening + Self.minute)
    #expect(bench.open.isEmpty, "one minute before closing and one after opening: two in service")
    bench.tick(opening + 2 * Self.minute + 1)
    #expect(bench.open == ["wifi-ap/offline"])
  }

  @Test("the broker's word that a device is gone raises once the broker has outlived it")
  func mark() {
    var bench = JudgeBench()
    bench.hear(at: 0)
    bench.mark(receivedAt: 20_000)
    bench.brokerAlive(at: 20_000)
    #expect(bench.open.isEmpty, "what arrived with the mark proves nothing")
    bench.brokerAlive(at: 20_001)
    #expect(bench.open == ["wifi-ap/offline"])
    bench.hear(at: 0)
    #expect(bench.open == ["wifi-ap/offline"], "a duplicate of the last reading is no return")
    bench.hear(at: 30_000)
    #expect(bench.open.isEmpty)
    #expect(bench.taken().count == 1)
  }

  @Test("a device that is back before anything else was heard was gone for that long")
  func blip() {
    var bench = JudgeBench()
    bench.hear(at: 0)
    bench.mark(receivedAt: 20_000)
    bench.hear(at: 21_000)
    let alert = bench.taken()
    #expect(alert.map(\.state) == [.resolved])
    #expect(alert.first?.resolvedAt == 21_000)
  }

  @Test("the wills of a broker that dies announce nobody's death")
  func brokerDeath() {
    var bench = JudgeBench()
    bench.hear(at: 0)
    bench.observe(until: 20_001)
    bench.mark(receivedAt: 20_000)
    bench.observe(from: 50_000, until: 50_000)
    bench.brokerAlive(at: 50_001)
    bench.hear(at: 55_000)
    #expect(bench.taken().isEmpty)
  }

  @Test("what another session reads after a will may have been sent before it")
  func otherSession() {
    var bench = JudgeBench()
    bench.hear(at: 0)
    bench.mark(receivedAt: 20_000)
    bench.brokerAlive(at: 20_500, by: 2)
    #expect(bench.open.isEmpty, "the broker may have died of the will")
    bench.brokerAlive(at: 20_600, by: 1)
    #expect(bench.open == ["wifi-ap/offline"])
  }

  @Test("a will is outlived by what came before its session went, and by nothing after that")
  func laterConnection() {
    var lost = JudgeBench()
    lost.hear(at: 0)
    lost.mark(receivedAt: 20_000)
    // Another session is still away, so no new stretch of hearing has begun.
    lost.connect(at: 20_300)
    lost.brokerAlive(at: 20_301, by: 1)
    lost.brokerAlive(at: 20_302)
    #expect(lost.open.isEmpty)
    var outlived = JudgeBench()
    outlived.hear(at: 0)
    outlived.mark(receivedAt: 20_000)
    outlived.connect(at: 20_300)
    outlived.brokerAlive(at: 20_001, by: 1)
    #expect(outlived.open == ["wifi-ap/offline"])
  }

  @Test("what a resumed session delivers at first tells of the time we slept through")
  func resumedMark() {
    var bench = JudgeBench()
    bench.hear(at: 0)
    bench.observe(until: 1_000)
    bench.observe(from: 30_000, until: 30_000)
    bench.mark(receivedAt: 31_000, flags: [.offlineMark, .resumed])
    bench.brokerAlive(at: 32_000)
    #expect(bench.open.isEmpty)
    bench.mark(receivedAt: 40_000, flags: [.offlineMark, .resumed])
    bench.brokerAlive(at: 40_001)
    #expect(bench.open == ["wifi-ap/offline"])
  }

  @Test("who speaks in the very millisecond of its mark is not gone")
  func sameMillisecond() {
    var bench = JudgeBench()
    bench.hear(at: 5_000, flags: .untimed)
    bench.mark(receivedAt: 5_000)
    bench.hear(at: 5_000, flags: .untimed)
    bench.brokerAlive(at: 6_000)
    #expect(bench.taken().isEmpty)
  }

  @Test("a retained offline state and backlog say nothing about now")
  func noEvidence() {
    var bench = JudgeBench()
    bench.hear(at: 0)
    bench.mark(receivedAt: 1_000, flags: [.retained, .offlineMark])
    #expect(bench.open.isEmpty)
    bench.tick(200_000)
    bench.hear(at: 150_000, flags: .backlog)
    #expect(bench.open == ["wifi-ap/offline"])
  }

  @Test("a device that was commissioned and never heard is offline; one that nobody expects is not")
  func neverHeard() {
    var expected = JudgeBench(commissionedAt: -5_000)
    expected.observe(from: 0, until: 0)
    expected.tick(100_000)
    #expect(expected.open.isEmpty)
    expected.tick(181_000)
    #expect(expected.open == ["wifi-ap/offline"])
    var unexpected = JudgeBench()
    unexpected.observe(from: 0, until: 0)
    unexpected.tick(10_000_000)
    #expect(unexpected.open.isEmpty)
  }

  @Test("a condition must hold in every reading for its duration")
  func duration() {
    var bench = JudgeBench()
    for step in 0...5 { bench.wan(step == 2, at: Milliseconds(step) * Self.minute) }
    #expect(bench.open == [], "false from minute 3 to 5 is two minutes")
    bench.wan(false, at: 6 * Self.minute)
    #expect(bench.open == ["wifi-ap/wan_down"])
    #expect(bench.book.openAlerts[0].since == 3 * Self.minute)
    bench.wan(true, at: 7 * Self.minute)
    #expect(bench.open.isEmpty)
  }

  @Test("readings without a time, within one millisecond, are judged in their order")
  func ties() {
    var bench = JudgeBench()
    for isHot in [true, false, true, false] { bench.heat(isHot, at: 7_000) }
    let alerts = bench.taken()
    #expect(alerts.map(\.state) == [.resolved, .resolved])
    #expect(Set(alerts.map(\.id)).count == 2)
    bench.heat(true, at: 7_000)
    #expect(bench.open == ["wifi-ap/hot"])
  }

  @Test("a condition is not known to hold over a silence")
  func brokenDuration() {
    var bench = JudgeBench()
    bench.wan(false, at: 0)
    bench.wan(false, at: 30 * Self.minute)
    #expect(!bench.open.contains("wifi-ap/wan_down"))
  }

  @Test("late and repeated readings change no verdict")
  func lateReadings() {
    var bench = JudgeBench()
    for step in 0...3 { bench.wan(false, at: Milliseconds(step) * Self.minute) }
    #expect(bench.open == ["wifi-ap/wan_down"])
    bench.wan(true, at: 2 * Self.minute)
    bench.wan(true, at: 3 * Self.minute)
    #expect(bench.open == ["wifi-ap/wan_down"])
    bench.hear(at: 4 * Self.minute)
    #expect(bench.open == ["wifi-ap/wan_down"], "a reading without the metric says nothing of it")
  }

  @Test("an unusual value raises with its numbers, a usual one resolves")
  func anomaly() throws {
    var bench = JudgeBench()
    var time: Milliseconds = 0
    for step in 0..<3_000 {
      time = Milliseconds(step) * Self.minute
      bench.clients(step % 2 == 0 ? 10 : 12, at: time)
    }
    #expect(bench.open.isEmpty)
    bench.clients(90, at: time + Self.minute)
    #expect(bench.open == ["wifi-ap/clients_unusual"])
    let alert = bench.book.openAlerts[0]
    let evidence = try AlertEvidence(json: alert.evidence)
    #expect(evidence.value == 90)
    #expect((evidence.expected ?? 0) > 10 && (evidence.expected ?? 0) < 12)
    #expect((evidence.novelty ?? 0) > 0 && (evidence.severity ?? 0) > 0)
    #expect(alert.summary.vi.contains("gấp 8 lần mức thường thấy"))
    #expect(alert.summary.vi.count <= 200)
    for step in 2...600 where !bench.open.isEmpty {
      bench.clients(step % 2 == 0 ? 10 : 12, at: time + Milliseconds(step) * Self.minute)
    }
    #expect(bench.open.isEmpty)
    #expect((bench.taken().first?.resolvedAt ?? 0) > time + Self.minute)
  }

  @Test("after a restart from checkpoint and blocks, judging goes on as if nothing had happened")
  func recovery() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("alert judge recovery: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var whole = JudgeBench(commissionedAt: 0)
    var parts = JudgeBench(commissionedAt: 0)
    var history: [Alert] = []
    for step in 0..<2_000 {
      let time = Milliseconds(step) * Self.minute
      let choice = random.next() % 100
      for bench in [0, 1] {
        var subject = bench == 0 ? whole : parts
        subject.observe(until: time)
        switch choice {
        case ..<3: subject.mark(receivedAt: time)
        case ..<8: subject.wan(false, at: time)
        case ..<12: subject.clients(Int64(choice) * 9, at: time)
        case ..<16: subject.tick(time)
        default: subject.clients(11, at: time, wan: choice > 30)
        }
        if bench == 0 { whole = subject } else { parts = subject }
      }
      guard random.next() % 50 == 0 else { continue }
      history += parts.restart(checkpointAt: random.next() % 2 == 0)
      // Whether the broker outlived a mark that waits, the new process cannot tell.
      whole.forgetMarks()
    }
    let expected = whole.taken()
    var found: [String: Alert] = [:]
    for alert in history + parts.taken() { found[alert.id] = alert }
    #expect(expected.count > 20, "seed \(seed)")
    #expect(
      expected.sorted { $0.id < $1.id } == found.values.sorted { $0.id < $1.id }, "seed \(seed)")
    #expect(whole.detectorStates == parts.detectorStates, "bit for bit, seed \(seed)")
    #expect(whole.anomalyStates == parts.anomalyStates, "seed \(seed)")
  }
}
