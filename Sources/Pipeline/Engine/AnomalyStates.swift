// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What the anomaly rules remember of their devices beside the detectors, by slot: one rule of one
/// device.
///
/// Flat columns of nine bytes a slot; what only counters and open alerts need stands aside, for a
/// nation has millions of slots and few of those.
struct AnomalyStates: Sendable, Equatable {
  /// One slot's.
  struct State: Equatable {
    /// Event time of the newest reading it looked at.
    var judgedAt: Milliseconds = .min
    /// Of a counter: the total of that reading.
    var total: UInt64 = 0
    var isOpen = false
    /// While the alert is open: since when the metric has been usual again; `.min` is not.
    var usualSince: Milliseconds = .min
  }

  private var judgedAt: [Milliseconds] = []
  private var isOpen: [Bool] = []
  /// Bounded by the slots of counters.
  private var totals: [Int: UInt64] = [:]
  /// Bounded by the open alerts.
  private var usualSince: [Int: Milliseconds] = [:]

  var count: Int { judgedAt.count }
  var indices: Range<Int> { judgedAt.indices }

  mutating func reserveCapacity(_ count: Int) {
    judgedAt.reserveCapacity(count)
    isOpen.reserveCapacity(count)
  }

  /// Fresh slots behind the others.
  mutating func append(count: Int) {
    judgedAt.append(contentsOf: repeatElement(.min, count: count))
    isOpen.append(contentsOf: repeatElement(false, count: count))
  }

  /// Slots of another one behind its own.
  mutating func append(_ slots: Range<Int>, of other: AnomalyStates) {
    for slot in slots {
      append(count: 1)
      self[count - 1] = other[slot]
    }
  }

  func judgedAt(_ slot: Int) -> Milliseconds { judgedAt[slot] }
  func isOpen(_ slot: Int) -> Bool { isOpen[slot] }

  mutating func judge(_ slot: Int, at time: Milliseconds) { judgedAt[slot] = time }

  subscript(slot: Int) -> State {
    get {
      State(
        judgedAt: judgedAt[slot], total: totals[slot] ?? 0, isOpen: isOpen[slot],
        usualSince: usualSince[slot] ?? .min)
    }
    set {
      judgedAt[slot] = newValue.judgedAt
      isOpen[slot] = newValue.isOpen
      if newValue.total != 0 || totals[slot] != nil { totals[slot] = newValue.total }
      let isUsual = newValue.isOpen && newValue.usualSince != .min
      if isUsual || usualSince[slot] != nil {
        usualSince[slot] = isUsual ? newValue.usualSince : nil
      }
    }
  }
}
