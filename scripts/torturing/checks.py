# SPDX-License-Identifier: Apache-2.0
"""What must hold after a run, whatever happened in it. Every check returns sentences, none when all
is well."""

import json
import sqlite3
from collections import Counter
from datetime import datetime, timezone

from .stage import Failure

EXAMPLES = 3
# Parts of a report that may differ from those of an undisturbed run, each with its reason.
MAY_DIFFER = {
    "known_until": "how long we listened after the last message is our own record",
    "alerts": "an alert is judged when its messages arrive, and a silence while we listen",
    "data_quality": "counts of repeated and late messages tell of the wire; checked by themselves",
}


def _export(run, path):
    lines = run.nhip.command("export", "--store", str(path)).splitlines()
    return [json.loads(line) for line in lines]


def _counts(readings):
    """How often each (device, seq) is there."""
    return Counter(
        (reading["topic"].split("/")[4], reading["fields"].get("seq")) for reading in readings)


class Stored:
    """What the store of a run holds, read once nhip has ended."""

    def __init__(self, run):
        self.counts = _counts(_export(run, run.nhip.store))
        with sqlite3.connect(f"file:{run.nhip.store}?mode=ro", uri=True) as store:
            self.damage = [row[0] for row in store.execute("PRAGMA integrity_check")]
            self.quarantine = dict(
                (tuple(row[:2]), row[2]) for row in
                store.execute("SELECT address, reason, received FROM quarantine_count"))
            self.inbox = store.execute(
                "SELECT coalesce(sum(received), 0) FROM inbox_count").fetchone()[0]
            self.observed = store.execute(
                "SELECT start_at, end_at FROM observed WHERE end_at > start_at"
                " ORDER BY start_at").fetchall()
        store.close()


def _some(things):
    return f"{len(things)}, e.g. " + ", ".join(str(thing) for thing in things[:EXAMPLES])


def readings(run, stored):
    """Accepted and acknowledged are stored, each once; nothing else is."""
    published = {(m.device, m.seq): m for m in run.ledger if m.reason is None}
    acknowledged = {
        name for name, m in published.items() if m.key in run.wire.acknowledged}
    accepted = {name for name, m in published.items() if m.is_accepted}
    faults = []
    for what, wanted in [
            ("acknowledged", acknowledged), ("accepted", set() if run.forgets else accepted)]:
        lost = sorted(wanted - stored.counts.keys())
        if lost:
            faults.append(f"{what} and not stored: {_some(lost)}")
    twice = sorted(name for name, count in stored.counts.items() if count > 1)
    if twice and not run.forgets:
        faults.append(f"stored more than once: {_some(twice)}")
    strange = sorted(stored.counts.keys() - published.keys(), key=str)
    if strange:
        faults.append(f"stored and never published: {_some(strange)}")
    run.lost_count = len((acknowledged if run.forgets else accepted) - stored.counts.keys())
    run.forgotten_count = len(accepted - stored.counts.keys()) if run.forgets else 0
    run.twice_count = len(twice)
    return faults


def poison(run, stored):
    """Everything that is no reading is counted once, under its device and its reason."""
    accepted, possible, acknowledged = Counter(), Counter(), Counter()
    for message in run.ledger:
        if message.reason is None:
            continue
        address = "/".join(message.topic.split("/")[:5])
        name = "inbox" if message.reason == "inbox" else (address, message.reason)
        possible[name] += 1
        accepted[name] += message.is_accepted
        acknowledged[name] += message.key in run.wire.acknowledged
    found = Counter(stored.quarantine)
    found["inbox"] = stored.inbox
    faults = []
    for name in sorted(possible.keys() | found.keys(), key=str):
        least = acknowledged[name] if run.forgets else accepted[name]
        if found[name] < least or found[name] > possible[name] and not run.forgets:
            faults.append(
                f"poison {name}: {found[name]} counted, {accepted[name]} accepted, "
                f"{acknowledged[name]} acknowledged, {possible[name]} published")
    return faults


def store(run, stored):
    """The file is sound. `nhip verify`, once it exists, is called here."""
    return [] if stored.damage == ["ok"] else [f"integrity: {_some(stored.damage)}"]


def backups(run, stored):
    """A copy that stands in its place is whole, and holds what was acknowledged before it began."""
    faults = []
    published = {m.key: (m.device, m.seq) for m in run.ledger if m.reason is None}
    for backup, acknowledged in run.backups:
        if not backup.copy.exists():
            if backup.is_good:
                faults.append(f"{backup.copy.name} is said to be good and is absent")
            continue
        copied = _counts(_export(run, backup.copy))
        lost = sorted(
            published[key] for key in acknowledged
            if key in published and published[key] not in copied)
        if lost:
            faults.append(f"{backup.copy.name} lacks what was acknowledged: {_some(lost)}")
        more = sorted(name for name, count in copied.items() if count > stored.counts[name])
        if more:
            faults.append(f"{backup.copy.name} has more than the store: {_some(more)}")
    return faults


def observation(run, stored):
    """Nobody has observed anything while nhip was dead."""
    wrong = [
        (start, end) for start, end in stored.observed for died, rose in run.nhip.dead
        if max(start, died) < min(end, rose)]
    return [f"observed while it was dead: {_some(wrong)}"] if wrong else []


def _holes(observed, start, end):
    holes, position = [], start
    for begin, finish in observed:
        if begin > position:
            holes.append((position, min(begin, end)))
        position = max(position, finish)
    if position < end:
        holes.append((position, end))
    return [hole for hole in holes if hole[0] < hole[1] and hole[0] < end]


def _undisturbed_lines(run, stored):
    """The same messages, each received when it was published, with what we did not observe."""
    told = [m for m in run.ledger if (m.device, m.seq) in stored.counts]
    start, end = min(m.at for m in told), max(m.at for m in told)
    for begin, finish in _holes(stored.observed, start, end):
        yield {"observed": False, "from": begin, "to": finish}
    for message in told:
        yield {
            "received_at": message.at, "topic": message.topic,
            "payload": message.payload.decode()}


def _instant(milliseconds):
    moment = datetime.fromtimestamp(milliseconds / 1_000, timezone.utc)
    return moment.isoformat(timespec="milliseconds")


def _report(run, path):
    text = run.nhip.command(
        "report", "--store", str(path), "--devices-dir", "impatient-devices", "--format", "json",
        "--outage-min", "1s", "--target", "99.5",
        "--from", _instant(run.period[0]), "--to", _instant(run.period[1]))
    report = {name: part for name, part in json.loads(text).items() if name not in MAY_DIFFER}
    return report.pop("units"), report


def figures(run, stored):
    """Uptime and usage are those of an undisturbed run over the same messages."""
    if not stored.counts:
        return ["nothing was stored"]
    path = run.folder / "undisturbed.ndjson"
    with open(path, "w") as file:
        for line in _undisturbed_lines(run, stored):
            file.write(json.dumps(line) + "\n")
    undisturbed = run.folder / "undisturbed.sqlite"
    run.nhip.command(
        "replay", str(path), "--store", str(undisturbed), "--devices-dir", "devices",
        "--registry", "registry")
    (units, rest), (wanted_units, wanted_rest) = _report(run, run.nhip.store), _report(
        run, undisturbed)
    faults = [] if rest == wanted_rest else [f"report: {_difference(rest, wanted_rest)}"]
    for unit, wanted_unit in zip(units, wanted_units, strict=True):
        for device, wanted in zip(unit["devices"], wanted_unit["devices"], strict=True):
            if json.dumps(device) != json.dumps(wanted):
                faults.append(f"figures of {device['id']}: {_difference(device, wanted)}")
    run.outage_count = sum(
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


def all_of(run):
    stored = Stored(run)
    faults = []
    for check in (store, readings, poison, backups, observation, figures):
        try:
            found = check(run, stored)
        except Failure as failure:
            found = [str(failure)]
        faults += found[:EXAMPLES]
        if len(found) > EXAMPLES:
            faults.append(f"and {len(found)} such faults in all")
    return faults
