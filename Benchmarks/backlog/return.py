# SPDX-License-Identifier: Apache-2.0
"""Devices return after an hour: `return.py PORT REGISTRY EACH [DEVICES-DIR]`.

Publishes EACH messages a device to its backlog topic, QoS 1, oldest first and device by device
within a minute, over 16 connections with at most 1,000 unacknowledged each. Plain sockets, because
a client library in Python would be slower than the broker. Prints how many the broker accepted.
"""
import csv
import glob
import json
import os
import selectors
import socket
import struct
import sys
import time

CONNECTIONS, WINDOW, CHUNK = 16, 1_000, 250
port, registry, each = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
profiles = sys.argv[4] if len(sys.argv) > 4 else "devices"


def body(kind):
    """The first good telemetry sample of a kind, open at its end for time and sequence."""
    name = sorted(glob.glob(os.path.join(profiles, kind, "samples", "good-telemetry*.json")))[0]
    with open(name, encoding="utf-8") as file:
        fields = json.load(file)
    for own in ("ts", "seq", "up"):
        fields.pop(own, None)
    return json.dumps(fields, separators=(",", ":"))[:-1]


class Line:
    """One connection and the devices behind it."""

    def __init__(self, number, devices):
        self.devices, self.position, self.in_flight, self.accepted = devices, 0, 0, 0
        self.rest, self.received = b"", b""
        self.socket = socket.create_connection(("127.0.0.1", port))
        name = f"return-{number}".encode()
        connect = b"\0\4MQTT\4\2\0\0" + struct.pack(">H", len(name)) + name
        self.socket.sendall(bytes([0x10, len(connect)]) + connect)
        if self.socket.recv(4) != b"\x20\2\0\0":
            sys.exit("the broker refused a connection")
        self.socket.setblocking(False)

    @property
    def total(self):
        return each * len(self.devices)

    def packet(self):
        minute, place = divmod(self.position, len(self.devices))
        topic, text = self.devices[place]
        at = began - (each - minute) * 60_000
        payload = b'%s,"ts":%d,"seq":%d,"up":%d}' % (text, at, minute + 1, 86_400 + 60 * minute)
        identifier = self.position % 65_535 + 1
        length = 2 + len(topic) + 2 + len(payload)
        head = struct.pack(">BBBH", 0x32, length & 127 | 128, length >> 7, len(topic))
        self.position += 1
        return head + topic + struct.pack(">H", identifier) + payload

    def send(self):
        room = min(WINDOW - self.in_flight, self.total - self.position, CHUNK)
        if not self.rest and room > 0:
            self.rest = b"".join(self.packet() for _ in range(room))
            self.in_flight += room
        if self.rest:
            try:
                self.rest = self.rest[self.socket.send(self.rest):]
            except BlockingIOError:
                pass

    def receive(self):
        data = self.socket.recv(65_536)
        if not data:
            sys.exit("the broker closed a connection")
        self.received += data
        count = len(self.received) // 4
        if any(self.received[4 * n] != 0x40 for n in range(count)):
            sys.exit("the broker sent something else than a PUBACK")
        self.received = self.received[4 * count:]
        self.in_flight -= count
        self.accepted += count


bodies, devices = {}, []
with open(os.path.join(registry, "sites.csv"), encoding="utf-8") as file:
    communes = {row["code"]: row["unit"] for row in csv.DictReader(file)}
with open(os.path.join(registry, "devices.csv"), encoding="utf-8") as file:
    for row in csv.DictReader(file):
        kind = row["kind"]
        if kind not in bodies:
            bodies[kind] = body(kind).encode()
        topic = f"nhip/v1/{communes[row['site']]}/{kind}/{row['id']}/backlog"
        devices.append((topic.encode(), bodies[kind]))
began = int(time.time() * 1000)
lines = [Line(n, devices[n::CONNECTIONS]) for n in range(min(CONNECTIONS, len(devices)))]
selector = selectors.DefaultSelector()
for line in lines:
    selector.register(line.socket, selectors.EVENT_READ, line)
start = time.monotonic()
while any(line.accepted < line.total for line in lines):
    for line in lines:
        line.send()
    for key, _ in selector.select(0.001):
        key.data.receive()
print(sum(line.accepted for line in lines), f"{time.monotonic() - start:.1f}")
