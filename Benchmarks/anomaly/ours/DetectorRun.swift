// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// The detector over whole series, reading by reading.
enum DetectorRun {
  enum ReadOut: String { case novelty, severity }

  /// One number a row; 0 while the detector is silent.
  static func scores(
    _ series: [LabelledSeries], _ readOut: ReadOut, _ constants: DetectorConstants
  ) -> [[Double]] {
    series.map { one in
      var bank = DetectorBank(constants: constants)
      bank.append(count: 1)
      let watch = Watch()
      return zip(one.times, one.values).map { time, value in
        guard let judgement = bank.judge(value, at: time, slot: 0, watch: watch) else { return 0 }
        return readOut == .novelty ? judgement.novelty : judgement.severity
      }
    }
  }
}
