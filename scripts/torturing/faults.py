# SPDX-License-Identifier: Apache-2.0
"""What can happen to nhip. A kind of fault is one `Fault` in `ALL`: a name, what happens, and what
nhip may do about it."""

import os
import resource
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

INPUT_OUTPUT, TEMPORARY = 74, 75
CLOCK_STEP_MS = 12 * 3_600_000
BUSY_PATIENCE_SECONDS = 1.0
FORGETTING_SHARE = 0.2
# Runs in which nothing happens in the first half.
CALM_SHARE = 0.4


@dataclass(frozen=True)
class CheckpointTrap:
    """Kills nhip once there is a newer checkpoint than this, after a moment."""
    known: int
    seconds: float


@dataclass(frozen=True)
class Fault:
    name: str
    # Called with the run and the length of the fault in seconds.
    begin: Callable
    # Called after that length; None if `begin` says all.
    end: Callable | None = None
    # The length lies between these.
    seconds: tuple = (0.0, 0.0)
    # Codes with which nhip may end because of it; it is then started again.
    exits: frozenset = frozenset()
    # The broker forgets what it accepted: only what nhip acknowledged must be stored then.
    forgets: bool = False
    # What the run must have prepared for it.
    needs: frozenset = field(default_factory=frozenset)


def _kill_and_start(run, _):
    run.kill_nhip()
    run.start_nhip()


def _kill_acknowledging(run, _):
    """Whoever acknowledges before the commit has nothing on disk at this very moment."""
    if run.nhip.is_running:
        # A process that has been waited for is not signalled: its id may be somebody else's.
        run.wire.at_acknowledgement = run.nhip.process.kill


def _forget_acknowledgement(run, _):
    run.wire.at_acknowledgement = None


def _hold_store(run, _):
    if run.holder is not None or not run.nhip.store.exists():
        return
    holder = sqlite3.connect(
        run.nhip.store, isolation_level=None, timeout=BUSY_PATIENCE_SECONDS)
    try:
        holder.execute("BEGIN IMMEDIATE")
        run.holder = holder
    except sqlite3.OperationalError:
        # nhip itself is busy with it, or there is no room: no fault this time.
        holder.close()


def release_store(run, _):
    if run.holder is not None:
        run.holder.close()
        run.holder = None


def _limit_files(run, _):
    """The next page of the write-ahead log fails with EFBIG, as a failing disk might."""
    log = run.nhip.store.with_name(run.nhip.store.name + "-wal")
    if run.nhip.is_running and log.exists():
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.prlimit(
            run.nhip.process.pid, resource.RLIMIT_FSIZE, (os.path.getsize(log), hard))


def _back_up(run, _):
    if run.nhip.store.exists():
        run.start_backup()


def _kill_in_backup(run, _):
    run.kill_backup()
    _kill_and_start(run, _)


def _seal(run, _):
    """While nhip runs it does the work; while it is dead the command does, and holds the store."""
    if run.nhip.store.exists():
        run.start_seal()


def _kill_in_seal(run, _):
    run.kill_seal()
    _kill_and_start(run, _)


def _await_checkpoint(run, _):
    run.checkpoint_trap = CheckpointTrap(
        run.newest_checkpoint(), run.random.choice((0.0, run.random.uniform(0.0, 0.03))))


def _forget_checkpoint(run, _):
    run.checkpoint_trap = None


def _cut_session(run, seconds):
    """One of nhip's sessions alone: the others go on."""
    sessions = [*run.shape.live_sessions, "backlog"]
    run.wire.cut_session(run.random.choice(sessions), seconds)


def _cut_session_long(run, seconds):
    """So that it is still away when nhip is killed and comes back."""
    _cut_session(run, seconds + run.random.uniform(0.1, 0.4))


def _step_clock(run, _):
    offset = run.random.choice((-CLOCK_STEP_MS, CLOCK_STEP_MS))
    fresh = run.nhip.clock_offset.with_suffix(".new")
    fresh.write_text(str(offset))
    fresh.replace(run.nhip.clock_offset)


ALL = [
    Fault("kill-nhip", lambda run, _: run.kill_nhip(),
          lambda run, _: run.start_nhip(), (0.0, 0.4)),
    # In opening, migrating, recovering, connecting, subscribing.
    Fault("kill-starting", _kill_and_start, _kill_and_start, (0.005, 0.3)),
    # In the last commit, the checkpoint, closing.
    Fault("kill-stopping", lambda run, _: run.stop_nhip(), _kill_and_start, (0.0, 0.06)),
    # As the next acknowledgement leaves, if one does in time.
    Fault("kill-acknowledging", _kill_acknowledging, _forget_acknowledgement, (0.3, 0.5),
          exits=frozenset({-signal.SIGKILL})),
    # Right behind a checkpoint, or on the way to the next.
    Fault("kill-checkpointing", _await_checkpoint, _forget_checkpoint, (0.5, 1.2)),
    Fault("stop-nhip", lambda run, _: run.stop_nhip()),
    Fault("broker-stop", lambda run, _: run.stop_broker(),
          lambda run, _: run.start_broker(), (0.05, 0.5)),
    Fault("broker-kill", lambda run, _: run.kill_broker(),
          lambda run, _: run.start_broker(), (0.05, 0.5), forgets=True),
    Fault("link-cut", lambda run, seconds: run.wire.cut(seconds), None, (0.0, 0.5)),
    Fault("session-cut", _cut_session, None, (0.05, 0.8)),
    Fault("session-cut-killed", _cut_session_long, _kill_and_start, (0.0, 0.3)),
    Fault("link-torn", lambda run, _: run.wire.tear()),
    Fault("link-stalled", lambda run, seconds: run.wire.stall(seconds), None, (0.2, 0.8)),
    # Acknowledgements are lost, and with them the connection.
    Fault("link-deaf", lambda run, _: run.wire.deafen(),
          lambda run, _: run.wire.cut(0), (0.1, 0.6)),
    Fault("disk-full", lambda run, _: run.disk.fill(),
          lambda run, _: run.disk.make_room(), (0.2, 0.7),
          exits=frozenset({TEMPORARY, INPUT_OUTPUT}), needs=frozenset({"disk"})),
    Fault("file-limit", _limit_files, exits=frozenset({INPUT_OUTPUT})),
    Fault("fsync-fails", lambda run, _: run.fsync_flag.touch(),
          lambda run, _: run.fsync_flag.unlink(missing_ok=True), (0.1, 0.5),
          exits=frozenset({INPUT_OUTPUT}), needs=frozenset({"shim"})),
    Fault("store-busy", _hold_store, release_store, (0.2, 0.8),
          exits=frozenset({TEMPORARY})),
    # A command that works on a store in use is two faults: it is left to end, and it is killed
    # together with nhip. `needs` names the command, so an nhip without it is spared.
    Fault("backup", _back_up, needs=frozenset({"backup"})),
    Fault("kill-in-backup", _back_up, _kill_in_backup, (0.0, 0.3), needs=frozenset({"backup"})),
    Fault("seal", _seal, exits=frozenset({TEMPORARY}), needs=frozenset({"seal"})),
    Fault("kill-in-seal", _seal, _kill_in_seal, (0.0, 0.4), exits=frozenset({TEMPORARY}),
          needs=frozenset({"seal"})),
    Fault("clock-step", _step_clock, needs=frozenset({"clock"})),
]
BY_NAME = {fault.name: fault for fault in ALL}


@dataclass(frozen=True)
class Event:
    """A fault at a moment of a run."""
    at: float
    fault: Fault
    seconds: float

    def __str__(self):
        length = f"+{self.seconds * 1_000:.0f}" if self.fault.seconds[1] else ""
        return f"{self.at * 1_000:.0f}{length}:{self.fault.name}"


def plan(random, seconds, names, possible):
    """Three to six faults of the kinds that are possible here, in the order of their moments.

    A broker that forgets weakens what can be checked, so only every fifth run has one.
    """
    kinds = [
        fault for fault in ALL if fault.needs <= possible
        and (not names or fault.name in names)]
    usual = kinds if names else [fault for fault in kinds if not fault.forgets]
    chosen = random.choices(usual, k=random.randint(3, 6))
    if not names and random.random() < FORGETTING_SHARE:
        chosen[0] = random.choice([fault for fault in kinds if fault.forgets])
    # An offline mark counts only where nothing happens around it.
    earliest = 0.5 if random.random() < CALM_SHARE else 0.05
    events = [
        Event(random.uniform(earliest, 0.9) * seconds, fault, random.uniform(*fault.seconds))
        for fault in chosen]
    return sorted(events, key=lambda event: event.at)
