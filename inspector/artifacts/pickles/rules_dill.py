"""What dill writes for plain values: types by their name, ranges by their text, arrays by their parts.

Read from dill 0.4.1, ``dill/_dill.py``. Its functions look a type up in a table, evaluate a text and call
what they are handed; only what dill itself writes for data is accepted.
"""

from __future__ import annotations

import re

from inspector.artifacts.pickles.rules_numpy import has_objects, is_dtype, raw_objects
from inspector.artifacts.pickles.symbols import Import, Objection, Tup, shown
from inspector.provenance import Loading

# Types of dill's table that are types of plain values.
_NAMES = """
bool bytearray bytes complex dict float frozenset int list object range set slice str tuple type
"""
PLAIN_TYPES = frozenset(_NAMES.split())
_CONSTANT_TYPES = frozenset(("EllipsisType", "NoneType", "NotImplementedType"))
_REPR = re.compile(r"(?:range\(-?\d{1,20}, -?\d{1,20}(?:, -?\d{1,20})?\)|Ellipsis|NotImplemented|None)\Z")


def dill_type(args: list[object]) -> Objection | None:
    """``dill._dill._load_type(name)``."""
    if len(args) == 1 and type(args[0]) is str and (args[0] in PLAIN_TYPES or args[0] in _CONSTANT_TYPES):
        return None
    return (
        Loading.RUNS_CODE,
        "makes-a-function",
        f"has dill look up the type {', '.join(shown(arg) for arg in args[:2])}, no type of plain values",
    )


def dill_repr(args: list[object]) -> Objection | None:
    """``dill._dill._eval_repr(text)`` evaluates the text."""
    if len(args) == 1 and type(args[0]) is str and _REPR.match(args[0]):
        return None
    return (
        Loading.RUNS_CODE,
        "evaluates-text",
        f"has dill evaluate {', '.join(shown(arg) for arg in args[:2])}",
    )


def dill_array(args: list[object]) -> Objection | None:
    """``dill._dill._create_array``: the function that makes the array, its arguments, its state."""
    function = args[0] if args else None
    state = args[2].items if len(args) > 2 and isinstance(args[2], Tup) else []
    is_numpy = isinstance(function, Import) and function.entry.rule == "class-first"
    if is_numpy and len(state) == 5 and is_dtype(state[2]):
        return raw_objects("fills an array") if has_objects(state[2]) else None
    return Loading.RUNS_CODE, "call-by-argument", f"has dill call {shown(function)}"
