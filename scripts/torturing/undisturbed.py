# SPDX-License-Identifier: Apache-2.0
"""The same messages without any torture: a replay, whose readings and figures must be the same."""

import json
from datetime import datetime, timezone

from .fleet import DAY_MS

# Parts of a report that may differ, each with its reason.
MAY_DIFFER = {
    "known_until": "how long we listened after the last message is our own record",
    "revision": "one of the two may have been sealed more often",
    "alerts": "an alert is judged when its messages arrive, and a silence while we listen",
    "data_quality": "counts of repeated and late messages tell of the wire; checked by themselves",
}
# Flags of a reading that tell of its way to us, or of our own clock.
FLAGS_OF_THE_WAY = {"resumed", "redelivered", "received_at_wrong"}


def export(run, path):
    lines = run.nhip.command("export", "--store", str(path)).splitlines()
    return [json.loads(line) for line in lines]


def name(reading):
    """(device, seq), by which the ledger knows it."""
    return reading["topic"].split("/")[4], reading["fields"].get("seq")


def seal(run, path):
    """Seals the old day, whatever was sealed of it before."""
    return run.nhip.command(
        "seal", "--store", str(path), "--devices-dir", "devices", "--day", run.old_day[1])


def compare(run, stored):
    """Every reading is told alike, and uptime and usage of every device are the same."""
    told = [m for m in run.ledger if (m.device, m.seq) in stored.counts]
    if not told:
        return ["nothing was stored"]
    path = run.folder / "undisturbed.sqlite"
    _replay(run, told, stored.observed, path)
    faults = _readings(stored.readings, export(run, path)) + _figures(run, path, run.period)
    # However often the old day was sealed and revised meanwhile.
    seal(run, path)
    return faults + _figures(run, path, (run.old_day[0], run.old_day[0] + DAY_MS))


def _replay(run, told, observed, store):
    """Each message received when it was published, with the times that we did not observe."""
    start, end = min(m.at for m in told), max(m.at for m in told)
    holes = list(_holes(observed, start, end))
    run.observed_share = 1 - sum(to - since for since, to in holes) / max(1, end - start)
    path = store.with_suffix(".ndjson")
    with open(path, "w") as file:
        for since, to in holes:
            file.write(json.dumps({"observed": False, "from": since, "to": to}) + "\n")
        for message in told:
            file.write(json.dumps({
                "received_at": message.at, "topic": message.topic,
                "payload": message.payload.decode()}) + "\n")
    run.nhip.command(
        "replay", str(path), "--store", str(store), "--devices-dir", "devices",
        "--registry", "registry")


def _holes(observed, start, end):
    """What lies between the observed times, from `start` to `end`."""
    position = start
    for begin, finish in observed:
        if position < begin and position < end:
            yield position, min(begin, end)
        position = max(position, finish)
    if position < end:
        yield position, end


def _told(reading):
    flags = [flag for flag in reading["flags"] if flag not in FLAGS_OF_THE_WAY]
    return {**reading, "flags": flags, "received_at": None}


def _readings(ours, theirs):
    wanted = {name(reading): _told(reading) for reading in theirs}
    faults = []
    for reading in ours:
        other = wanted.get(name(reading))
        if _told(reading) != other:
            faults.append(f"reading {name(reading)}: {_difference(_told(reading), other)}")
    return faults


def _instant(milliseconds):
    moment = datetime.fromtimestamp(milliseconds / 1_000, timezone.utc)
    return moment.isoformat(timespec="milliseconds")


def _report(run, path, period):
    text = run.nhip.command(
        "report", "--store", str(path), "--devices-dir", "impatient-devices", "--format", "json",
        "--outage-min", "1s", "--target", "99.5",
        "--from", _instant(period[0]), "--to", _instant(period[1]))
    report = {name: part for name, part in json.loads(text).items() if name not in MAY_DIFFER}
    return report.pop("units"), report


def _figures(run, path, period):
    units, rest = _report(run, run.nhip.store, period)
    wanted_units, wanted_rest = _report(run, path, period)
    faults = [] if rest == wanted_rest else [f"report: {_difference(rest, wanted_rest)}"]
    for unit, wanted_unit in zip(units, wanted_units, strict=True):
        for device, wanted in zip(unit["devices"], wanted_unit["devices"], strict=True):
            if json.dumps(device) != json.dumps(wanted):
                faults.append(f"figures of {device['id']}: {_difference(device, wanted)}")
    run.outage_count += sum(
        device["availability"]["outages"] for unit in units for device in unit["devices"])
    return faults


def _difference(ours, theirs, path=""):
    """The first place where two reports differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() | theirs.keys()):
            if ours.get(name) != theirs.get(name):
                return _difference(ours.get(name), theirs.get(name), f"{path}/{name}")
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for position, pair in enumerate(zip(ours, theirs)):
            if pair[0] != pair[1]:
                return _difference(*pair, f"{path}/{position}")
    return f"{path} is {json.dumps(ours)}, undisturbed {json.dumps(theirs)}"
