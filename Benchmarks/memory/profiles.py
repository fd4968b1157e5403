# SPDX-License-Identifier: Apache-2.0
"""Two copies of the Wi-Fi access point's profile: `profiles.py DEVICES WITHOUT WITH`.

One without alert rules, one with the rules for offline and for four gauges, which is what the goal
for the memory of a device is about.
"""
import os
import re
import shutil
import sys

devices, without, watched = sys.argv[1:]
gauges = ["clients", "wan_rtt_ms", "wan_loss_pct", "radio_util_pct"]
rules = """alerts:
  offline: { severity: high, when: offline, title: { vi: Mất liên lạc, en: Offline } }
"""
for gauge in gauges:
    rules += (
        f"  {gauge}_unusual: {{ severity: low, when: {{ anomaly: {gauge} }},"
        f" title: {{ vi: Bất thường, en: Unusual }} }}\n")
with open(os.path.join(devices, "wifi-ap", "device.yaml"), encoding="utf-8") as file:
    profile = re.sub(r"^alerts:\n(?:  .*\n)*", "", file.read(), flags=re.M)
for folder, alerts in ((without, ""), (watched, rules)):
    shutil.copytree(os.path.join(devices, "wifi-ap"), os.path.join(folder, "wifi-ap"))
    text = profile if not alerts else re.sub(
        rf"^  ({'|'.join(gauges)}): {{ (?!.*watched)", r"  \1: { watched: true, ", profile,
        flags=re.M)
    with open(os.path.join(folder, "wifi-ap", "device.yaml"), "w", encoding="utf-8") as file:
        file.write(text.rstrip("\n") + "\n" + alerts)
