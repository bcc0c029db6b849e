"""What numpy may rebuild from a pickle: dtypes, scalars and arrays whose bytes are not taken for addresses.

An array of Python objects is rebuilt from a list. Where a stream gives it bytes instead, numpy takes the
bytes for addresses of objects, and reading one of them jumps wherever the stream's author wants.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from inspector.artifacts.limits import EFFECT_WORK, spend_work
from inspector.artifacts.pickles.listed import Tier
from inspector.artifacts.pickles.symbols import (
    Import,
    Made,
    Mapped,
    Objection,
    Opaque,
    Series,
    Stored,
    Tup,
    shown,
)
from inspector.provenance import Loading

_MAX_ELEMENTS = 1 << 63
_MAX_TYPES = 20_000  # of fields, and of fields of fields
_DTYPE = re.compile(
    r"[<>=|]?(?:[?bBhHiIlLqQpPefdgFDGSUVaO]\d{0,9}|[mM]8?(?:\[[^\]]{1,20}\])?|b1|[iufc]\d{1,2}|"
    r"[a-z]{3,10}\d{0,3}_?)\Z"
)


def numpy_dtype(args: list[object]) -> Objection | None:
    """Whether ``numpy.dtype`` is called as numpy's own pickles call it."""
    spec = args[0] if args else None
    if type(spec) is str and _DTYPE.match(spec):
        return None
    if not args or (isinstance(spec, (Import, Series, Tup)) and not _holds_calls(spec)):
        return None
    return (
        Loading.UNREADABLE,
        "dtype",
        f"makes a numpy dtype from {shown(spec)}, which is no plain element type",
    )


def numpy_array(args: list[object]) -> Objection | None:
    """A constructor of arrays. numpy's pickles hand it no memory; ``ndarray(shape, object, bytes)`` does."""
    if len(args) < 3:
        return None
    return raw_objects("makes an array over bytes of the stream, which may be")


def numpy_scalar(args: list[object]) -> Objection | None:
    """``multiarray.scalar(dtype, bytes)``."""
    if len(args) >= 1 and is_dtype(args[0]) and not has_objects(args[0]):
        return None
    return raw_objects("rebuilds a numpy scalar")


def numpy_buffer(args: list[object]) -> Objection | None:
    """``numeric._frombuffer(bytes, dtype, shape, order)``."""
    if len(args) >= 2 and is_dtype(args[1]) and not has_objects(args[1]):
        return None
    return raw_objects("rebuilds a numpy array from a buffer")


def numpy_generator(args: list[object]) -> Objection | None:
    """``__generator_ctor`` and its like, whose second argument is a function that they call."""
    maker = args[1] if len(args) > 1 else None
    if maker is None or (isinstance(maker, Import) and maker.name == "__bit_generator_ctor"):
        return None
    return Loading.RUNS_CODE, "call-by-argument", f"has a library function call {shown(maker)}"


def array_state(state: object) -> Objection | None:
    """The state of an array of any class: version, shape, dtype, order, bytes or list, a mask's parts."""
    items = state.items if isinstance(state, (Tup, Series)) else []
    for place, dtype in enumerate(items[:4]):
        if isinstance(dtype, Made) and is_dtype(dtype):
            dtype.is_used = True
            values = items[place + 2] if len(items) > place + 2 else None
            if has_objects(dtype) and not isinstance(values, Series):
                return raw_objects("fills an array")
            if has_objects(dtype) and isinstance(values, Series):
                missing = _too_few(items[place - 1] if place else None, values)
                if missing is not None:
                    return missing
    return None


def _too_few(shape: object, values: Series) -> Objection | None:
    """numpy takes as many objects out of the list as the shape asks for, and looks at no length: what lies
    behind a list that is too short is taken for addresses (``_setlist_pkl`` in numpy's methods.c)."""
    sizes = shape.items if isinstance(shape, Tup) else [shape]
    wanted = 1
    for size in sizes:
        if type(size) is not int or size < 0 or wanted > _MAX_ELEMENTS:
            break
        wanted *= size
    else:
        if wanted <= values.count:
            return None
    return (
        Loading.RUNS_CODE,
        "object-from-bytes",
        f"fills an array of the shape {shown(shape)} from a list of {values.count} objects: numpy would take "
        "the memory behind the list for addresses of Python objects",
    )


def reconstructed_state(state: object) -> Objection | None:
    """The state of what ``_reconstruct`` made: its dtype has to be known."""
    if isinstance(state, (Tup, Series)) and len(state.items) == 5:  # numpy takes any sequence
        dtype, raw = state.items[2], state.items[4]
        if (not is_dtype(dtype) or has_objects(dtype)) and not isinstance(raw, Series):
            return raw_objects("fills an array")
    return array_state(state)


def _holds_calls(value: object) -> bool:
    return any(isinstance(item, (Opaque, Stored)) for item in values_inside(value))


def values_inside(value: object, limit: int = 2000) -> Iterator[object]:
    """The values inside ``value``, itself included, at most ``limit`` of them."""
    pending = [value]
    while pending and limit > 0:
        limit -= 1
        item = pending.pop()
        yield item
        if isinstance(item, (Tup, Series)):
            pending.extend(item.items[:64])
        elif isinstance(item, Mapped):
            pending.extend(item.items.values())


def is_dtype(value: object) -> bool:
    """Whether ``value`` is the result of a call that makes a dtype."""
    return isinstance(value, Made) and value.callee.entry.rule in ("numpy-dtype", "numpy-stringdtype")


def has_objects(dtype: object) -> bool:
    """Whether a symbolic dtype holds Python objects, also inside fields; True where that is unclear."""
    seen: set[int] = set()
    pending: list[object] = [dtype]
    while pending:
        item = pending.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if len(seen) > _MAX_TYPES or not isinstance(item, Made) or not is_dtype(item):
            return True
        spec = item.args.items[0] if item.args and item.args.items else None
        if item.callee.entry.rule == "numpy-stringdtype":
            return True  # its elements are kept in a list, like objects
        if item.callee.name == "dtype" and names_objects(spec):
            return True
        pending.extend(held_dtypes(item.state))
    spend_work(EFFECT_WORK // 2 * (len(seen) - 1))
    return False


def held_dtypes(state: object) -> list[object]:
    """What a dtype's state names as the type of its subarray and of its fields, every one of them."""
    parts = state.items if isinstance(state, Tup) else []
    subarray, fields = (parts[2], parts[4]) if len(parts) > 4 else (None, None)
    holders = [subarray] if subarray is not None else []
    holders += list(fields.items.values()) if isinstance(fields, Mapped) else []
    return [holder.items[0] if isinstance(holder, Tup) and holder.items else None for holder in holders]


def names_objects(spec: object, depth: int = 0) -> bool:
    """Whether the first argument of ``numpy.dtype`` asks for Python objects; True where that is unclear."""
    if type(spec) is str:
        return "O" in spec or "obj" in spec
    if isinstance(spec, Import):
        return spec.tier > Tier.LIBRARY or spec.name in ("object", "object_")
    if depth > 8:
        return True
    if isinstance(spec, Series) and spec.what == "list":  # fields: (name, type) or (name, type, shape)
        fields = [
            field.items for field in spec.items if isinstance(field, Tup) and len(field.items) in (2, 3)
        ]
        is_whole = len(fields) == spec.count and spec.weight <= 1 + 8 * len(fields)
        return not is_whole or any(names_objects(field[1], depth + 1) for field in fields)
    if isinstance(spec, Tup) and len(spec.items) == 2:  # (record class, fields)
        return any(names_objects(part, depth + 1) for part in spec.items)
    return not (isinstance(spec, Made) and is_dtype(spec)) or has_objects(spec)


def odd_state(target: Made, state: object) -> Objection:
    return (
        Loading.UNREADABLE,
        "odd-state",
        f"{shown(target)} gets {shown(state)} as its state, where numpy writes a tuple: what it is "
        "filled with cannot be told",
    )


def raw_objects(what: str) -> Objection:
    return (
        Loading.RUNS_CODE,
        "object-from-bytes",
        f"{what} of object dtype: numpy would take bytes of the stream for addresses of Python objects",
    )
