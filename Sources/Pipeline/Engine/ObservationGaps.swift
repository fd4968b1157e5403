// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The times in which we could not hear, newest last: what reaches us late from them was kept by
/// the broker, so the device counts as heard.
struct ObservationGaps {
  /// More gaps than this within the lateness allowance is a broken uplink, not a memory.
  static let countMax = 4_096
  private(set) var gaps: [Interval] = []
  /// Start of the oldest observed stretch that is remembered.
  private(set) var observedFrom: Milliseconds?
  /// End of the newest observed stretch.
  private(set) var heardUntil: Milliseconds?

  /// Start of the stretch in which we hear now.
  var hearingSince: Milliseconds? { gaps.last?.end ?? observedFrom }

  init(observed: [Interval]) {
    for interval in observed.sorted(by: { $0.start < $1.start }) {
      heard(from: interval.start, until: interval.end)
    }
  }

  /// Notes a stretch that was lost inside one that was heard.
  mutating func lost(_ gap: Interval) {
    gaps.append(gap)
    if gaps.count > Self.countMax { gaps.removeFirst() }
  }

  /// Notes one stretch in which we heard; stretches come in order of their start.
  mutating func heard(from start: Milliseconds, until end: Milliseconds) {
    if let last = heardUntil, start > last {
      gaps.append(Interval(start: last, end: start))
      if gaps.count > Self.countMax { gaps.removeFirst() }
    }
    observedFrom = observedFrom ?? start
    heardUntil = max(heardUntil ?? end, end)
  }

  func contains(_ instant: Milliseconds) -> Bool {
    gaps.reversed().contains { $0.contains(instant) }
  }

  /// How long we could not hear between two instants.
  func duration(from start: Milliseconds, to end: Milliseconds) -> Milliseconds {
    gaps.reduce(0) { $0 + max(0, min($1.end, end) - max($1.start, start)) }
  }

  /// Whether the device kept a message, unless it came in time or we were the ones who could not
  /// hear.
  func isKeptByDevice(
    eventTime: Milliseconds, receivedAt: Milliseconds, offlineAfter: Milliseconds
  ) -> Bool {
    let lateness = receivedAt - eventTime
    if lateness <= offlineAfter || contains(eventTime) { return false }
    // Sent just before we stopped hearing, it waited at the broker for as long as we were deaf.
    let deaf = duration(from: eventTime, to: receivedAt)
    return lateness - deaf > offlineAfter
  }
}
