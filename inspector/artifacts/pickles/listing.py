"""The opcodes of a pickle one by one, for the reviewer to read. Decoding only; nothing follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.artifacts.bytesource import EndOfData, Window
from inspector.artifacts.pickles.opcodes import LENGTH_SIZES, NUMBER_SIZES, OPCODES
from inspector.provenance import plain
from inspector.sources.interface import ByteSource

_MAX_LINE = 1 << 20
_SHOWN = 120


def opcode_listing(source: ByteSource, offset: int = 0) -> Iterator[dict[str, Any]]:
    """{"offset", "op", "argument"} of each opcode from ``offset`` to STOP or to where it breaks."""
    window = Window(source, offset)
    while window.remaining:
        at = window.offset
        opcode = OPCODES.get(window.take(1)[0])
        if opcode is None:
            yield {"offset": at, "op": "?", "argument": "not an opcode"}
            return
        try:
            argument = _argument(window, opcode.argument)
        except EndOfData:
            yield {"offset": at, "op": opcode.name, "argument": "the stream ends here"}
            return
        yield {"offset": at, "op": opcode.name, "argument": argument}
        if opcode.name == "STOP":
            return


def _argument(window: Window, shape: str) -> str | None:
    if shape == "-":
        return None
    if shape in NUMBER_SIZES:
        return str(window.number(NUMBER_SIZES[shape], signed=shape == "i4"))
    if shape == "line":
        return _text(window.line(_MAX_LINE))
    if shape == "lines":
        return f"{_text(window.line(_MAX_LINE))} {_text(window.line(_MAX_LINE))}"
    if shape == "float8":
        import struct

        return repr(struct.unpack(">d", window.take(8))[0])
    length = window.number(LENGTH_SIZES[shape], signed=shape == "signed4")
    if length < 0 or length > window.remaining:
        raise EndOfData
    shown = window.take(min(length, _SHOWN * 4))
    window.skip(length - len(shown))
    return _text(shown) if length <= _SHOWN else f"{_text(shown)} ({length} bytes)"


def _text(raw: bytes) -> str:
    return plain(raw.decode("utf-8", "backslashreplace"), _SHOWN)
