"""The opcodes of pickle protocols 0 to 5, as CPython's Modules/_pickle.c reads them.

One row per opcode: its byte, its name and the shape of what follows it in the stream.
"""

from __future__ import annotations

from typing import NamedTuple

# Shapes of an argument: a fixed number (u1 u2 u4 u8 i4), a line (line, two lines), a length of 1, 4 or 8
# bytes and then as many bytes (bytes1 signed4 …), "float8", or nothing.
_ROWS = """
28 MARK -            29 EMPTY_TUPLE -      2e STOP -             30 POP -
31 POP_MARK -        32 DUP -              42 BINBYTES bytes4    43 SHORT_BINBYTES bytes1
46 FLOAT line        47 BINFLOAT float8    49 INT line           4a BININT i4
4b BININT1 u1        4c LONG line          4d BININT2 u2         4e NONE -
50 PERSID line       51 BINPERSID -        52 REDUCE -           53 STRING line
54 BINSTRING signed4 55 SHORT_BINSTRING bytes1                   56 UNICODE line
58 BINUNICODE bytes4 5d EMPTY_LIST -       61 APPEND -           62 BUILD -
63 GLOBAL lines      64 DICT -             65 APPENDS -          67 GET line
68 BINGET u1         69 INST lines         6a LONG_BINGET u4     6c LIST -
6f OBJ -             70 PUT line           71 BINPUT u1          72 LONG_BINPUT u4
73 SETITEM -         74 TUPLE -            75 SETITEMS -         7d EMPTY_DICT -
80 PROTO u1          81 NEWOBJ -           82 EXT1 u1            83 EXT2 u2
84 EXT4 i4           85 TUPLE1 -           86 TUPLE2 -           87 TUPLE3 -
88 NEWTRUE -         89 NEWFALSE -         8a LONG1 bytes1       8b LONG4 signed4
8c SHORT_BINUNICODE bytes1                 8d BINUNICODE8 bytes8 8e BINBYTES8 bytes8
8f EMPTY_SET -       90 ADDITEMS -         91 FROZENSET -        92 NEWOBJ_EX -
93 STACK_GLOBAL -    94 MEMOIZE -          95 FRAME u8           96 BYTEARRAY8 bytes8
97 NEXT_BUFFER -     98 READONLY_BUFFER -
"""


class Opcode(NamedTuple):
    """One opcode: ``code`` is its byte, ``argument`` the shape of what follows it."""

    code: int
    name: str
    argument: str


def _table() -> dict[int, Opcode]:
    words = _ROWS.split()
    rows = zip(words[0::3], words[1::3], words[2::3], strict=True)
    return {int(code, 16): Opcode(int(code, 16), name, argument) for code, name, argument in rows}


OPCODES: dict[int, Opcode] = _table()

NUMBER_SIZES = {"u1": 1, "u2": 2, "u4": 4, "u8": 8, "i4": 4}
LENGTH_SIZES = {"bytes1": 1, "bytes4": 4, "bytes8": 8, "signed4": 4}
