// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry

extension Store {
  static func add(_ observations: [Observation], holes: [Interval], to db: Database) throws {
    for observation in observations {
      let statement = try db.cachedStatement(
        sql: """
          INSERT INTO observed (session, start_at, end_at) VALUES (?, ?, ?)
          ON CONFLICT DO UPDATE SET end_at = max(end_at, excluded.end_at)
          """)
      try statement.execute(arguments: [observation.session, observation.start, observation.end])
    }
    for hole in holes {
      let statement = try db.cachedStatement(
        sql: """
          INSERT INTO observed_hole (start_at, end_at) VALUES (?, ?) ON CONFLICT DO NOTHING
          """)
      try statement.execute(arguments: [hole.start, hole.end])
    }
  }

  /// Deletes stretches and holes that ended before an instant: no figure after it looks at them,
  /// and the readings of before are gone too, so that without this a report would take what was
  /// deleted for silence of the devices. A stretch that reaches beyond stays whole.
  static func deleteObserved(
    before: Milliseconds, rowCountMax: Int, _ db: Database
  ) throws -> Int {
    var left = rowCountMax
    var session = try Int64.fetchOne(db, sql: "SELECT min(session) FROM observed")
    while let current = session, left > 0 {
      try db.execute(
        sql: """
          DELETE FROM observed WHERE session = ?1 AND start_at IN
            (SELECT start_at FROM observed WHERE session = ?1 AND start_at < ?2 AND end_at < ?2
             ORDER BY start_at LIMIT ?3)
          """,
        arguments: [current, before, left])
      left -= db.changesCount
      session = try Int64.fetchOne(
        db, sql: "SELECT min(session) FROM observed WHERE session > ?", arguments: [current])
    }
    guard left > 0 else { return rowCountMax }
    try db.execute(
      sql: """
        DELETE FROM observed_hole WHERE (start_at, end_at) IN
          (SELECT start_at, end_at FROM observed_hole WHERE start_at < ?1 AND end_at < ?1
           ORDER BY start_at LIMIT ?2)
        """,
      arguments: [before, left])
    return rowCountMax - left + db.changesCount
  }

  static func withdraw(_ observations: [Observation], from db: Database) throws {
    for observation in observations {
      let statement = try db.cachedStatement(
        sql: "DELETE FROM observed WHERE session = ? AND start_at = ?")
      try statement.execute(arguments: [observation.session, observation.start])
    }
  }

  /// Until when a session could hear; nil if it never could.
  package func newestObserved(session: Int) throws(StoreError) -> Milliseconds? {
    try read("observed times cannot be read") { db in
      try Int64.fetchOne(
        db, sql: "SELECT max(end_at) FROM observed WHERE session = ?", arguments: [session])
    }
  }

  /// When any session could hear, less the holes: disjoint, ascending, within `from`..<`to`. What
  /// people confirmed of our uplink is taken out as well: by this figures are judged.
  package func observed(
    from: Milliseconds, to: Milliseconds
  ) throws(StoreError) -> [Interval] {
    let confirmed = try confirmedGaps(inForce: true).map(\.interval).filter { $0.duration > 0 }
      .sorted { $0.start < $1.start }
    let record = try ownObserved(from: from, to: to)
    return confirmed.isEmpty ? record : Self.cut(confirmed, outOf: record)
  }

  /// The same as our own record has it, whatever people said afterwards.
  package func ownObserved(
    from: Milliseconds, to: Milliseconds
  ) throws(StoreError) -> [Interval] {
    guard from < to else { return [] }
    return try read("observed times cannot be read") { db in
      func union(of table: String) throws -> [Interval] {
        let rows = try Row.fetchCursor(
          db,
          sql: """
            SELECT start_at, end_at FROM \(table)
            WHERE end_at > ? AND start_at < ? AND end_at > start_at ORDER BY start_at
            """,
          arguments: [from, to])
        var intervals: [Interval] = []
        while let row = try rows.next() {
          let (start, end): (Int64, Int64) = (max(row[0], from), min(row[1], to))
          if let last = intervals.last, start <= last.end {
            intervals[intervals.count - 1].end = max(last.end, end)
          } else {
            intervals.append(Interval(start: start, end: end))
          }
        }
        return intervals
      }
      return Self.cut(try union(of: "observed_hole"), outOf: try union(of: "observed"))
    }
  }

  /// Both ascend, and the intervals are disjoint; so is the result.
  private static func cut(_ holes: [Interval], outOf intervals: [Interval]) -> [Interval] {
    var result: [Interval] = []
    var next = 0
    for interval in intervals {
      var start = interval.start
      while next < holes.count && holes[next].end <= start { next += 1 }
      var index = next
      while index < holes.count && holes[index].start < interval.end {
        if holes[index].start > start {
          result.append(Interval(start: start, end: holes[index].start))
        }
        start = max(start, holes[index].end)
        index += 1
      }
      if start < interval.end { result.append(Interval(start: start, end: interval.end)) }
    }
    return result
  }
}
