"""Arrays inside of a joblib pickle: after the state of a NumpyArrayWrapper its raw bytes follow.

The layout is that of joblib's ``numpy_pickle.py`` (0.10 to 1.6): where the state has
``numpy_array_alignment_bytes``, one byte says how many bytes of padding follow it; then come the elements.
"""

from __future__ import annotations

from math import prod

from inspector.artifacts.bytesource import Window
from inspector.artifacts.pickles.element_sizes import element_size as element_size
from inspector.artifacts.pickles.rules_dtype import item_size
from inspector.artifacts.pickles.rules_numpy import has_objects, is_dtype
from inspector.artifacts.pickles.symbols import Import, Made, Mapped, Tup

# Types whose size is that of the machine that loads: joblib then finds the next opcode elsewhere. numpy
# writes a kind and a size instead.
_OF_THE_MACHINE = frozenset(
    (*"lLgGpPnN", "int", "int_", "uint", "intp", "uintp", "long", "ulong", "longdouble", "clongdouble")
)


def skip_array(window: Window, state: object) -> int | None:
    """Steps over the array that ``state`` describes: its length in bytes, -1 for an object array (a pickle
    follows instead), None where it cannot be told. EndOfData where the bytes are not all there."""
    items = state.items if isinstance(state, Mapped) else {}
    shape, dtype = items.get("shape"), items.get("dtype")
    if not isinstance(shape, Tup) or not is_dtype(dtype):
        return None
    if has_objects(dtype):
        return -1
    if _is_of_the_machine(dtype):
        return None
    sizes = [size for size in shape.items if type(size) is int and size >= 0]
    element = item_size(dtype)
    if len(sizes) != len(shape.items) or element is None:
        return None
    start = window.offset
    if items.get("numpy_array_alignment_bytes") is not None:
        window.skip(window.take(1)[0])
    window.skip(prod(sizes) * element)
    return window.offset - start


def _is_of_the_machine(dtype: object) -> bool:
    spec = dtype.args.items[0] if isinstance(dtype, Made) and dtype.args and dtype.args.items else None
    word = spec.name if isinstance(spec, Import) else spec
    return isinstance(word, str) and word.lstrip("<>=|") in _OF_THE_MACHINE
