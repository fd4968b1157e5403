// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension ServiceFailure {
  /// The failures of a period whose parts were judged one by one: what goes on where one part ends
  /// and the next begins is one failure.
  ///
  /// - Parameter parts: in order of time, each ascending and disjoint.
  package static func joined(_ parts: [ServiceFailure]) -> [ServiceFailure] {
    var result: [ServiceFailure] = []
    for part in parts {
      guard let last = result.last, part.interval.start <= last.interval.end else {
        result.append(part)
        continue
      }
      var whole = last
      whole.interval.end = max(last.interval.end, part.interval.end)
      whole.failing += part.failing.filter { !last.failing.contains($0) }
      whole.isRestored = part.isRestored
      result[result.count - 1] = whole
    }
    return result
  }

  /// The part of it inside a period; nil if there is none.
  package func clipped(to period: Interval) -> ServiceFailure? {
    guard let interval = interval.intersection(period) else { return nil }
    return ServiceFailure(
      interval: interval, failing: failing,
      isRestored: isRestored && interval.end == self.interval.end)
  }
}

extension ServiceAvailability {
  /// A part of a period of which no readings are left, only its failures and how long it was up.
  ///
  /// - Parameters:
  ///   - failures: inside of it; they count for as long as the device was up.
  ///   - isKnown: at no time of it service was unknown.
  package init(keptOf availability: Availability, failures: [ServiceFailure], isKnown: Bool) {
    let failed = failures.reduce(0) { $0 + $1.interval.duration }
    let other = max(0, availability[.up] - failed)
    self.init(
      times: ServiceTimes(
        held: isKnown ? other : 0, failed: failed, unknown: isKnown ? 0 : other,
        down: availability.down, unobserved: availability[.unobserved]),
      failures: failures)
  }

  /// How it was over a period whose parts were judged one by one, in order of time.
  package static func joined(_ parts: [ServiceAvailability]) -> ServiceAvailability {
    ServiceAvailability(
      times: ServiceTimes(
        held: parts.reduce(0) { $0 + $1.times.held },
        failed: parts.reduce(0) { $0 + $1.times.failed },
        unknown: parts.reduce(0) { $0 + $1.times.unknown },
        down: parts.reduce(0) { $0 + $1.times.down },
        unobserved: parts.reduce(0) { $0 + $1.times.unobserved }),
      failures: ServiceFailure.joined(parts.flatMap(\.failures)))
  }
}
