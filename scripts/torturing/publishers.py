# SPDX-License-Identifier: Apache-2.0
"""The fleet's connections to the broker, and the ledger of what the broker accepted."""

import selectors
import socket
import threading
import time

from . import fleet, mqtt

CONNECTION_COUNT = 4
WINDOW_MAX = 500
CHUNK = 65_536
RETRY_SECONDS = 0.05
TURN_SECONDS = 0.005
# Messages of a turn that comes late; what is due beyond them is left out.
BURST_MAX = 200


class _Line:
    """One connection. What was under way when it broke is not sent again."""

    def __init__(self, name, port):
        self.name, self.port = name, port
        self.end, self.is_up, self.retry_at, self.next_identifier = None, False, 0.0, 1
        self.waiting, self.flying = bytearray(), {}

    @property
    def has_room(self):
        return self.is_up and len(self.flying) < WINDOW_MAX

    def open(self):
        if self.end is not None or time.monotonic() < self.retry_at:
            return
        self.retry_at = time.monotonic() + RETRY_SECONDS
        try:
            self.end = socket.create_connection(("127.0.0.1", self.port), timeout=1)
        except OSError:  # The broker is away; the next turn tries again.
            return
        self.end.setblocking(False)
        self.end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream, self.flying = mqtt.PacketStream(), {}
        self.waiting = bytearray(mqtt.connect(self.name))

    def close(self):
        if self.end is not None:
            self.end.close()
        self.end, self.is_up, self.flying = None, False, {}

    def publish(self, message):
        number = self.next_identifier
        self.next_identifier = number % 65_535 + 1
        self.flying[number] = message
        self.waiting += mqtt.publish(number, message.topic, message.payload)

    def send(self):
        if self.end is None or not self.waiting:
            return
        try:
            del self.waiting[:self.end.send(self.waiting)]
        except BlockingIOError:
            return
        except OSError:
            self.close()

    def receive(self):
        """How many more messages the broker has accepted."""
        count = 0
        try:
            data = self.end.recv(CHUNK)
        except BlockingIOError:
            return 0
        except OSError:
            data = b""
        if not data:
            self.close()
        for first, body in self.stream.feed(data):
            if first >> 4 == mqtt.CONNACK:
                self.is_up = True
            elif first >> 4 == mqtt.PUBACK:
                message = self.flying.pop(mqtt.identifier(body), None)
                if message is not None:
                    message.is_accepted = True
                    count += 1
        return count


class Publishers(threading.Thread):
    """Publishes at a rate until told to rest; then only what the run asks for."""

    def __init__(self, port, devices, rate):
        super().__init__(name="publishers", daemon=True)
        self.fleet, self.rate = devices, rate
        self.lines = [
            _Line(f"torture-{number}", port) for number in range(CONNECTION_COUNT)]
        # Everything that was handed to a connection, in this order.
        self.ledger = []
        self.accepted_count = 0
        self.failure = None
        self._rests = self._is_closed = False
        self._rounds_wanted = self._rounds_done = 0

    def rest(self):
        self._rests = True

    def close(self):
        self._is_closed = True
        self.join()

    @property
    def is_settled(self):
        """Nothing is on its way to the broker."""
        return self._rounds_done == self._rounds_wanted and not any(
            line.flying for line in self.lines)

    def say_once(self):
        """Lets every device send a last reading on each channel."""
        self._rounds_wanted += 1

    def run(self):
        try:
            began, due, position = time.monotonic(), 0, 0
            while not self._is_closed:
                self._serve()
                if self._rests:
                    self._say_once()
                    continue
                target = int((time.monotonic() - began) * self.rate)
                due = max(due, target - BURST_MAX)
                while due < target:
                    self._turn(position)
                    position, due = (position + 1) % len(self.fleet.bodies), due + 1
        except Exception as error:  # The run reports it: half a load judges nothing.
            self.failure = error
            raise
        finally:
            for line in self.lines:
                line.close()

    def _turn(self, position):
        line = self.lines[position % CONNECTION_COUNT]
        if line.has_room:
            self._hand_over(line, self.fleet.messages(position, fleet.now_ms()))

    def _hand_over(self, line, messages):
        for message in messages:
            line.publish(message)
            self.ledger.append(message)

    def _say_once(self):
        if self._rounds_done == self._rounds_wanted or not all(
                line.is_up for line in self.lines):
            return
        for position, body in enumerate(self.fleet.bodies):
            line = self.lines[position % CONNECTION_COUNT]
            self._hand_over(line, body.last_words(fleet.now_ms()))
        self._rounds_done += 1

    def _serve(self):
        with selectors.DefaultSelector() as selector:
            for line in self.lines:
                line.open()
                line.send()
                if line.end is not None:
                    events = selectors.EVENT_WRITE if line.waiting else 0
                    selector.register(line.end, selectors.EVENT_READ | events, line)
            if not selector.get_map():
                time.sleep(TURN_SECONDS)
                return
            for key, _ in selector.select(TURN_SECONDS):
                self.accepted_count += key.data.receive()
                key.data.send()
