// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What a watched metric of one device measured over a stretch, by event time: of a counter its
/// rate a second. Holds at most ``pointCountMax`` readings.
struct WatchedSeries {
  /// Two weeks of a reading every six seconds; what comes behind is left out.
  static let pointCountMax = 200_000

  struct Point: Hashable {
    var time: Milliseconds
    var value: Double
  }

  let device: Int64
  let metric: Metric
  let interval: Interval
  private var raw: [Point] = []

  init(device: Int64, metric: Metric, interval: Interval) {
    self.device = device
    self.metric = metric
    self.interval = interval
  }

  /// A retained copy and a presence mark measured nothing, and of what was kept while cut off no
  /// detector heard in time.
  private static let left: ReadingFlags = [.retained, .backlog, .offlineMark]

  /// Takes the device's readings of a block, in any order.
  mutating func add(_ block: ReadingColumns, rows: Range<Int>) {
    guard let column = block.metricNames.firstIndex(of: metric.name) else { return }
    let lowest = metric.lowest ?? -.infinity
    let range = lowest...max(lowest, metric.highest ?? .infinity)
    for row in rows where block.device[row] == device && raw.count < Self.pointCountMax {
      guard block.flags[row].isDisjoint(with: Self.left), interval.contains(block.eventTime[row]),
        let value = block.metrics[column][row].double, value.isFinite, range.contains(value)
      else { continue }
      raw.append(Point(time: block.eventTime[row], value: value))
    }
  }

  /// Ascending, one at each instant.
  var points: [Point] {
    var sorted: [Point] = []
    for (_, point) in raw.enumerated().sorted(by: {
      ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
    }) where sorted.last?.time != point.time {
      sorted.append(point)
    }
    return metric.form == .counter ? Self.rates(of: sorted) : sorted
  }

  /// A counter that fell was reset: of that step nobody knows how much was counted.
  private static func rates(of points: [Point]) -> [Point] {
    zip(points, points.dropFirst()).compactMap { before, point in
      guard point.value >= before.value else { return nil }
      let rate = (point.value - before.value) / (Double(point.time - before.time) / 1_000)
      return Point(time: point.time, value: rate)
    }
  }
}
