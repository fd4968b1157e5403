// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

extension Replay {
  /// In a replay time passes by messages alone. A batch may hold an hour of a small fleet, so it is
  /// judged in steps, each followed by a tick, as a running pipeline would have judged it …
  static let tickEvery: Milliseconds = 10_000
  /// … and in so many at most, since each tick looks at every device.
  static let tickCountMax = 512

  /// Judges the readings of a batch, and the passing of time until `now`.
  static func judge(
    _ blocks: [ReadingColumns], _ judge: inout AlertJudge, _ gaps: ObservationGaps,
    until now: Milliseconds?
  ) {
    let starts = blocks.compactMap { $0.receivedAt.first }
    var next = Array(repeating: 0, count: blocks.count)
    func advance(to instant: Milliseconds, isLast: Bool) {
      var rows: [(block: ReadingColumns, rows: Range<Int>)] = []
      for (index, block) in blocks.enumerated() {
        let start = next[index]
        var end = isLast ? block.count : start
        while end < block.count, block.receivedAt[end] <= instant { end += 1 }
        guard end > start else { continue }
        judge.read(block, start..<end, gaps: gaps)
        rows.append((block, start..<end))
        next[index] = end
      }
      judge.tick(now: instant, gaps: gaps)
      judge.followIncidents(rows, until: instant, gaps: gaps)
    }
    guard let now else { return }
    let first = min(now, starts.min() ?? now)
    let step = max(tickEvery, (now - first) / Milliseconds(tickCountMax))
    var instant = first + step
    while instant < now {
      advance(to: instant, isLast: false)
      instant += step
    }
    advance(to: now, isLast: true)
  }
}
