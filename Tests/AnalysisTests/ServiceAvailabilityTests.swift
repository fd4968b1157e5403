// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import TestSupport
import Testing

@Suite struct ServiceAvailabilityTests {
  private func compute(_ life: ServiceCase, _ order: [ServiceCase.Told]) -> ServiceAvailability? {
    ServiceAvailability.compute(
      readings: life.readings(order), profile: ServiceCase.profile,
      availability: life.life.compute(life.life.history(life.life.readings)))
  }

  @Test(
    "random services are judged as second by second", arguments: 0..<120 as Range<UInt64>)
  func oracle(seed: UInt64) throws {
    let life = ServiceCase(seed: seed)
    let service = try #require(compute(life, life.told))
    let judged = life.judge()
    func seconds(_ verdict: ServiceCase.Verdict) -> Milliseconds {
      Milliseconds(judged.count { $0 == verdict }) * 1_000
    }
    #expect(service.times.held == seconds(.held), "seed \(seed)")
    #expect(service.times.failed == seconds(.failed), "seed \(seed)")
    #expect(service.times.unknown == seconds(.unknown), "seed \(seed)")
    let start = life.life.period.lowerBound
    var inFailures: Set<Int> = []
    for failure in service.failures {
      let from = Int((failure.interval.start - AvailabilityCase.base) / 1_000) - start
      let to = Int((failure.interval.end - AvailabilityCase.base) / 1_000) - start
      inFailures.formUnion(from..<to)
      #expect(!failure.failing.isEmpty, "seed \(seed)")
      let after = to < judged.count ? judged[to] : nil
      if failure.isRestored {
        #expect(after == .held || after == nil, "seed \(seed), second \(to)")
      } else {
        #expect(after != .held, "seed \(seed), second \(to)")
      }
    }
    let failed = Set(judged.indices.filter { judged[$0] == .failed })
    #expect(inFailures == failed, "seed \(seed)")
  }

  @Test("the oracle meets held, failed, unknown and restored service")
  func coverage() {
    var (held, failed, unknown, restored) = (0, 0, 0, 0)
    for seed in 0..<120 as Range<UInt64> {
      let life = ServiceCase(seed: seed)
      guard let service = compute(life, life.told) else { continue }
      held += service.times.held > 0 ? 1 : 0
      failed += service.times.failed > 0 ? 1 : 0
      unknown += service.times.unknown > 0 ? 1 : 0
      restored += service.failures.count { $0.isRestored }
    }
    #expect(held > 60 && failed > 60 && unknown > 10 && restored > 60)
  }

  @Test(
    "order and duplicates of readings change nothing", arguments: 0..<60 as Range<UInt64>)
  func order(seed: UInt64) {
    let life = ServiceCase(seed: seed)
    var random = SeededGenerator(seed: seed &+ 7_000)
    let shuffled = (life.told + life.told).shuffled(using: &random)
    #expect(compute(life, shuffled) == compute(life, life.told), "seed \(seed)")
  }

  // MARK: By hand

  static let minute: Milliseconds = 60_000
  static let period = Interval(start: 0, end: 100 * minute)

  static func profile(_ service: [Condition]) -> Profile {
    var profile = ServiceCase.profile
    profile.service = service
    profile.reportInterval = minute
    profile.offlineAfter = 3 * minute
    return profile
  }

  static let link = Condition(metric: "link", comparison: .equal, constant: .number(1))

  /// A device that reports every minute up to `end`, with what `link` says at which minute.
  private func told(
    _ link: [Int64: Value], silent: Range<Int64> = 200..<201, flags: ReadingFlags = []
  ) -> ServiceAvailability? {
    let profile = Self.profile([Self.link])
    var history = DeviceHistory(reportInterval: Self.minute)
    var readings = DeviceReadings(metricNames: ["link"])
    for minute in 0...100 as ClosedRange<Int64> {
      let isSilent = (silent.lowerBound + 1..<silent.upperBound).contains(minute)
      let time = minute * Self.minute
      if !isSilent { history.add(HistoryReading(eventTime: time, receivedAt: time)) }
      guard !isSilent || flags.contains(.backlog) else { continue }
      readings.append(
        eventTime: time, channel: .telemetry, payloadHash: UInt64(minute), flags: flags,
        upSeconds: nil, values: [link[minute] ?? .absent])
    }
    let availability = Availability.compute(
      history: history, period: Self.period, now: Self.period.end,
      observed: IntervalSet([Self.period]), plan: ServicePlan(),
      reportInterval: Self.minute, offlineAfter: 3 * Self.minute, commissionedAt: nil,
      retiredAt: nil, outageMin: Self.minute)
    return ServiceAvailability.compute(
      readings: readings, profile: profile, availability: availability)
  }

  @Test("a failure lasts from the reading that tells it to the one that tells it is over")
  func border() throws {
    let service = try #require(
      told([0: .flag(true), 40: .flag(false), 42: .flag(false), 45: .flag(true)]))
    #expect(service.times.failed == 5 * Self.minute && service.times.held == 95 * Self.minute)
    #expect(service.times.ratio == 950_000 && service.times.ratioLowest == 950_000)
    let expected = ServiceFailure(
      interval: Interval(start: 40 * Self.minute, end: 45 * Self.minute), failing: [Self.link],
      isRestored: true)
    #expect(service.failures == [expected])
  }

  @Test("the last value before an outage speaks after it, and the outage counts against it")
  func outage() throws {
    let service = try #require(told([0: .flag(true), 9: .flag(false)], silent: 10..<20))
    #expect(service.times.down == 10 * Self.minute && service.times.held == 9 * Self.minute)
    #expect(service.times.failed == 81 * Self.minute)
    #expect(service.failures.map(\.isRestored) == [false, false])
    #expect(service.times.ratio == 90_000)
  }

  @Test("time before the first value is unknown and only widens the bounds")
  func unknown() throws {
    let service = try #require(told([50: .flag(true)]))
    #expect(service.times.unknown == 50 * Self.minute && service.times.ratio == 1_000_000)
    #expect(service.times.ratioLowest == 500_000 && service.times.ratioHighest == 1_000_000)
    let silent = try #require(told([:], silent: 10..<20))
    #expect(silent.times.down == 10 * Self.minute)
    #expect(silent.times.ratio == nil && silent.times.ratioLowest == nil)
  }

  @Test("backlog tells of the service; retained copies and offline marks do not")
  func flags() throws {
    let link: [Int64: Value] = [0: .flag(true), 30: .flag(false)]
    #expect(try #require(told(link, flags: .backlog)).times.failed == 70 * Self.minute)
    for flags: ReadingFlags in [.retained, .offlineMark] {
      #expect(try #require(told(link, flags: flags)).times.unknown == 100 * Self.minute)
    }
  }

  @Test("a profile without conditions has no service availability")
  func none() {
    let life = ServiceCase(seed: 1)
    let service = ServiceAvailability.compute(
      readings: life.readings(life.told), profile: Self.profile([]),
      availability: life.life.compute(life.life.history(life.life.readings)))
    #expect(service == nil)
  }
}
