"""The rules that the arguments of listed imports must obey. One function per rule word of the lists.

Each takes the call's arguments and gives None where the call is as the library itself writes it, else the
verdict and a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from inspector.artifacts.danger import REVEALING_ATTRIBUTES
from inspector.artifacts.listed import Tier
from inspector.artifacts.pickle_symbols import Import, Made, Mapped, Opaque, Series, Stored, Tup, shown
from inspector.provenance import Loading

Objection = tuple[Loading, str, str]  # verdict, reason code, sentence
Rule = Callable[[list[object]], Objection | None]

_DTYPE = re.compile(
    r"[<>=|]?(?:[?bBhHiIlLqQpPefdgFDGSUVaO]\d{0,9}|[mM]8?(?:\[[^\]]{1,20}\])?|b1|[iufc]\d{1,2}|"
    r"[a-z]{3,10}\d{0,3}_?)\Z"
)


# Class methods that the standard library itself pickles with getattr.
LISTED_METHODS = frozenset({("zoneinfo.ZoneInfo", "_unpickle")})


def is_listed_method(args: list[object]) -> bool:
    """Whether a getattr asks for one of the class methods above."""
    if len(args) != 2 or not isinstance(args[0], Import) or type(args[1]) is not str:
        return False
    return (args[0].dotted, args[1]) in LISTED_METHODS


def _is_class(value: object) -> bool:
    return isinstance(value, Import) and value.entry.kind in ("class", "unknown", "enum")


def _enum_member(args: list[object]) -> Objection | None:
    holder = args[0] if args else None
    name = args[1] if len(args) == 2 else None
    listed_enum = isinstance(holder, Import) and holder.entry.kind == "enum"
    if is_listed_method(args):
        return None
    if listed_enum and type(name) is str and name not in REVEALING_ATTRIBUTES and not name.startswith("_"):
        return None
    return (
        Loading.RUNS_CODE,
        "getattr-misuse",
        f"calls builtins.getattr with ({', '.join(shown(arg) for arg in args[:3])}); "
        "only a member of a listed enum class may be looked up",
    )


def _type_of_one(args: list[object]) -> Objection | None:
    if len(args) == 1:
        return None
    return Loading.RUNS_CODE, "makes-a-class", "calls builtins.type to make a new class"


def _class_first(args: list[object]) -> Objection | None:
    if args and _is_class(args[0]):
        return None
    return Loading.UNREADABLE, "not-a-class", "makes an instance of something that is not an imported class"


def _default_factory(args: list[object]) -> Objection | None:
    if not args or args[0] is None or _is_class(args[0]):
        return None
    if isinstance(args[0], Import) and args[0].tier is Tier.DANGEROUS:
        return None  # the import itself is reported
    return (
        Loading.UNREADABLE,
        "default-factory",
        f"makes a defaultdict whose defaults come from {shown(args[0])}, which is not a listed type",
    )


def _torch_from_type(args: list[object]) -> Objection | None:
    if (
        len(args) >= 2
        and isinstance(args[0], Import)
        and args[0].entry.kind != "value"
        and _is_class(args[1])
    ):
        return None
    return Loading.UNREADABLE, "rebuild-function", "rebuilds a tensor with something that is not an import"


def _numpy_dtype(args: list[object]) -> Objection | None:
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


def _holds_calls(value: object) -> bool:
    return any(isinstance(item, (Opaque, Stored)) for item in _inside(value))


def _inside(value: object, limit: int = 2000) -> Iterator[object]:
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
    return isinstance(value, Made) and value.callee.entry.rule == "numpy-dtype"


def has_objects(dtype: object) -> bool:
    """Whether a symbolic dtype holds Python objects, also inside fields; True where that is unclear."""
    seen = 0
    pending: list[object] = [dtype]
    while pending:
        seen += 1
        item = pending.pop()
        if seen > 500 or not isinstance(item, Made) or not is_dtype(item):
            return True
        spec = item.args.items[0] if item.args and item.args.items else None
        if item.callee.name == "dtype" and _names_objects(spec):
            return True
        if item.state is not None:
            pending.extend(inner for inner in _inside(item.state) if is_dtype(inner))
    return False


def _names_objects(spec: object, depth: int = 0) -> bool:
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
        is_whole = len(fields) == len(spec.items) and spec.weight <= 1 + 8 * len(fields)
        return not is_whole or any(_names_objects(field[1], depth + 1) for field in fields)
    if isinstance(spec, Tup) and len(spec.items) == 2:  # (record class, fields)
        return any(_names_objects(part, depth + 1) for part in spec.items)
    return not (isinstance(spec, Made) and is_dtype(spec)) or has_objects(spec)


def _raw_objects(what: str) -> Objection:
    return (
        Loading.RUNS_CODE,
        "object-from-bytes",
        f"{what} of object dtype: numpy would take bytes of the stream for addresses of Python objects",
    )


def _numpy_scalar(args: list[object]) -> Objection | None:
    if len(args) >= 1 and is_dtype(args[0]) and not has_objects(args[0]):
        return None
    return _raw_objects("rebuilds a numpy scalar")


def _numpy_buffer(args: list[object]) -> Objection | None:
    if len(args) >= 2 and is_dtype(args[1]) and not has_objects(args[1]):
        return None
    return _raw_objects("rebuilds a numpy array from a buffer")


RULES: dict[str, Rule] = {
    "enum-member": _enum_member,
    "type-of-one": _type_of_one,
    "class-first": _class_first,
    "default-factory": _default_factory,
    "torch-from-type": _torch_from_type,
    "numpy-dtype": _numpy_dtype,
    "numpy-scalar": _numpy_scalar,
    "numpy-buffer": _numpy_buffer,
}


def judge_state(target: Made, state: object) -> Objection | None:
    """Whether giving ``state`` to ``target`` (the BUILD opcode) is as numpy itself writes it."""
    if is_dtype(target):
        parts = state.items if isinstance(state, Tup) else []
        inner = [value for part in parts for value in _inside(part) if is_dtype(value)]
        if any(has_objects(value) for value in inner):
            return (
                Loading.UNREADABLE,
                "object-field",
                "a numpy dtype holds Python objects inside of a structure, whose flags the stream sets",
            )
    elif target.callee.name == "_reconstruct" and isinstance(state, Tup) and len(state.items) == 5:
        dtype, raw = state.items[2], state.items[4]
        if is_dtype(dtype) and has_objects(dtype) and not isinstance(raw, Series):
            return _raw_objects("fills an array")
    return None


def keeps_arguments(entry_rule: str) -> bool:
    """Whether a later rule looks at the arguments of this call."""
    return entry_rule in ("numpy-dtype", "joblib-array")
