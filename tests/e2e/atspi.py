"""A screen reader in small: reads the accessibility tree of a running program over its own D-Bus.

Spoken over a plain socket, because no binding for D-Bus is among the test dependencies. Written after the
D-Bus specification (message format, EXTERNAL authentication) and the AT-SPI interface Accessible.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ACCESSIBLE = "org.a11y.atspi.Accessible"
ROOT = "/org/a11y/atspi/accessible/root"
# Numbers of states in AtspiStateType.
ENABLED, FOCUSABLE, FOCUSED, SELECTED, SHOWING, VISIBLE = 8, 11, 12, 23, 25, 30
_SIZES = {"y": 1, "b": 4, "n": 2, "q": 2, "i": 4, "u": 4, "x": 8, "t": 8, "d": 8}
_FORMS = {"y": "B", "b": "I", "n": "h", "q": "H", "i": "i", "u": "I", "x": "q", "t": "Q", "d": "d"}


class Bus:
    """One connection to the bus at ``address`` (``unix:path=…`` or ``unix:abstract=…``)."""

    def __init__(self, address: str) -> None:
        options = dict(part.split("=", 1) for part in address.partition(":")[2].split(",") if "=" in part)
        place = options["path"] if "path" in options else "\0" + options["abstract"]
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(20)
        self._socket.connect(place)
        self._socket.sendall(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n")
        said = self._socket.recv(200)
        assert said.startswith(b"OK"), said
        self._socket.sendall(b"BEGIN\r\n")
        self._serial = 0
        self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello")

    def call(self, name: str, path: str, interface: str, member: str, *texts: str) -> list[Any]:
        """Calls a method whose arguments are texts; gives what it answers. KeyError for an error."""
        self._serial += 1
        body = b""
        for text in texts:
            body += b"\0" * (-len(body) % 4) + _text(text)
        fields = [(1, "o", path), (2, "s", interface), (3, "s", member), (6, "s", name)]
        if texts:
            fields.append((8, "g", "s" * len(texts)))
        told = b""
        for code, kind, value in fields:
            told += b"\0" * (-len(told) % 8) + bytes([code, 1]) + kind.encode() + b"\0"
            if kind == "g":
                told += bytes([len(value)]) + value.encode() + b"\0"
            else:
                told += b"\0" * (-len(told) % 4) + _text(value)
        head = struct.pack("<cBBBIII", b"l", 1, 0, 1, len(body), self._serial, len(told)) + told
        self._socket.sendall(head + b"\0" * (-len(head) % 8) + body)
        return self._answer_to(self._serial)

    def _answer_to(self, serial: int) -> list[Any]:
        while True:
            head = self._read(16)
            order = "<" if head[:1] == b"l" else ">"
            kind, (length, _serial, fields) = head[1], struct.unpack(f"{order}III", head[4:16])
            rest = self._read(fields + (-fields % 8) + length)
            known = dict(_Reader(order, head[12:16] + rest[:fields], 12).read("a(yv)")[0])
            if kind in (2, 3) and known.get(5) == serial:
                body = _Reader(order, rest[fields + (-fields % 8) :], 0).read(known.get(8, ""))
                if kind == 3:
                    raise KeyError(f"{known.get(4)}: {body}")
                return body

    def _read(self, length: int) -> bytes:
        found = bytearray()
        while len(found) < length:
            piece = self._socket.recv(length - len(found))
            assert piece, "the bus closed the connection"
            found += piece
        return bytes(found)

    def close(self) -> None:
        self._socket.close()


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<I", len(raw)) + raw + b"\0"


class _Reader:
    """Takes values of a signature out of a message's bytes; ``start`` is where alignment counts from."""

    def __init__(self, order: str, data: bytes, start: int) -> None:
        self._order, self._data, self._start, self._at = order, data, start, 0

    def read(self, signature: str) -> list[Any]:
        values = []
        while signature:
            kind, signature = _first(signature)
            values.append(self._one(kind))
        return values

    def _align(self, size: int) -> None:
        self._at += -(self._start + self._at) % size

    def _number(self, kind: str) -> Any:
        self._align(_SIZES[kind])
        (value,) = struct.unpack_from(self._order + _FORMS[kind], self._data, self._at)
        self._at += _SIZES[kind]
        return value

    def _one(self, kind: str) -> Any:
        if kind in _SIZES:
            return self._number(kind)
        if kind in ("s", "o", "g"):
            length = self._number("y" if kind == "g" else "u")
            text = self._data[self._at : self._at + length].decode("utf-8", "replace")
            self._at += length + 1
            return text
        if kind == "v":
            return self._one(self._one("g"))
        if kind[0] in "({":
            self._align(8)
            return tuple(self.read(kind[1:-1]))
        length = self._number("u")
        self._align(8 if kind[1] in "({xtd" else 1 if kind[1] in "yg" else 4)
        end, found = self._at + length, []
        while self._at < end:
            found.append(self._one(kind[1:]))
        return found


def _first(signature: str) -> tuple[str, str]:
    """The first whole type of a signature, and what comes after it."""
    depth = 0
    for place, letter in enumerate(signature):
        depth += (letter in "({") - (letter in ")}")
        if depth == 0 and letter != "a":
            return signature[: place + 1], signature[place + 1 :]
    raise ValueError(signature)


@dataclass(frozen=True)
class Seen:
    """One object of the tree, as a screen reader is told of it."""

    bus: Bus
    owner: str
    path: str

    def _ask(self, member: str) -> Any:
        return self.bus.call(self.owner, self.path, ACCESSIBLE, member)[0]

    @property
    def name(self) -> str:
        asked = ("org.freedesktop.DBus.Properties", "Get", ACCESSIBLE, "Name")
        return str(self.bus.call(self.owner, self.path, *asked)[0])

    @property
    def role(self) -> str:
        return str(self._ask("GetRoleName"))

    @property
    def states(self) -> frozenset[int]:
        low, high = self._ask("GetState")
        return frozenset(bit for bit in range(64) if (low | high << 32) >> bit & 1)

    def children(self) -> list[Seen]:
        return [Seen(self.bus, owner, path) for owner, path in self._ask("GetChildren")]

    def all(self) -> Iterator[Seen]:
        """This one and everything below that is there while it is asked."""
        yield self
        try:
            below = self.children()
        except KeyError:
            return  # it went away meanwhile
        for child in below:
            yield from child.all()


def programs(bus: Bus) -> list[Seen]:
    """What is registered on an accessibility bus."""
    return Seen(bus, "org.a11y.atspi.Registry", ROOT).children()
