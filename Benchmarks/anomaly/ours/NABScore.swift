// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The scores of the Numenta Anomaly Benchmark (Lavin and Ahmad, "Evaluating Real-time Anomaly
/// Detection Algorithms – the Numenta Anomaly Benchmark", 2015): 0 for a silent detector, 100 for a
/// perfect one, at the best single threshold over all series, as the benchmark's optimizer does.
struct NABScore {
  enum Profile: String, CaseIterable {
    case standard
    case fewFalse = "low-FP"
    case fewMissed = "low-FN"

    var falseWeight: Double { self == .fewFalse ? 0.22 : 0.11 }
    var missedWeight: Double { self == .fewMissed ? 2 : 1 }
  }

  /// Of each row: the window it lies in, counted over all series, or -1; and what it is worth.
  private struct Row {
    var window: Int
    var weight: Double
  }

  private var rows: [[Row]] = []
  private var windowCount = 0
  private let series: [LabelledSeries]

  init(_ series: [LabelledSeries]) {
    self.series = series
    for one in series { rows.append(weigh(one)) }
  }

  private static func sigmoid(_ y: Double) -> Double { y > 3 ? -1 : 2 / (1 + exp(5 * y)) - 1 }

  private mutating func weigh(_ series: LabelledSeries) -> [Row] {
    var first: [String: Int] = [:]
    for (index, stamp) in series.stamps.enumerated() where first[stamp] == nil {
      first[stamp] = index
    }
    var rows: [Row] = []
    var todo = series.windows[...]
    var current: (first: String, last: String)?
    var width = 0.0
    var previous: (end: Int, width: Double)?
    let top = Self.sigmoid(-1)
    for (index, stamp) in series.stamps.enumerated() {
      if let next = todo.first, stamp == next.first {
        current = next
        todo = todo.dropFirst()
        windowCount += 1
        width = Double((first[next.last] ?? index) - (first[next.first] ?? index) + 1)
      }
      if let current {
        let left = Double((first[current.last] ?? index) - index + 1)
        rows.append(Row(window: windowCount - 1, weight: Self.sigmoid(-left / width) / top))
        if stamp == current.last { previous = (index, width) }
      } else if let previous {
        let late = Double(index - previous.end) / (previous.width - 1)
        rows.append(Row(window: -1, weight: Self.sigmoid(late)))
      } else {
        rows.append(Row(window: -1, weight: -1))
      }
      if stamp == current?.last { current = nil }
    }
    return rows
  }

  /// Of each profile, the best score and its threshold. A score of 0 is silence.
  func callAsFunction(_ scores: [[Double]]) -> [Profile: (score: Double, threshold: Double)] {
    var marks: [(score: Double, row: Row)] = []
    for (index, one) in series.enumerated() {
      for at in one.probation..<one.values.count where scores[index][at] > 0 {
        marks.append((scores[index][at], rows[index][at]))
      }
    }
    marks.sort { $0.score > $1.score }
    return Dictionary(
      uniqueKeysWithValues: Profile.allCases.map { ($0, sweep(marks, $0)) })
  }

  /// What scores reach with a threshold that was chosen before, for each series.
  func score(_ scores: [[Double]], thresholds: [Double], _ profile: Profile) -> Double {
    var got = [Double](repeating: -profile.missedWeight, count: windowCount)
    var wrong = 0.0
    for (index, one) in series.enumerated() {
      for at in one.probation..<one.values.count
      where scores[index][at] > 0 && scores[index][at] >= thresholds[index] {
        let row = rows[index][at]
        if row.window < 0 {
          wrong += row.weight * profile.falseWeight
        } else {
          got[row.window] = max(got[row.window], row.weight)
        }
      }
    }
    return share(of: got.reduce(0, +) + wrong, profile)
  }

  /// From 0 for a silent detector to 100 for a perfect one.
  private func share(of total: Double, _ profile: Profile) -> Double {
    let (null, perfect) = (-profile.missedWeight * Double(windowCount), Double(windowCount))
    return 100 * (total - null) / (perfect - null)
  }

  private func sweep(
    _ marks: [(score: Double, row: Row)], _ profile: Profile
  ) -> (score: Double, threshold: Double) {
    let missed = profile.missedWeight
    var got = [Double](repeating: -missed, count: windowCount)
    var total = -missed * Double(windowCount)
    var best = (total: total, threshold: Double.infinity)
    var index = 0
    while index < marks.count {
      let threshold = marks[index].score
      while index < marks.count, marks[index].score == threshold {
        let row = marks[index].row
        if row.window < 0 {
          total += row.weight * profile.falseWeight
        } else if row.weight > got[row.window] {
          total += row.weight - got[row.window]
          got[row.window] = row.weight
        }
        index += 1
      }
      if total > best.total { best = (total, threshold) }
    }
    return (share(of: best.total, profile), best.threshold)
  }
}
