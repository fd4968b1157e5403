# SPDX-License-Identifier: Apache-2.0
"""What nhip's store keeps of alerts and incidents, read with Python's own sqlite3."""
import json
import sqlite3


class Alert:
    def __init__(self, row):
        self.id, self.rule, self.device, self.since, self.fired, self.resolved, text = row
        evidence = json.loads(text)
        self.trigger = evidence.get("trigger")
        self.metric = evidence.get("metric")
        self.check = evidence.get("check") if self.trigger == "check" else None
        self.event = None
        self.verdict = None

    @property
    def form(self):
        """The class of alerts: value, silence, condition, or the name of a check."""
        if self.trigger == "offline":
            return "silence"
        if self.trigger == "condition":
            return "condition"
        if self.trigger == "check":
            # These three are about values, and compete with the detector.
            return "value" if self.check in ("stuck", "out_of_range", "degradation") else self.check
        return "value"


class Incident:
    def __init__(self, row, members):
        (self.id, self.since, self.named, self.group_kind, self.group_code, self.cause,
         self.probability) = row
        self.members = members
        self.devices = {member[0] for member in members}


def load(path):
    """Alerts in order of firing, and incidents, or None where the store keeps none."""
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    numbers = dict(store.execute("SELECT number, id FROM device"))
    alerts = [Alert((row[0], row[1], numbers.get(row[2]), *row[3:])) for row in store.execute(
        "SELECT id, rule, device, since, fired_at, resolved_at, evidence FROM alert"
        " ORDER BY fired_at, id")]
    tables = {row[0] for row in store.execute("SELECT name FROM sqlite_master")}
    if "incident" not in tables:
        return alerts, None
    members = {}
    for incident, device, alert, since in store.execute(
            "SELECT incident, device, alert, since FROM incident_member"):
        members.setdefault(incident, []).append((numbers.get(device), alert, since))
    incidents = [Incident(row, members.get(row[0], [])) for row in store.execute(
        "SELECT id, since, named_at, group_kind, group_code, cause, probability FROM incident"
        " ORDER BY named_at, id")]
    return alerts, incidents
