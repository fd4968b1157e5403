// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension ServiceAvailability {
  /// The metrics that the profile's conditions need, each once.
  package static func metricNames(for profile: Profile) -> [String] {
    var names: [String] = []
    for condition in profile.service where !names.contains(condition.metric) {
      names.append(condition.metric)
    }
    return names
  }

  /// Judges the up time of `availability` by the profile's conditions; nil if it has none.
  ///
  /// - Parameter readings: of the device, in any order, with the columns of
  ///   ``metricNames(for:)``; those before the period carry what was last known into it.
  package static func compute(
    readings: DeviceReadings, profile: Profile, availability: Availability
  ) -> ServiceAvailability? {
    guard !profile.service.isEmpty else { return nil }
    let period = availability.period
    let courses = profile.service.map { condition in
      ConditionCourse(condition, readings: readings, profile: profile, until: period.end)
    }
    let up = IntervalSet(
      availability.states.lazy.filter { $0.state == .up }.map(\.interval))
    let failed = courses.reduce(IntervalSet()) { $0.union($1.fails) }.intersection(up)
    let held = courses.reduce(up) { $0.intersection($1.holds) }
    let failures = failed.intervals.map { interval in
      ServiceFailure(
        interval: interval,
        failing: courses.filter { !$0.fails.clipped(to: interval).isEmpty }.map(\.condition),
        isRestored: interval.end < period.end
          && courses.allSatisfy { $0.holds.contains(interval.end) })
    }
    let times = ServiceTimes(
      held: held.duration, failed: failed.duration,
      unknown: up.duration - held.duration - failed.duration, down: availability.down,
      unobserved: availability[.unobserved])
    return ServiceAvailability(times: times, failures: failures)
  }
}

/// When one condition was known to hold, and when not to.
private struct ConditionCourse {
  let condition: Condition
  private(set) var holds = IntervalSet()
  private(set) var fails = IntervalSet()

  /// - Parameter end: the last value speaks until then.
  init(
    _ condition: Condition, readings: DeviceReadings, profile: Profile, until end: Milliseconds
  ) {
    self.condition = condition
    guard let column = readings.metricNames.firstIndex(of: condition.metric) else { return }
    let metric = profile.metrics.first { $0.name == condition.metric }
    var steps: [(time: Milliseconds, holds: Bool)] = []
    steps.reserveCapacity(readings.count)
    var isAscending = true
    for row in 0..<readings.count {
      let value = readings.columns[column][row]
      guard value.isWithin(metric), let holds = condition.holds(value) else { continue }
      let time = readings.eventTime[row]
      if let last = steps.last, time < last.time { isAscending = false }
      steps.append((time, holds))
    }
    if !isAscending { steps.sort { $0.time < $1.time } }
    var position = 0
    while position < steps.count, steps[position].time < end {
      let start = steps[position].time
      var isHolding = true
      while position < steps.count, steps[position].time == start {
        isHolding = isHolding && steps[position].holds
        position += 1
      }
      let next = position < steps.count ? min(steps[position].time, end) : end
      let part = Interval(start: start, end: next)
      if isHolding { holds.insert(part) } else { fails.insert(part) }
    }
  }
}

extension Condition {
  /// Nil if the value cannot be compared with the constant: it tells nothing then.
  fileprivate func holds(_ value: Value) -> Bool? {
    switch constant {
    case .number(let number):
      guard let double = value.double else { return nil }
      return switch comparison {
      case .equal: double == number
      case .notEqual: double != number
      case .less: double < number
      case .atMost: double <= number
      case .greater: double > number
      case .atLeast: double >= number
      }
    case .word(let word):
      guard case .word(let said) = value else { return nil }
      return switch comparison {
      case .equal: said == word
      case .notEqual: said != word
      case .less, .atMost, .greater, .atLeast: nil
      }
    }
  }
}
