"""Numbers and texts of the text protocols: what the C and the Python unpickler read in a line.

joblib and dill unpickle with the one written in Python. Where only one of the two reads a number, the stream
is refused and read on all the same, for what stands behind it runs in the other.
"""

from __future__ import annotations

from collections.abc import Callable

from inspector.artifacts.pickles.effects import Effects
from inspector.artifacts.pickles.numbers import BadNumber, c_integer, check_float, memo_index, quoted
from inspector.artifacts.pickles.symbols import LongText
from inspector.provenance import Loading

_KEPT = 4096


def integer_line(machine: Effects, line: bytes) -> None:
    """INT: a number, or 00 and 01 for false and true."""
    if line in (b"00", b"01"):
        machine.stack.append(line == b"01")
    elif line.startswith(b"\0"):  # strtol finds no digit, and the C unpickler takes that for 0
        machine.stack.append(_number(machine, lambda: 0, lambda: int(line, 0)))
    else:
        machine.stack.append(_number(machine, lambda: c_integer(line), lambda: int(line, 0)))


def long_line(machine: Effects, line: bytes) -> None:
    """LONG: a number, with or without the L of Python 2 behind it."""
    digits = line[:-1] if line.endswith(b"L") else line
    machine.stack.append(_number(machine, lambda: c_integer(digits), lambda: int(digits, 0)))


def float_line(machine: Effects, line: bytes) -> None:
    """FLOAT. The value does not matter, only that every unpickler reads it."""
    machine.stack.append(_number(machine, lambda: check_float(line), lambda: 0.0 * len(str(float(line)))))


def get_line(machine: Effects, line: bytes) -> None:
    """GET: the index of a memo entry."""
    machine.get(memo_index(line))


def put_line(machine: Effects, line: bytes) -> None:
    """PUT: the index of a memo entry."""
    machine.put(memo_index(line))


def persistent_line(machine: Effects, line: bytes) -> None:
    """PERSID: a persistent id as text."""
    machine.persistent(line.decode("latin-1"))


def unicode_line(machine: Effects, line: bytes) -> None:
    """UNICODE: a text with escapes."""
    text = line.decode("raw-unicode-escape", "replace")
    if len(text) <= _KEPT:
        machine.stack.append(text)
        return
    start = machine.window.offset - len(line) - 1
    machine.stack.append(LongText(text[:200], start, len(line), "raw-unicode-escape"))


def string_line(machine: Effects, line: bytes) -> None:
    """STRING: a text in quotes, as Python 2 wrote it."""
    text = quoted(line)
    machine.stack.append(text if len(text) <= _KEPT else LongText(text[:200]))


def _number(
    machine: Effects, in_c: Callable[[], int | float], in_python: Callable[[], int | float]
) -> int | float:
    """The number as either unpickler reads it; an objection where they differ, BadNumber if both refuse."""
    values: list[int | float] = []
    for read in (in_c, in_python):
        try:
            values.append(read())
        except (BadNumber, ValueError, OverflowError):
            continue
    if not values:
        raise BadNumber
    if len(values) == 1 or values[0] != values[1]:
        machine.object_to(
            Loading.UNREADABLE,
            "bad-number",
            "A number of the pickle is written in a way that not every unpickler reads.",
        )
    return values[0]
