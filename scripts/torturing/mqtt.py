# SPDX-License-Identifier: Apache-2.0
"""The little of MQTT that torture needs: packets as bytes, and whole packets out of a stream."""

import struct

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 1, 2, 3, 4, 8, 9
PINGREQ, PINGRESP, DISCONNECT = 12, 13, 14
KEEPALIVE_SECONDS = 60
# Of a CONNECT: a clean session, a will, its QoS 1, that it is retained.
_CLEAN, _WILL, _WILL_QOS_1, _WILL_RETAIN = 2, 4, 8, 32


def _text(text):
    encoded = text.encode()
    return struct.pack(">H", len(encoded)) + encoded


def _packet(first, body):
    size, length = len(body), bytearray()
    while True:
        size, digit = size >> 7, size & 0x7F
        length.append(digit | (0x80 if size else 0))
        if not size:
            return bytes([first]) + bytes(length) + body


def connect(client, will=None, is_clean=True):
    """MQTT 3.1.1. In a clean session what was under way when a connection broke is never repeated.

    A will is (topic, payload), for the broker to publish retained when the connection breaks.
    """
    flags, rest = _CLEAN if is_clean else 0, _text(client)
    if will is not None:
        topic, payload = will
        flags |= _WILL | _WILL_QOS_1 | _WILL_RETAIN
        rest += _text(topic) + struct.pack(">H", len(payload)) + payload
    body = _text("MQTT") + bytes([4, flags]) + struct.pack(">H", KEEPALIVE_SECONDS) + rest
    return _packet(CONNECT << 4, body)


def publish(identifier, topic, payload, is_retained=False):
    """QoS 1."""
    first = PUBLISH << 4 | 2 | is_retained
    return _packet(first, _text(topic) + struct.pack(">H", identifier) + payload)


def subscribe(identifier, wanted):
    """QoS 1."""
    body = struct.pack(">H", identifier) + b"".join(_text(each) + b"\1" for each in wanted)
    return _packet(SUBSCRIBE << 4 | 2, body)


def acknowledge(identifier):
    return _packet(PUBACK << 4, struct.pack(">H", identifier))


def ping():
    return _packet(PINGREQ << 4, b"")


def disconnect():
    """A good-bye: the will is forgotten."""
    return _packet(DISCONNECT << 4, b"")


def _length(data, start):
    """A variable length at `start`: its value and where it ends; None if it is not whole."""
    value = shift = 0
    for position in range(start, min(len(data), start + 4)):
        value |= (data[position] & 0x7F) << shift
        shift += 7
        if not data[position] & 0x80:
            return value, position + 1
    return None


class PacketStream:
    """Cuts what comes in pieces into whole packets."""

    def __init__(self):
        self._rest = b""

    def feed(self, data):
        """The packets that are whole by now, as (first byte, body)."""
        data, start, packets = self._rest + data, 0, []
        while start < len(data):
            length = _length(data, start + 1)
            if length is None or length[1] + length[0] > len(data):
                break
            end = length[1] + length[0]
            packets.append((data[start], data[length[1]:end]))
            start = end
        self._rest = data[start:]
        return packets


def identifier(body):
    """Of a PUBACK, SUBSCRIBE or SUBACK."""
    return struct.unpack_from(">H", body)[0]


def protocol_level(body):
    """Of a CONNECT: 4 is MQTT 3.1.1, 5 is MQTT 5."""
    return body[6]


def client_id(body):
    """Of a CONNECT."""
    # Behind the protocol's name and level, the flags and the keepalive.
    position = 10
    if protocol_level(body) == 5:
        properties, position = _length(body, position)
        position += properties
    size = struct.unpack_from(">H", body, position)[0]
    return body[position + 2:position + 2 + size].decode()


def published(first, body, level):
    """Of a PUBLISH: packet identifier (0 for QoS 0), topic, payload."""
    size = struct.unpack_from(">H", body)[0]
    topic, position, number = body[2:2 + size].decode(), 2 + size, 0
    if first & 6:
        number = struct.unpack_from(">H", body, position)[0]
        position += 2
    if level == 5:
        properties, position = _length(body, position)
        position += properties
    return number, topic, body[position:]


def filters(body, level):
    """Of a SUBSCRIBE: its topic filters."""
    position, found = 2, []
    if level == 5:
        properties, position = _length(body, position)
        position += properties
    while position < len(body):
        size = struct.unpack_from(">H", body, position)[0]
        found.append(body[position + 2:position + 2 + size].decode())
        position += 3 + size
    return found
