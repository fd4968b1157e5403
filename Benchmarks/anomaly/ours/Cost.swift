// SPDX-License-Identifier: Apache-2.0

import Analysis
import Glibc
import Telemetry

/// What a reading costs, over many slots in turn, as an engine judges a fleet.
enum Cost {
  /// Values judged a second of one core's time; the fastest of some repeats.
  static func valuesPerSecond(slots: Int, readings: Int, repeats: Int) -> Double {
    let metrics = (0..<8).map { SyntheticMetric(.rhythm, seed: UInt64($0) + 1) }
    var best = 0.0
    for _ in 0..<repeats {
      var bank = DetectorBank()
      bank.append(count: slots)
      let watch = Watch()
      var anomalous = 0
      let start = cpuSeconds()
      for index in 0..<readings {
        let time = SyntheticMetric.time(index)
        for slot in 0..<slots {
          let value = metrics[slot & 7].values[index]
          if bank.judge(value, at: time, slot: slot, watch: watch)?.startsAnomaly ?? false {
            anomalous += 1
          }
        }
      }
      // The count keeps the loop from being left out.
      precondition(anomalous >= 0)
      best = max(best, Double(slots * readings) / (cpuSeconds() - start))
    }
    return best
  }

  private static func cpuSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
