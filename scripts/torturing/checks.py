# SPDX-License-Identifier: Apache-2.0
"""What must hold after a run, whatever happened in it. Every check returns sentences, none when all
is well."""

import sqlite3
from collections import Counter

from . import alerts, presence, undisturbed
from .stage import Failure

EXAMPLES = 3
# How many messages were received, how many are said to be kept, how many are.
SHELF = """SELECT coalesce(sum(received), 0), coalesce(sum(kept), 0),
    (SELECT count(*) FROM {0}_message) FROM {0}_count"""


class Stored:
    """What the store of a run holds, read once nhip has ended and the old day is sealed."""

    def __init__(self, run):
        self.sealed = undisturbed.seal(run, run.nhip.store)
        self.readings = undisturbed.export(run, run.nhip.store)
        # What the broker had retained and sent at a subscription, apart from what it sent as it
        # came.
        live = [row for row in self.readings if "retained" not in row["flags"]]
        self.counts = Counter(map(undisturbed.name, live))
        self.copies = Counter(map(undisturbed.name, self.readings)) - self.counts
        # By name; of one that is stored twice, which is told of by itself, the last.
        self.rows = {undisturbed.name(row): row for row in live}
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
            self.shelves = {
                shelf: store.execute(SHELF.format(shelf)).fetchone()
                for shelf in ("inbox", "quarantine")}
        store.close()


def _some(things):
    return f"{len(things)}, e.g. " + ", ".join(str(thing) for thing in things[:EXAMPLES])


def readings(run, stored):
    """Accepted and acknowledged are stored, each once; nothing else is."""
    published = {m.name: m for m in run.ledger if m.reason is None}
    found = stored.counts.keys() | stored.copies.keys()
    acknowledged = {
        name for name, m in published.items() if m.key in run.wire.acknowledged}
    accepted = {name for name, m in published.items() if m.is_accepted}
    faults = []
    for what, wanted in [
            ("acknowledged", acknowledged), ("accepted", set() if run.forgets else accepted)]:
        lost = sorted(wanted - found)
        if lost:
            faults.append(f"{what} and not stored: {_some(lost)}")
    twice = sorted(name for name, count in stored.counts.items() if count > 1)
    if twice and not run.forgets:
        faults.append(f"stored more than once: {_some(twice)}")
    strange = sorted(found - published.keys(), key=str)
    if strange:
        faults.append(f"stored and never published: {_some(strange)}")
    retained = Counter(m.name for m in run.old_states)
    if stored.copies != retained and not run.forgets:
        faults.append(f"retained states: {_some(sorted((stored.copies - retained).items()))} too"
                      f" many, {_some(sorted((retained - stored.copies).items()))} missing")
    run.lost_count = len((acknowledged if run.forgets else accepted) - found)
    run.forgotten_count = len(accepted - found) if run.forgets else 0
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


def shelves(run, stored):
    """What is kept of what is no reading is as much as is said, also where some of it was deleted.
    """
    run.tallies["shelved and deleted"] = sum(
        received - there for received, _, there in stored.shelves.values())
    return [
        f"{shelf}: {kept} messages are said to be kept, {there} are"
        for shelf, (_, kept, there) in stored.shelves.items() if kept != there]


def store(run, stored):
    """The file is sound, and everything comes out the same when it is computed again."""
    faults = [] if stored.damage == ["ok"] else [f"integrity: {_some(stored.damage)}"]
    run.nhip.command("verify", "--store", str(run.nhip.store), "--devices-dir", "devices")
    return faults


def backups(run, stored):
    """A copy that stands in its place is whole, and holds what was acknowledged before it began."""
    faults = []
    published = {m.key: m.name for m in run.ledger if m.reason is None}
    for backup, acknowledged in run.backups:
        if not backup.copy.exists():
            if backup.is_good:
                faults.append(f"{backup.copy.name} is said to be good and is absent")
            continue
        copied = Counter(map(undisturbed.name, undisturbed.export(run, backup.copy)))
        lost = sorted(
            published[key] for key in acknowledged
            if key in published and published[key] not in copied)
        if lost:
            faults.append(f"{backup.copy.name} lacks what was acknowledged: {_some(lost)}")
        counts = stored.counts + stored.copies
        more = sorted(name for name, count in copied.items() if count > counts[name])
        if more:
            faults.append(f"{backup.copy.name} has more than the store: {_some(more)}")
    return faults


def observation(run, stored):
    """Nothing was observed while nhip was dead."""
    wrong = [
        (start, end) for start, end in stored.observed for died, rose in run.nhip.dead
        if max(start, died) < min(end, rose)]
    return [f"observed while it was dead: {_some(wrong)}"] if wrong else []


def all_of(run):
    stored = Stored(run)
    faults = []
    for check in (
            store, readings, poison, shelves, backups, observation, alerts.check, presence.check,
            undisturbed.compare):
        try:
            found = check(run, stored)
        except Failure as failure:
            found = [str(failure)]
        faults += found[:EXAMPLES]
        if len(found) > EXAMPLES:
            faults.append(f"and {len(found)} such faults in all")
    return faults
