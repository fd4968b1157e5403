# SPDX-License-Identifier: Apache-2.0
"""The scorer on made-up stores where the answer is known: a perfect one, a silent one, a storm."""
import os
import sqlite3
import tempfile

from fleet_store import load
from fleet_truth import DAY, HOUR, MINUTE

START = 1_795_107_600_000
CALM = START + 3 * DAY
END = START + 30 * DAY
TABLES = """
CREATE TABLE device (number INTEGER PRIMARY KEY, id TEXT);
CREATE TABLE alert (id TEXT PRIMARY KEY, rule TEXT, device INTEGER, since INTEGER,
  fired_at INTEGER, resolved_at INTEGER, evidence TEXT);
CREATE TABLE incident (id TEXT PRIMARY KEY, since INTEGER, named_at INTEGER, group_kind TEXT,
  group_code TEXT, cause TEXT, probability REAL);
CREATE TABLE incident_member (incident TEXT, device INTEGER, alert TEXT, since INTEGER);
"""


def made_up_truth():
    """Ten access points; each has a shift of the third size and a spike of the first; five of them
    hang on one feeder that is cut once."""
    devices, members = [], []
    for number in range(10):
        shift = CALM + (2 + number) * DAY
        spike = CALM + (14 + number) * DAY
        faults = [
            {"kind": "level-shift", "metric": "clients", "size": 8.0, "isAbove": True,
             "start": shift, "end": shift + 6 * HOUR},
            {"kind": "spike", "metric": "wan_rtt_ms", "size": 1.5, "isAbove": True,
             "start": spike, "end": spike + MINUTE}]
        intervals = [{"state": "up", "start": START, "end": END}]
        if number < 5:
            cut = (CALM + DAY, CALM + DAY + HOUR)
            faults.append({"kind": "feeder-cut", "start": cut[0], "end": cut[1], "incident": "G1"})
            intervals = [{"state": "up", "start": START, "end": cut[0]},
                         {"state": "no_power", "start": cut[0], "end": cut[1]},
                         {"state": "up", "start": cut[1], "end": END}]
            members.append({"device": f"ap-{number}", "start": cut[0], "end": cut[1],
                            "isLate": False})
        devices.append({"id": f"ap-{number}", "kind": "wifi-ap", "faults": faults,
                        "intervals": intervals})
    incident = {"id": "G1", "kind": "feeder-cut", "groupKind": "feeder", "groupCode": "F1",
                "sameGroups": ["feeder:F1"], "cause": "power", "start": CALM + DAY,
                "end": CALM + DAY + HOUR, "members": members, "isToldUnobserved": False}
    return {"start": START, "end": END, "calmUntil": CALM, "reportInterval": MINUTE,
            "devices": devices, "incidents": [incident]}


def store(alerts, incidents):
    """A store with these rows, as the scorer reads it."""
    handle, path = tempfile.mkstemp(suffix=".sqlite")
    os.close(handle)
    try:
        base = sqlite3.connect(path)
        base.executescript(TABLES)
        base.executemany("INSERT INTO device VALUES (?, ?)",
                         [(number + 1, f"ap-{number}") for number in range(10)])
        base.executemany("INSERT INTO alert VALUES (?, ?, ?, ?, ?, ?, ?)", alerts)
        for row, members in incidents:
            base.execute("INSERT INTO incident VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            base.executemany("INSERT INTO incident_member VALUES (?, ?, ?, ?)",
                             [(row[0], *member) for member in members])
        base.commit()
        base.close()
        return load(path)
    finally:
        os.remove(path)


def alert(name, device, fired, trigger, metric=None):
    evidence = '{"trigger":"%s"%s}' % (trigger, f',"metric":"{metric}"' if metric else "")
    return (name, f"{trigger} {metric}", device, fired, fired, None, evidence)


def perfect(truth):
    """Every fault found two minutes after its start, the cut by five alerts and one incident."""
    alerts, members = [], []
    for number, device in enumerate(truth["devices"], 1):
        for fault in device["faults"]:
            name = f"{fault['kind']}-{number}"
            if fault["kind"] == "feeder-cut":
                fired = fault["start"] + 3 * MINUTE
                alerts.append(alert(name, number, fired, "offline"))
                members.append((number, name, fault["start"]))
            else:
                alerts.append(alert(
                    name, number, fault["start"] + 2 * MINUTE, "anomaly", fault["metric"]))
    start = truth["incidents"][0]["start"]
    row = ("i1", start, start + 4 * MINUTE, "feeder", "F1", "power", 0.9)
    return alerts, [(row, members)]


def storm():
    """Twenty alerts on a clean day, tied into one incident."""
    alerts = [alert(f"s{number}", number % 10 + 1, CALM + 20_000_000 + number * MINUTE, "anomaly",
                    f"m{number}") for number in range(20)]
    members = [(row[2], row[0], row[3]) for row in alerts]
    first = alerts[0][3]
    return alerts, [(("i2", first, first + MINUTE, "commune", "21001", "link", 0.5), members)]


def expect(name, said, wanted):
    if said != wanted:
        raise SystemExit(f"self-test failed: {name}: {said}, not {wanted}")


def run(score_type):
    def scored(alerts, incidents):
        score = score_type()
        score.add(made_up_truth(), *store(alerts, incidents))
        return score

    best = scored(*perfect(made_up_truth()))
    expect("perfect F1", [row["f1"] for row in best.rows() if row["events"]], [1.0] * 5)
    expect("perfect delay", best.row("level-shift")["delay_median_minutes"], 2.0)
    expect("thirds", [best.row("level-shift", third)["events"] for third in range(3)], [0, 0, 10])
    expect("perfect false alerts", best.false_alerts(), {})
    line = best.incidents()["kinds"][0]
    expect("perfect incident",
           [line[key] for key in ("named", "one", "group", "members", "cause")], [1.0] * 5)
    expect("time to name", line["intervals_after_start"], 4.0)
    expect("perfect false incidents", best.incidents()["false_per_100_device_months"], 0.0)

    silent = scored([], [])
    expect("silent recall", {row["recall"] for row in silent.rows() if row["events"]}, {0.0})
    expect("silent incident", silent.incidents()["kinds"][0]["named"], 0.0)

    (alerts, incidents), (noise, false) = perfect(made_up_truth()), storm()
    stormy = scored(alerts + noise, incidents + false)
    expect("storm's false alerts", sum(stormy.false_alerts().values()), 20)
    expect("storm's precision", stormy.row("level-shift")["precision"], 20 / 40)
    expect("storm's false incidents",
           round(stormy.incidents()["false_per_100_device_months"], 6),
           round(100 / (10 * 27 / 30), 6))

    split = perfect(made_up_truth())[0]
    halves = [(("a", CALM + DAY, CALM + DAY + 4 * MINUTE, "site", "S", "link", 0.5),
               [(number, f"feeder-cut-{number}", CALM + DAY) for number in (1, 2)]),
              (("b", CALM + DAY, CALM + DAY + 4 * MINUTE, "village", "V", "power", 0.5),
               [(number, f"feeder-cut-{number}", CALM + DAY) for number in (3, 4, 5)])]
    pieces = scored(split, halves).incidents()["kinds"][0]
    expect("two pieces are not one", [pieces["one"], pieces["group"]], [0.0, 0.0])
    expect("members of the better piece", pieces["members"], 0.6)
    print("self-test passed")
    return 0
