// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import TestSupport
import Testing

@Suite struct AvailabilityTests {
  @Test(
    "random histories are judged as second by second", arguments: 0..<2_000 as Range<UInt64>)
  func oracle(seed: UInt64) {
    compare(AvailabilityCase(seed: seed), "seed \(seed)")
  }

  @Test(
    "random histories are judged by what was announced as second by second",
    arguments: 0..<1_000 as Range<UInt64>)
  func announced(seed: UInt64) {
    var life = AvailabilityCase(seed: seed)
    life.isAnnounced = true
    compare(life, "seed \(seed)")
  }

  @Test(
    "a plan that is clipped to what figures can look at gives the same figures",
    arguments: 0..<200 as Range<UInt64>)
  func clipped(seed: UInt64) {
    let life = AvailabilityCase(seed: seed)
    let scope = Interval(
      start: AvailabilityCase.instant(0), end: AvailabilityCase.instant(AvailabilityCase.length))
    let plan = life.plan.clipped(to: scope)
    for (left, right) in [(plan, life.plan), (plan.announced, life.plan.announced)] {
      #expect(left.expected(in: scope) == right.expected(in: scope), "seed \(seed)")
      #expect(left.maintenance == right.maintenance, "seed \(seed)")
    }
    let isLate = life.plan.announced.expected(in: scope) != life.plan.expected(in: scope)
      || life.announced != life.maintenance
    if isLate { #expect(plan.hasLateMaintenance, "seed \(seed)") }
  }

  private func compare(_ life: AvailabilityCase, _ seed: Comment) {
    let availability = life.compute(life.history(life.readings))
    let judged = life.judge()
    var computed: [DeviceState] = []
    for part in availability.states {
      #expect(part.interval.duration % 1000 == 0, seed)
      computed += Array(repeating: part.state, count: Int(part.interval.duration / 1000))
    }
    #expect(computed.count == judged.count, seed)
    let wrong = zip(computed, judged).enumerated().first { $1.0 != $1.1 }
    #expect(wrong == nil, "\(seed), second \(wrong?.offset ?? -1)")
    for state in DeviceState.allCases {
      #expect(availability[state] == Int64(judged.count { $0 == state }) * 1000, seed)
    }
    let down = availability.outages.reduce(0) { $0 + $1.downInPeriod }
    #expect(down == availability.down, seed)
  }

  @Test(
    "a period put together from its parts is the period", arguments: 0..<200 as Range<UInt64>)
  func joined(seed: UInt64) {
    var life = AvailabilityCase(seed: seed)
    let history = life.history(life.readings)
    let whole = life.compute(history)
    var random = SeededGenerator(seed: seed)
    let period = life.period
    let cuts = (0..<3).map { _ in Int.random(in: period, using: &random) }
    let edges = Set([period.lowerBound, period.upperBound] + cuts).sorted()
    let parts = zip(edges, edges.dropFirst()).map { start, end in
      life.period = start..<end
      return life.compute(history).part
    }
    let joined = Availability.joined(parts, period: whole.period, outageMin: whole.outageMin)
    #expect(joined == whole, "seed \(seed)")
  }

  @Test("the oracle meets every state and marked outages")
  func coverage() {
    var seen: Set<DeviceState> = []
    var marked = 0
    for seed in 0..<200 as Range<UInt64> {
      let life = AvailabilityCase(seed: seed)
      let availability = life.compute(life.history(life.readings))
      seen.formUnion(availability.states.map(\.state))
      marked += availability.outages.count { $0.isMarked }
    }
    #expect(seen.count == DeviceState.allCases.count)
    #expect(marked > 10)
  }

  @Test(
    "order and duplicates of readings change nothing", arguments: 0..<100 as Range<UInt64>)
  func order(seed: UInt64) {
    let life = AvailabilityCase(seed: seed)
    var random = SeededGenerator(seed: seed &+ 1_000)
    let shuffled = (life.readings + life.readings).shuffled(using: &random)
    #expect(life.history(shuffled) == life.history(life.readings), "seed \(seed)")
  }

  static let minute: Milliseconds = 60_000

  /// A device that reports every minute and is silent between the given minutes.
  func availability(
    silent: Range<Int64>, until end: Int64 = 100, now: Int64 = 100, mark: Bool = false,
    markFlags: ReadingFlags = .offlineMark, observed: [Interval]? = nil,
    period: Interval = Interval(start: 0, end: 100 * minute)
  ) -> Availability {
    var history = DeviceHistory(reportInterval: Self.minute)
    for minute in 0...end where !(silent.lowerBound + 1..<silent.upperBound).contains(minute) {
      let time = minute * Self.minute
      history.add(HistoryReading(eventTime: time, receivedAt: time + 5))
    }
    if mark {
      let time = silent.lowerBound * Self.minute + 45_000
      history.add(
        HistoryReading(eventTime: 0, receivedAt: time, flags: markFlags, upSeconds: nil))
    }
    return Availability.compute(
      history: history, period: period, now: now * Self.minute,
      observed: IntervalSet(observed ?? [Interval(start: 0, end: now * Self.minute)]),
      plan: ServicePlan(), reportInterval: Self.minute,
      offlineAfter: 3 * Self.minute, commissionedAt: nil, retiredAt: nil,
      outageMin: Self.minute)
  }

  @Test("a gap of exactly the allowance is up, a longer one is down from last heard")
  func border() {
    #expect(availability(silent: 10..<13).down == 0)
    let longer = availability(silent: 10..<14)
    #expect(longer.down == 4 * Self.minute)
    #expect(longer.outages.map(\.interval.start) == [10 * Self.minute])
    #expect(longer.outages.map(\.cause) == [.unknown])
    #expect(longer.ratio == 960_000)
    #expect(longer.outageCount == 1 && longer.shortOutageCount == 0)
    #expect(longer.longestOutage == 4 * Self.minute)
  }

  @Test("a mark makes an outage of a gap longer than 1.5 report intervals only")
  func marks() {
    #expect(availability(silent: 10..<12, mark: true).down == 2 * Self.minute)
    #expect(availability(silent: 10..<12).down == 0)
    #expect(availability(silent: 10..<11, mark: true).down == 0)
  }

  @Test("of gaps that lie within each other by receipt, a mark marks the innermost")
  func innermost() {
    var history = DeviceHistory(reportInterval: Self.minute)
    for minute in 0...100 as ClosedRange<Int64>
    where minute != 5 && minute != 11 && minute != 20 {
      let time = minute * Self.minute
      // What ends the first gap and begins the last was received by a clock that was hours ahead.
      let ahead = minute == 6 || minute == 19 ? 12 * 60 * Self.minute : 0
      history.add(HistoryReading(eventTime: time, receivedAt: time + 5 + ahead))
    }
    let mark = 10 * Self.minute + 45_000
    history.add(
      HistoryReading(eventTime: 0, receivedAt: mark, flags: .offlineMark, upSeconds: nil))
    let observed = IntervalSet([Interval(start: 0, end: 101 * Self.minute)])
    let marked = history.markedGaps(now: 101 * Self.minute, observed: observed)
    #expect(marked.map { history.heard[$0].last.eventTime } == [10 * Self.minute])
  }

  @Test("a will of a broker that dies, or kept while we slept, says nothing of the device")
  func brokerMarks() {
    // The mark comes 45 s into minute 10; the broker is gone a second later.
    let death = 10 * Self.minute + 46_000
    func observed(from back: Milliseconds) -> [Interval] {
      [Interval(start: 0, end: death), Interval(start: back, end: 100 * Self.minute)]
    }
    let died = availability(silent: 10..<12, mark: true, observed: observed(from: death + 9_000))
    #expect(died.down == 0 && died.outages.isEmpty)
    let kept = availability(
      silent: 10..<12, mark: true, markFlags: [.offlineMark, .resumed],
      observed: [
        Interval(start: 0, end: 10 * Self.minute + 5_000),
        Interval(start: death - 2_000, end: 100 * Self.minute),
      ])
    #expect(kept.down == 0)
    let later = availability(
      silent: 10..<12, mark: true, markFlags: [.offlineMark, .resumed],
      observed: [
        Interval(start: 0, end: 10 * Self.minute + 5_000),
        Interval(start: death - 11_000, end: 100 * Self.minute),
      ])
    #expect(later.down > 0)
  }

  @Test("a device still silent is up until the allowance has passed, then down from last heard")
  func openEnd() {
    let soon = availability(silent: 200..<201, until: 90, now: 93)
    #expect(soon.down == 0)
    #expect(soon[.up] == 93 * Self.minute && soon[.unobserved] == 7 * Self.minute)
    let later = availability(silent: 200..<201, until: 90, now: 94)
    #expect(later.down == 4 * Self.minute && later.outages.first?.isOpen == true)
  }

  @Test("time that we could not observe widens the bounds and is neither up nor down")
  func unobserved() {
    let hole = availability(
      silent: 10..<20,
      observed: [
        Interval(start: 0, end: 11 * Self.minute),
        Interval(start: 19 * Self.minute, end: 100 * Self.minute),
      ])
    #expect(hole.down == 0 && hole[.unobserved] == 8 * Self.minute)
    #expect(hole.ratio == 1_000_000 && hole.ratioLowest == 920_000)
    #expect(hole.ratioHighest == 1_000_000)
  }

  @Test("an outage across the end of a period is judged on all of its length")
  func edge() {
    let before = availability(
      silent: 10..<20, period: Interval(start: 0, end: 11 * Self.minute))
    #expect(before.down == Self.minute)
    #expect(before.outageCount == 1 && before.longestOutage == Self.minute)
  }

  @Test("a device never heard and not commissioned is excluded, without a ratio")
  func neverHeard() {
    let period = Interval(start: 0, end: 1_000)
    let never = Availability.compute(
      history: DeviceHistory(reportInterval: 10), period: period, now: 1_000,
      observed: IntervalSet([period]), plan: ServicePlan(),
      reportInterval: 10, offlineAfter: 30, commissionedAt: nil, retiredAt: nil, outageMin: 60)
    #expect(never[.excluded] == 1_000 && never.ratio == nil && never.ratioLowest == nil)
  }
}
