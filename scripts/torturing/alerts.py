# SPDX-License-Identifier: Apache-2.0
"""What must hold of alerts after a run: who listened has heard every transition that is stored, and
nothing else."""

import json
import sqlite3

COLUMNS = "id, rule, device, state, version, fired_at, resolved_at, evidence"


def _rows(run, query):
    with sqlite3.connect(f"file:{run.nhip.store}?mode=ro", uri=True) as store:
        rows = store.execute(query).fetchall()
    store.close()
    return rows


def outbox_count(run):
    try:
        return _rows(run, "SELECT count(*) FROM outbox")[0][0]
    except sqlite3.Error:  # Somebody writes; to be asked again.
        return None


def stored(run):
    """As dictionaries, with the id of the device."""
    names = dict(_rows(run, "SELECT number, id FROM device"))
    found = []
    for row in _rows(run, f"SELECT {COLUMNS} FROM alert"):
        alert = dict(zip(COLUMNS.split(", "), row))
        alert["device"] = names[alert["device"]]
        alert["evidence"] = json.loads(alert["evidence"])
        found.append(alert)
    return found


def unheard(run):
    """Stored transitions that nobody was told of."""
    heard = {event["id"] for event in run.listener.events}
    return sorted(
        f"{alert['id']}-{version}" for alert in stored(run)
        for version in range(1, alert["version"] + 1) if f"{alert['id']}-{version}" not in heard)


def check(run, _):
    known = {alert["id"]: alert for alert in stored(run)}
    faults = _stored(run, known) + _heard(run, known)
    if not run.forgets:
        missing = unheard(run)
        if missing:
            faults.append(f"{len(missing)} transitions never heard, e.g. {missing[0]}")
        faults += _retained(run, known)
    run.tallies["alerts"] = len(known)
    return faults


def _stored(run, known):
    faults = []
    left = outbox_count(run)
    if left:
        faults.append(f"{left} messages still in the outbox")
    is_open = [(alert["rule"], alert["device"]) for alert in known.values()
               if alert["state"] != "resolved"]
    twice = {subject for subject in is_open if is_open.count(subject) > 1}
    if twice:
        faults.append(f"open more than once: {sorted(twice)[:3]}")
    return faults


def _heard(run, known):
    """Only what is on disk was told; the same words for the same id; first told in order."""
    faults, words, newest = [], {}, {}
    for event in run.listener.events:
        data = event["data"]
        alert, version = data["alert"], data["version"]
        if words.setdefault(event["id"], data) != data:
            faults.append(f"event {event['id']} was told in two ways")
        if alert not in known or known[alert]["version"] < version:
            faults.append(f"event {event['id']} was told and is not stored")
        if version > newest.get(alert, 0) + 1 and not run.forgets:
            faults.append(f"event {event['id']} was told before the ones before it")
        newest[alert] = max(version, newest.get(alert, 0))
    run.tallies["told again"] = len(run.listener.events) - len(words)
    return faults


def _retained(run, known):
    """Who comes now is told of every open alert as it is, and of no other."""
    told = {alert: event["data"]["version"] for alert, event in run.retained_alerts.items()}
    wanted = {alert["id"]: alert["version"] for alert in known.values()
              if alert["state"] != "resolved"}
    return [
        f"alert {alert} is retained in version {told.get(alert)}, stored and open in "
        f"{wanted.get(alert)}"
        for alert in sorted(told.keys() | wanted.keys()) if told.get(alert) != wanted.get(alert)]
