// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// How often each device's alerts began of late, for what is usual and for what flaps.
///
/// Counts halve in a fixed time. The rate of a device is the mean of the posterior of a Poisson
/// rate with a gamma prior (A. Gelman et al., "Bayesian Data Analysis", 3rd ed., 2.6), with the
/// decayed count and the decayed time of watching in the place of the plain ones. Bounds: one entry
/// a device that ever had an alert.
struct OnsetHistory: Sendable {
  /// Since when onsets are counted; nil before the first instant.
  private(set) var startedAt: Milliseconds?
  private var counts: [Int64: OnsetCounts] = [:]
  /// Devices whose counts changed since they were taken.
  private var changed: Set<Int64> = []

  private static let day = 86_400_000.0

  /// Which of the counts an onset is of.
  enum Class: Sendable { case silent, other }

  static func `class`(ofStream stream: String) -> Class { stream == "silent" ? .silent : .other }

  mutating func start(at instant: Milliseconds) {
    guard startedAt == nil else { return }
    startedAt = instant
    changed.insert(0)
  }

  /// Half for each half-life that has passed.
  private static func decay(_ passed: Milliseconds, halfLife: Milliseconds) -> Double {
    guard passed > 0 else { return 1 }
    return PoissonTail.exponential(-0.693147180559945309 * Double(passed) / Double(halfLife))
  }

  private static func decayed(_ counts: OnsetCounts, to now: Milliseconds) -> OnsetCounts {
    let slow = decay(now - counts.at, halfLife: IncidentSettings.rateHalfLife)
    let fast = decay(now - counts.at, halfLife: IncidentSettings.flapHalfLife)
    return OnsetCounts(
      device: counts.device, at: max(now, counts.at), silent: counts.silent * slow,
      other: counts.other * slow, flaps: counts.flaps * fast)
  }

  /// - Parameter isFault: counts for flapping, if no other began just before.
  mutating func note(
    _ device: Int64, _ onset: Class, isFault: Bool, at now: Milliseconds
  ) {
    let before = counts[device]
    var next = Self.decayed(before ?? OnsetCounts(device: device, at: now), to: now)
    let isAnother = before.map { now - $0.at >= IncidentSettings.oneFault } ?? true
    if isFault, isAnother { next.flaps += 1 }
    switch onset {
    case .silent: next.silent += 1
    case .other: next.other += 1
    }
    counts[device] = next
    changed.insert(device)
  }

  func flaps(of device: Int64, at now: Milliseconds) -> Double {
    counts[device].map { Self.decayed($0, to: now).flaps } ?? 0
  }

  /// How many of these devices begin an alert of this class within `length`, on average.
  func expected(
    _ devices: some Sequence<Int64>, _ onset: Class, within length: Milliseconds,
    at now: Milliseconds
  ) -> Double {
    // The time of watching decays as the counts do: H / ln 2 · (1 − 2^(−T / H)).
    let halfLife = Double(IncidentSettings.rateHalfLife)
    let watched = Double(now - (startedAt ?? now))
    let passed = Self.decay(Milliseconds(max(0, watched)), halfLife: IncidentSettings.rateHalfLife)
    let exposure = halfLife / 0.693147180559945309 * (1 - passed) / Self.day
    var count = 0.0
    for device in devices {
      count += IncidentSettings.priorCount
      guard let known = counts[device] else { continue }
      let past = onset == .silent ? known.silent : known.other
      count += past * Self.decay(now - known.at, halfLife: IncidentSettings.rateHalfLife)
    }
    return count * Double(length) / Self.day / (IncidentSettings.priorDays + exposure)
  }

  // MARK: The store

  var hasChanges: Bool { !changed.isEmpty }

  mutating func takeChanges() -> [OnsetCounts] {
    defer { changed.removeAll() }
    return changed.sorted().map { device in
      device == 0
        ? OnsetCounts(device: 0, at: startedAt ?? 0)
        : counts[device] ?? OnsetCounts(device: device, at: 0)
    }
  }

  mutating func restore(_ stored: [OnsetCounts]) {
    for entry in stored {
      if entry.device == 0 { startedAt = entry.at } else { counts[entry.device] = entry }
    }
  }

  /// Our time was wrong: nothing was counted later than now.
  mutating func forget(after now: Milliseconds) {
    startedAt = startedAt.map { min($0, now) }
    for (device, entry) in counts where entry.at > now { counts[device]?.at = now }
  }
}
