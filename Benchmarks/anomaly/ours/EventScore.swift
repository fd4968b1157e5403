// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Event F1 with a bounded delay. An event is a run of marked rows, found if a score reaches the
/// threshold within so many rows of its start; scores that reach it outside are false, merged when
/// no further apart. The threshold, one for all series, is chosen on every other series and tested
/// on the rest, and the other way round; the counts are added up.
struct EventScore {
  static let delay = 7
  /// Thresholds tried: quantiles of the positive scores, this many down to the upper tenth.
  private static let thresholdCount = 60

  struct Counts {
    var found = 0
    var falseAlarms = 0
    var missed = 0

    var f1: Double {
      Double(2 * found) / Double(max(2 * found + falseAlarms + missed, 1))
    }

    static func += (left: inout Counts, right: Counts) {
      left.found += right.found
      left.falseAlarms += right.falseAlarms
      left.missed += right.missed
    }
  }

  let series: [LabelledSeries]

  func callAsFunction(_ scores: [[Double]]) -> Counts {
    var total = Counts()
    for half in 0...1 {
      let chosen = Array(stride(from: half, to: series.count, by: 2))
      let tested = stride(from: 1 - half, to: series.count, by: 2)
      let threshold = bestThreshold(chosen, scores)
      for index in tested {
        total += Reach(series[index], scores[index], least: threshold)[threshold]
      }
    }
    return total
  }

  private func bestThreshold(_ indices: [Int], _ scores: [[Double]]) -> Double {
    var pool: [Double] = []
    for index in indices {
      pool += scores[index][series[index].probation...].filter { $0 > 0 }
    }
    guard !pool.isEmpty else { return 1 }
    pool.sort()
    let grid = Set(Self.quantiles.map { Self.quantile(pool, $0) }).sorted()
    let reaches = indices.map { Reach(series[$0], scores[$0], least: grid[0]) }
    var best = (f1: -1.0, threshold: 1.0)
    for threshold in grid {
      var counts = Counts()
      for reach in reaches { counts += reach[threshold] }
      if counts.f1 > best.f1 { best = (counts.f1, threshold) }
    }
    return best.threshold
  }

  private static let quantiles = (0..<thresholdCount).map { index in
    1 - 1e-6 * pow(0.1 / 1e-6, Double(index) / Double(thresholdCount - 1))
  }

  /// Between the two nearest, as numpy does.
  private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    guard below + 1 < sorted.count else { return sorted[below] }
    return sorted[below] + (sorted[below + 1] - sorted[below]) * (place - Double(below))
  }
}

/// What of one series matters for thresholds from `least` on: the best early score of each event,
/// and the rows that reach.
private struct Reach {
  private var events: [Double] = []
  private var rows: [(at: Int, isMarked: Bool, score: Double)] = []

  init(_ series: LabelledSeries, _ scores: [Double], least: Double) {
    let labels = series.labels
    for at in series.probation..<scores.count {
      if labels[at], at == series.probation || !labels[at - 1] {
        var best = 0.0
        var row = at
        while row < scores.count, labels[row], row <= at + EventScore.delay {
          best = max(best, scores[row])
          row += 1
        }
        events.append(best)
      }
      if scores[at] >= least { rows.append((at, labels[at], scores[at])) }
    }
  }

  subscript(threshold: Double) -> EventScore.Counts {
    var counts = EventScore.Counts()
    counts.found = events.count { $0 >= threshold }
    counts.missed = events.count - counts.found
    var last = -1_000_000_000
    for row in rows where row.score >= threshold {
      if !row.isMarked, row.at - last > EventScore.delay { counts.falseAlarms += 1 }
      last = row.at
    }
    return counts
  }
}
