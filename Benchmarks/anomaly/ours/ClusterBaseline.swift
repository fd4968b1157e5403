// SPDX-License-Identifier: Apache-2.0

/// Unsupervised clustering after Netdata's description of its anomaly detection: k-means with
/// k = 2 on windows of differenced, smoothed, lagged values; a window further from both centres
/// than all but 1 % of those learnt is unusual; several models, learnt at different times, must
/// agree. The score is the share of the last windows on which all of them did.
struct ClusterBaseline {
  private static let lags = 5
  private static let smoothing = 3
  private static let modelCount = 9
  private static let trainingLength = 1_440
  private static let retrainEvery = 240
  private static let rounds = 8
  private static let rateLength = 30

  private struct Model {
    var centres: [[Double]]
    var limit: Double

    func distance(_ window: [Double]) -> Double {
      centres.map { centre in
        zip(centre, window).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
      }.min() ?? 0
    }
  }

  static func scores(_ values: [Double]) -> [Double] {
    let windows = windows(values)
    var models: [Model] = []
    var recent: [Bool] = []
    return values.indices.map { index in
      if index >= 120, index % retrainEvery == 0 {
        models.append(train(Array(windows[max(0, index - trainingLength)..<index])))
        if models.count > modelCount { models.removeFirst() }
      }
      let isUnusual =
        !models.isEmpty && models.allSatisfy { $0.distance(windows[index]) > $0.limit }
      recent.append(isUnusual)
      if recent.count > rateLength { recent.removeFirst() }
      return Double(recent.count { $0 }) / Double(rateLength)
    }
  }

  /// Of each reading the last smoothed differences, newest last.
  private static func windows(_ values: [Double]) -> [[Double]] {
    let differences = values.indices.map { $0 == 0 ? 0 : values[$0] - values[$0 - 1] }
    let smoothed = differences.indices.map { index in
      let part = differences[max(0, index - smoothing + 1)...index]
      return part.reduce(0, +) / Double(part.count)
    }
    return smoothed.indices.map { index in
      (0...lags).map { lag in index >= lags - lag ? smoothed[index - lags + lag] : 0 }
    }
  }

  /// Lloyd's iterations from the windows of smallest and largest norm.
  private static func train(_ windows: [[Double]]) -> Model {
    func norm(_ window: [Double]) -> Double { window.map { $0 * $0 }.reduce(0, +) }
    let least = windows.min { norm($0) < norm($1) } ?? []
    let most = windows.max { norm($0) < norm($1) } ?? []
    var model = Model(centres: [least, most], limit: 0)
    for _ in 0..<rounds {
      var sums = model.centres.map { _ in [Double](repeating: 0, count: lags + 1) }
      var counts = [0.0, 0.0]
      for window in windows {
        let distances = model.centres.map { centre in
          zip(centre, window).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
        }
        let nearest = distances[0] <= distances[1] ? 0 : 1
        counts[nearest] += 1
        for index in window.indices { sums[nearest][index] += window[index] }
      }
      for centre in 0...1 where counts[centre] > 0 {
        model.centres[centre] = sums[centre].map { $0 / counts[centre] }
      }
    }
    let distances = windows.map(model.distance).sorted()
    model.limit = distances[Int(0.99 * Double(distances.count - 1))]
    return model
  }
}
