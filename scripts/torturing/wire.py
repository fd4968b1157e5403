# SPDX-License-Identifier: Apache-2.0
"""The wire between nhip and its broker: it can be cut, torn, stalled or made deaf, and it writes
down what nhip acknowledged."""

import selectors
import socket
import threading
import time

from . import mqtt

CHUNK = 65_536
LOOK_EVERY = 0.01
# A side that does not take what it gets is not read for: nhip's backpressure must reach the broker.
WAITING_MAX = 1 << 20


class _Side:
    def __init__(self, end):
        self.end, self.waiting, self.stream = end, bytearray(), mqtt.PacketStream()


class _Pair:
    """One connection of nhip with the one to the broker that continues it."""

    def __init__(self, near, far):
        self.near, self.far = _Side(near), _Side(far)
        self.level = 4
        self.name = ""
        self.delivered, self.asked = {}, {}
        self.is_deaf = self.is_tearing = False

    def other(self, side):
        return self.far if side is self.near else self.near


class Wire(threading.Thread):
    """Owned by one run. Its thread does all of the work; the run only sets what shall happen."""

    def __init__(self, broker_port):
        super().__init__(name="wire", daemon=True)
        self.broker_port = broker_port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        # (topic, payload) of everything nhip has acknowledged, in whatever session.
        self.acknowledged = set()
        self.subscribed = set()
        # Called once, at the next acknowledgement, from this thread.
        self.at_acknowledgement = None
        self.failure = None
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.listener, selectors.EVENT_READ, None)
        self._pairs = set()
        self._orders = []
        self._lock = threading.Lock()
        self._down_until = self._stalled_until = 0.0
        # By the ending of a client id.
        self._session_down_until = {}
        self._is_closed = False

    def cut(self, seconds):
        """Breaks every connection, and lets nobody through for a while."""
        self._order(lambda: self._cut(seconds))

    def cut_session(self, name, seconds):
        """The same for the one session of this name; the others go on."""
        self._order(lambda: self._cut_session(name, seconds))

    def tear(self):
        """Breaks every connection in the middle of the next packet to nhip."""
        self._order(lambda: self._mark("is_tearing"))

    def deafen(self):
        """What nhip says on the connections of now is lost, until they are cut."""
        self._order(lambda: self._mark("is_deaf"))

    def stall(self, seconds):
        """Nothing moves for a while, and nothing is lost."""
        self._order(lambda: self._stall(seconds))

    def close(self):
        self._is_closed = True
        self.join()

    def _order(self, order):
        with self._lock:
            self._orders.append(order)

    def _cut(self, seconds):
        self._down_until = time.monotonic() + seconds
        for pair in list(self._pairs):
            self._end(pair)

    def _cut_session(self, name, seconds):
        self._session_down_until[name] = time.monotonic() + seconds
        for pair in list(self._pairs):
            if pair.name == name:
                self._end(pair)

    def _mark(self, what):
        for pair in self._pairs:
            setattr(pair, what, True)

    def _stall(self, seconds):
        self._stalled_until = time.monotonic() + seconds

    def run(self):
        try:
            while not self._is_closed:
                self._turn()
        except Exception as error:  # The run reports it: a wire that fails judges nothing.
            self.failure = error
            raise
        finally:
            for pair in list(self._pairs):
                self._end(pair)
            self.listener.close()

    def _turn(self):
        with self._lock:
            orders, self._orders = self._orders, []
        for order in orders:
            order()
        if time.monotonic() < self._stalled_until:
            time.sleep(LOOK_EVERY)
            return
        for key, events in self._selector.select(LOOK_EVERY):
            if key.data is None:
                self._accept()
                continue
            pair, side = key.data
            if pair not in self._pairs:
                continue
            try:
                if events & selectors.EVENT_WRITE:
                    self._send(side)
                if events & selectors.EVENT_READ:
                    self._receive(pair, side)
            except OSError:
                self._end(pair)
            else:
                if pair in self._pairs:
                    self._watch(pair)

    def _accept(self):
        near, _ = self.listener.accept()
        if time.monotonic() < self._down_until:
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.broker_port))
        except OSError:  # The broker is away: to nhip, that looks the same.
            near.close()
            return
        pair = _Pair(near, far)
        self._pairs.add(pair)
        for side in (pair.near, pair.far):
            side.end.setblocking(False)
            side.end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(side.end, selectors.EVENT_READ, (pair, side))

    def _watch(self, pair):
        for side in (pair.near, pair.far):
            events = selectors.EVENT_WRITE if side.waiting else 0
            if len(pair.other(side).waiting) < WAITING_MAX:
                events |= selectors.EVENT_READ
            if events != self._selector.get_key(side.end).events:
                self._selector.modify(side.end, events or selectors.EVENT_WRITE, (pair, side))

    def _receive(self, pair, side):
        data = side.end.recv(CHUNK)
        if not data:
            self._end(pair)
            return
        if side is pair.near:
            self._read_nhip(pair, data)
            if time.monotonic() < self._session_down_until.get(pair.name, 0.0):
                self._end(pair)
                return
            if pair.is_deaf:
                return
        else:
            self._read_broker(pair, data)
            if pair.is_tearing:
                pair.near.waiting += data[:max(1, len(data) // 2)]
                self._send(pair.near)
                self._end(pair)
                return
        other = pair.other(side)
        other.waiting += data
        self._send(other)

    def _read_nhip(self, pair, data):
        for first, body in pair.near.stream.feed(data):
            kind = first >> 4
            if kind == mqtt.PUBACK:
                known = pair.delivered.pop(mqtt.identifier(body), None)
                if known is not None:
                    self.acknowledged.add(known)
                    then, self.at_acknowledgement = self.at_acknowledgement, None
                    if then:
                        then()
            elif kind == mqtt.CONNECT:
                pair.level = mqtt.protocol_level(body)
                pair.name = mqtt.client_id(body).rsplit("-", 1)[-1]
            elif kind == mqtt.SUBSCRIBE:
                pair.asked[mqtt.identifier(body)] = mqtt.filters(body, pair.level)

    def _read_broker(self, pair, data):
        for first, body in pair.far.stream.feed(data):
            kind = first >> 4
            if kind == mqtt.PUBLISH:
                number, topic, payload = mqtt.published(first, body, pair.level)
                pair.delivered[number] = (topic, payload)
            elif kind == mqtt.SUBACK:
                self.subscribed.update(pair.asked.pop(mqtt.identifier(body), []))

    def _send(self, side):
        if side.waiting:
            try:
                del side.waiting[:side.end.send(side.waiting)]
            except BlockingIOError:
                return

    def _end(self, pair):
        self._pairs.discard(pair)
        for side in (pair.near, pair.far):
            self._selector.unregister(side.end)
            side.end.close()
