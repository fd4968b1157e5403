// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A maximal stretch of live readings, each within the report interval of the next by event time.
///
/// Both ends are readings. Each end keeps when and by which session it was received, because a
/// presence mark has no time of its own and finds its gap by the order of receipt.
package struct HeardRun: Hashable, Sendable {
  package struct Edge: Hashable, Sendable {
    package var eventTime: Milliseconds
    package var receivedAt: Milliseconds
    package var session: UInt16

    package init(eventTime: Milliseconds, receivedAt: Milliseconds, session: UInt16) {
      self.eventTime = eventTime
      self.receivedAt = receivedAt
      self.session = session
    }

    /// Of several receipts of one instant the earliest counts, whatever order they came in.
    func precedes(_ other: Edge) -> Bool {
      (receivedAt, session) < (other.receivedAt, other.session)
    }
  }

  package var first: Edge
  package var last: Edge
}

/// The runs of one device in ascending order: single-linkage clusters of its live event times.
///
/// Such clusters do not depend on the order of adding. Growth is bounded by the readings of the
/// span that the owner keeps; a healthy device costs one run.
struct HeardRuns: Hashable, Sendable {
  private(set) var runs: [HeardRun] = []

  /// Adds one live reading; `closing` is the report interval.
  mutating func insert(_ edge: HeardRun.Edge, closing: Milliseconds) {
    // The first run that ends no earlier than one closing distance before the reading.
    let lower = firstRun { $0.last.eventTime >= edge.eventTime - closing }
    guard lower < runs.count, runs[lower].first.eventTime <= edge.eventTime + closing else {
      runs.insert(HeardRun(first: edge, last: edge), at: lower)
      return
    }
    runs[lower].extend(with: edge)
    // The reading may close the gap to the next run; never to more than one, since runs are
    // further apart than the closing distance on each side of it.
    let next = lower + 1
    if next < runs.count,
      runs[next].first.eventTime - runs[lower].last.eventTime <= closing
    {
      runs[lower].last = runs[next].last
      runs.remove(at: next)
    }
  }

  private func firstRun(where holds: (HeardRun) -> Bool) -> Int {
    var lower = 0
    var upper = runs.count
    if let last = runs.last, holds(last) {
      upper = runs.count - 1
    } else {
      return runs.count
    }
    // Readings usually arrive in order: look at the last run before searching.
    if upper == 0 || !holds(runs[upper - 1]) { return upper }
    while lower < upper {
      let middle = lower + (upper - lower) / 2
      if holds(runs[middle]) { upper = middle } else { lower = middle + 1 }
    }
    return lower
  }
}

extension HeardRun {
  fileprivate mutating func extend(with edge: Edge) {
    if edge.eventTime < first.eventTime
      || (edge.eventTime == first.eventTime && edge.precedes(first))
    {
      first = edge
    }
    if edge.eventTime > last.eventTime
      || (edge.eventTime == last.eventTime && edge.precedes(last))
    {
      last = edge
    }
  }
}
