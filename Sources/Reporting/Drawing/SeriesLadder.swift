// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A series in bounded memory: how low and how high it was in each of at most ``rungCountMax``
/// equal stretches of time. When a reading falls behind the last stretch, pairs of them become one,
/// twice as long, until it fits; what the ladder holds does not depend on when that happened.
package struct SeriesLadder: Sendable, Hashable {
  /// Twice the pixels a picture is wide, so that it is never coarser than the picture.
  package static let rungCountMax = 2_048

  /// One stretch of time in which something was measured.
  package struct Rung: Sendable, Hashable {
    package var lowest: Double
    package var highest: Double
    package var first: Double
    package var last: Double
    /// The expected band; nil where nothing was judged.
    package var band: ClosedRange<Double>?
    /// Between the reading before it and its first one nothing was measured for unusually long.
    package var isAfterGap: Bool

    init(_ value: Double, band: ClosedRange<Double>?, isAfterGap: Bool) {
      (lowest, highest, first, last) = (value, value, value, value)
      (self.band, self.isAfterGap) = (band, isAfterGap)
    }

    /// Takes what comes later.
    mutating func add(_ later: Rung) {
      lowest = min(lowest, later.lowest)
      highest = max(highest, later.highest)
      last = later.last
      guard let other = later.band else { return }
      guard let own = band else {
        band = other
        return
      }
      band = min(own.lowerBound, other.lowerBound)...max(own.upperBound, other.upperBound)
    }
  }

  /// When the first reading was; nil before it.
  package private(set) var start: Milliseconds?
  /// When the last one was.
  package private(set) var end: Milliseconds = 0
  /// Of each stretch.
  package private(set) var rungLength: Milliseconds = 1
  package private(set) var rungs: [Rung?] = []

  package init() {}

  /// Readings before the first one have no place; a clock that was set back draws over what was.
  package mutating func add(
    _ value: Double, at time: Milliseconds, band: ClosedRange<Double>?, isAfterGap: Bool = false
  ) {
    precondition(value.isFinite, "only finite readings are drawn")
    let start = start ?? time
    self.start = start
    guard time >= start else { return }
    end = max(end, time)
    while (time - start) / rungLength >= Int64(Self.rungCountMax) { mergePairs() }
    let position = Int((time - start) / rungLength)
    while rungs.count <= position { rungs.append(nil) }
    let rung = Rung(value, band: band, isAfterGap: isAfterGap)
    if rungs[position] == nil {
      rungs[position] = rung
    } else {
      rungs[position]?.add(rung)
    }
  }

  private mutating func mergePairs() {
    var merged: [Rung?] = []
    merged.reserveCapacity(Self.rungCountMax)
    for position in stride(from: 0, to: rungs.count, by: 2) {
      let later = position + 1 < rungs.count ? rungs[position + 1] : nil
      guard var rung = rungs[position] else {
        merged.append(later)
        continue
      }
      if let later { rung.add(later) }
      merged.append(rung)
    }
    rungs = merged
    rungLength *= 2
  }

  /// The middle of a stretch; of readings that stand alone it is their time, to a stretch's length.
  func time(ofRung position: Int) -> Milliseconds {
    min(end, (start ?? 0) + Int64(position) * rungLength + rungLength / 2)
  }

  var lowest: Double? { rungs.lazy.compactMap(\.?.lowest).min() }
  var highest: Double? { rungs.lazy.compactMap(\.?.highest).max() }
}
