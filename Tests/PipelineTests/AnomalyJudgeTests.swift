// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

@Suite("anomalies judged")
struct AnomalyJudgeTests {
  private static let minute: Milliseconds = 60_000

  /// Two days of a usual that goes up and down a little.
  private static func taught() -> (bench: JudgeBench, end: Milliseconds) {
    var bench = JudgeBench()
    var time: Milliseconds = 0
    for step in 0..<2_880 {
      time = Milliseconds(step) * minute
      bench.clients(usual(step), at: time)
    }
    return (bench, time)
  }

  private static func usual(_ step: Int) -> Int64 { step % 2 == 0 ? 10 : 12 }

  @Test("what comes back within the hold is the same alert, what comes back later a new one")
  func flapping() {
    var bench = JudgeBench()
    // Unusual at every tenth minute, seven times.
    for step in 0...60 { bench.find(step % 10 == 0, at: Milliseconds(step) * Self.minute) }
    #expect(bench.open == ["wifi-ap/clients_unusual"])
    for step in 61...75 { bench.find(false, at: Milliseconds(step) * Self.minute) }
    #expect(bench.open == ["wifi-ap/clients_unusual"], "usual for fourteen minutes")
    bench.find(false, at: 76 * Self.minute)
    #expect(bench.open.isEmpty)
    bench.find(true, at: 77 * Self.minute)
    #expect(bench.open == ["wifi-ap/clients_unusual"])
    let alerts = bench.taken()
    #expect(alerts.map(\.since) == [0, 77 * Self.minute], "one alert, not seven; then another")
    #expect(alerts.first?.resolvedAt == 61 * Self.minute, "when it was usual again")
  }

  // MARK: Counters

  /// Ten sessions a minute, give or take two.
  private static func counted() -> (bench: JudgeBench, total: UInt64, time: Milliseconds) {
    var bench = JudgeBench()
    var (total, time) = (UInt64(1) << 63, Milliseconds(0))
    for step in 0..<2_880 {
      time = Milliseconds(step) * minute
      total += step % 2 == 0 ? 8 : 12
      bench.sessions(total, up: Int64(step + 5) * 60, at: time)
    }
    return (bench, total, time)
  }

  @Test("a counter is watched by its rate a second")
  func rate() throws {
    var (bench, total, time) = Self.counted()
    #expect(bench.taken().isEmpty)
    bench.sessions(total + 6_000, up: 999_999, at: time + Self.minute)
    #expect(bench.open == ["wifi-ap/sessions_unusual"])
    let evidence = try AlertEvidence(json: bench.book.openAlerts[0].evidence)
    #expect(evidence.value == 100)
    #expect(abs((evidence.expected ?? 0) - 10.0 / 60) < 0.05)
  }

  @Test("a fall, a boot and a silence leave one reading out, and no rate is made up")
  func resets() {
    var (bench, total, time) = Self.counted()
    let before = bench.detectorStates
    // Fallen: the counter began anew.
    bench.sessions(3, up: 999_999, at: time + Self.minute)
    #expect(bench.detectorStates == before)
    // Booted, and by now beyond what it was.
    bench.sessions(1_000_000, up: 30, at: time + 2 * Self.minute)
    #expect(bench.detectorStates == before)
    // Silent for longer than the allowance; that is another alert's affair.
    bench.sessions(9_000_000, up: 99_999, at: time + 20 * Self.minute)
    #expect(bench.detectorStates == before)
    #expect(bench.taken().map(\.rule) == ["wifi-ap/offline"])
    total = 9_000_000
    time += 20 * Self.minute
    bench.sessions(total + 10, up: 99_999, at: time + Self.minute)
    #expect(bench.detectorStates != before)
    #expect(bench.taken().isEmpty)
  }

  @Test("readings a moment apart wait for the next one, long ones are divided by their time")
  func intervals() {
    var (bench, total, time) = Self.counted()
    bench.sessions(total + 3, up: 999_999, at: time + 1)
    bench.sessions(total + 5, up: 999_999, at: time + 10_000)
    #expect(bench.taken().isEmpty, "3 in a millisecond are no 3,000 a second")
    bench.sessions(total + 30, up: 999_999, at: time + 3 * Self.minute)
    #expect(bench.taken().isEmpty, "30 in three minutes are usual")
    bench.sessions(total + 29, up: 999_999, at: time + 3 * Self.minute)
    bench.sessions(total, up: 999_999, at: time + 2 * Self.minute)
    #expect(bench.taken().isEmpty, "late and repeated readings are no falls")
  }

  // MARK: Service hours

  @Test("readings out of service hours neither alarm nor teach")
  func outOfHours() {
    let open = ServiceHours(weekdays: 0b111_1111, startMinute: 5 * 60, endMinute: 22 * 60)
    var quiet = JudgeBench(serviceHours: [open])
    var noisy = JudgeBench(serviceHours: [open])
    for step in 0..<(3 * 1_440) {
      let time = Milliseconds(step) * Self.minute
      if (5..<22).contains(LocalTime.hour(of: time)) {
        quiet.clients(Self.usual(step), at: time)
        noisy.clients(Self.usual(step), at: time)
      } else {
        noisy.clients(400 + Int64(step % 100), at: time)
      }
    }
    #expect(noisy.taken().filter { $0.rule.hasSuffix("_unusual") }.isEmpty)
    #expect(noisy.detectorStates == quiet.detectorStates)
    #expect(noisy.anomalyStates == quiet.anomalyStates)
  }

  @Test("a stretch of duty says at all its instants what the plan says of each")
  func duty() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("duty: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    func set() -> IntervalSet {
      IntervalSet(
        (0..<Int.random(in: 0...4, using: &random)).map { _ in
          let start = Milliseconds.random(in: -100...100, using: &random) * 30 * Self.minute
          return Interval(
            start: start,
            end: start + Milliseconds.random(in: 1...90, using: &random) * 30 * Self.minute)
        })
    }
    for _ in 0..<200 {
      let hours = (0..<Int.random(in: 0...2, using: &random)).map { _ in
        let start = Int.random(in: 0..<1_380, using: &random)
        return ServiceHours(
          weekdays: UInt8.random(in: 1...127, using: &random), startMinute: start,
          endMinute: Int.random(in: (start + 1)...1_440, using: &random))
      }
      let plan = ServicePlan(
        hours: hours, booked: Int.random(in: 0..<4, using: &random) == 0 ? set() : nil,
        holidays: set(), maintenance: set())
      var stretch = DutyStretch()
      var changes = 0
      for instant in stride(
        from: -2 * LocalTime.dayLength, to: 2 * LocalTime.dayLength, by: 450_000)
      {
        if !stretch.contains(instant) {
          stretch = DutyStretch(plan, at: instant)
          changes += 1
        }
        #expect(stretch.contains(instant), "seed \(seed)")
        var usual = plan
        usual.holidays = IntervalSet()
        let isServing =
          !usual.expected(in: Interval(start: instant, end: instant + 1)).isEmpty
          && !plan.maintenance.contains(instant)
        #expect(stretch.isServing == isServing, "seed \(seed)")
        #expect(stretch.isHoliday == plan.holidays.contains(instant), "seed \(seed)")
      }
      #expect(changes < 200, "asked a few times a day")
    }
  }

  // MARK: Feedback

  /// Of something newer than what follows, whatever channel tells it, so that any of that is
  /// hushed.
  private static func dismissals(
    of alert: Alert, after block: Int64, withdrawnAfter: Int64? = nil
  ) throws -> [AnomalyFeedback] {
    let evidence = try AlertEvidence(json: alert.evidence)
    return AlertEvidence.Channel.allCases.enumerated().flatMap { position, channel in
      [true, false].map { isAbove in
        AnomalyFeedback(
          id: Int64(position + 1), alert: alert.id, verdict: .dismissed, device: alert.device,
          metric: evidence.metric ?? "", channel: channel.rawValue, isAbove: isAbove,
          novelty: 100, afterBlock: block, enteredAt: alert.since, enteredBy: "lan",
          withdrawal: withdrawnAfter.map {
            AnomalyFeedback.Withdrawal(afterBlock: $0, at: alert.since, by: "lan")
          })
      }
    }
  }

  /// Two days like those before, then a value as far out once more.
  private static func again(_ bench: inout JudgeBench, _ end: Milliseconds) {
    for step in 1...2_880 { bench.clients(usual(step), at: end + Milliseconds(step) * minute) }
    bench.clients(400, at: end + 2_881 * minute)
  }

  @Test("the like of what was dismissed is not told, and told once that was taken back")
  func dismissed() throws {
    var (bench, end) = Self.taught()
    bench.clients(90, at: end + Self.minute)
    let alert = try #require(bench.book.openAlerts.first)
    end += Self.minute
    var silent = bench
    silent.say(try Self.dismissals(of: alert, after: bench.newestBlock))
    var undone = bench
    undone.say(
      try Self.dismissals(
        of: alert, after: bench.newestBlock, withdrawnAfter: bench.newestBlock))
    Self.again(&bench, end)
    Self.again(&silent, end)
    Self.again(&undone, end)
    #expect(silent.open.isEmpty)
    #expect(bench.open == ["wifi-ap/clients_unusual"], "or the test shows nothing")
    #expect(undone.open == bench.open)
    #expect(undone.taken() == bench.taken())
    #expect(undone.detectorStates == bench.detectorStates)
    #expect(undone.anomalyStates == bench.anomalyStates)
    #expect(silent.detectorStates == bench.detectorStates, "verdicts stand outside the detectors")
  }

  @Test("after a restart each block is judged by the verdicts of its time")
  func feedbackRestart() throws {
    var (bench, end) = Self.taught()
    bench.clients(90, at: end + Self.minute)
    let alert = try #require(bench.book.openAlerts.first)
    bench.say(try Self.dismissals(of: alert, after: bench.newestBlock))
    _ = bench.taken()
    Self.again(&bench, end + Self.minute)
    #expect(bench.open.isEmpty)
    let states = (bench.detectorStates, bench.anomalyStates)
    #expect(bench.restart(checkpointAt: false).map(\.state) == [.resolved])
    #expect(bench.open.isEmpty)
    #expect(bench.detectorStates == states.0)
    #expect(bench.anomalyStates == states.1, "the first one was open, the second never was")
  }
}
