# SPDX-License-Identifier: Apache-2.0
"""The little of MQTT that torture needs: packets as bytes, and whole packets out of a stream."""

import struct

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 1, 2, 3, 4, 8, 9
KEEPALIVE_SECONDS = 60


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


def connect(client):
    """MQTT 3.1.1, a clean session: what was under way when a connection broke is never repeated."""
    body = _text("MQTT") + bytes([4, 2]) + struct.pack(">H", KEEPALIVE_SECONDS) + _text(client)
    return _packet(CONNECT << 4, body)


def publish(identifier, topic, payload):
    """QoS 1, not retained."""
    return _packet(PUBLISH << 4 | 2, _text(topic) + struct.pack(">H", identifier) + payload)


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
