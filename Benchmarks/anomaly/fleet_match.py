# SPDX-License-Identifier: Apache-2.0
"""Which alert finds which fault, and which alert or incident is false.

An alert of values is explained, hence not false, from the start of a fault of its device and metric
until AFTER of its length behind the end (at least AFTER_MIN): a baseline that has learnt the fault
finds its end unusual. It is also explained within AFTER_MIN of a silence of its device, and an
alert of silence by any time in which the device truly was not up. Thresholds of a profile (trigger
condition) say what is; they can find, and are never false. The first explained alert in time finds
the event, later ones are repeats. Nobody should be told of devices while we know that we did not
listen, or of a counter that began anew because it is short.
"""
from fleet_truth import HOUR, MINUTE

AFTER, AFTER_MIN = 0.25, 2 * HOUR
CHECK_AFTER = 24 * HOUR
PLAY_TOLERANCE = 5_000


def match(fleet, alerts, calm_until):
    """Sets `event` and `verdict` of every alert: found, repeat, explained, false, early, or
    stranger for a device that the truth does not know."""
    for alert in alerts:
        if alert.device not in fleet.devices:
            alert.verdict = "stranger"
            continue
        # A date that is near already when the plan begins is told at once.
        is_early = alert.fired < calm_until and alert.form != "expiry"
        alert.verdict = "early" if is_early else judge(fleet, alert)


def judge(fleet, alert):
    events = fleet.of_device.get(alert.device, [])
    candidates = [event for event in events
                  if finds(alert, event) and event.start <= alert.fired <= event.deadline]
    if candidates:
        event = max(candidates, key=lambda candidate: candidate.start)
        alert.event = event
        event.alerts.append(alert)
        if not event.is_expected:
            is_known = event.kind == "counter-wrap" or event.incident in fleet.told
            return "false" if is_known else "explained"
        return "found" if len(event.alerts) == 1 else "repeat"
    if alert.form == "condition":
        return "explained"
    if alert.form == "silence":
        # What has been silent since before the plan's outage began, or was switched off twice.
        if not fleet.quiet(alert.device, alert.since - fleet.interval, alert.fired):
            return "explained"
        return "false"
    return "explained" if any(explains(event, alert) for event in events) else "false"


def finds(alert, event):
    if event.form == "value":
        return alert.metric == event.metric and alert.form in ("value", "condition")
    if event.form == "counter_reset":
        return alert.form == "counter_reset"
    if event.form == "exhaustion":
        return alert.form == "exhaustion" and alert.metric == event.metric
    return alert.form == event.form


def explains(event, alert):
    after = max(AFTER_MIN, AFTER * (event.end - event.start))
    if alert.form == "value":
        is_same = event.metric == alert.metric or event.form in ("silence", "reboot_loop")
        return is_same and event.start <= alert.fired <= event.end + after
    near = event.start <= alert.fired <= event.end + CHECK_AFTER
    if alert.form == "reboot_loop":
        return near and event.form in ("reboot_loop", "silence")
    return near and event.form == alert.form


def plays(fleet, reports):
    """Judges plays by what the report of each day says was requested and not played, in ms:
    {day: (start, end, {device: ms})}. A late play is played in full, so only `nhip explain --slot`
    tells of it: late ones are not scored, but one that counts as short is wrong."""
    found, wrong = 0, 0
    for device in fleet.devices.values():
        if device["kind"] != "loudspeaker":
            continue
        for start, end, figures in reports.values():
            if not fleet.quiet(device["id"], start - HOUR, end + HOUR):
                continue  # An outage makes shortages of its own.
            events = [event for event in fleet.of_device.get(device["id"], [])
                      if event.kind in ("missed-play", "partial-play")
                      and start <= event.start < end]
            missing = sum((event.end - event.start) * (1 - (event.amount or 0))
                          for event in events)
            is_right = abs(figures.get(device["id"], 0) - missing) <= PLAY_TOLERANCE
            for event in events:
                event.is_judged, event.is_found = True, is_right
            found += len(events) if is_right else 0
            wrong += 0 if is_right else 1
    return found, wrong


def jaccard(left, right):
    union = left | right
    return len(left & right) / len(union) if union else 0.0


def match_incidents(fleet, alerts, incidents):
    """A line for each true incident, and the false ones among those that stand in the store."""
    used, lines = set(), []
    for truth in fleet.incidents:
        visible = {member["device"] for member in truth["members"]
                   if any(event.incident == truth["id"] and (event.is_expected
                          or event.kind == "own-outage")
                          for event in fleet.of_device.get(member["device"], []))}
        if len(visible) < 2:
            continue  # Kiosks at night: nobody has to see it, and one alone is no group.
        near = [incident for incident in incidents
                if truth["start"] - 10 * MINUTE <= incident.since <= truth["end"] + HOUR
                and incident.devices & visible]
        used |= {incident.id for incident in near}
        pieces = [incident for incident in near
                  if len(incident.devices & visible) > 0.2 * max(1, len(visible))]
        best = max(near, key=lambda incident: jaccard(incident.devices, visible), default=None)
        first = min((alert.fired for alert in alerts if alert.device in visible
                     and truth["start"] <= alert.fired <= truth["end"]
                     and alert.form in ("silence", "reboot_loop")), default=None)
        causes = {truth["cause"], "link"} if truth["kind"] == "gateway-death" else {truth["cause"]}
        lines.append({
            "truth": truth, "best": best, "visible": visible,
            "is_told": truth["isToldUnobserved"],
            "is_one": best is not None and len(pieces) <= 1 and len(best.devices) > 1,
            "is_group": best is not None and is_group(best, truth),
            "members": jaccard(best.devices, visible) if best else 0.0,
            "is_cause": best is not None and best.cause in causes,
            "after_start": (best.named - truth["start"]) / fleet.interval if best else None,
            "after_alert": (best.named - first) / fleet.interval if best and first else None})
    false = [incident for incident in incidents
             if incident.id not in used and incident.named >= fleet.truth["calmUntil"]
             and is_false(fleet, alerts, incident)]
    return lines, false


def is_group(incident, truth):
    code = incident.group_code.split("/")[-1]
    kinds = {name.split(":", 1)[0] for name in truth["sameGroups"]}
    if incident.group_kind == "all" and "all" in kinds:
        return True
    return f"{incident.group_kind}:{code}" in truth["sameGroups"]


def is_false(fleet, alerts, incident):
    """No member of it has a fault: all of its alerts are false, or many were tied together that
    have nothing to do with each other. One that became part of another has no members."""
    if not incident.devices:
        return False
    verdicts = {alert.id: alert.verdict for alert in alerts}
    if incident.group_kind == "device" or len(incident.devices) < 2:
        return all(verdicts.get(alert) == "false" for _, alert, _ in incident.members)
    return True
