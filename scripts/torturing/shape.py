# SPDX-License-Identifier: Apache-2.0
"""How the nhip of one run is set up, which differs from run to run, and the files that say so."""

import re
import shutil
from dataclasses import dataclass

from .stage import REPOSITORY

# What reports judge by: devices here report many times a second.
REPORT_INTERVAL, OFFLINE_AFTER = "300ms", "1500ms"
COMMUNE, OTHER_COMMUNE = "04321", "04330"
LIVE_CHANNELS = ["telemetry", "state", "event"]
# With the shortest, nearly every kill finds a checkpoint under way or just written.
CHECKPOINT_EVERY_MS = [20, 200, 1_000]
RECEIVE_MAXIMA = [1_000, 10_000]
RETENTION_EVERY_MS = 250
PIPELINE = """\
source:
  broker: mqtt://127.0.0.1:{port}
  receive_maximum: {shape.receive_maximum}
  session_expiry: 7d
  sessions:
{sessions}
devices: devices
registry: registry
store: {store}
retention: {{ raw: 400d, quarantine: {kept}, inbox: {kept} }}
uptime: {{ outage_min: 1s, lateness: 7d, target: 99.5 }}
alerts: {{ mqtt: true }}
"""
SESSION = "    - {{ name: {}, channels: [{}], communes: [{}] }}"


@dataclass(frozen=True)
class Shape:
    """What is different from run to run of the nhip that is tortured."""
    # Two communes, each with a live session of its own.
    is_divided: bool
    # Quarantine and inbox lose what is older than a second.
    forgets_soon: bool
    checkpoint_every_ms: int
    # Also how many messages after a resumption may be repeated ones.
    receive_maximum: int

    @staticmethod
    def chosen(random):
        return Shape(random.random() < 0.5, random.random() < 0.4,
                     random.choice(CHECKPOINT_EVERY_MS), random.choice(RECEIVE_MAXIMA))

    @property
    def live_sessions(self):
        return ["east", "west"] if self.is_divided else ["live"]

    @property
    def options(self):
        """Those of `nhip run` that nobody else uses."""
        return ["--checkpoint-every", str(self.checkpoint_every_ms),
                "--retention-every", str(RETENTION_EVERY_MS)]

    def pipeline(self, port, store):
        """The text of pipeline.yaml."""
        communes = [f'"{COMMUNE}"', f'"{OTHER_COMMUNE}"'] if self.is_divided else ['"*"']
        channels = ", ".join(LIVE_CHANNELS)
        sessions = [SESSION.format(name, channels, commune)
                    for name, commune in zip(self.live_sessions, communes)]
        sessions.append(SESSION.format("backlog", "backlog", '"*"'))
        return PIPELINE.format(
            port=port, store=store, shape=self, sessions="\n".join(sessions),
            kept="1s" if self.forgets_soon else "30d")

    @property
    def filters(self):
        """What nhip subscribes to: the load begins only when the broker has granted all of it."""
        communes = [COMMUNE, OTHER_COMMUNE] if self.is_divided else ["+"]
        live = {f"nhip/v1/{commune}/+/+/{channel}"
                for commune in communes for channel in LIVE_CHANNELS}
        slots = {f"nhip/v1/{commune}/schedule/+" for commune in communes}
        return live | slots | {"nhip/v1/+/+/+/backlog"}

    def __str__(self):
        told = [f"checkpoints every {self.checkpoint_every_ms} ms, "
                f"{self.receive_maximum} under way"]
        told += ["two live sessions"] * self.is_divided
        told += ["short retention"] * self.forgets_soon
        return ", ".join(told)


def copy_files(folder, shape):
    """The repository's profiles and registry, with conditions that alert at once; and, for reports
    alone, profiles with an allowance that a run of seconds can exceed, in service at night and on
    Sundays too."""
    shutil.copytree(REPOSITORY / "devices", folder / "devices")
    _replace(folder / "devices", "*/device.yaml", [(r"(is: \"[^\"]*\"), for: \w+", r"\1")])
    shutil.copytree(folder / "devices", folder / "impatient-devices")
    _replace(folder / "impatient-devices", "*/device.yaml", [
        (r"(?m)^report_interval: \S+", f"report_interval: {REPORT_INTERVAL}"),
        (r"(?m)^offline_after: \S+", f"offline_after: {OFFLINE_AFTER}"),
        (r"(?m)^service_hours:\n(  - .*\n)+", "")])
    registry = folder / "registry"
    shutil.copytree(REPOSITORY / "pipelines/commune/registry", registry)
    if shape.is_divided:
        # The villages from the seventh on become another commune.
        villages = rf"{COMMUNE}-(0[7-9]|1\d)"
        _replace(registry, "units.csv", [
            (rf"(?m)^({villages},.*),{COMMUNE},", rf"\1,{OTHER_COMMUNE},"),
            (rf"(?m)^({COMMUNE})(,.*)$", rf"\1\2\n{OTHER_COMMUNE}\2"),
            (villages, rf"{OTHER_COMMUNE}-\1")])
        _replace(registry, "sites.csv", [(villages, rf"{OTHER_COMMUNE}-\1")])


def _replace(folder, names, replacements):
    for path in folder.glob(names):
        text = path.read_text()
        for pattern, replacement in replacements:
            text = re.sub(pattern, replacement, text)
        path.write_text(text)
