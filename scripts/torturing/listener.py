# SPDX-License-Identifier: Apache-2.0
"""Who listens to nhip's alerts, with a session that the broker keeps: what it is told once it has
heard, whatever happens to it or to nhip."""

import json
import socket
import threading
import time

from . import mqtt

STREAM, STATES = "nhip/v1/+/alert-event", "nhip/v1/+/alert/+"
NAME = "torture-listener"
LOOK_SECONDS = 0.05
RETRY_SECONDS = 0.05
ANSWER_SECONDS = 10
CHUNK = 65_536


class Listener(threading.Thread):
    """Owned by one run; its thread alone writes what it heard."""

    def __init__(self, port):
        super().__init__(name="listener", daemon=True)
        self.port = port
        # Events of the stream in the order in which they came, repeated ones too.
        self.events = []
        self.is_subscribed = False
        self.failure = None
        self._is_closed = False

    def close(self):
        self._is_closed = True
        self.join()

    def run(self):
        try:
            while not self._is_closed:
                try:
                    with socket.create_connection(("127.0.0.1", self.port), timeout=1) as end:
                        self._listen(end)
                except OSError:  # The broker is away, and keeps what is for us.
                    time.sleep(RETRY_SECONDS)
        except Exception as error:  # The run reports it: who does not listen judges nothing.
            self.failure = error
            raise

    def _listen(self, end):
        end.settimeout(LOOK_SECONDS)
        stream = mqtt.PacketStream()
        end.sendall(mqtt.connect(NAME, is_clean=False) + mqtt.subscribe(1, [STREAM]))
        while not self._is_closed:
            try:
                data = end.recv(CHUNK)
            except TimeoutError:
                continue
            if not data:
                raise OSError("the broker ended the connection")
            for first, body in stream.feed(data):
                if first >> 4 == mqtt.SUBACK:
                    self.is_subscribed = True
                elif first >> 4 == mqtt.PUBLISH:
                    number, _, payload = mqtt.published(first, body, 4)
                    # First heard, then confirmed.
                    self.events.append(json.loads(payload))
                    end.sendall(mqtt.acknowledge(number))


def retained_states(port):
    """What the broker would tell somebody who comes now, as {alert: event}."""
    states = {}
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS) as end:
        stream, is_over = mqtt.PacketStream(), False
        # The PINGRESP comes behind everything that is retained.
        end.sendall(mqtt.connect(f"{NAME}-late") + mqtt.subscribe(1, [STATES]) + mqtt.ping())
        while not is_over:
            data = end.recv(CHUNK)
            if not data:
                raise OSError("the broker ended the connection")
            for first, body in stream.feed(data):
                if first >> 4 == mqtt.PUBLISH:
                    _, topic, payload = mqtt.published(first, body, 4)
                    states[topic.rsplit("/", 1)[1]] = json.loads(payload)
                is_over = is_over or first >> 4 == mqtt.PINGRESP
    return states
