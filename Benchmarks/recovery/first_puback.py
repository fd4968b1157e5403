# SPDX-License-Identifier: Apache-2.0
"""Starts `nhip run`, waits for its first PUBACK in the broker's log: `first_puback.py FOLDER NHIP`.

Time runs from before exec to the moment the line is read here. Ends nhip with SIGTERM and says how
much processor time its start had taken.
"""
import os
import signal
import subprocess
import sys
import time

folder, nhip = sys.argv[1:]
with open(os.path.join(folder, "broker.log"), encoding="utf-8") as log, \
        open(os.path.join(folder, "nhip.log"), "w", encoding="utf-8") as errors:
    log.seek(0, os.SEEK_END)
    began = time.monotonic()
    process = subprocess.Popen([nhip, "run", os.path.join(folder, "pipeline.yaml")], stderr=errors)
    rest = ""
    while True:
        line = log.readline()
        if "Received PUBACK from nhip-" in line and "-live " in line:
            break
        if not line:
            if process.poll() is not None:
                sys.exit(f"nhip ended with {process.returncode}, see {folder}/nhip.log")
            if time.monotonic() - began > 120:
                sys.exit("no PUBACK within 120 s")
            time.sleep(0.002)
    seconds = time.monotonic() - began
    with open(f"/proc/{process.pid}/stat", encoding="utf-8") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    process.send_signal(signal.SIGTERM)
    process.wait()
print(f"{cpu:.2f} CPU s, first PUBACK after {seconds:.3f} s")
