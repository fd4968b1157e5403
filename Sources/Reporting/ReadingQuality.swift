// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What was odd about a device's readings, and when it was last heard: columns with a row for each
/// reading that is neither a retained copy nor an offline mark.
struct ReadingQuality {
  private var eventTime: [Milliseconds] = []
  private var flags: [ReadingFlags] = []
  /// What each reading said of IPv6, where it said anything.
  private var ipv6: [Bool?] = []

  /// - Parameter ipv6: the column of that metric, if the block has one.
  mutating func add(_ columns: ReadingColumns, _ row: Int, ipv6: Int?) {
    let flags = columns.flags[row]
    if flags.contains(.retained) || flags.contains(.offlineMark) { return }
    eventTime.append(columns.eventTime[row])
    self.flags.append(flags)
    self.ipv6.append(ipv6.flatMap { columns.metrics[$0][row].double.map { $0 != 0 } })
  }

  /// Readings of a stretch, those that came twice counted twice.
  func count(in period: Interval) -> Int { eventTime.count { period.contains($0) } }

  func figures(in period: Interval) -> [NamedFigure] {
    let rows = eventTime.indices.filter { period.contains(eventTime[$0]) }
    func count(_ flag: ReadingFlags) -> Int64 { Int64(rows.count { flags[$0].contains(flag) }) }
    let heard = rows.lazy.filter { !flags[$0].contains(.backlog) }.map { eventTime[$0] }.max()
    var figures = [
      NamedFigure("backlog", count(.backlog)), NamedFigure("wrong_clock", count(.clockWrong)),
      NamedFigure("own_clock_wrong", count(.receivedAtWrong)),
      NamedFigure("untimed", count(.untimed)), NamedFigure("out_of_range", count(.outOfRange)),
      NamedFigure("last_heard", FigureValue(heard)),
    ]
    // Of readings of one instant, one that says yes is believed.
    let told = rows.filter { ipv6[$0] != nil }
    if let last = told.map({ eventTime[$0] }).max() {
      let isReady = told.contains { eventTime[$0] == last && ipv6[$0] == true }
      figures += [NamedFigure("ipv6_known", 1), NamedFigure("ipv6_ready", isReady ? 1 : 0)]
    }
    return figures
  }
}
