# SPDX-License-Identifier: Apache-2.0
"""What a user would write today: paho and SQLite. `paho_sqlite.py PORT FILE`.

Every reading becomes a row; a commit every 1,000 rows or every second. It acknowledges before it
stores, as paho does by itself: what is in memory when it is killed is lost.
"""
import json
import signal
import sqlite3
import sys
import time

import paho.mqtt.client as mqtt

port, path = int(sys.argv[1]), sys.argv[2]
store = sqlite3.connect(path)
store.execute("PRAGMA journal_mode = WAL")
store.execute(
    "CREATE TABLE reading (device TEXT, received_at REAL, ts INTEGER, seq INTEGER, up INTEGER,"
    " clients INTEGER, rx_bytes INTEGER, tx_bytes INTEGER, payload TEXT)")
rows, committed_at = 0, time.monotonic()


def received(client, userdata, message):
    global rows, committed_at
    fields = json.loads(message.payload)
    store.execute(
        "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (message.topic.split("/")[4], time.time(), fields.get("ts"), fields.get("seq"),
         fields.get("up"), fields.get("clients"), fields.get("rx_bytes"), fields.get("tx_bytes"),
         message.payload.decode()))
    rows += 1
    if rows >= 1_000 or time.monotonic() - committed_at >= 1:
        store.commit()
        rows, committed_at = 0, time.monotonic()


client = mqtt.Client(
    mqtt.CallbackAPIVersion.VERSION2, client_id="paho-sqlite", protocol=mqtt.MQTTv5)
client.on_message = received
client.on_connect = lambda client, *_: client.subscribe("nhip/v1/+/+/+/telemetry", qos=1)
signal.signal(signal.SIGTERM, lambda *_: client.disconnect())
client.connect("127.0.0.1", port)
client.loop_forever()
store.commit()
