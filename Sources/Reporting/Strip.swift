// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// How a period was spent, piece by piece: what is drawn as a bar for each day, or for each hour of
/// a short period.
package struct Strip: Hashable, Sendable {
  /// Shares of one piece, in 65,535ths; what is left was not counted. A share that is there at all
  /// is never 0.
  package struct Bar: Hashable, Sendable {
    package var up: UInt16 = 0
    package var down: UInt16 = 0
    package var maintenance: UInt16 = 0
    package var unobserved: UInt16 = 0

    package init() {}

    package init(_ times: StateTimes, of length: Milliseconds) {
      func share(_ time: Milliseconds) -> UInt16 {
        time <= 0 ? 0 : UInt16(max(1, min(65_535, time * 65_535 / max(1, length))))
      }
      up = share(times[.up])
      down = share(times.down)
      maintenance = share(times[.maintenance])
      unobserved = share(times[.unobserved])
    }
  }

  /// Periods up to this are drawn by the hour.
  package static let hourlyMax: Milliseconds = 2 * LocalTime.dayLength

  package let start: Milliseconds
  package let barLength: Milliseconds
  package private(set) var bars: [Bar]

  /// Bars of whole local hours or days; the first and last may reach beyond the period.
  init(period: Interval) {
    let isHourly = period.duration <= Self.hourlyMax
    barLength = isHourly ? LocalTime.hourLength : LocalTime.dayLength
    let midnight = LocalTime.start(ofDay: LocalTime.day(of: period.start))
    let from = (period.start - midnight) / barLength
    start = midnight + from * barLength
    let count = (max(period.end, start + 1) - start + barLength - 1) / barLength
    bars = Array(repeating: Bar(), count: Int(count))
  }

  /// The bar that begins at an instant.
  mutating func set(_ times: StateTimes, at instant: Milliseconds) {
    let position = Int((instant - start) / barLength)
    if bars.indices.contains(position) { bars[position] = Bar(times, of: barLength) }
  }

  /// Draws states; a bar that they cover in part keeps what was drawn of the rest.
  mutating func add(_ states: [StateInterval]) {
    var times: [Int: StateTimes] = [:]
    for part in states {
      var from = max(part.interval.start, start)
      while from < part.interval.end {
        let position = Int((from - start) / barLength)
        let end = min(part.interval.end, start + Milliseconds(position + 1) * barLength)
        times[position, default: StateTimes()][part.state] += end - from
        from = end
      }
    }
    for (position, times) in times where bars.indices.contains(position) {
      let bar = Bar(times, of: barLength)
      bars[position].up = max(bars[position].up, bar.up)
      bars[position].down = max(bars[position].down, bar.down)
      bars[position].maintenance = max(bars[position].maintenance, bar.maintenance)
      bars[position].unobserved = max(bars[position].unobserved, bar.unobserved)
    }
  }
}
