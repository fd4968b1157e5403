# SPDX-License-Identifier: Apache-2.0
"""Three copies of the Wi-Fi access point's profile: `profiles.py DEVICES WITHOUT WITH SHIPPED`.

One without alert rules, one with the rules for offline and for four watched gauges, which is what
the goal for the memory of a device is about, and one as it is shipped, with its checks.
"""
import os
import re
import shutil
import sys

devices, without, watched, shipped = sys.argv[1:]
gauges = ["clients", "wan_rtt_ms", "wan_loss_pct", "radio_util_pct"]
rules = """alerts:
  offline: { severity: high, when: offline, title: { vi: Mất liên lạc, en: Offline } }
"""
for gauge in gauges:
    rules += (
        f"  {gauge}_unusual: {{ severity: low, when: {{ anomaly: {gauge} }},"
        f" title: {{ vi: Bất thường, en: Unusual }} }}\n")
with open(os.path.join(devices, "wifi-ap", "device.yaml"), encoding="utf-8") as file:
    profile = file.read()
silent = re.sub(r"^alerts:\n(?:  .*\n)*", "", profile, flags=re.M)
# A metric stands on several lines; what it is watched by is written anew.
four = re.sub(r"watched: {[^}]*},?\s*", "", silent)
four, count = re.subn(
    rf"^  ({'|'.join(gauges)}): {{ ", r"  \1: { watched: true, ", four, flags=re.M)
if count != len(gauges):
    sys.exit(f"profiles: {count} of the {len(gauges)} gauges stand in the profile")
for folder, text in ((without, silent), (watched, four.rstrip("\n") + "\n" + rules),
                     (shipped, profile)):
    shutil.copytree(os.path.join(devices, "wifi-ap"), os.path.join(folder, "wifi-ap"))
    with open(os.path.join(folder, "wifi-ap", "device.yaml"), "w", encoding="utf-8") as file:
        file.write(text)
