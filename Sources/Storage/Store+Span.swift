// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry

extension Store {
  /// From the first event time that the store has a reading of, to the last instant at which it
  /// received one or heard the broker; nil if it holds nothing.
  package func span() throws(StoreError) -> Interval? {
    try read("the span of the store cannot be read") { db in
      let hot = try Row.fetchOne(
        db, sql: "SELECT min(event_time_min), max(received_at_max) FROM block")
      var (first, last): (Milliseconds?, Milliseconds?) = (hot?[0], hot?[1])
      // A reader may open a store of an older format; only who writes brings it up to date.
      if try db.tableExists("sealed_day"),
        let days = try Row.fetchOne(db, sql: "SELECT min(day), max(day) FROM sealed_day"),
        let day: Int64 = days[0], let newest: Int64 = days[1]
      {
        first = min(first ?? .max, LocalTime.start(ofDay: day))
        last = max(last ?? .min, LocalTime.start(ofDay: newest + 1))
      }
      let heard: Milliseconds? = try Row.fetchOne(db, sql: "SELECT max(end_at) FROM observed")?[0]
      guard let first, let last else { return nil }
      return Interval(start: min(first, last), end: max(last, heard ?? last))
    }
  }
}
