# SPDX-License-Identifier: Apache-2.0
"""DuckDB over the same summaries: `peer.py make FOLDER`, `peer.py report FOLDER FROM TO OUT`.

`make` writes days.parquet and outages.parquet from the CSV of the generator. `report` sums a period
a device as the report does: states, availability, use, greatest value and when, outages once each
however many days they touch, the longest. FROM and TO are days since 1970-01-01, both included.
"""
import sys

import duckdb

folder = sys.argv[2]
connection = duckdb.connect()
connection.execute("SET threads = 1")
if sys.argv[1] == "make":
    for name in ("days", "outages"):
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{folder}/{name}.csv') ORDER BY day, device) "
            f"TO '{folder}/{name}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    sys.exit()
first, last, out = int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
connection.execute(f"""
    COPY (
      WITH days AS (
        SELECT device, sum(up) AS up, sum(no_link) AS no_link, sum(off) AS off,
          sum(unknown) AS unknown, sum(maintenance) AS maintenance,
          sum(unobserved) AS unobserved, sum(excluded) AS excluded, sum(readings) AS readings,
          sum(reboots) AS reboots, sum(service_held) AS held, sum(service_failed) AS failed,
          sum(service_unknown) AS service_unknown, sum(backlog) AS backlog,
          sum(wrong_clock) AS wrong_clock, sum(out_of_range) AS out_of_range,
          max(last_heard) AS last_heard, sum(used1) AS used1, sum(used2) AS used2,
          sum(used3) AS used3, max(peak) AS peak, arg_max(peak_at, peak) AS peak_at
        FROM '{folder}/days.parquet' WHERE day BETWEEN {first} AND {last} GROUP BY device),
      silences AS (
        SELECT device, start, max("end") AS "end", max(accountable) AS accountable,
          sum(down) AS down
        FROM '{folder}/outages.parquet' WHERE day BETWEEN {first} AND {last}
        GROUP BY device, start),
      outages AS (
        SELECT device, count(*) FILTER (accountable >= 60000) AS outages,
          count(*) FILTER (accountable < 60000) AS short_outages, max(down) AS longest
        FROM silences GROUP BY device)
      SELECT days.*, up * 1000000 // (up + no_link + off + unknown) AS ppm, outages,
        short_outages, longest
      FROM days LEFT JOIN outages USING (device) ORDER BY device
    ) TO '{out}' (HEADER)""")
