# SPDX-License-Identifier: Apache-2.0
"""Offline marks: wills that the broker published, and devices that said so themselves.

A mark has no time of its own. It says something of the gap in which it is received, if the broker
goes on for a while: a stretch of hearing must reach so far behind it, and, in a session that was
resumed, so far before it. So where it falls depends on the moment of delivery, which no two runs
share. What must hold whatever the moment: it is received between what was sent before it and what
was sent after it, and only the marks of devices that went raise alerts."""

from collections import defaultdict
from datetime import datetime

from . import alerts

HEARD_AFTER_MS, RESUMED_FOR_MS = 2_000, 10_000
# Flags of rows whose receipt was put right afterwards, or that waited for that.
DOUBTFUL = "received_at_wrong"


class Marks:
    """The marks of one run: as sent, and as stored."""

    def __init__(self, run, stored):
        self.observed = stored.observed
        self.sent = {m.name: m for m in run.ledger if m.is_mark}
        self.rows = {
            name: row for name, row in stored.rows.items() if name in self.sent}
        self._names = defaultdict(list)
        for name in self.rows:
            self._names[name[0]].append(name)
        self.doubtful = {
            name[0] for name, row in stored.rows.items() if DOUBTFUL in row["flags"]}
        self._live = defaultdict(list)
        for message in run.ledger:
            if message.name in stored.rows and not message.topic.endswith("/backlog"):
                self._live[message.device].append(message)
        self._stored = stored

    @property
    def devices(self):
        return self._names.keys()

    def is_credible(self, at, is_resumed, start, end):
        """For somebody who knows of the time between `start` and `end`."""
        since, until = at - (RESUMED_FOR_MS if is_resumed else 0), at + HEARD_AFTER_MS
        return start <= since and until <= end and not list(holes(self.observed, since, until))

    def fall_alike(self, device, start, end, as_sent):
        """Whether all marks of a device say the same to nhip and to a replay of the time from
        `start` to `end`, in which they are received when they were sent or when they were stored.
        """
        if device in self.doubtful:
            return False
        for name in self._names[device]:
            row = self.rows[name]
            stored_at, is_resumed = row["received_at"], "resumed" in row["flags"]
            told_at = self.sent[name].at if as_sent else stored_at
            ours = self.is_credible(stored_at, is_resumed, 0, float("inf"))
            if ours != self.is_credible(told_at, is_resumed, start, end):
                return False
            if ours and as_sent and self._is_in_a_burst(device, stored_at):
                return False
        return True

    def _is_in_a_burst(self, device, at):
        """What was sent before and behind it came with it: it may belong to either gap."""
        together = [m for m in self._live[device]
                    if self._stored.rows[m.name]["received_at"] == at]
        marks = [position for position, m in enumerate(together) if m.is_mark]
        return any(0 < position < len(together) - 1 for position in marks)

    def disordered(self):
        """Messages received before what was sent earlier, by devices that say when they go."""
        found = []
        for device in self.devices - self.doubtful:
            latest = 0
            for message in self._live[device]:
                at = self._stored.rows[message.name]["received_at"]
                if at < latest:
                    found.append(message.name)
                latest = max(latest, at)
        return found

    def plain(self):
        """Names of marks that a process heard live, and outlived before the device came back."""
        for device in self.devices - self.doubtful:
            live = self._live[device]
            for position, message in enumerate(live[:-1]):
                if not message.is_mark or message.name not in self.rows:
                    continue
                row = self.rows[message.name]
                back = self._stored.rows[live[position + 1].name]["received_at"]
                if ("resumed" not in row["flags"]
                        and back > row["received_at"] + HEARD_AFTER_MS
                        and self.is_credible(row["received_at"], False, 0, float("inf"))):
                    yield message.name


def holes(observed, start, end):
    """What lies between the observed times, from `start` to `end`."""
    position = start
    for begin, finish in observed:
        if position < begin and position < end:
            yield position, min(begin, end)
        position = max(position, finish)
    if position < end:
        yield position, end


def _milliseconds(text):
    return round(datetime.fromisoformat(text).timestamp() * 1_000)


def check(run, stored):
    marks = Marks(run, stored)
    run.tallies["marks"] = len(marks.rows)
    faults = []
    if not run.forgets:
        wrong = marks.disordered()
        if wrong:
            faults.append(f"received before what was sent earlier: {len(wrong)}, e.g. {wrong[0]}")
    if "clock" in run.needs:
        # Receipts were put right since the alerts were raised.
        return faults
    by_receipt = {(name[0], row["received_at"]): marks.sent[name]
                  for name, row in marks.rows.items()}
    raised = {
        (alert["device"], _milliseconds(alert["evidence"]["mark_received_at"]))
        for alert in alerts.stored(run) if alert["evidence"].get("mark_received_at") is not None}
    for subject in sorted(raised):
        if subject not in by_receipt:
            faults.append(f"an alert names a mark that is not stored: {subject}")
        elif not by_receipt[subject].is_death:
            faults.append(f"the end of the broker is called the end of a device: {subject}")
    for name in marks.plain():
        at = marks.rows[name]["received_at"]
        if marks.sent[name].is_death and (name[0], at) not in raised:
            faults.append(f"no alert of the mark {name}, received at {at}")
    run.tallies["raised by marks"] = len(raised)
    return faults
