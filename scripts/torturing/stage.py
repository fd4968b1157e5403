# SPDX-License-Identifier: Apache-2.0
"""What one run stands on: a folder, a broker, an nhip of its own. All of it ends with the run."""

import ctypes
import getpass
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DISK_SIZE = 48 << 20
# How long a program may take to do what it was asked to.
PATIENCE = 60.0
POLL_SECONDS = 0.01
_PR_SET_PDEATHSIG = 1
_CLONE_NEWNS, _MS_REC, _MS_PRIVATE = 0x20000, 0x4000, 1 << 18
_libc = ctypes.CDLL(None)


class Failure(Exception):
    """Why a run is no good."""


def wait_for(what, condition, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"waited {patience:.0f} s in vain for {what}")
        time.sleep(POLL_SECONDS)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def _before_program():
    """The child dies with the runner, and a file size limit is an error, not its death."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


class Program:
    """A program that is started and ended many times; its words go to one log."""

    def __init__(self, name, invocation, folder, environment=None):
        self.name, self.invocation, self.folder = name, invocation, folder
        self.environment = {**os.environ, **(environment or {})}
        self.log_path = folder / f"{name}.log"
        self.process = None
        self._log_start = 0

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    @property
    def has_spoken(self):
        """The process of now has written something."""
        return self.log_path.stat().st_size > self._log_start

    def start(self):
        with open(self.log_path, "ab") as log:
            self._log_start = log.tell()
            self.process = subprocess.Popen(
                self.invocation, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, preexec_fn=_before_program)

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = None

    def ask_to_end(self):
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)

    def terminate(self):
        """Its exit code; it is killed if it does not end."""
        self.ask_to_end()
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure(f"{self.name} did not end after SIGTERM") from None


class Broker(Program):
    def __init__(self, folder, saves):
        self.port = free_port()
        (folder / "mosquitto.conf").write_text("\n".join([
            f"user {getpass.getuser()}", f"listener {self.port} 127.0.0.1",
            "allow_anonymous true", "persistence true", f"persistence_location {folder}/",
            # Whether a broker that is killed comes back with an old state, or with none.
            f"autosave_interval {1 if saves else 1_800}",
            "max_queued_messages 0", "max_queued_bytes 2147483648", "max_inflight_messages 0",
            "max_packet_size 131072", "set_tcp_nodelay true", "log_type error",
            "log_type warning", "log_type notice", ""]))
        super().__init__("mosquitto", ["/usr/sbin/mosquitto", "-c", "mosquitto.conf"], folder)

    def start(self):
        super().start()
        wait_for(f"mosquitto on port {self.port}", self._is_listening)

    def _is_listening(self):
        if not self.is_running:
            raise Failure(f"mosquitto ended: {self.log[-300:]}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Nhip(Program):
    """`nhip run`, with the files it needs, and what it must not have observed."""

    def __init__(self, executable, folder, port, store, shape, environment, has_own_clock):
        self.executable, self.store = executable, store
        self.clock_offset = folder / "clock-offset"
        (folder / "pipeline.yaml").write_text(shape.pipeline(port, store))
        hidden = shape.options
        if has_own_clock:
            hidden += ["--clock-offset-file", str(self.clock_offset)]
        super().__init__(
            "nhip", [executable, "run", "pipeline.yaml", *hidden], folder, environment)
        # Times at which it was dead, as (from, to) in wall clock milliseconds.
        self.dead = []
        self._died_at = None

    def start(self):
        if self._died_at is not None:
            self.dead.append((self._died_at, time.time_ns() // 1_000_000))
            self._died_at = None
        super().start()

    def kill(self):
        super().kill()
        self.note_death()

    def note_death(self):
        if self._died_at is None:
            self._died_at = time.time_ns() // 1_000_000

    def command(self, *arguments):
        """Another nhip, to its end; its output."""
        outcome = subprocess.run(
            [self.executable, *arguments], cwd=self.folder, capture_output=True, text=True,
            timeout=60, start_new_session=True, preexec_fn=_before_program)
        if outcome.returncode:
            said = f"{outcome.stderr[-300:]} {outcome.stdout[-300:]}".strip()
            raise Failure(f"nhip {arguments[0]} ended with {outcome.returncode}: {said}")
        return outcome.stdout


class Backup(Program):
    """`nhip backup`, once, beside the nhip that runs."""

    def __init__(self, nhip, number):
        self.copy = nhip.folder / f"backup-{number}.sqlite"
        super().__init__(
            f"backup-{number}",
            [nhip.executable, "backup", "--store", str(nhip.store), "--to", str(self.copy)],
            nhip.folder)

    @property
    def is_good(self):
        """It has said so; one that was killed, or found no room, has not."""
        return self.process is not None and self.process.poll() == 0


class Seal(Program):
    """`nhip seal` of a day, once, beside the nhip that runs or alone."""

    def __init__(self, nhip, day, number):
        super().__init__(
            f"seal-{number}",
            [nhip.executable, "seal", "--store", str(nhip.store), "--devices-dir", "devices",
             "--day", day], nhip.folder)


class SmallDisk:
    """A disk in memory that can be filled to the last page."""

    def __init__(self, mount_point):
        self.mount_point, self.filler = mount_point, mount_point / "filler"
        mount_point.mkdir()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE}", "nhip-torture", str(mount_point)],
            check=True, capture_output=True)

    @staticmethod
    def is_possible():
        """Only the system administrator may mount, and not in every container: tried once.

        The runner gets a view of mounts of its own, so that none outlives it, however it ends.
        """
        if os.geteuid() or _libc.unshare(_CLONE_NEWNS) or _libc.mount(
                b"none", b"/", None, _MS_REC | _MS_PRIVATE, None):
            return False
        with tempfile.TemporaryDirectory() as folder:
            try:
                SmallDisk(Path(folder) / "disk").unmount()
            except subprocess.CalledProcessError:  # Not here, for whatever reason.
                return False
        return True

    def fill(self):
        page = bytes(4_096)
        with open(self.filler, "ab", buffering=0) as filler:
            try:
                while filler.write(page * 256):
                    pass
            except OSError:  # Full to the megabyte; now to the page.
                pass
            try:
                while filler.write(page):
                    pass
            except OSError:  # Full, as it should be.
                return

    def make_room(self):
        self.filler.unlink(missing_ok=True)

    def unmount(self):
        # Lazily: a program that is being killed may still hold a file open.
        subprocess.run(["umount", "--lazy", str(self.mount_point)], check=True,
                       capture_output=True)
