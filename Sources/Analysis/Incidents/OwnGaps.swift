// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension [Interval] {
  /// For how long of a stretch we could not hear: what was said then, nobody knows.
  func duration(from start: Milliseconds, to end: Milliseconds) -> Milliseconds {
    reduce(0) { sum, gap in
      sum + Swift.max(0, Swift.min(gap.end, end) - Swift.max(gap.start, start))
    }
  }
}
