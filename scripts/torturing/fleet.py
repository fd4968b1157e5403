# SPDX-License-Identifier: Apache-2.0
"""The devices of the example commune as a torture needs them: seeded readings made of the samples,
silences with and without a reboot, what was stored meanwhile, and poison."""

import csv
import json
import time

from .stage import REPOSITORY

COUNTERS = {"rx_bytes", "tx_bytes", "sessions", "prints"}
BACKLOG_EVERY_MS = 500
OLD_SHARE = 0.05
LOCAL_TIME_MS, DAY_MS, HOUR_MS = 7 * 3_600_000, 86_400_000, 3_600_000
EVENT_SHARE, ODD_SHARE, FLIP_SHARE, SILENT_SHARE = 0.05, 0.03, 0.02, 0.4
# Devices with a connection and a will of their own; how many of their ends are polite.
WILL_SHARE, POLITE_SHARE, ABSENCES_MAX = 0.25, 0.25, 3
# Shorter than a gap that a mark makes an outage; longer, and as long as the gap allowance.
ABSENCE_MS = [(50, 400), (500, 1_200), (2_100, 2_500)]
# An absence of this length may be a reboot.
REBOOT_MS = 1_000
# A payload beyond this is too large for nhip, and still small enough for the broker.
TOO_LARGE = 70_000


def now_ms():
    return time.time_ns() // 1_000_000


def yesterday(now):
    """The day before, local: when it began, and its name."""
    start = (now + LOCAL_TIME_MS) // DAY_MS * DAY_MS - LOCAL_TIME_MS - DAY_MS
    return start, time.strftime("%Y-%m-%d", time.gmtime((start + LOCAL_TIME_MS) // 1_000))


class Message:
    """One message, sent at most once, and what became of it at the broker."""

    __slots__ = (
        "device", "seq", "topic", "payload", "at", "reason", "is_accepted", "is_retained",
        "is_mark", "is_death")

    def __init__(self, device, seq, topic, payload, at, reason=None, is_retained=False,
                 is_mark=False):
        self.device, self.seq, self.topic, self.payload = device, seq, topic, payload
        # For a will, when the connection broke.
        self.at = at
        # Why it belongs into the quarantine, `inbox` for a stranger's, None for a reading.
        self.reason = reason
        # Whether the broker's PUBACK came back; if not, it may have got it or not.
        self.is_accepted = False
        self.is_retained = is_retained
        # It says that the device is gone; and it was the device that went, not the broker.
        self.is_mark, self.is_death = is_mark, False

    @property
    def key(self):
        return self.topic, self.payload

    @property
    def name(self):
        return self.device, self.seq


def _written(payload):
    return json.dumps(payload, separators=(",", ":")).encode()


def _varied(value, random, counters, key=None):
    """A sample's value, moved a little; counters only ever grow."""
    if isinstance(value, dict):
        return {name: _varied(part, random, counters, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_varied(part, random, counters) for part in value]
    if isinstance(value, bool):
        return value ^ (random.random() < FLIP_SHARE)
    if key in COUNTERS and isinstance(value, int) and value < 1 << 53:
        counters[key] = counters.get(key, value) + random.randrange(1 + value // 1_000)
        return counters[key]
    if isinstance(value, int) and abs(value) > 9 and value < 1 << 53:
        return value + random.randrange(-(abs(value) // 10), abs(value) // 10 + 1)
    return value


class Body:
    """One device."""

    def __init__(self, identifier, kind, commune, samples, random, start, length_ms):
        self.identifier, self.kind, self.random = identifier, kind, random
        self.commune = commune
        usual = sorted(name for name in samples if name.startswith("good-telemetry"))
        self.base = samples[random.choice(usual)]
        self.odd = [
            samples[name] for name in sorted(samples)
            if not name.startswith(("good-event", "good-state"))]
        self.events = [samples[name] for name in sorted(samples) if name.startswith("good-event")]
        self.boot = start - random.randrange(60_000, 90_000_000)
        self.seq, self.counters, self.last_ts, self.stored = 0, {}, 0, []
        self.has_spoken = False
        self.writes_text = random.random() < 0.4
        self.has_will = random.random() < WILL_SHARE
        self.reboots = random.random() < 0.5
        # As (from, until, politely), in order; all over before the load ends: everybody is heard
        # again.
        self.absences = []
        if self.has_will:
            self._plan_absences(start, length_ms)
        elif random.random() < SILENT_SHARE:
            begin = start + int(length_ms * random.uniform(0.15, 0.4))
            # Longer than the allowance.
            end = begin + int(length_ms * random.uniform(0.38, 0.5))
            self.absences.append((begin, end, False))

    def _plan_absences(self, start, length_ms):
        at, end = start + int(length_ms * 0.15), start + int(length_ms * 0.9)
        for _ in range(self.random.randint(1, ABSENCES_MAX)):
            at += self.random.randrange(100, length_ms // 4)
            until = at + self.random.randint(*self.random.choice(ABSENCE_MS))
            if until < end:
                self.absences.append((at, until, self.random.random() < POLITE_SHARE))
            at = until

    def absence(self, now):
        """The one that goes on; None while it is there."""
        return next((each for each in self.absences if each[0] <= now < each[1]), None)

    def topic(self, channel):
        return f"nhip/v1/{self.commune}/{self.kind}/{self.identifier}/{channel}"

    def _reading(self, sample, channel, now, **traits):
        # Instants of one device differ, so that no two readings compete for one.
        now = self.last_ts = max(now, self.last_ts + 1)
        self.seq += 1
        self.has_spoken = True
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now // 1_000))
        payload = {
            **sample, "ts": f"{text}.{now % 1_000:03d}Z" if self.writes_text else now,
            "seq": self.seq, "up": (now - self.boot) // 1_000}
        return Message(
            self.identifier, self.seq, self.topic(channel), _written(payload), now, **traits)

    def _varied_reading(self, sample, channel, now):
        return self._reading(_varied(sample, self.random, self.counters), channel, now)

    def reading(self, now):
        """What it has to say at its turn: nothing while it is silent."""
        if self.absence(now):
            if not self.reboots and now - self.last_ts >= BACKLOG_EVERY_MS:
                self.stored.append(self._varied_reading(self.base, "backlog", now))
            return []
        self._reboot(now)
        stored, self.stored = self.stored, []
        for message in stored:
            message.at = now
        if self.random.random() < OLD_SHARE:
            stored.append(self._old_reading(now))
        chance = self.random.random()
        if self.events and chance < EVENT_SHARE:
            return stored + [
                self._varied_reading(self.random.choice(self.events), "event", now)]
        sample = self.random.choice(self.odd) if chance > 1 - ODD_SHARE else self.base
        return stored + [self._varied_reading(sample, "telemetry", now)]

    def _reboot(self, now):
        for begin, until, _ in self.absences:
            if self.reboots and until - begin >= REBOOT_MS and self.boot < until <= now:
                self.boot = until - REBOOT_MS
                self.counters.clear()

    def state(self, now):
        """Retained: it is there."""
        self._reboot(now)
        return self._reading({"online": True}, "state", now, is_retained=True)

    def farewell(self, now):
        """Retained: it goes, and says so itself."""
        message = self._reading(
            {"online": False}, "state", now, is_retained=True, is_mark=True)
        message.is_death = True
        return message

    def will(self, now):
        """For the broker to publish; its `ts` is that of the connection, as devices have it."""
        self.seq += 1
        payload = {"online": False, "ts": now, "seq": self.seq}
        return Message(
            self.identifier, self.seq, self.topic("state"), _written(payload), None,
            is_retained=True, is_mark=True)

    def _old_reading(self, now):
        """What it had kept of yesterday: a day that is sealed now, or will be."""
        self.seq += 1
        at = yesterday(now)[0] + 12 * HOUR_MS + self.seq * 1_000
        payload = {**self.base, "ts": at, "seq": self.seq, "up": 90_000 + self.seq}
        return Message(
            self.identifier, self.seq, self.topic("backlog"), _written(payload), now)

    def last_words(self, now):
        """A reading on every channel that has readings: what came before them has arrived."""
        return [
            self._varied_reading(self.base, channel, now) for channel in ("backlog", "telemetry")]

    def poison(self, number, now):
        """A message that no reading comes of; `number` makes each a different one."""
        topic, stranger = self.topic("telemetry"), f"nhip/v1/{self.commune}"
        variants = [
            (topic, '{"n":%d,"seq":' % number, "payload-not-json"),
            (topic, '{"n":%d,"cpu":[1]}' % number, "field-wrong-type"),
            (topic, '{"n":%d,"ts":"yesterday"}' % number, "ts-not-a-time"),
            (topic, "[%d]" % number, "payload-not-object"),
            (f"{stranger}/toaster/t-1/telemetry", '{"n":%d}' % number, "kind-unknown"),
            (f"{stranger}/{self.kind}/stranger-1/telemetry", '{"n":%d}' % number, "inbox"),
            (topic, '{"n":%d,"x":"%s"}' % (number, "x" * TOO_LARGE), "payload-too-large")]
        where, payload, reason = self.random.choice(variants)
        return Message(None, number, where, payload.encode(), now, reason)


class Fleet:
    """All devices, in turn."""

    def __init__(self, registry, random, start, length_ms, poison_share):
        self.random, self.poison_share, self.poison_count = random, poison_share, 0
        self.bodies, samples = [], {}
        for identifier, kind, commune in devices(registry):
            if kind not in samples:
                found = (REPOSITORY / "devices" / kind / "samples").glob("good-*.json")
                samples[kind] = {path.name: json.loads(path.read_text()) for path in found}
            self.bodies.append(
                Body(identifier, kind, commune, samples[kind], random, start, length_ms))

    @property
    def has_spoken(self):
        """Every device has sent a reading."""
        return all(body.has_spoken for body in self.bodies)

    def messages(self, position, now):
        body = self.bodies[position]
        if not body.absence(now) and self.random.random() < self.poison_share:
            self.poison_count += 1
            return [body.poison(self.poison_count, now)]
        return body.reading(now)


def devices(registry):
    """(id, kind, commune) of every device; a village's code begins with its commune's."""
    with open(registry / "sites.csv", newline="") as file:
        communes = {row["code"]: row["unit"].split("-")[0] for row in csv.DictReader(file)}
    with open(registry / "devices.csv", newline="") as file:
        return [(row["id"], row["kind"], communes[row["site"]]) for row in csv.DictReader(file)]


def old_states(registry, random, now):
    """What the broker has retained of some devices before anybody listens."""
    states = []
    for identifier, kind, commune in devices(registry):
        if random.random() < WILL_SHARE:
            is_there = random.random() < 0.5
            payload = {"online": is_there, "ts": now, "seq": 0}
            states.append(Message(
                identifier, 0, f"nhip/v1/{commune}/{kind}/{identifier}/state",
                _written(payload), now, is_retained=True, is_mark=not is_there))
    return states
