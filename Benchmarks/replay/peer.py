# SPDX-License-Identifier: Apache-2.0
"""CPU seconds in which DuckDB, on one thread, computes of each device of a file of messages:
time covered by readings (each at most a minute), growth of two counters, mean and maximum of a
gauge. Prints the seconds, then a checksum of the result. Loading Python and DuckDB does not count.
"""
import hashlib
import sys
import time

import duckdb

QUERY = """
WITH message AS (
  SELECT split_part(topic, '/', 5) AS device, epoch_ms(received_at) AS received,
    json_extract_string(payload, ['$.clients', '$.rx_bytes', '$.tx_bytes']) AS found
  FROM read_json(?, format = 'newline_delimited',
    columns = {topic: 'VARCHAR', payload: 'VARCHAR', received_at: 'TIMESTAMP'})),
reading AS (
  SELECT device, received, found[1]::DOUBLE AS clients, found[2]::BIGINT AS rx,
    found[3]::BIGINT AS tx FROM message),
step AS (
  SELECT device, clients, rx, tx, received - lag(received) OVER w AS gap,
    rx - lag(rx IGNORE NULLS) OVER w AS rx_more, tx - lag(tx IGNORE NULLS) OVER w AS tx_more
  FROM reading WINDOW w AS (PARTITION BY device ORDER BY received))
SELECT device, count(*), sum(least(gap, 60000)),
  sum(CASE WHEN rx_more < 0 THEN rx ELSE rx_more END),
  sum(CASE WHEN tx_more < 0 THEN tx ELSE tx_more END), round(avg(clients), 6), max(clients)
FROM step GROUP BY device ORDER BY device
"""

connection = duckdb.connect()
connection.execute("SET threads TO 1")
before = time.process_time()
rows = connection.execute(QUERY, [sys.argv[1]]).fetchall()
seconds = time.process_time() - before
print(f"{seconds:.2f} {hashlib.sha256(repr(rows).encode()).hexdigest()[:16]}")
