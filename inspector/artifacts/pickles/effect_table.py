"""Which effect belongs to which opcode. One row per opcode byte; what the effect does stands in Effects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from inspector.artifacts.pickles.effects import Effects
from inspector.artifacts.pickles.symbols import Mapped, Series, Tup
from inspector.artifacts.pickles.text_lines import (
    float_line,
    get_line,
    integer_line,
    long_line,
    persistent_line,
    put_line,
    string_line,
    unicode_line,
)


def _pushes(make: Callable[[], object]) -> Callable[[Effects], None]:
    def effect(machine: Effects) -> None:
        machine.stack.append(make())

    return effect


PLAIN_OPS: dict[int, Callable[[Effects], Any]] = {
    0x28: lambda m: m.marks.append(len(m.stack)),
    0x29: _pushes(lambda: Tup([])),
    0x30: Effects.discard,
    0x31: lambda m: m.since_mark() and None,
    0x32: lambda m: m.stack.append(m.top()),
    0x4E: _pushes(lambda: None),
    0x51: lambda m: m.persistent(m.pop()),
    0x52: Effects.reduce,
    0x5D: _pushes(Series),
    0x61: Effects.append,
    0x62: Effects.build,
    0x64: Effects.dict_of_mark,
    0x65: Effects.appends,
    0x6C: lambda m: m.series_of_mark("list"),
    0x6F: Effects.obj,
    0x73: Effects.setitem,
    0x74: lambda m: m.stack.append(Tup(m.since_mark())),
    0x75: Effects.setitems,
    0x7D: _pushes(Mapped),
    0x81: Effects.newobj,
    0x85: lambda m: m.tuple_of(1),
    0x86: lambda m: m.tuple_of(2),
    0x87: lambda m: m.tuple_of(3),
    0x88: _pushes(lambda: True),
    0x89: _pushes(lambda: False),
    0x8F: _pushes(lambda: Series("set")),
    0x90: Effects.appends,
    0x91: lambda m: m.series_of_mark("frozenset"),
    0x92: Effects.newobj_ex,
    0x93: Effects.stack_global,
    0x94: lambda m: m.memo.__setitem__(len(m.memo), m.top()),
    0x97: Effects.next_buffer,
    0x98: lambda m: m.top() and None,
}
NUMBER_OPS: dict[int, Callable[[Effects, int], Any]] = {
    0x4A: lambda m, n: m.stack.append(n),
    0x4B: lambda m, n: m.stack.append(n),
    0x4D: lambda m, n: m.stack.append(n),
    0x68: Effects.get,
    0x6A: Effects.get,
    0x71: Effects.put,
    0x72: Effects.put,
    0x82: Effects.extension,
    0x83: Effects.extension,
    0x84: Effects.extension,
}
LINE_OPS: dict[int, Callable[[Effects, bytes], Any]] = {
    0x46: float_line,
    0x49: integer_line,
    0x4C: long_line,
    0x50: persistent_line,
    0x53: string_line,
    0x56: unicode_line,
    0x67: get_line,
    0x70: put_line,
}
LINES_OPS: dict[int, Callable[[Effects, bytes, bytes], Any]] = {0x63: Effects.global_line, 0x69: Effects.inst}
