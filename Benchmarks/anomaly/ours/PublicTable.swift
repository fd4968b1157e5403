// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation

/// The public figures of the detector and of what others would use, as lines to read.
struct PublicTable {
  let data: PublicData
  let options: Options

  func show() throws {
    print(
      "NAB \(data.nab.count) series, \(data.nab.map(\.values.count).reduce(0, +)) readings;"
        + " cloud \(data.cloud.count) series,"
        + " \(data.cloud.map(\.values.count).reduce(0, +)) readings")
    print("score of            NAB standard  low-FP  low-FN   event F1  found false missed")
    let ours = data.evaluate(options.constants)
    line("nhip", ours)
    if options.jitters > 0 { showJitters() }
    if let file = options.heldOutSets { try showHeldOut(file) }
    var best: PublicData.Result?
    if options.isWithBaselines { best = showBaselines() }
    if let folder = options.scoresFolder {
      try write(data.nab, .novelty, "\(folder)/nab")
      try write(data.cloud, .severity, "\(folder)/cloud")
    }
    if let best {
      print(
        String(
          format: "event F1 against EWMA z: ratio %.2f; NAB standard, goal 79: ratio %.2f",
          ours.events.f1 / best.events.f1, ours.nabScore(.standard) / 79))
    }
  }

  private func line(_ name: String, _ result: PublicData.Result) {
    let nab = NABScore.Profile.allCases.map { result.nabScore($0) }
    let events = result.events
    print(
      name.padding(toLength: 20, withPad: " ", startingAt: 0)
        + String(
          format: "%12.2f %7.2f %7.2f %10.3f %6d %5d %6d", nab[0], nab[1], nab[2], events.f1,
          events.found, events.falseAlarms, events.missed))
  }

  private func showJitters() {
    var random = SeededRandom(seed: options.seed)
    let results = (0..<options.jitters).map { _ in
      data.evaluate(Tuning.jittered(options.constants, Tuning.factors(&random)))
    }
    for (name, joined) in [
      ("mean", { (values: [Double]) in values.reduce(0, +) / Double(values.count) }),
      ("least", { $0.min() ?? 0 }),
    ] {
      let nab = NABScore.Profile.allCases.map { profile in
        joined(results.map { $0.nabScore(profile) })
      }
      let f1 = joined(results.map(\.events.f1))
      print(
        "  \(name) of \(options.jitters) jitters".padding(toLength: 20, withPad: " ", startingAt: 0)
          + String(format: "%12.2f %7.2f %7.2f %10.3f", nab[0], nab[1], nab[2], f1))
    }
  }

  private func showHeldOut(_ file: String) throws {
    let text = try String(contentsOf: URL(filePath: file), encoding: .utf8)
    let sets = try text.split(whereSeparator: \.isNewline).map { line in
      var constants = options.constants
      for assignment in line.split(separator: " ") {
        guard ConstantNames.apply(String(assignment), to: &constants) else {
          throw BenchmarkError(description: "\(file): \(assignment) is no constant")
        }
      }
      return constants
    }
    guard !sets.isEmpty else { throw BenchmarkError(description: "\(file): no constants") }
    line("  held out, \(sets.count) folds", data.evaluateHeldOut(sets))
  }

  /// The result of EWMA z, whom the goal names.
  private func showBaselines() -> PublicData.Result {
    func result(_ score: ([Double]) -> [Double]) -> PublicData.Result {
      data.result(
        nab: data.nab.map { score($0.values) }, cloud: data.cloud.map { score($0.values) })
    }
    let ewma = result(Baselines.ewma)
    line("EWMA z", ewma)
    line("windowed Gaussian", result(Baselines.windowedGaussian))
    line("k-means, 9 models", result(ClusterBaseline.scores))
    return ewma
  }

  /// A tree of the data's names, columns timestamp and anomaly_score, for other scorers.
  private func write(
    _ series: [LabelledSeries], _ readOut: DetectorRun.ReadOut, _ folder: String
  ) throws {
    let scores = DetectorRun.scores(series, readOut, options.constants)
    for (one, scores) in zip(series, scores) {
      let file = URL(filePath: "\(folder)/\(one.name)")
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      let rows = zip(one.stamps, scores).map { "\($0),\($1)\n" }.joined()
      try Data("timestamp,anomaly_score\n\(rows)".utf8).write(to: file)
    }
  }
}
