// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation

/// The detector on public data, beside what others would use.
///
///     AnomalyBenchmark score NAB_FOLDER CLOUD_FOLDER [name=value …] [--jitters N] [--seed N]
///                            [--scores FOLDER]
///     AnomalyBenchmark tune NAB_FOLDER CLOUD_FOLDER [name=value …] [--trials N] [--seed N]
@main enum AnomalyBenchmark {
  static func main() throws {
    let arguments = CommandLine.arguments
    var constants = DetectorConstants.shipped
    var seed: UInt64 = 1
    var trials = 100
    var index = 4
    while index < arguments.count {
      if arguments[index] == "--seed" { index += 1; seed = UInt64(arguments[index])! }
      else if arguments[index] == "--trials" { index += 1; trials = Int(arguments[index])! }
      else { _ = ConstantNames.apply(arguments[index], to: &constants) }
      index += 1
    }
    let data = try PublicData(nabFolder: arguments[2], cloudFolder: arguments[3])
    if arguments[1] == "tune" {
      var tuning = Tuning(data: data, from: constants, seed: seed)
      tuning.run(trials: trials)
      return
    }
    let result = data.evaluate(constants)
    print(result)
    var random = SeededRandom(seed: seed)
    var sums = [0.0, 0, 0, 0]
    for _ in 0..<trials {
      let r = data.evaluate(Tuning.jittered(constants, Tuning.factors(&random)))
      for (i, p) in NABScore.Profile.allCases.enumerated() { sums[i] += r.nabScore(p) / Double(trials) }
      sums[3] += r.events.f1 / Double(trials)
    }
    print(sums)
  }
}
