// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import TestSupport

/// One random device's life on whole seconds, and a second-by-second judgement of it that shares
/// no code with the interval algebra. Seconds count from `base`, Saturday 23:40 in Viet Nam.
struct AvailabilityCase {
  static let base: Milliseconds = 1_795_279_200_000
  static let length = 3_000
  static let interval = 10
  static let allowance = 30

  var readings: [HistoryReading] = []
  var observed: [Bool]
  var maintenance: [Bool]
  /// Which part of it was known in time.
  var announced: [Bool]
  var holidays: [Bool]
  var announcedHolidays: [Bool]
  /// Service is expected then alone; nil means by the weekly hours.
  var booked: [Bool]?
  /// When that was known; nil means always.
  var bookedKnown: [Bool]?
  /// Whether the plan as it was announced is judged.
  var isAnnounced = false
  var hours: [ServiceHours] = []
  var commissioned: Int?
  var retired: Int?
  var now: Int
  var period: Range<Int>

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    now = Int.random(in: 2_000...3_000, using: &random)
    observed = Self.holes(upTo: Int.random(in: 0...4, using: &random), &random).map { !$0 }
    maintenance = Self.holes(upTo: Int.random(in: 0...2, using: &random), &random)
    announced = maintenance
    holidays = Array(repeating: false, count: Self.length)
    announcedHolidays = holidays
    commissioned =
      Bool.random(using: &random) ? Int.random(in: 0...800, using: &random) : nil
    retired = Int.random(in: 0..<4, using: &random) == 0 ? 2_300 : nil
    let start = Int.random(in: 0...1_500, using: &random)
    period = start..<Int.random(in: start + 1...3_000, using: &random)
    if Bool.random(using: &random) {
      hours = [
        ServiceHours(weekdays: 1 << 5, startMinute: 1_425, endMinute: 1_440),
        ServiceHours(
          weekdays: UInt8.random(in: 0...127, using: &random), startMinute: 2, endMinute: 17),
      ]
    }
    if seed % 23 != 0 { addReadings(&random) }
    addPlans(&random)
  }

  /// What calendars say; drawn last, so that the lives of before stay what they were.
  private mutating func addPlans(_ random: inout SeededGenerator) {
    func part(of bits: [Bool], _ random: inout SeededGenerator) -> [Bool] {
      let late = Self.holes(upTo: Int.random(in: 0...4, using: &random), &random)
      return zip(bits, late).map { $0 && !$1 }
    }
    announced = part(of: maintenance, &random)
    if Int.random(in: 0..<3, using: &random) == 0 {
      holidays = Self.holes(upTo: 3, &random)
      announcedHolidays = part(of: holidays, &random)
    }
    guard Int.random(in: 0..<4, using: &random) == 0 else { return }
    booked = Self.holes(upTo: 12, &random)
    if Bool.random(using: &random) { bookedKnown = Self.holes(upTo: 8, &random) }
  }

  static func instant(_ second: Int) -> Milliseconds { base + Milliseconds(second) * 1000 }

  private static func holes(upTo count: Int, _ random: inout SeededGenerator) -> [Bool] {
    var bits = Array(repeating: false, count: length)
    for _ in 0..<count {
      let start = Int.random(in: 0..<length, using: &random)
      for second in start..<min(length, start + Int.random(in: 1...300, using: &random)) {
        bits[second] = true
      }
    }
    return bits
  }

  private mutating func addReadings(_ random: inout SeededGenerator) {
    let changeOfSession = Int.random(in: 1_000...6_000, using: &random)
    var second = Int.random(in: 0...400, using: &random)
    var boot = second - Int.random(in: 0...100, using: &random)
    while second < now {
      let session: UInt16 = second < changeOfSession ? 1 : 2
      let up: Double? =
        Int.random(in: 0..<5, using: &random) == 0 ? nil : Double(second - boot)
      let received = Self.instant(second) + 100
      readings.append(
        HistoryReading(
          eventTime: Self.instant(second), receivedAt: received, session: session,
          upSeconds: up))
      switch Int.random(in: 0..<30, using: &random) {
      case 0: second += Int.random(in: 31...400, using: &random)
      case 1...5: second += Int.random(in: 11...35, using: &random)
      default: second += Int.random(in: 1...10, using: &random)
      }
      switch Int.random(in: 0..<40, using: &random) {
      case 0: boot = second - Int.random(in: 0...40, using: &random)
      case 1, 2:
        readings.append(
          HistoryReading(
            eventTime: received, receivedAt: received + 500, session: session,
            flags: second % 3 == 0 ? [.offlineMark, .resumed] : .offlineMark))
      case 3:
        let stored = second - Int.random(in: 0...20, using: &random)
        readings.append(
          HistoryReading(
            eventTime: Self.instant(stored), receivedAt: Self.instant(second) + 50,
            session: session, flags: .backlog, upSeconds: Double(max(0, stored - boot))))
      case 4:
        readings.append(
          HistoryReading(
            eventTime: Self.instant(second) - 4_000, receivedAt: Self.instant(second),
            session: session, flags: [.retained], upSeconds: 9_000))
      default: break
      }
    }
  }

  // MARK: The oracle

  private struct Live {
    var second: Int
    var received: Milliseconds
    var session: UInt16
  }

  /// The state of every second of the period.
  func judge() -> [DeviceState] {
    let live = readings.filter { $0.flags.isEmpty }
      .map {
        Live(
          second: Int(($0.eventTime - Self.base) / 1000), received: $0.receivedAt,
          session: $0.session)
      }
      .sorted { $0.second < $1.second }
    var silences: [Int: Silence] = [:]
    return period.map { second in
      guard let begin = commissioned ?? live.first?.second, second >= begin,
        second < retired ?? .max, isExpected(second)
      else { return .excluded }
      if isWorkedOn(second) { return .maintenance }
      let next = live.firstIndex { $0.second > second } ?? live.count
      let silence = silences[next] ?? self.silence(before: next, of: live, begin: begin)
      silences[next] = silence
      let (from, to, isOpen) = (silence.from, silence.to, next == live.count)
      if next > 0, !isOpen, to - from <= Self.interval { return .up }
      if next > 0, !isOpen, !silence.isMarked, silence.due <= Self.allowance { return .up }
      guard second < now, observed[second] else { return .unobserved }
      if silence.accountable <= Self.allowance && !silence.isMarked {
        return live.isEmpty ? .unobserved : .up
      }
      return isOpen ? .unknown : cause(of: second, heardAgain: to)
    }
  }

  /// The stretch before one of the live readings, or behind the last, counted second by second.
  private struct Silence {
    var from, to, due, accountable: Int
    var isMarked: Bool
  }

  private func silence(before next: Int, of live: [Live], begin: Int) -> Silence {
    let from = next == 0 ? begin : live[next - 1].second
    let isOpen = next == live.count
    let to = isOpen ? now : live[next].second
    let seconds = from..<max(from, to)
    return Silence(
      from: from, to: to,
      due: seconds.count { isInService($0, begin: begin) && isExpected($0) && !isWorkedOn($0) },
      accountable: seconds.count { isAccountable($0, begin: begin) },
      isMarked: next > 0 && isMarked(live[next - 1], isOpen ? nil : live[next], silence: to - from))
  }

  private func isInService(_ second: Int, begin: Int) -> Bool {
    second >= begin && second < retired ?? .max
  }

  private func isWorkedOn(_ second: Int) -> Bool {
    isAnnounced ? announced[second] : maintenance[second]
  }

  private func isExpected(_ second: Int) -> Bool {
    if isAnnounced ? announcedHolidays[second] : holidays[second] { return false }
    if let booked, !isAnnounced || (bookedKnown?[second] ?? true) { return booked[second] }
    return isInHours(second)
  }

  private func isInHours(_ second: Int) -> Bool {
    if hours.isEmpty { return true }
    // 23:40 is minute 1,420 of a Saturday (bit 5); Sunday is bit 6.
    let minute = 1_420 + second / 60
    let (day, minuteOfDay) = (5 + minute / 1_440, minute % 1_440)
    return hours.contains {
      $0.weekdays >> UInt8(day) & 1 == 1 && $0.startMinute <= minuteOfDay
        && minuteOfDay < $0.endMinute
    }
  }

  private func isAccountable(_ second: Int, begin: Int) -> Bool {
    isInService(second, begin: begin) && second < now && observed[second]
      && !isWorkedOn(second) && isExpected(second)
  }

  private func isMarked(_ before: Live, _ after: Live?, silence: Int) -> Bool {
    guard silence * 2 > Self.interval * 3 else { return false }
    return readings.contains {
      $0.flags.contains(.offlineMark) && $0.session == before.session
        && before.received <= $0.receivedAt && $0.receivedAt <= after?.received ?? .max
        && (after == nil || after?.session == before.session) && isCredible($0)
    }
  }

  /// We went on hearing for two seconds, and had heard for ten if the broker had kept it.
  private func isCredible(_ mark: HistoryReading) -> Bool {
    let at = Int(mark.receivedAt - Self.base)
    let from = at - (mark.flags.contains(.resumed) ? 10_000 : 0)
    return stride(from: from, to: at + 2_000, by: 100).allSatisfy { millisecond in
      let second = millisecond / 1_000
      return millisecond >= 0 && second < observed.count && observed[second]
    }
  }

  private func cause(of second: Int, heardAgain: Int) -> DeviceState {
    let told = readings.filter {
      $0.upSeconds != nil && !$0.flags.contains(.retained)
        && !$0.flags.contains(.offlineMark)
    }
    let isRunning = told.contains {
      let end = Int(($0.eventTime - Self.base) / 1000)
      return end - Int($0.upSeconds ?? 0) <= second && second < end
    }
    if isRunning { return .noLink }
    let isTold = told.contains { $0.eventTime >= Self.instant(heardAgain) }
    return isTold ? .off : .unknown
  }

  // MARK: What is tested

  func history(_ order: [HistoryReading]) -> DeviceHistory {
    var history = DeviceHistory(reportInterval: Milliseconds(Self.interval) * 1000)
    for reading in order { history.add(reading) }
    return history
  }

  var plan: ServicePlan {
    ServicePlan(
      hours: hours, booked: booked.map(Self.set), holidays: Self.set(holidays),
      maintenance: Self.set(maintenance), announcedMaintenance: Self.set(announced),
      announcedHolidays: Self.set(announcedHolidays), bookedKnown: bookedKnown.map(Self.set))
  }

  func compute(_ history: DeviceHistory) -> Availability {
    Availability.compute(
      history: history,
      period: Interval(
        start: Self.instant(period.lowerBound), end: Self.instant(period.upperBound)),
      now: Self.instant(now), observed: Self.set(observed),
      plan: isAnnounced ? plan.announced : plan,
      reportInterval: Milliseconds(Self.interval) * 1000,
      offlineAfter: Milliseconds(Self.allowance) * 1000,
      commissionedAt: commissioned.map(Self.instant), retiredAt: retired.map(Self.instant),
      outageMin: 60_000)
  }

  static func set(_ bits: [Bool]) -> IntervalSet {
    IntervalSet(
      bits.indices.filter { bits[$0] }
        .map { Interval(start: instant($0), end: instant($0 + 1)) })
  }
}
