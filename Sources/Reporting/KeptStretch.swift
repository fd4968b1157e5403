// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// What a sealed day whose readings are gone still says of one device, as far as a period wants it.
struct KeptStretch {
  let day: Int64
  let interval: Interval
  /// Of the whole day; nil if an older nhip sealed it.
  let part: Availability.Part?
  /// Inside of the interval; nil if an older nhip sealed the day and something failed.
  let failures: [ServiceFailure]?
  /// Of the whole day.
  let failed: Milliseconds
  /// At no time of the day service was unknown.
  let isServiceKnown: Bool

  init(_ figures: SealedFigures, day: Int64, interval: Interval) {
    self.day = day
    self.interval = interval
    part = SealedIntervals.part(figures.intervals, day: day)
    let numbers = Dictionary(figures.pairs.map { ($0.name, Milliseconds($0.value)) }) { $1 }
    failed = (numbers["service_failed"] ?? nil) ?? 0
    isServiceKnown = (numbers["service_unknown"] ?? nil) == 0
    let known = SealedFailures.failures(figures.failures, day: day)
    failures = (known ?? (failed == 0 ? [] : nil))?.compactMap { $0.clipped(to: interval) }
  }
}

extension Explanation {
  /// Puts the service of a period together from days whose readings are gone and stretches that
  /// were read.
  mutating func join(
    _ kept: [KeptStretch], read: [Availability], account: DeviceAccount, profile: Profile
  ) {
    guard !profile.service.isEmpty else { return }
    var parts: [(start: Milliseconds, service: ServiceAvailability)] = []
    for stretch in kept {
      let availability = Availability.joined(
        [stretch.part].compactMap(\.self), period: stretch.interval, outageMin: 0)
      parts.append(
        (
          stretch.interval.start,
          ServiceAvailability(
            keptOf: availability, failures: stretch.failures ?? [],
            isKnown: stretch.isServiceKnown && stretch.failures != nil)
        ))
      if stretch.failures == nil { lostFailures.append((stretch.day, stretch.failed)) }
    }
    for availability in read {
      let service = ServiceAvailability.compute(
        readings: account.readings, profile: profile, availability: availability)
      if let service { parts.append((availability.period.start, service)) }
    }
    service = .joined(parts.sorted { $0.start < $1.start }.map(\.service))
  }
}
