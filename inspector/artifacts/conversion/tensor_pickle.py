"""The structure of a checkpoint's pickle as plain values: dicts, lists, texts, and the tensors it describes.

A small interpreter of its own. It imports nothing and calls nothing: an import is a ``Name``, a call is a
``Built`` that holds its arguments. What no pickler of torch writes makes it raise ``BadCheckpoint``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

from inspector.artifacts.bytesource import EndOfData, Window
from inspector.artifacts.pickles.compat_names import current_name
from inspector.artifacts.pickles.numbers import BadNumber, c_integer, memo_index, quoted
from inspector.artifacts.pickles.opcodes import LENGTH_SIZES, NUMBER_SIZES, OPCODES, Opcode
from inspector.sources.interface import ByteSource

MAX_OPS = 20_000_000
_MAX_LINE = 16 << 20
_MAX_KEPT = 1 << 20  # of one text or byte string


class BadCheckpoint(Exception):
    """The file is no checkpoint that can be read. The message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Name:
    """An import, not imported."""

    dotted: str


@dataclass(slots=True, eq=False)
class Built:
    """A call that was not made. ``items`` is what the stream puts into the result, ``state`` what it sets."""

    name: str
    args: tuple[Any, ...] = ()
    items: dict[Any, Any] = field(default_factory=dict)
    listed: list[Any] = field(default_factory=list)
    state: Any = None


@dataclass(frozen=True, slots=True)
class Persistent:
    """A reference to something beside the pickle: a storage."""

    pid: Any


def read_structure(source: ByteSource, offset: int = 0) -> tuple[Any, int]:
    """The value of the pickle at ``offset`` and the offset behind its STOP. Raises BadCheckpoint."""
    machine = _Machine(Window(source, offset))
    try:
        return machine.run(), machine.window.offset
    except (IndexError, KeyError, TypeError, ValueError, BadNumber, struct.error):
        raise BadCheckpoint("The pickle of the checkpoint is broken.") from None
    except EndOfData:
        raise BadCheckpoint("The pickle of the checkpoint is cut off.") from None


class _Machine:
    def __init__(self, window: Window) -> None:
        self.window = window
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}
        self.protocol = 0

    def run(self) -> Any:
        window = self.window
        for _ in range(MAX_OPS):
            opcode = OPCODES.get(window.take(1)[0])
            if opcode is None:
                raise BadCheckpoint("The checkpoint is no pickle.")
            if opcode.name == "STOP":
                return self.stack.pop()
            self._step(opcode, self._argument(opcode))
        raise BadCheckpoint(f"The pickle of the checkpoint has more than {MAX_OPS} opcodes.")

    def _argument(self, opcode: Opcode) -> Any:
        window, shape = self.window, opcode.argument
        if shape == "-":
            return None
        if shape in NUMBER_SIZES:
            return window.number(NUMBER_SIZES[shape], signed=shape == "i4")
        if shape == "line":
            return window.line(_MAX_LINE)
        if shape == "lines":
            return window.line(_MAX_LINE), window.line(_MAX_LINE)
        if shape == "float8":
            return struct.unpack(">d", window.take(8))[0]
        length = window.number(LENGTH_SIZES[shape], signed=shape == "signed4")
        if length < 0 or length > window.remaining:
            raise EndOfData
        kept = window.take(min(length, _MAX_KEPT))
        window.skip(length - len(kept))
        return kept

    def _step(self, opcode: Opcode, argument: Any) -> None:
        name, stack = opcode.name, self.stack
        if name in _CONSTANTS:
            stack.append(_CONSTANTS[name]())
        elif name in _VALUES:
            stack.append(_VALUES[name](argument))
        elif name == "MARK":
            self.marks.append(len(stack))
        elif name in ("PROTO", "FRAME"):
            self.protocol = argument if name == "PROTO" else self.protocol
        elif name in ("BINPUT", "LONG_BINPUT", "PUT"):
            self.memo[memo_index(argument) if name == "PUT" else argument] = stack[-1]
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET", "GET"):
            stack.append(self.memo[memo_index(argument) if name == "GET" else argument])
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            self._tuple(int(name[-1]))
        elif name in ("TUPLE", "LIST", "DICT", "FROZENSET", "APPENDS", "ADDITEMS", "SETITEMS", "POP_MARK"):
            self._of_mark(name)
        else:
            self._other(name, argument)

    def _tuple(self, count: int) -> None:
        if len(self.stack) < count:
            raise IndexError
        self.stack[-count:] = [tuple(self.stack[-count:])]

    def _of_mark(self, name: str) -> None:
        mark = self.marks.pop()
        items = self.stack[mark:]
        del self.stack[mark:]
        if name in ("TUPLE", "FROZENSET"):
            self.stack.append(tuple(items))
        elif name == "LIST":
            self.stack.append(items)
        elif name == "DICT":
            self.stack.append({})
            self._set(items)
        elif name == "SETITEMS":
            self._set(items)
        elif name != "POP_MARK":
            self._extend(items)

    def _extend(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if isinstance(target, Built):
            target.listed.extend(items)
        elif isinstance(target, list):
            target.extend(items)
        else:
            raise TypeError

    def _set(self, items: list[Any]) -> None:
        target = self.stack[-1]
        held = target.items if isinstance(target, Built) else target
        if not isinstance(held, dict) or len(items) % 2:
            raise TypeError
        for place in range(0, len(items), 2):
            key = items[place]
            held[key if isinstance(key, (str, int, float, bytes, bool)) else _Key(key)] = items[place + 1]

    def _other(self, name: str, argument: Any) -> None:
        stack = self.stack
        if name == "GLOBAL":
            stack.append(self._name(*(part.decode("utf-8", "replace") for part in argument)))
        elif name == "STACK_GLOBAL":
            attribute, module = stack.pop(), stack.pop()
            stack.append(self._name(str(module), str(attribute)))
        elif name in ("REDUCE", "NEWOBJ", "NEWOBJ_EX"):
            if name == "NEWOBJ_EX":
                stack.pop()
            args, callee = stack.pop(), stack.pop()
            dotted = callee.dotted if isinstance(callee, Name) else "a computed function"
            stack.append(_built(dotted, args if isinstance(args, tuple) else ()))
        elif name == "BUILD":
            state = stack.pop()
            if isinstance(stack[-1], Built):
                stack[-1].state = state
        elif name in ("BINPERSID", "PERSID"):
            stack.append(Persistent(stack.pop() if name == "BINPERSID" else argument))
        elif name == "APPEND":
            self._extend([stack.pop()])
        elif name == "SETITEM":
            value, key = stack.pop(), stack.pop()
            self._set([key, value])
        elif name == "POP":
            if self.marks and self.marks[-1] == len(stack):
                self.marks.pop()
            else:
                stack.pop()
        elif name == "DUP":
            stack.append(stack[-1])
        else:
            raise BadCheckpoint(f"The checkpoint's pickle has the opcode {name}, which torch does not write.")

    def _name(self, module: str, name: str) -> Name:
        if self.protocol < 3:
            module, name = current_name(module, name)
        return Name(f"{module}.{name}")


class _Key:
    """A key of a dict that is no text or number: kept apart, each for itself."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __str__(self) -> str:
        value = self.value
        return str(value) if value is None or isinstance(value, (tuple, Name)) else "?"


def _built(dotted: str, args: tuple[Any, ...]) -> Any:
    if dotted == "collections.OrderedDict" and args and isinstance(args[0], list):  # Python 2
        made = Built(dotted)
        for pair in args[0]:
            made.items[pair[0]] = pair[1]
        return made
    return Built(dotted, args)


_CONSTANTS: dict[str, Any] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": lambda: (),
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "EMPTY_SET": list,
}


def _line_number(line: bytes) -> Any:
    if line in (b"00", b"01"):
        return line == b"01"
    return c_integer(line[:-1] if line.endswith(b"L") else line)


def _same(value: Any) -> Any:
    return value


_VALUES: dict[str, Any] = {
    **dict.fromkeys(("BININT", "BININT1", "BININT2", "BINFLOAT", "BINBYTES", "SHORT_BINBYTES"), _same),
    **dict.fromkeys(("BINBYTES8", "BYTEARRAY8"), _same),
    **dict.fromkeys(("INT", "LONG"), _line_number),
    "FLOAT": lambda line: float(line),
    "STRING": quoted,
    "UNICODE": lambda line: line.decode("raw-unicode-escape"),
    **dict.fromkeys(("LONG1", "LONG4"), lambda raw: int.from_bytes(raw, "little", signed=True)),
    **dict.fromkeys(("BINSTRING", "SHORT_BINSTRING"), lambda raw: raw.decode("latin-1")),
    **dict.fromkeys(
        ("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"), lambda raw: raw.decode("utf-8", "surrogatepass")
    ),
}
