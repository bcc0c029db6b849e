"""What the state of a numpy dtype may say: where its fields lie, how long an item is, whether it has objects.

``numpy.dtype.__setstate__`` (``arraydescr_setstate`` in numpy's descriptor.c) takes the places of fields, the
size of an item and the flags as they stand in the stream. A field that lies outside of its item reads, and
writes, the memory behind the array; flags that claim objects have joblib unpickle what others take for
numbers.
"""

from __future__ import annotations

from math import prod

from inspector.artifacts.limits import EFFECT_WORK, spend_work
from inspector.artifacts.pickles.element_sizes import class_size, pickled_size
from inspector.artifacts.pickles.rules_numpy import (
    has_objects,
    held_dtypes,
    is_dtype,
    names_objects,
    odd_state,
    values_inside,
)
from inspector.artifacts.pickles.symbols import Import, Made, Mapped, Objection, Series, Tup, shown
from inspector.provenance import Loading

# Bits of a dtype's flags (numpy/ndarraytypes.h): its elements are counted references, pickled as a list.
_REFERENCES_IN_A_LIST = 0x01 | 0x02
_MAX_DIMENSIONS = 64
_FIELD_WORK = 2_000  # of each name, and of each field
_MAX_ITEM = 1 << 62
# Words for texts, byte strings and records, whose size is that of the state.
_OF_ANY_SIZE = frozenset(("void", "void0", "str", "str0", "str_", "bytes", "bytes0", "bytes_", "unicode"))
_STATE_SIZES = (7, 8, 9)  # before 1.0; numpy's own; with metadata


def dtype_state(target: Made, state: object) -> Objection | None:
    """A dtype's state: fields that hold objects say so in its flags; a dtype in use is not changed."""
    if target.is_used or target.state is not None:
        return Loading.UNREADABLE, "dtype-changed", "a numpy dtype is changed after it was used"
    if not isinstance(state, Tup):
        return odd_state(target, state)
    parts = state.items
    within = [value for part in parts for value in values_inside(part)]
    spend_work(EFFECT_WORK * (len(within) // 8))
    within += held_dtypes(state)  # none of them is missed for many other values
    inner = {id(value): value for value in within if isinstance(value, Made) and is_dtype(value)}
    for value in inner.values():
        value.is_used = True
    fault = _layout_fault(target, parts)
    if fault is not None:
        return (
            Loading.UNREADABLE,
            "dtype-layout",
            f"a numpy dtype is given {fault}; numpy takes it as it stands and reaches into foreign memory",
        )
    flags = parts[7] if len(parts) > 7 else None
    claimed = flags & _REFERENCES_IN_A_LIST if type(flags) is int else None
    spec = _spec(target)
    if not any(has_objects(value) for value in inner.values()) and not (
        spec is not None and names_objects(spec)
    ):
        if not claimed:
            return None
        return (
            Loading.UNREADABLE,
            "dtype-layout",
            "the flags of a numpy dtype claim Python objects that it does not hold: a reader would unpickle "
            "what another takes for numbers",
        )
    if claimed == _REFERENCES_IN_A_LIST:
        return None
    return (
        Loading.UNREADABLE,
        "object-field",
        "a numpy dtype holds Python objects and its flags deny it",
    )


def item_size(dtype: object) -> int | None:
    """The bytes of one item of a symbolic dtype, as numpy has it; None where that is unclear."""
    if not isinstance(dtype, Made) or not is_dtype(dtype):
        return None
    if dtype.callee.name != "dtype":
        return class_size(dtype.callee.name)
    spec = _spec(dtype)
    if _takes_its_size(spec) and isinstance(dtype.state, Tup) and len(dtype.state.items) in _STATE_SIZES:
        size = dtype.state.items[5]
        return size if type(size) is int and size >= 0 else None
    return _own_size(spec)


def _spec(dtype: Made) -> object:
    return dtype.args.items[0] if dtype.args and dtype.args.items else None


def _own_size(spec: object) -> int | None:
    if type(spec) is str:
        return pickled_size(spec)
    return class_size(spec.name) if isinstance(spec, Import) else None


def _takes_its_size(spec: object) -> bool:
    """Whether numpy takes the size of an item from the state: of texts, byte strings, records."""
    if type(spec) is str:
        letters = spec.lstrip("<>=|")
        return letters[:1] in ("S", "a", "U", "V") or letters in _OF_ANY_SIZE
    return isinstance(spec, Import) and class_size(spec.name) is None


def _layout_fault(target: Made, parts: list[object]) -> str | None:
    """What is wrong with the places and sizes in a dtype's state."""
    if len(parts) not in _STATE_SIZES:
        return f"a state of {len(parts)} parts, where numpy writes eight or nine"
    subarray, names, fields, size, alignment = parts[2:7]
    spec = _spec(target)
    if isinstance(spec, (Series, Tup)):  # numpy names its records by a text or a class and lists fields here
        return "a state beside the fields that it is made of"
    item = _own_size(spec)
    if _takes_its_size(spec):
        if type(size) is not int or not 0 <= size < _MAX_ITEM or type(alignment) is not int or alignment < 0:
            return f"items of {shown(size)} bytes, aligned to {shown(alignment)}"
        if item and item != size:
            return f"items of {size} bytes, where its name says {item}"
        item = size
    if subarray is not None:
        return _subarray_fault(subarray, fields, item)
    if fields is None and names is None:
        return None
    if not isinstance(fields, Mapped) or not isinstance(names, Tup) or not fields.is_whole:
        return "fields that cannot be told"
    return _fields_fault(names.items, fields.items, item, is_object=names_objects(spec))


def _subarray_fault(subarray: object, fields: object, item: int | None) -> str | None:
    base, shape = subarray.items if isinstance(subarray, Tup) and len(subarray.items) == 2 else (None, None)
    sizes = shape.items if isinstance(shape, Tup) else [shape]
    element = item_size(base)
    if element is None or fields is not None or len(sizes) > _MAX_DIMENSIONS:
        return "a part that is no array of a known type"
    whole = [size for size in sizes if type(size) is int and 0 <= size < _MAX_ITEM]
    if len(whole) != len(sizes) or element * prod(whole) != item:
        return f"an array of the shape {shown(shape)} in an item of {item} bytes"
    return None


def _fields_fault(
    names: list[object], fields: dict[str, object], item: int | None, *, is_object: bool
) -> str | None:
    spend_work(_FIELD_WORK * (len(names) + len(fields)))
    if item is None or (is_object and fields):
        return "fields in an item of no known size"
    if not all(type(name) is str and name in fields for name in names):
        return "the name of a field that it does not have"
    for name, field in fields.items():
        parts = field.items if isinstance(field, Tup) and len(field.items) in (2, 3) else [None, None]
        size, offset = item_size(parts[0]), parts[1]
        if size is None or type(offset) is not int or offset < 0 or offset + size > item:
            return f"the field {shown(name)} at {shown(offset)} in an item of {item} bytes"
    return "objects that share their bytes" if _objects_overlap(names, fields) else None


def _objects_overlap(names: list[object], fields: dict[str, object]) -> bool:
    """Whether an address of an object lies in the bytes of another field, which would then write it."""
    places: list[tuple[int, int, bool]] = []
    known: dict[int, bool] = {}
    for name in dict.fromkeys(names):
        field = fields[name] if type(name) is str else None
        start = field.items[1] if isinstance(field, Tup) else None
        if isinstance(field, Tup) and type(start) is int:
            dtype = field.items[0]
            size = item_size(dtype) or 0
            if id(dtype) not in known:
                known[id(dtype)] = has_objects(dtype)
            if size:
                places.append((start, start + size, known[id(dtype)]))
    if not any(is_object for _, _, is_object in places):
        return False
    places.sort()
    furthest, furthest_object = 0, 0
    for start, end, is_object in places:
        if start < (furthest if is_object else furthest_object):
            return True
        furthest = max(furthest, end)
        furthest_object = max(furthest_object, end) if is_object else furthest_object
    return False
