"""Arrays inside of a joblib pickle: after the state of a NumpyArrayWrapper its raw bytes follow.

The layout is that of joblib's ``numpy_pickle.py`` (0.10 to 1.6): where the state has
``numpy_array_alignment_bytes``, one byte says how many bytes of padding follow it; then come the elements.
"""

from __future__ import annotations

import re
from math import prod

from inspector.artifacts.bytesource import Window
from inspector.artifacts.pickles.rules_numpy import has_objects, is_dtype
from inspector.artifacts.pickles.symbols import Made, Mapped, Tup

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


def _dtype_size(dtype: object) -> int | None:
    if not isinstance(dtype, Made) or not is_dtype(dtype) or dtype.args is None or not dtype.args.items:
        return None
    state = dtype.state
    if isinstance(state, Tup) and len(state.items) >= 7 and state.items[3] is not None:
        size = state.items[5]
        return size if type(size) is int and size > 0 else None
    spec = dtype.args.items[0]
    return element_size(spec) if type(spec) is str else None


def skip_array(window: Window, state: object) -> int | None:
    """Steps over the array that ``state`` describes: its length in bytes, -1 for an object array (a pickle
    follows instead), None where it cannot be told. EndOfData where the bytes are not all there."""
    items = state.items if isinstance(state, Mapped) else {}
    shape, dtype = items.get("shape"), items.get("dtype")
    if not isinstance(shape, Tup) or not is_dtype(dtype):
        return None
    if has_objects(dtype):
        return -1
    sizes = [size for size in shape.items if type(size) is int and size >= 0]
    element = _dtype_size(dtype)
    if len(sizes) != len(shape.items) or element is None:
        return None
    start = window.offset
    if items.get("numpy_array_alignment_bytes") is not None:
        window.skip(window.take(1)[0])
    window.skip(prod(sizes) * element)
    return window.offset - start
