# SPDX-License-Identifier: Apache-2.0
"""Announces deaths and returns of devices, and times the alert events that follow.

`probe.py PORT SECONDS DEVICE,… [FILE]`: for so long, or until FILE exists.
"""
import json
import os
import queue
import sys
import time

import paho.mqtt.client as mqtt

port, seconds, devices = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3].split(",")
stop = sys.argv[4] if len(sys.argv) > 4 else None
prefix = "nhip/v1/04321/kiosk"
events = queue.Queue()


def client(name):
    made = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5)
    made.connect("127.0.0.1", port)
    return made


def received(_, __, message):
    data = json.loads(message.payload)["data"]
    events.put((time.monotonic(), data["device"].get("id"), data["rule"], data["state"]))


def wait(device, state):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        at, whose, rule, what = events.get(timeout=60)
        if (whose, rule, what) == (device, "kiosk/offline", state):
            return at
    sys.exit(f"no {state} event for {device} within 60 s")


listener = client("probe-listener")
listener.on_message = received
listener.subscribe("nhip/v1/+/alert-event", qos=1)
listener.loop_start()
device_side = client("probe-devices")
device_side.loop_start()

latencies, end, turn = [], time.monotonic() + seconds, 0
while time.monotonic() < end and not (stop and os.path.exists(stop)):
    device = devices[turn % len(devices)]
    turn += 1
    sent = time.monotonic()
    device_side.publish(f"{prefix}/{device}/state", '{"online":false}', qos=1)
    latencies.append((wait(device, "firing") - sent) * 1000)
    device_side.publish(f"{prefix}/{device}/telemetry", '{"app":"running"}', qos=1)
    wait(device, "resolved")
    time.sleep(0.05)

latencies.sort()
share = lambda part: latencies[min(len(latencies) - 1, int(part * len(latencies)))]
print(
    f"{len(latencies)} alerts: median {share(0.5):.1f} ms, p95 {share(0.95):.1f} ms, "
    f"p99 {share(0.99):.1f} ms, longest {latencies[-1]:.1f} ms (goal p99 150 ms)")
listener.loop_stop()
device_side.loop_stop()
