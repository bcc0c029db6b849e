"""How many bytes an element of a numpy type takes, by the type's own text (numpy/_core/numerictypes.py)."""

from __future__ import annotations

import re

_SIZES = {
    "b": 1,
    "B": 1,
    "?": 1,
    "h": 2,
    "H": 2,
    "e": 2,
    "i": 4,
    "I": 4,
    "f": 4,
    "l": 8,
    "L": 8,
    "q": 8,
    "Q": 8,
    "d": 8,
    "F": 8,
    "D": 16,
}
_SIZED = re.compile(r"[<>=|]?([iufcbSaUVmM])(\d{1,9})?(?:\[[^\]]{1,20}\])?\Z")
# What a pickle's dtype may name besides: objects, extended precision, pointers, texts without a length.
_FURTHER = {"O": 8, "g": 16, "G": 32, "p": 8, "P": 8, "n": 8, "N": 8, "c": 1, "S": 0, "a": 0, "U": 0, "V": 0}
_OBJECTS = re.compile(r"O[48]\Z")
# numpy's classes of scalars whose name does not say a size in bits, and Python's own types.
_BY_NAME = {
    **dict.fromkeys(("bool", "bool_", "byte", "ubyte"), 1),
    **dict.fromkeys(("short", "ushort", "half"), 2),
    **dict.fromkeys(("intc", "uintc", "single"), 4),
    "csingle": 8,
    **dict.fromkeys(("int", "float", "double", "longlong", "ulonglong", "intp", "uintp", "object"), 8),
    **dict.fromkeys(("object_", "datetime64", "timedelta64"), 8),
    **dict.fromkeys(("complex", "cdouble", "longdouble"), 16),
    "clongdouble": 32,
}
_IN_BITS = re.compile(r"(?:u?int|float|complex|UInt|Int|Float|Complex)(\d{1,3})(?:DType)?\Z")


def element_size(spec: str) -> int | None:
    """The size in bytes of one element of a numpy dtype string such as ``<f8``; None where unknown."""
    letter = spec.lstrip("<>=|")
    if letter in _SIZES:
        return _SIZES[letter]
    match = _SIZED.match(spec)
    if match is None:
        return None
    kind, digits = match.groups()
    if kind in "mM":
        return 8
    if digits is None:
        return None
    return int(digits) * 4 if kind == "U" else int(digits)


def pickled_size(spec: str) -> int | None:
    """As ``element_size``, of every text that ``numpy.dtype`` is called with: objects count 8 bytes."""
    letter = spec.lstrip("<>=|")
    if letter in _FURTHER:
        return _FURTHER[letter]
    if _OBJECTS.match(letter):
        return 8
    size = element_size(spec)
    return class_size(spec) if size is None else size


def class_size(name: str) -> int | None:
    """The size of an element whose type is a class of this name, such as ``float32`` or ``BoolDType``."""
    bits = _IN_BITS.match(name)
    if bits is not None:
        return int(bits[1]) // 8
    return 1 if name == "BoolDType" else _BY_NAME.get(name)
