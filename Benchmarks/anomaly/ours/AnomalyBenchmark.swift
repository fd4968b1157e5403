// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation

/// The detector on public data and made-up metrics, beside what others would use.
///
///     AnomalyBenchmark score NAB_FOLDER CLOUD_FOLDER [OPTION …] [name=value …]
///     AnomalyBenchmark tune NAB_FOLDER CLOUD_FOLDER [OPTION …] [name=value …]
///     AnomalyBenchmark fleet [OPTION …] [name=value …]
///     AnomalyBenchmark cost
///
/// `score` prints both data sets' figures, with `--jitters N` their mean and least over N jitters
/// of all constants by 20 %, with `--baselines` those of others, and with `--scores FOLDER` writes
/// a score a row. `tune` climbs for `--trials N`, with `--folds K --fold I` on all but every K-th
/// series from I on, and ends with a line of the best constants; a file of K such lines after
/// `score … --held-out` scores every series by the constants and the threshold that were chosen
/// without it. `fleet` counts false alarms and what is found of faults of known size over
/// `--devices N`. `--seed N` draws other numbers.
@main enum AnomalyBenchmark {
  static func main() {
    do {
      try run(Options(Array(CommandLine.arguments.dropFirst())))
    } catch {
      FileHandle.standardError.write(Data("AnomalyBenchmark: \(error)\n".utf8))
      exit(error is UsageError ? 64 : 78)
    }
  }

  private static func run(_ options: Options) throws {
    switch options.command {
    case .fleet: FleetTable(options: options).show()
    case .cost: showCost()
    case .score, .tune:
      let data = try PublicData(nabFolder: options.folders[0], cloudFolder: options.folders[1])
      if options.command == .tune {
        try tune(data, options)
      } else {
        try PublicTable(data: data, options: options).show()
      }
    }
  }

  private static func tune(_ data: PublicData, _ options: Options) throws {
    var data = data
    if let folds = options.folds, let fold = options.fold {
      guard fold < folds else { throw UsageError(description: "--fold is below --folds") }
      data = data.without(fold: fold, of: folds)
    }
    var tuning = Tuning(data: data, from: options.constants, seed: options.seed)
    tuning.run(trials: options.trials)
    print(ConstantNames.text(tuning.best))
  }

  private static func showCost() {
    let rate = Cost.valuesPerSecond(slots: 1_000, readings: 3_000, repeats: 5)
    print("state: \(DetectorBank.stateSizeBytes) bytes a metric, goal at most 512")
    print(
      String(format: "cost: %.2f million values/s a core, goal at least 5: ratio %.2f",
        rate / 1e6, rate / 5e6))
  }
}
