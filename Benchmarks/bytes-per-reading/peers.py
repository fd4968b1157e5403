#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the same readings take elsewhere: gzip -1 of the lines, Parquet v2 with zstd,
VictoriaMetrics. Prints one `name bytes-a-reading` a line; a peer that is not there says so."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

METRICS = ["seq", "up", "clients", "rx_bytes", "tx_bytes", "wan_up", "wan_rtt_ms",
           "wan_loss_pct", "temp"]


def rows(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            message = json.loads(line)
            payload = message["payload"]
            wan = payload["wan"]
            yield (message["topic"].split("/")[4], payload["ts"], message["received_at"],
                   payload["seq"], payload["up"], payload["clients"], payload["rx_bytes"],
                   payload["tx_bytes"], wan["up"], wan["rtt_ms"], wan["loss_pct"],
                   payload["temp"])


def gzip_bytes(path):
    size = 0
    with subprocess.Popen(["gzip", "-1", "-c", path], stdout=subprocess.PIPE) as process:
        while chunk := process.stdout.read(1 << 20):
            size += len(chunk)
    return size


def parquet_tuned_bytes(table):
    """The encodings that suit the columns best, chosen by hand."""
    import pyarrow.parquet as parquet

    steps = ["ts", "received_at", "seq", "up", "rx_bytes", "tx_bytes"]
    with tempfile.NamedTemporaryFile() as file:
        parquet.write_table(
            table, file.name, compression="zstd", version="2.6", data_page_version="2.0",
            use_dictionary=[name for name in table.column_names if name not in steps],
            column_encoding={name: "DELTA_BINARY_PACKED" for name in steps})
        return os.path.getsize(file.name)


def parquet_bytes(table):
    """As DuckDB writes it, which chooses the encodings itself."""
    import duckdb

    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        connection = duckdb.connect()
        connection.register("readings", table)
        connection.execute("SET threads TO 1")
        connection.execute(
            f"COPY (SELECT * FROM readings ORDER BY device, ts) TO '{file.name}' "
            "(FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)")
        return os.path.getsize(file.name)


def sorted_table(path):
    import pyarrow

    names = ["device", "ts", "received_at"] + METRICS
    table = pyarrow.table(list(map(list, zip(*rows(path)))), names=names)
    return table.sort_by([("device", "ascending"), ("ts", "ascending")])


def victoria_metrics_bytes(program, path):
    """Each metric of a device is a series; the receive time is one more."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [program, f"-storageDataPath={folder}", f"-httpListenAddr=127.0.0.1:{port}",
             "-retentionPeriod=100y"], stderr=subprocess.DEVNULL)
        try:
            base = f"http://127.0.0.1:{port}"
            wait_until_ready(base)
            buffer = []
            for device, ts, received_at, *values in rows(path):
                fields = ",".join(
                    f"{name}={float(value)}" for name, value in zip(METRICS, values))
                buffer.append(
                    f"wifi,device={device} {fields},received_at={received_at} {ts}000000")
                if len(buffer) == 50_000:
                    post(base, buffer)
            post(base, buffer)
            for step in ("force_flush", "force_merge"):
                urllib.request.urlopen(f"{base}/internal/{step}").read()
        finally:
            process.terminate()
            process.wait()
        return sum(
            os.path.getsize(os.path.join(at, name))
            for at, _, names in os.walk(folder) for name in names)


def wait_until_ready(base):
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{base}/health").read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("VictoriaMetrics does not answer")


def post(base, buffer):
    data = "\n".join(buffer).encode()
    buffer.clear()
    if data:
        urllib.request.urlopen(f"{base}/write?precision=ns", data=data).read()


def main():
    path = sys.argv[1]
    with open(path, "rb") as lines:
        count = sum(1 for _ in lines)
    print(f"json_bytes {os.path.getsize(path) / count:.3f}")
    print(f"gzip_bytes {gzip_bytes(path) / count:.3f}")
    try:
        table = sorted_table(path)
        print(f"parquet_tuned_bytes {parquet_tuned_bytes(table) / count:.3f}")
        print(f"parquet_bytes {parquet_bytes(table) / count:.3f}")
    except ImportError as fault:
        print(f"{fault.name} is not installed: not every Parquet in this run")
    program = os.environ.get("VICTORIA_METRICS")
    if program:
        print(f"victoria_metrics_bytes {victoria_metrics_bytes(program, path) / count:.3f}")
    else:
        print("VictoriaMetrics is not installed: VICTORIA_METRICS names no program")


if __name__ == "__main__":
    main()
