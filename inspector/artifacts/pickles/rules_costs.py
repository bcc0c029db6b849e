"""Calls that need any amount of time or memory for a few bytes of the stream.

Constructors that unfold their argument (a range, an endless iterator, a network of addresses), that reserve
as many bytes as a number says, or that turn an exponent into digits.
"""

from __future__ import annotations

import re

from inspector.artifacts.pickles.rules_dtype import item_size
from inspector.artifacts.pickles.symbols import Import, LongText, Made, Objection, Series, Tup, shown
from inspector.provenance import Loading

MAX_MADE = 1 << 30  # values or bytes that one constructor may be asked for
_MAX_RANGE = 1 << 24

# Callables that go through their argument at once and keep what they find.
_UNFOLDING = frozenset(
    (
        *(f"builtins.{name}" for name in ["set", "frozenset", "list", "tuple", "bytearray", "bytes", "dict"]),
        *(
            f"collections.{name}"
            for name in ["deque", "Counter", "OrderedDict", "UserDict", "UserList", "defaultdict"]
        ),
        "array.array",
        "itertools.product",
    )
)
_NETWORKS = frozenset(("ipaddress.IPv4Network", "ipaddress.IPv6Network"))
_BYTES = frozenset(("builtins.bytearray", "builtins.bytes"))
# What may give bytes, or a text, but no number that says how many.
_GIVES_BYTES = frozenset(("_codecs.encode", "builtins.bytes", "builtins.bytearray", "builtins.str"))
# Fraction makes 10 ** exponent of a text, int all the digits of a Decimal.
_EXPONENT = re.compile(r"[eE][+-]?0*([\d_]{1,40})")
_MAX_EXPONENT = 5000
_DIGITS_OF = {
    "fractions.Fraction": frozenset(("decimal.Decimal",)),
    "builtins.int": frozenset(("decimal.Decimal", "fractions.Fraction")),
}
# Constructors that reserve memory for a shape: numpy's arrays, torch's storages and tensors of old.
_RECONSTRUCT = re.compile(r"numpy\.(?:core|_core)\.(?:multiarray|_internal)\._reconstruct\Z")
_ARRAYS = re.compile(r"numpy\.(?:(?:core|_core)\.multiarray\.)?ndarray\Z")
_OF_TORCH = re.compile(r"torch\.(?:[a-z.]+\.)?[A-Za-z0-9]*(?:Storage|Tensor)\Z")
_UNKNOWN_ELEMENT = 8


def cost_objection(callee: Import, args: list[object]) -> Objection | None:
    """What ``callee`` would cost beyond any bound with ``args``; None where it is an ordinary call."""
    dotted = callee.dotted
    if dotted in _UNFOLDING:
        return _unfolding(dotted, args)
    if dotted in _DIGITS_OF:
        return _digits(dotted, args)
    if _ARRAYS.match(dotted):
        return _reserved(_bytes_of_shape(args[0] if args else None, args[1] if len(args) > 1 else None))
    if _RECONSTRUCT.match(dotted):
        return _reserved(_bytes_of_shape(args[1] if len(args) > 1 else None, None))
    if _OF_TORCH.match(dotted):
        return _reserved(_bytes_of_shape(Tup([arg for arg in args if type(arg) is int]), None))
    return None


def _unfolding(dotted: str, args: list[object]) -> Objection | None:
    size = args[0] if dotted in _BYTES else None
    if type(size) is int and abs(size) > MAX_MADE:
        return Loading.UNREADABLE, "over-limit", f"asks for {shown(size)} bytes of memory"
    for arg in args:
        if isinstance(arg, Made) and (_unfolds(arg) or (dotted in _BYTES and _may_be_number(arg))):
            return (
                Loading.UNREADABLE,
                "over-limit",
                f"unfolds {shown(arg)}, which may be endless or need any amount of memory",
            )
    return None


def _unfolds(value: Made) -> bool:
    if value.callee.module == "itertools" or value.callee.entry.rule in ("one-argument", "iterators"):
        return True
    if value.callee.dotted in _NETWORKS:
        return True
    if value.callee.dotted != "builtins.range":
        return False
    bounds = value.args.items if value.args else []
    return any(type(bound) is not int or abs(bound) > _MAX_RANGE for bound in bounds)


def _may_be_number(value: Made) -> bool:
    """Whether ``bytes`` and ``bytearray`` may take ``value`` for how many bytes they shall make."""
    if value.callee.entry.rule == "numpy-scalar":
        return True
    return value.callee.module in ("builtins", "numpy") and value.callee.dotted not in _GIVES_BYTES


def _digits(dotted: str, args: list[object]) -> Objection | None:
    for arg in args:
        exponent = _EXPONENT.search(arg) if type(arg) is str and dotted == "fractions.Fraction" else None
        is_long = exponent is not None and int(exponent[1].replace("_", "") or 0) > _MAX_EXPONENT
        is_made = isinstance(arg, Made) and arg.callee.dotted in _DIGITS_OF[dotted]
        if is_long or is_made or (isinstance(arg, LongText) and dotted == "fractions.Fraction"):
            return (
                Loading.UNREADABLE,
                "over-limit",
                f"writes out the digits of {shown(arg)}, which may need any amount of memory",
            )
    return None


def _bytes_of_shape(shape: object, dtype: object) -> int:
    """The bytes that an array of this shape takes, as far as constants tell."""
    sizes = shape.items if isinstance(shape, (Tup, Series)) else [shape]
    element = _UNKNOWN_ELEMENT if dtype is None else item_size(dtype) or 1
    total = element if 0 not in sizes else 0
    for size in sizes:
        if type(size) is int and total <= MAX_MADE:
            total *= abs(size)
    return total


def _reserved(needed: int) -> Objection | None:
    if needed <= MAX_MADE:
        return None
    return (
        Loading.UNREADABLE,
        "over-limit",
        f"asks for the memory of an array of more than {MAX_MADE} bytes that does not stand in the stream",
    )
