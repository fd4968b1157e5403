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
/// a score a row. `tune` climbs for `--trials N`. `fleet` counts false alarms and what is found of
/// faults of known size over `--devices N`. `--seed N` draws other numbers.
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
        var tuning = Tuning(data: data, from: options.constants, seed: options.seed)
        tuning.run(trials: options.trials)
      } else {
        try PublicTable(data: data, options: options).show()
      }
    }
  }

  private static func showCost() {
    let rate = Cost.valuesPerSecond(slots: 1_000, readings: 3_000, repeats: 5)
    print("state: \(DetectorBank.stateSizeBytes) bytes a metric, goal at most 512")
    print(
      String(format: "cost: %.2f million values/s a core, goal at least 5: ratio %.2f",
        rate / 1e6, rate / 5e6))
  }
}
