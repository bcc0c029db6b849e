"""Where the opcodes of a stream lie, without what they do: how far a file can be a pickle at all.

An unpickler never gets further than its opcodes can be told apart, so a stream in which none imports, or none
calls, before that point runs nothing, whatever its stack would hold. A list of a million words that all begin
with V is a million opcodes to the pickle machine; here it is one search.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from inspector.artifacts.bytesource import EndOfData, Window
from inspector.artifacts.limits import OverLimit, spend_work
from inspector.artifacts.pickles.opcodes import LENGTH_SIZES, NUMBER_SIZES, OPCODES
from inspector.sources.interface import is_remote

MAX_FURTHER_STREAMS = 4096  # pickles of one file, one behind the other, that are read
_STOP = 0x2E
_FRAME = 0x95
# What the argument of STRING, LONG and FLOAT has to begin with; every unpickler refuses another at once.
_FIRST = {
    0x53: frozenset(b"\"'"),
    0x4C: frozenset(b"0123456789+- \t\v\f\r"),
    0x46: frozenset(b"0123456789+-.iInN \t\v\f\r"),
}
# GLOBAL, INST, STACK_GLOBAL and the three EXT.
_IMPORTING = frozenset(b"ci\x93\x82\x83\x84")
# What can call something that was imported: REDUCE, BUILD, OBJ, INST, NEWOBJ, NEWOBJ_EX, and what fills a
# container, for that calls a method of whatever lies there.
_CALLING = frozenset(b"Rboi\x81\x92aesu\x90")
_MARGIN = 600
_FETCHED = 256 << 10  # bytes of one line
_SEARCHED = 64 << 20
_LONGEST_NAME = 64 << 10
_PIECE = 1 << 20
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

    codes["line"] = [code for code in codes["line"] if code not in _FIRST]
    choices = (
        one_of("-") + b"++",
        one_of("line") + rb"[^\n]*+\n",
        *(
            re.escape(bytes([code])) + b"[" + re.escape(bytes(sorted(first))) + rb"][^\n]*+\n"
            for code, first in _FIRST.items()
        ),
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
            if code in _FIRST and not _begins_with(window, _FIRST[code]):
                return stream
            _step_over(window, OPCODES[code].argument, stream)
    except EndOfData:
        return stream


def _step_over(window: Window, shape: str, stream: Stream) -> None:
    """Moves on behind an opcode's argument, else EndOfData."""
    if shape == "line":
        stream.longest = max(stream.longest, _skip_line(window))
    elif shape == "lines":  # a module and a name: nothing imports one that is as long
        for _ in range(2):
            stream.longest = max(stream.longest, _skip_line(window, _LONGEST_NAME))
    elif shape in NUMBER_SIZES:
        window.skip(NUMBER_SIZES[shape])
    elif shape in LENGTH_SIZES:
        length = window.number(LENGTH_SIZES[shape], signed=shape == "signed4")
        if length < 0:
            raise EndOfData
        window.skip(length)
    elif shape != "-":
        window.skip(8)


def _begins_with(window: Window, first: frozenset[int]) -> bool:
    return window.fill(1) and window.buffer[window.pos] in first


def _skip_line(window: Window, at_most: int = 0) -> int:
    """Moves on behind the next line feed and gives how many bytes that were; EndOfData where there is none,
    or none in the next ``at_most``. Raises OverLimit where a large part of the file, or much of one on
    somebody else's server, would have to be read for it."""
    start = window.offset
    while True:
        end = window.buffer.find(b"\n", window.pos)
        if end >= 0:
            window.pos = end + 1
            return window.offset - start
        spend_work(len(window.buffer) - window.pos)
        window.pos = len(window.buffer)
        read = window.offset - start
        if at_most and read > at_most:
            raise EndOfData
        if read > (_FETCHED if is_remote(window.source) else _SEARCHED):
            raise OverLimit("A line of what may be a pickle is too long to be read.")
        window.fill(_PIECE if read > _FETCHED else 1)
        if window.pos == len(window.buffer):
            raise EndOfData
