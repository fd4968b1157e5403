# SPDX-License-Identifier: Apache-2.0
"""The fleet's connections to the broker, and the ledger of what the broker accepted."""

import select
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
RETAIN_SECONDS = 10
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
        self.waiting = bytearray(self.greeting())

    def greeting(self):
        return mqtt.connect(self.name)

    def close(self):
        if self.end is not None:
            self.end.close()
        self.end, self.is_up, self.flying = None, False, {}

    def publish(self, message):
        number = self.next_identifier
        self.next_identifier = number % 65_535 + 1
        self.flying[number] = message
        self.waiting += mqtt.publish(
            number, message.topic, message.payload, message.is_retained)

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
        # What came before the end still counts.
        for first, body in self.stream.feed(data):
            if first >> 4 == mqtt.CONNACK:
                self.is_up = True
            elif first >> 4 == mqtt.PUBACK:
                message = self.flying.pop(mqtt.identifier(body), None)
                if message is not None:
                    message.is_accepted = True
                    count += 1
        if not data:
            self.close()
        return count


class _OwnLine(_Line):
    """The connection of a device that has a will: it may end at any moment, and mostly rudely."""

    def __init__(self, name, port, body, ledger):
        super().__init__(name, port)
        self.body, self.ledger = body, ledger
        self.will = None
        self.has_greeted = self.has_said_farewell = False

    def open(self):
        if not self.body.absence(fleet.now_ms()):
            super().open()

    def greeting(self):
        self.will = self.body.will(fleet.now_ms())
        self.has_greeted = self.has_said_farewell = False
        return mqtt.connect(self.name, (self.will.topic, self.will.payload))

    def close(self, is_death=False, is_polite=False):
        """The broker publishes the will of a connection that it knew, whoever broke it."""
        will, self.will = self.will, None
        if will is not None:
            will.at, will.is_accepted = fleet.now_ms(), self.is_up and not is_polite
            will.is_death = is_death
            self.ledger.append(will)
        super().close()

    def attend(self):
        """It comes and goes as its device does."""
        now = fleet.now_ms()
        absence = self.body.absence(now)
        if absence and self.end is not None:
            self._leave(now, is_polite=absence[2] and self.is_up)
        elif not absence and self.is_up and not self.has_greeted:
            self.has_greeted = True
            self._say(self.body.state(now))

    def _leave(self, now, is_polite):
        if not is_polite:
            self.close(is_death=True)
        elif not self.has_said_farewell:
            self.has_said_farewell = True
            self._say(self.body.farewell(now))
        elif not self.flying and not self.waiting:
            self.waiting += mqtt.disconnect()
            self.send()
            self.close(is_death=True, is_polite=True)

    def _say(self, message):
        self.publish(message)
        self.ledger.append(message)


class Publishers(threading.Thread):
    """Publishes at a rate until told to rest; then only what the run asks for."""

    def __init__(self, port, devices, rate):
        super().__init__(name="publishers", daemon=True)
        self.fleet, self.rate = devices, rate
        # Everything that was handed to a connection, in this order, and wills when it broke.
        self.ledger = []
        shared = [_Line(f"torture-{number}", port) for number in range(CONNECTION_COUNT)]
        self._own = [
            _OwnLine(body.identifier, port, body, self.ledger)
            for body in devices.bodies if body.has_will]
        self.lines = shared + self._own
        own = {line.body.identifier: line for line in self._own}
        self._line_of = [
            own.get(body.identifier, shared[position % CONNECTION_COUNT])
            for position, body in enumerate(devices.bodies)]
        self.failure = None
        self._rests = self._is_closed = False
        # The last words that were said, a list for each time that the run asked for them.
        self.rounds, self._rounds_wanted = [], 0

    def rest(self):
        self._rests = True

    def close(self):
        self._is_closed = True
        self.join()

    @property
    def is_settled(self):
        """Nothing is on its way to the broker."""
        return len(self.rounds) == self._rounds_wanted and not any(
            line.flying or line.end is None for line in self.lines)

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
        line, now = self._line_of[position], fleet.now_ms()
        # Who is away may still store what it measures.
        if line.has_room or self.fleet.bodies[position].absence(now):
            self._hand_over(line, self.fleet.messages(position, now))

    def _hand_over(self, line, messages):
        for message in messages:
            line.publish(message)
            self.ledger.append(message)

    def _say_once(self):
        if len(self.rounds) == self._rounds_wanted or not all(line.is_up for line in self.lines):
            return
        said = []
        for line, body in zip(self._line_of, self.fleet.bodies):
            said += body.last_words(fleet.now_ms())
            self._hand_over(line, said[-2:])
        self.rounds.append(said)

    def _serve(self):
        for line in self._own:
            line.attend()
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
                key.data.receive()
                key.data.send()


def retain(port, messages):
    """Has the broker retain these before anybody listens; returns when it has."""
    line = _Line("torture-before", port)
    line.open()
    for message in messages:
        line.publish(message)
    deadline = time.monotonic() + RETAIN_SECONDS
    while not all(message.is_accepted for message in messages):
        line.send()
        select.select([line.end], [], [], TURN_SECONDS)
        line.receive()
        if line.end is None or time.monotonic() > deadline:
            raise OSError("the broker did not take what it was to retain")
    line.close()
