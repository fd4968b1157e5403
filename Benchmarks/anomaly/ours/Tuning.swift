// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation

/// A random search that climbs: one to four constants, or all of them a little, are multiplied at
/// random; what is better on average over jitters of all constants is kept. The jitters are the
/// same for both that are compared, and new ones are drawn every so many trials, so that a plateau
/// is found, not a peak.
struct Tuning {
  static let jitter = 0.2
  private static let jitterCount = 9
  private static let trialsPerJitters = 60
  /// A trial is given up once its mean lies so far below the best over the same jitters.
  private static let hopeless = 1.2

  let data: PublicData
  var random: SeededRandom
  var best: DetectorConstants
  private var factors: [[Double]] = []
  private var bestScores: [Double] = []

  init(data: PublicData, from start: DetectorConstants, seed: UInt64) {
    self.data = data
    best = start
    random = SeededRandom(seed: seed)
  }

  static func jittered(_ constants: DetectorConstants, _ factors: [Double]) -> DetectorConstants {
    var jittered = constants
    for (field, factor) in zip(ConstantNames.all, factors) {
      jittered[keyPath: field.path] *= factor
    }
    return jittered
  }

  static func factors(_ random: inout SeededRandom) -> [Double] {
    ConstantNames.all.map { _ in 1 - jitter + 2 * jitter * random.uniform() }
  }

  mutating func run(trials: Int) {
    for trial in 0..<trials {
      if trial % Self.trialsPerJitters == 0 { drawJitters() }
      let candidate = changed()
      guard let scores = scores(candidate), mean(scores) > mean(bestScores) else { continue }
      best = candidate
      bestScores = scores
      let plain = data.evaluate(best)
      let line = String(
        format: "%d robust %.2f plain %.2f F1 %.3f %@\n", trial, mean(scores), plain.objective,
        plain.events.f1, ConstantNames.text(best))
      FileHandle.standardOutput.write(Data(line.utf8))
    }
  }

  private func mean(_ scores: [Double]) -> Double {
    scores.reduce(0, +) / Double(max(scores.count, 1))
  }

  private mutating func drawJitters() {
    factors = [ConstantNames.all.map { _ in 1 }]
    for _ in 1..<Self.jitterCount { factors.append(Self.factors(&random)) }
    bestScores = factors.map { data.evaluate(Self.jittered(best, $0)).objective }
  }

  private func scores(_ candidate: DetectorConstants) -> [Double]? {
    var scores: [Double] = []
    for factors in factors {
      scores.append(data.evaluate(Self.jittered(candidate, factors)).objective)
      let behind = mean(Array(bestScores.prefix(scores.count))) - mean(scores)
      let allowed = scores.count == 1 ? 3 : Self.hopeless / Double(scores.count).squareRoot()
      if behind > allowed { return nil }
    }
    return scores
  }

  private mutating func changed() -> DetectorConstants {
    var candidate = best
    let isAll = random.uniform() < 0.2
    let few = 1 + Int(4 * random.uniform())
    let chosen =
      isAll
      ? Array(0..<ConstantNames.tunedCount)
      : (0..<few).map { _ in Int(random.uniform() * Double(ConstantNames.tunedCount)) }
    for index in chosen {
      let path = ConstantNames.all[index].path
      let value = candidate[keyPath: path] * exp(random.normal() * (isAll ? 0.075 : 0.375))
      candidate[keyPath: path] = ConstantNames.limited(value, index)
    }
    return candidate
  }
}
