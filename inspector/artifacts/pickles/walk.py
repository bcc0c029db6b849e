"""Where the opcodes of a stream lie, without what they do: how far a file can be a pickle at all.

An unpickler never gets further than its opcodes can be told apart, so a stream in which none imports, or none
calls, before that point runs nothing, whatever its stack would hold. A list of a million words that all begin
with V is a million opcodes to the pickle machine; here it is one search.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from inspector.artifacts.bytesource import EndOfData, Window
from inspector.artifacts.limits import spend_work
from inspector.artifacts.pickles.opcodes import LENGTH_SIZES, NUMBER_SIZES, OPCODES

_STOP = 0x2E
_INST = 0x69
_FRAME = 0x95
# GLOBAL, INST, STACK_GLOBAL and the three EXT.
_IMPORTING = frozenset(b"ci\x93\x82\x83\x84")
# What can call something that was imported: REDUCE, BUILD, OBJ, INST, NEWOBJ, NEWOBJ_EX, and what fills a
# container, for that calls a method of whatever lies there.
_CALLING = frozenset(b"Rboi\x81\x92aesu\x90")
_MARGIN = 600
_BYTE_WORK = 2
_LINE_WORK = 60
_TOKEN_WORK = 1_000


def _free() -> re.Pattern[bytes]:
    """As many opcodes in a row as neither import, call, stop nor name a length. Possessive throughout: it
    never goes back, so it takes time by the byte."""
    codes: dict[str, list[int]] = {}
    for code, opcode in OPCODES.items():
        if code not in _IMPORTING | _CALLING | {_STOP, _FRAME}:
            codes.setdefault(opcode.argument, []).append(code)

    def one_of(*shapes: str) -> bytes:
        return b"[" + b"".join(re.escape(bytes([code])) for shape in shapes for code in codes[shape]) + b"]"

    choices = (
        one_of("-") + b"++",
        one_of("line") + rb"[^\n]*+\n",
        *(one_of(shape) + b"." * size for shape, size in NUMBER_SIZES.items() if shape in codes),
        one_of("float8") + b"." * 8,
    )
    return re.compile(b"(?:" + b"|".join(choices) + b")*+", re.DOTALL)


_FREE = _free()


@dataclass(slots=True)
class Stream:
    """One stream from ``start``; ``end`` is the offset after its STOP, or None where it has none.
    ``imports`` and ``calls`` say whether it has such an opcode, the call behind the import. ``longest`` is
    the longest line that had to be searched for, in bytes."""

    start: int
    end: int | None = None
    imports: bool = False
    calls: bool = False
    longest: int = 0


def walk(window: Window) -> Stream:
    """The stream that begins where ``window`` stands, which is moved on to its end. Raises OverLimit."""
    stream = Stream(window.offset)
    try:
        while True:
            if len(window.buffer) - window.pos < _MARGIN:
                window.fill(_MARGIN)
            found = _FREE.match(window.buffer, window.pos)
            end = found.end() if found else window.pos
            lines = window.buffer.count(b"\n", window.pos, end)
            spend_work(_TOKEN_WORK + (end - window.pos) * _BYTE_WORK + lines * _LINE_WORK)
            window.pos = end
            at = window.offset
            code = window.take(1)[0]
            if code == _STOP:
                stream.end = window.offset if at > stream.start else None
                return stream
            if code not in OPCODES:
                return stream
            if code == _FRAME:  # what a frame holds is the machine's to say
                stream.imports = stream.calls = True
            stream.imports |= code in _IMPORTING
            stream.calls |= stream.imports and code in _CALLING
            _step_over(window, OPCODES[code].argument, stream)
    except EndOfData:
        return stream


def _step_over(window: Window, shape: str, stream: Stream) -> None:
    """Moves on behind an opcode's argument, else EndOfData."""
    if shape in ("line", "lines"):
        for _ in range(1 if shape == "line" else 2):
            stream.longest = max(stream.longest, _skip_line(window))
    elif shape in NUMBER_SIZES:
        window.skip(NUMBER_SIZES[shape])
    elif shape in LENGTH_SIZES:
        length = window.number(LENGTH_SIZES[shape], signed=shape == "signed4")
        if length < 0:
            raise EndOfData
        window.skip(length)
    elif shape != "-":
        window.skip(8)


def _skip_line(window: Window) -> int:
    """Moves on behind the next line feed and gives how many bytes that were, else EndOfData."""
    start = window.offset
    while True:
        end = window.buffer.find(b"\n", window.pos)
        if end >= 0:
            window.pos = end + 1
            return window.offset - start
        spend_work(len(window.buffer) - window.pos)
        window.pos = len(window.buffer)
        if not window.fill(1):
            raise EndOfData
