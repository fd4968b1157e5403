# SPDX-License-Identifier: Apache-2.0
"""Medians and ratios of `Benchmarks/ring/run`: lines of mode, peer, rate, checksum, allocations."""
import collections
import statistics
import sys

records = int(sys.argv[1])
rates, checksums, allocations = collections.defaultdict(list), set(), {}
for line in sys.stdin:
    mode, peer, rate, checksum, count = line.split()
    checksums.add(checksum)
    if mode.startswith("allocations"):
        allocations[mode] = int(count) / records
    else:
        rates[mode, peer].append(float(rate))
median = {key: statistics.median(values) for key, values in rates.items()}
for (mode, peer), values in sorted(rates.items()):
    print(
        f"{mode:6} {peer:9} median {median[mode, peer]:6.1f},"
        f" from {min(values):.1f} to {max(values):.1f}")
print("checksum", " ".join(sorted(checksums)))
if len(checksums) != 1:
    sys.exit("the programs disagree on what arrived")
print(
    f"allocations a record: {allocations['allocations-single']:g} (goal 0),"
    f" control {allocations['allocations-allocating']:g} (must be at least 1)")


def ratio(label, ours, theirs, goal):
    if theirs:
        best = max(theirs, key=median.get)
        print(
            f"{label}: {median[ours] / median[best]:.2f} of {best[1]} {best[0]}"
            f"{f' (goal {goal})' if goal else ''}")


single = [key for key in median if key[0] == "single" and key[1] != "nhip"]
batch = [key for key in median if key[0] == "batch" and key[1] != "nhip"]
ratio("in batches, against their batches", ("batch", "nhip"), batch, None)
ratio("record by record", ("single", "nhip"), single, "1.0")
ratio("in batches, against the best record by record", ("batch", "nhip"), single, "1.3")
