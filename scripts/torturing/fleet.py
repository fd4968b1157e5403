# SPDX-License-Identifier: Apache-2.0
"""The devices of the example commune as a torture needs them: seeded readings made of the samples,
silences with and without a reboot, what was stored meanwhile, and poison."""

import csv
import json
import time

from .stage import REPOSITORY

COMMUNE = "04321"
COUNTERS = {"rx_bytes", "tx_bytes", "sessions", "prints"}
BACKLOG_EVERY_MS = 500
OLD_SHARE = 0.05
LOCAL_TIME_MS, DAY_MS, HOUR_MS = 7 * 3_600_000, 86_400_000, 3_600_000
EVENT_SHARE, ODD_SHARE, FLIP_SHARE, SILENT_SHARE = 0.02, 0.03, 0.02, 0.4
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

    __slots__ = ("device", "seq", "topic", "payload", "at", "reason", "is_accepted")

    def __init__(self, device, seq, topic, payload, at, reason=None):
        self.device, self.seq, self.topic, self.payload = device, seq, topic, payload
        self.at = at
        # Why it belongs into the quarantine, `inbox` for a stranger's, None for a reading.
        self.reason = reason
        # Whether the broker's PUBACK came back; if not, it may have got it or not.
        self.is_accepted = False

    @property
    def key(self):
        return self.topic, self.payload


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

    def __init__(self, identifier, kind, samples, random, start, length_ms):
        self.identifier, self.kind, self.random = identifier, kind, random
        usual = sorted(name for name in samples if name.startswith("good-telemetry"))
        self.base = samples[random.choice(usual)]
        self.odd = [
            samples[name] for name in sorted(samples)
            if not name.startswith(("good-event", "good-state"))]
        self.events = [samples[name] for name in sorted(samples) if name.startswith("good-event")]
        self.boot = start - random.randrange(60_000, 90_000_000)
        self.seq, self.counters, self.last_ts, self.stored = 0, {}, 0, []
        self.writes_text = random.random() < 0.4
        self.silent_from = self.silent_until = 0
        self.reboots = random.random() < 0.5
        if random.random() < SILENT_SHARE:
            # Longer than the allowance, and over before the load ends: everybody is heard again.
            self.silent_from = start + int(length_ms * random.uniform(0.15, 0.4))
            self.silent_until = self.silent_from + int(length_ms * random.uniform(0.38, 0.5))

    def topic(self, channel):
        return f"nhip/v1/{COMMUNE}/{self.kind}/{self.identifier}/{channel}"

    def _reading(self, sample, channel, now):
        # Instants of one device differ, so that no two readings compete for one.
        now = self.last_ts = max(now, self.last_ts + 1)
        self.seq += 1
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now // 1_000))
        payload = {
            **_varied(sample, self.random, self.counters),
            "ts": f"{text}.{now % 1_000:03d}Z" if self.writes_text else now,
            "seq": self.seq, "up": (now - self.boot) // 1_000}
        return Message(
            self.identifier, self.seq, self.topic(channel),
            json.dumps(payload, separators=(",", ":")).encode(), now)

    def reading(self, now):
        """What it has to say at its turn: nothing while it is silent."""
        if self.silent_from <= now < self.silent_until:
            if not self.reboots and now - self.last_ts >= BACKLOG_EVERY_MS:
                self.stored.append(self._reading(self.base, "backlog", now))
            return []
        if self.reboots and self.boot < self.silent_until <= now:
            self.boot = self.silent_until - 1_000
            self.counters.clear()
        stored, self.stored = self.stored, []
        for message in stored:
            message.at = now
        if self.random.random() < OLD_SHARE:
            stored.append(self._old_reading(now))
        chance = self.random.random()
        if self.events and chance < EVENT_SHARE:
            return stored + [self._reading(self.random.choice(self.events), "event", now)]
        sample = self.random.choice(self.odd) if chance > 1 - ODD_SHARE else self.base
        return stored + [self._reading(sample, "telemetry", now)]

    def _old_reading(self, now):
        """What it had kept of yesterday: a day that is sealed now, or will be."""
        self.seq += 1
        at = yesterday(now)[0] + 12 * HOUR_MS + self.seq * 1_000
        payload = {**self.base, "ts": at, "seq": self.seq, "up": 90_000 + self.seq}
        return Message(
            self.identifier, self.seq, self.topic("backlog"),
            json.dumps(payload, separators=(",", ":")).encode(), now)

    def last_words(self, now):
        """A reading on every channel that has readings: what came before them has arrived."""
        return [self._reading(self.base, channel, now) for channel in ("backlog", "telemetry")]

    def poison(self, number, now):
        """A message that no reading comes of; `number` makes each a different one."""
        topic, stranger = self.topic("telemetry"), f"nhip/v1/{COMMUNE}"
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

    def __init__(self, random, start, length_ms, poison_share):
        self.random, self.poison_share, self.poison_count = random, poison_share, 0
        self.bodies, samples = [], {}
        with open(REPOSITORY / "pipelines/commune/registry/devices.csv", newline="") as file:
            for row in csv.DictReader(file):
                kind = row["kind"]
                if kind not in samples:
                    found = (REPOSITORY / "devices" / kind / "samples").glob("good-*.json")
                    samples[kind] = {path.name: json.loads(path.read_text()) for path in found}
                self.bodies.append(
                    Body(row["id"], kind, samples[kind], random, start, length_ms))

    @property
    def has_spoken(self):
        """Every device has sent a reading."""
        return all(body.seq for body in self.bodies)

    def messages(self, position, now):
        body = self.bodies[position]
        if self.random.random() < self.poison_share:
            self.poison_count += 1
            return [body.poison(self.poison_count, now)]
        return body.reading(now)
