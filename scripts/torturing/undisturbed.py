# SPDX-License-Identifier: Apache-2.0
"""The same messages without any torture: a replay, whose readings and figures must be the same.

Of a device without offline marks everything is the same, byte for byte: its messages are replayed
as if each had been received when it was sent. An offline mark counts by the moment of its delivery
(`presence.py`): where it says the same at the moment of its sending, everything of its device is
the same too; where it does not, usage and readings are. Beside that, devices with marks are
replayed once more as they were received, with the same uptime, whatever that is."""

import json
from datetime import datetime, timezone

from .fleet import DAY_MS
from .presence import Marks, holes

# Parts of a report that may differ, each with its reason.
MAY_DIFFER = {
    "store": "every store has a name of its own",
    "watermark": "blocks are numbered by commits, and no two runs commit alike",
    "rankings": "made of uptime and of counts of repeated messages; compared by device",
    "known_until": "how long we listened after the last message is our own record",
    "revision": "one of the two may have been sealed more often",
    "alerts": "an alert is judged when its messages arrive, and a silence while we listen",
    "data_quality": "counts of repeated and late messages tell of the wire; checked by themselves",
}
# Flags of a reading that tell of its way to us, or of our own clock.
FLAGS_OF_THE_WAY = {"resumed", "redelivered", "received_at_wrong"}
# Parts of a device's figures that a mark can change.
UPTIME = (
    "availability", "announced_times", "service", "meets_target", "days_at_target", "days_judged",
    "strip")
# They have no time of their own.
UNTIMED = {"retained", "offline_mark"}


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
    if not stored.counts:
        return ["nothing was stored"]
    marks, day = Marks(run, stored), (run.old_day[0], run.old_day[0] + DAY_MS)
    undisturbed = run.folder / "undisturbed.sqlite"
    known = _replay(run, _as_sent(run, stored), stored.observed, undisturbed)
    alike = {device for device in marks.devices if marks.fall_alike(device, *known, as_sent=True)}
    run.observed_share = 1 - sum(
        to - since for since, to in holes(stored.observed, *known)) / max(1, known[1] - known[0])
    run.tallies["marked devices alike"] = f"{len(alike)} of {len(marks.devices)}"
    faults = _readings(stored.readings, export(run, undisturbed))
    faults += _figures(run, undisturbed, run.period, marks.devices - alike)
    # However often the old day was sealed and revised meanwhile.
    seal(run, undisturbed)
    return faults + _figures(run, undisturbed, day) + _as_received(run, stored, marks)


def _as_received(run, stored, marks):
    """Devices with marks, replayed in the order and at the moments of receipt."""
    if not marks.devices:
        return []
    payloads = {m.name: m for m in run.ledger}
    rows = sorted((row for row in stored.readings if name(row)[0] in marks.devices),
                  key=lambda row: row["received_at"])
    path = run.folder / "as-received.sqlite"
    known = _replay(
        run, [_line(payloads[name(row)], row["received_at"], row["flags"]) for row in rows],
        stored.observed, path)
    alike = {device for device in marks.devices if marks.fall_alike(device, *known, as_sent=False)}
    return [f"as received: {fault}" for fault in _figures(run, path, run.period, among=alike)]


def _line(message, at, flags=()):
    line = {"received_at": at, "topic": message.topic, "payload": message.payload.decode()}
    return line | {flag: True for flag in ("retained", "resumed") if flag in flags}


def _as_sent(run, stored):
    """Each message received when it was sent; what was retained, when it was received."""
    copies = {name(row): row for row in stored.readings if "retained" in row["flags"]}
    lines = []
    for message in run.ledger:
        if message.reason is not None:
            continue
        if message.name in stored.rows:
            flags = stored.rows[message.name]["flags"] if message.is_mark else ()
            lines.append(_line(message, message.at, flags))
        if message.name in copies:
            lines.append(_line(message, copies[message.name]["received_at"], ["retained"]))
    return sorted(lines, key=lambda line: line["received_at"])


def _replay(run, lines, observed, store):
    """With the times that we did not observe. Returns from when to when it reaches."""
    start, end = lines[0]["received_at"], lines[-1]["received_at"]
    path = store.with_suffix(".ndjson")
    with open(path, "w") as file:
        for since, to in holes(observed, start, end):
            file.write(json.dumps({"observed": False, "from": since, "to": to}) + "\n")
        for line in lines:
            file.write(json.dumps(line) + "\n")
    run.nhip.command(
        "replay", str(path), "--store", str(store), "--devices-dir", "devices",
        "--registry", "registry")
    return start, end


def _told(reading):
    flags = [flag for flag in reading["flags"] if flag not in FLAGS_OF_THE_WAY]
    event_time = None if UNTIMED & set(flags) else reading["event_time"]
    return {**reading, "flags": flags, "received_at": None, "event_time": event_time}


def _readings(ours, theirs):
    def key(reading):
        return name(reading), "retained" in reading["flags"]

    wanted = {key(reading): _told(reading) for reading in theirs}
    faults = []
    for reading in ours:
        other = wanted.get(key(reading))
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


def _figures(run, path, period, without_uptime=frozenset(), among=None):
    """Differences of the figures of devices, all of them or those `among` some."""
    units, rest = _report(run, run.nhip.store, period)
    wanted_units, wanted_rest = _report(run, path, period)
    faults = []
    if rest != wanted_rest and among is None:
        faults.append(f"report: {_difference(rest, wanted_rest)}")
    for unit, wanted_unit in zip(units, wanted_units, strict=True):
        for device, wanted in zip(unit["devices"], wanted_unit["devices"], strict=True):
            if among is not None and device["id"] not in among:
                continue
            if device["id"] in without_uptime:
                for part in UPTIME:
                    device[part] = wanted[part] = None
            elif among is None:
                _count_outages(run, device)
            if json.dumps(device) != json.dumps(wanted):
                faults.append(f"figures of {device['id']}: {_difference(device, wanted)}")
    return faults


def _count_outages(run, device):
    run.outage_count += device["availability"]["outages"]
    run.marked_count += sum(
        outage["marked"] for outage in device["availability"]["outage_list"])


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
