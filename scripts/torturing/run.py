# SPDX-License-Identifier: Apache-2.0
"""One run: a load, its faults at their moments, a drain, the checks."""

import heapq
import random
import shutil
import signal
import sqlite3
import tempfile
import time
from pathlib import Path

from . import alerts, checks, faults, fleet
from .listener import Listener, retained_states
from .publishers import Publishers, retain
from .shape import Shape, copy_files
from .stage import Backup, Broker, Failure, Nhip, Seal, SmallDisk, wait_for
from .wire import Wire

TURN_SECONDS = 0.005
RESTART_SECONDS = 0.1
# How often last words are repeated to a broker that may have forgotten who listens.
LAST_WORDS_EVERY = 1.0
# The broker has them all, and hands them over at once.
HEARING_PATIENCE = 10.0
BORN_KILLED_SHARE = 0.3


class Run:
    """Belongs to the runner's main thread, which starts and ends every program."""

    def __init__(self, seed, options, possible, shim):
        self.seed, self.options = seed, options
        self.random = random.Random(seed)
        self.seconds = options.seconds
        self.plan = faults.plan(self.random, self.seconds, options.fault, possible)
        self.shape = Shape.chosen(self.random)
        self.forgets = any(event.fault.forgets for event in self.plan)
        self.needs = set().union(*(event.fault.needs for event in self.plan))
        self.folder = Path(tempfile.mkdtemp(prefix=f"nhip-torture-{seed}-"))
        self.shim, self.disk, self.holder = shim, None, None
        self.fsync_flag = self.folder / "fsync-fails"
        self.exits_allowed, self.exits, self.backups, self.seals = set(), [], [], []
        # The day that is sealed: over for hours, or for minutes, but over.
        self.old_day = fleet.yesterday(fleet.now_ms())
        self.lost_count = self.twice_count = self.forgotten_count = 0
        self.outage_count = self.marked_count = 0
        self.observed_share = 0.0
        # What a check found so many of, by name.
        self.tallies = {}
        # When nhip shall be killed because a new checkpoint stands.
        self.checkpoint_trap = None
        # What the broker had retained before nhip came.
        self.old_states = []
        self._timeline, self._order = [], 0
        self._is_wanted = self._is_stopping = False
        self._stop_codes = {0}
        self._restart_at = 0.0
        self.broker = self.wire = self.nhip = self.publishers = self.listener = None

    @property
    def ledger(self):
        return self.old_states + (self.publishers.ledger if self.publishers else [])

    @property
    def accepted_count(self):
        return sum(message.is_accepted for message in self.ledger)

    def execute(self):
        """What is wrong, as sentences; the folder stays if anything is."""
        found = []
        try:
            self._set_up()
            self._load()
            self._drain()
            found = checks.all_of(self)
        except Failure as failure:
            found = [str(failure)]
        except Exception as error:
            found = [f"the runner failed: {error!r}"]
            raise
        finally:
            self._tear_down()
            if not found and not self.options.keep:
                shutil.rmtree(self.folder)
        return found

    def kill_nhip(self):
        self._is_wanted = self._is_stopping = False
        self.nhip.kill()

    def start_nhip(self):
        if not self.nhip.is_running:
            self.nhip.start()
        self._is_wanted, self._is_stopping = True, False

    def newest_checkpoint(self):
        """Its number; 0 while there is none, or nobody can tell."""
        if not self.nhip.store.exists():
            return 0
        reader = sqlite3.connect(f"file:{self.nhip.store}?mode=ro", uri=True, timeout=0)
        try:
            return reader.execute("SELECT coalesce(max(id), 0) FROM checkpoint").fetchone()[0]
        except sqlite3.Error:  # It is just being made, or somebody else holds it.
            return 0
        finally:
            reader.close()

    def stop_nhip(self):
        """Asks it to end; once it has, it is started again."""
        if self.nhip.is_running:
            self._is_stopping = True
            # Before it has read its files SIGTERM simply ends it.
            self._stop_codes = {0} if self.nhip.has_spoken else {0, -signal.SIGTERM}
            self.nhip.ask_to_end()

    def start_backup(self):
        """One at a time, each to a file of its own; what nhip has acknowledged must be in it."""
        if not any(backup.is_running for backup, _ in self.backups):
            backup = Backup(self.nhip, len(self.backups))
            self.backups.append((backup, frozenset(self.wire.acknowledged)))
            backup.start()

    def kill_backup(self):
        for backup, _ in self.backups:
            if backup.is_running:
                backup.kill()

    def start_seal(self):
        """One at a time; what comes for the day afterwards must make a revision."""
        if not any(seal.is_running for seal in self.seals):
            self.seals.append(Seal(self.nhip, self.old_day[1], len(self.seals)))
            self.seals[-1].start()

    def kill_seal(self):
        for seal in self.seals:
            if seal.is_running:
                seal.kill()

    def stop_broker(self):
        if self.broker.is_running:
            self.broker.terminate()

    def kill_broker(self):
        self.broker.kill()

    def start_broker(self):
        if not self.broker.is_running:
            self.broker.start()

    def _set_up(self):
        copy_files(self.folder, self.shape)
        self.broker = Broker(self.folder, saves=self.random.random() < 0.5)
        self.broker.start()
        self.listener = Listener(self.broker.port)
        self.listener.start()
        states = fleet.old_states(self.folder / "registry", self.random, fleet.now_ms())
        retain(self.broker.port, states)
        self.old_states = states
        self.wire = Wire(self.broker.port)
        self.wire.start()
        folder, environment = self.folder, {}
        if "disk" in self.needs:
            self.disk = SmallDisk(self.folder / "disk")
            folder = self.disk.mount_point
        if "shim" in self.needs:
            environment = {
                "LD_PRELOAD": str(self.shim), "TORTURE_FSYNC_FAILS": str(self.fsync_flag)}
        self.nhip = Nhip(
            self.options.nhip, self.folder, self.wire.port, folder / "nhip.sqlite", self.shape,
            environment, has_own_clock="clock" in self.needs)
        self.start_nhip()
        if self.random.random() < BORN_KILLED_SHARE:
            # While it makes its store.
            time.sleep(self.random.uniform(0.0, 0.2))
            self.kill_nhip()
            self.start_nhip()
        self._wait("nhip's subscriptions", lambda: (
            self.wire.subscribed == self.shape.filters and self.listener.is_subscribed))

    def _load(self):
        start, length = fleet.now_ms(), int(self.seconds * 1_000)
        devices = fleet.Fleet(
            self.folder / "registry", self.random, start, length,
            self.options.poison)
        self.publishers = Publishers(self.broker.port, devices, self.options.rate)
        self.publishers.start()
        began = time.monotonic()
        for event in self.plan:
            self._at(began + event.at, self._begin, event)
        while (time.monotonic() < began + self.seconds or self._timeline
               or not devices.has_spoken):
            self._turn()
        self.publishers.rest()
        self.period = self._judged(fleet.now_ms())

    def _judged(self, end):
        """From when every device has been heard once, which is before any of them falls silent: how
        long somebody listened before that differs from what a replay knows."""
        first = {}
        for message in self.ledger:
            if message.reason is None and not message.is_retained:
                first.setdefault(message.device, message.at)
        start = max(first.values())
        return start, max(end, start + 1)

    def _begin(self, event):
        self.exits_allowed |= event.fault.exits
        event.fault.begin(self, event.seconds)
        if event.fault.end:
            self._at(time.monotonic() + event.seconds, event.fault.end, self, event.seconds)

    def _at(self, moment, action, *arguments):
        self._order += 1
        heapq.heappush(self._timeline, (moment, self._order, action, arguments))

    def _turn(self):
        """What is due happens, and nhip is started again where that is its right."""
        while self._timeline and self._timeline[0][0] <= time.monotonic():
            _, _, action, arguments = heapq.heappop(self._timeline)
            action(*arguments)
        for thread in (self.wire, self.publishers, self.listener):
            if thread is not None and thread.failure:
                raise Failure(f"the runner's {thread.name} failed: {thread.failure}")
        self._spring_trap()
        self._supervise()
        time.sleep(TURN_SECONDS)

    def _spring_trap(self):
        trap = self.checkpoint_trap
        if trap is not None and self.newest_checkpoint() > trap.known:
            self.checkpoint_trap = None
            time.sleep(trap.seconds)
            self.kill_nhip()
            self.start_nhip()

    def _supervise(self):
        if not self._is_wanted or self.nhip.is_running:
            return
        if self.nhip.process is not None:
            code = self.nhip.process.returncode
            if code not in self.exits_allowed | (self._stop_codes if self._is_stopping else set()):
                raise Failure(f"nhip ended with {code}: {self.nhip.log[-300:].strip()}")
            if code > 0:
                self.exits.append(code)
            self.nhip.process = None
            self.nhip.note_death()
            self._restart_at = time.monotonic() + RESTART_SECONDS
        if time.monotonic() >= self._restart_at:
            self.start_nhip()

    def _wait(self, what, condition):
        def turned():
            self._turn()
            return condition()
        wait_for(what, turned, self.options.patience)

    def _drain(self):
        """Until nhip has acknowledged everything that the broker accepted, to the last words."""
        self.start_broker()
        self.start_nhip()
        self._wait("the broker to settle", lambda: self.publishers.is_settled)
        next_at = 0.0

        def is_done():
            nonlocal next_at
            if time.monotonic() >= next_at and self.publishers.is_settled:
                if self.publishers.rounds and not self.forgets:
                    next_at = float("inf")
                else:
                    next_at = time.monotonic() + LAST_WORDS_EVERY
                    self.publishers.say_once()
            return self._is_acknowledged()

        self._wait("nhip to acknowledge everything accepted", is_done)
        self._wait("the outbox to empty", lambda: alerts.outbox_count(self) == 0)
        for program in self._commands():
            self._wait(f"the end of {program.name}", lambda program=program: not program.is_running)
        if self.nhip.terminate() != 0:
            raise Failure(f"the last nhip ended with {self.nhip.process.returncode}")
        if not self.forgets:
            wait_for("the alerts to be heard", lambda: not alerts.unheard(self), HEARING_PATIENCE)
        self.retained_alerts = retained_states(self.broker.port)

    def _commands(self):
        return [backup for backup, _ in self.backups] + self.seals

    def _is_acknowledged(self):
        if not self.publishers.is_settled or not self.publishers.rounds:
            return False
        known = self.wire.acknowledged
        if not self.forgets:
            return all(m.key in known for m in self.ledger if m.is_accepted)
        # Some round of last words must have come through whole.
        return any(all(m.key in known for m in said) for said in self.publishers.rounds)

    def _tear_down(self):
        faults.release_store(self, 0)
        for thread in (self.publishers, self.listener, self.wire):
            if thread is not None:
                thread.close()
        for program in (self.nhip, self.broker, *self._commands()):
            if program is not None:
                program.kill()
        if self.disk is not None:
            # What is on the disk goes with it; a run that failed keeps a copy of the store.
            for path in self.disk.mount_point.glob("nhip.sqlite*"):
                if path.is_file():
                    shutil.copy2(path, self.folder)
            self.disk.unmount()
