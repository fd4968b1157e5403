// SPDX-License-Identifier: Apache-2.0

/// Scores groups and causes of the incident engine over simulated fleets, or fits its tables:
///
///     Benchmarks/anomaly/causes/run score|fit [SEEDS] [FIRST_SEED] [COMMUNES] [INTERVAL_SECONDS]
@main
enum CauseBenchmark {
  static func main() {
    var arguments = CommandLine.arguments.dropFirst()
    let mode = arguments.popFirst() ?? "score"
    let numbers = arguments.compactMap { UInt64($0) }
    let count = numbers.first ?? 6
    let first = numbers.dropFirst().first ?? 6_001
    let communes = numbers.dropFirst(2).first ?? 8
    let seconds = numbers.dropFirst(3).first ?? 300
    guard ["score", "fit"].contains(mode), numbers.count == arguments.count,
      (1...10_000).contains(count), first <= 900_000, first + count <= 900_000,
      (1...2_000).contains(communes), (10...86_400).contains(seconds)
    else {
      print("usage: score|fit [SEEDS] [FIRST_SEED below 900000] [COMMUNES] [INTERVAL_SECONDS]")
      return
    }
    var score = FaultScore()
    for seed in first..<(first + count) {
      var run = FaultRun(
        seed: seed, communes: Int(communes), reportInterval: Int64(seconds) * 1_000)
      run.run()
      score.add(run)
    }
    print("seeds \(first) to \(first + count - 1), \(communes) communes, a report in \(seconds) s")
    score.show()
    if mode == "fit" { CauseFit(score.cases).show() }
  }
}
