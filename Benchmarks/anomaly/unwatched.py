# SPDX-License-Identifier: Apache-2.0
"""A copy of the profiles without detectors and checks: `unwatched.py DEVICES TO`.

Takes `watched` from every metric, and every rule that tells its anomalies or is a check; all else
stays.
"""
import os
import re
import shutil
import sys

devices, to = sys.argv[1:]
shutil.copytree(devices, to)
for kind in os.listdir(to):
    path = os.path.join(to, kind, "device.yaml")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    # A rule is its line and the lines that are indented deeper.
    text = re.sub(
        r"^  \w+: \{[^\n]*\n(?:    [^\n]*\n)*",
        lambda rule: "" if re.search(r"when: \{ (?:anomaly|check):", rule[0]) else rule[0],
        text, flags=re.M)
    text = re.sub(r"\s*watched: (?:true|\{[^}]*\}),", "", text)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
