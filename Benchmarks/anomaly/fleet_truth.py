# SPDX-License-Identifier: Apache-2.0
"""What a simulated fleet's truth says, as events that somebody can find or miss.

An event is one fault of one device. How it is found, and until when, depends on its kind:

* a fault of values by an alert of that device and metric (trigger anomaly or check, or a threshold
  of the profile), fired from its start until its end or until BOUND of its kind has passed,
  whichever is sooner, and one report interval more;
* a silence (of one device or as a member of a grouped fault) by an alert that the device is
  offline, fired from its start until the allowance of three report intervals and GRACE_INTERVALS
  more have passed, or the device is back;
* the rest by the check of their name.

Video endpoints and kiosks serve in office hours: what nobody has to see is no event.
"""
import datetime

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
OFFSET = 7 * HOUR  # Viet Nam
ALLOWANCE_INTERVALS = 3
GRACE_INTERVALS = 2
THIRDS = ((1.0, 2.15), (2.15, 4.64), (4.64, float("inf")))

VALUE = {"spike", "burst", "level-shift", "drift", "seasonal-break", "texture-loud", "texture-flat",
         "stuck-value", "out-of-range", "slow-degradation"}
SILENCE = {"link-loss", "device-off"}
GROUPED = {"gateway-death", "site-power", "village-link", "feeder-cut", "isp-outage",
           "commune-link", "province-link", "firmware-reboots", "firmware-silence", "own-outage"}
PLAY = {"missed-play", "late-play", "partial-play"}
# The check that finds a kind, by the name that evidence gives it.
CHECK = {"reboot-loop": "reboot_loop", "firmware-reboots": "reboot_loop",
         "clock-drift": "clock_drift", "exhaustion": "exhaustion", "expiry": "expiry",
         "counter-reset": "counter_reset"}
# Later than this an alert helps nobody; kinds that are not named have until their end.
BOUND = {"burst": HOUR, "level-shift": 6 * HOUR, "seasonal-break": 12 * HOUR,
         "texture-loud": 12 * HOUR, "texture-flat": 12 * HOUR, "stuck-value": 12 * HOUR,
         "out-of-range": HOUR, "reboot-loop": 2 * HOUR, "firmware-reboots": 2 * HOUR,
         "flapping-link": 6 * HOUR}
OFFICE_KINDS = {"kiosk", "video-endpoint"}
OFFICE_HOURS = (7.5 * HOUR, 17 * HOUR)
# Endpoints say nothing between five minutes, kiosks may be silent for longer.
OWN_ALLOWANCE = {"video-endpoint": 15 * MINUTE, "kiosk": 5 * MINUTE}


def office_time(start, end):
    """Milliseconds of the office's hours within a stretch."""
    total, day = 0, (start + OFFSET) // DAY
    while day * DAY - OFFSET < end:
        weekday = (datetime.date(1970, 1, 1) + datetime.timedelta(days=day)).weekday()
        if weekday < 5:
            midnight = day * DAY - OFFSET
            total += max(0, min(end, midnight + OFFICE_HOURS[1])
                         - max(start, midnight + OFFICE_HOURS[0]))
        day += 1
    return total


class Event:
    """One fault of one device."""

    def __init__(self, device, fault, truth):
        self.device = device["id"]
        self.kind = fault["kind"]
        self.start, self.end = fault["start"], fault["end"]
        self.metric = fault.get("metric")
        self.size = fault.get("size")
        self.amount = fault.get("amount")
        self.incident = fault.get("incident")
        self.alerts = []
        interval = truth["reportInterval"]
        self.interval = interval
        self.allowance = max(ALLOWANCE_INTERVALS * interval, OWN_ALLOWANCE.get(device["kind"], 0)
                             * (interval // MINUTE if device["kind"] == "kiosk" else 1))
        self.form = form(self.kind)
        self.is_expected = self.kind not in ("counter-wrap", "own-outage")
        if self.form == "silence":
            self.deadline = self.end + interval
            heard = self.end - self.start
            if device["kind"] in OFFICE_KINDS:
                heard = office_time(self.start, self.end)
                if heard <= self.allowance:
                    self.is_expected = False
            else:
                self.deadline = min(
                    self.deadline,
                    self.start + self.allowance + (1 + GRACE_INTERVALS) * interval)
        else:
            bound = BOUND.get(self.kind, self.end - self.start)
            self.deadline = min(self.end, self.start + bound) + interval

    @property
    def third(self):
        if self.size is None or self.kind in ("stuck-value", "texture-flat", "out-of-range"):
            return None
        for number, (low, high) in enumerate(THIRDS):
            if low <= self.size < high:
                return number
        return 0


def form(kind):
    """The class of alerts by which a kind is found."""
    if kind in VALUE:
        return "value"
    if kind in PLAY:
        return "play"
    if kind in CHECK:
        return CHECK[kind]
    if kind == "counter-wrap":
        return "counter_reset"
    return "silence"


class Fleet:
    """The truth, by device, with everything that explains an alert."""

    def __init__(self, truth):
        self.truth = truth
        self.interval = truth["reportInterval"]
        self.devices = {device["id"]: device for device in truth["devices"]}
        self.incidents = truth.get("incidents") or []
        self.told = {incident["id"] for incident in self.incidents if incident["isToldUnobserved"]}
        self.events = [Event(device, fault, truth) for device in truth["devices"]
                       for fault in device["faults"]]
        self.of_device = {}
        for event in self.events:
            self.of_device.setdefault(event.device, []).append(event)
        self.months = (len(self.devices) * (truth["end"] - truth["calmUntil"]) / DAY / 30)

    def quiet(self, device, start, end):
        """Whether the device was up all the time from start to end."""
        return not any(interval["state"] != "up" and interval["start"] < end
                       and start < interval["end"]
                       for interval in self.devices[device]["intervals"])
