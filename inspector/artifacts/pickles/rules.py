"""The rules that the arguments of listed imports must obey. One function per rule word of the lists.

Each takes the call's arguments and gives None where the call is as the library itself writes it, else the
verdict and a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from inspector.artifacts.pickles.danger import REVEALING_ATTRIBUTES
from inspector.artifacts.pickles.listed import Tier
from inspector.artifacts.pickles.nested import is_constant_bytes
from inspector.artifacts.pickles.symbols import Import, Made, Mapped, Opaque, Series, Stored, Tup, shown
from inspector.provenance import Loading

Objection = tuple[Loading, str, str]  # verdict, reason code, sentence
Rule = Callable[[list[object]], Objection | None]

_DTYPE = re.compile(
    r"[<>=|]?(?:[?bBhHiIlLqQpPefdgFDGSUVaO]\d{0,9}|[mM]8?(?:\[[^\]]{1,20}\])?|b1|[iufc]\d{1,2}|"
    r"[a-z]{3,10}\d{0,3}_?)\Z"
)


# Rules whose imports do harm when somebody else than the stream calls them: never an argument of a call.
_GUARDED = frozenset(
    {"enum-member", "nested-bytes", "numpy-buffer", "numpy-scalar", "partial", "scipy-distribution"}
)
# Whose methods are kept as hooks or ufuncs by the library itself.
_METHOD_HOLDERS = ("torch.nn.", "scipy.stats.", "sklearn.")
_MAKERS = frozenset({"_reconstructor", "__newobj__", "__newobj_ex__"})
# The source text that scipy.stats executes when it rebuilds a distribution, as scipy writes it.
_PARSER = re.compile(
    r"\s*(?:def _parse_args(?:_rvs|_stats)?\(self,[\w\s,=.'-]*\):\s*"
    r"return (?:\([\w\s,]*\), loc, (?:scale|1)(?:, moments)?|"
    r"self\._argcheck_rvs\([\w\s,]*, size=size\))\s*){3}\Z"
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
    if is_listed_method(args) or (type(name) is str and _is_own_method(holder, name)):
        return None
    if listed_enum and type(name) is str and name not in REVEALING_ATTRIBUTES and not name.startswith("_"):
        return None
    return (
        Loading.RUNS_CODE,
        "getattr-misuse",
        f"calls builtins.getattr with ({', '.join(shown(arg) for arg in args[:3])}); "
        "only a member of a listed enum class may be looked up",
    )


def _is_own_method(holder: object, name: str) -> bool:
    """A bound method of an instance of a listed class, as a layer keeps it for a hook."""
    if not isinstance(holder, Made) or holder.callee.tier is not Tier.LIBRARY or not name.isidentifier():
        return False
    if name in REVEALING_ATTRIBUTES or name.startswith("__"):
        return False
    return holder.callee.entry.kind == "class" and holder.callee.module.startswith(_METHOD_HOLDERS)


def _partial(args: list[object]) -> Objection | None:
    function = args[0] if args else None
    if isinstance(function, Import) and function.entry.kind in ("value", "unknown"):
        return None  # an unknown one is reported as an import
    if isinstance(function, Import) and function.tier is Tier.DANGEROUS:
        return None
    return (
        Loading.RUNS_CODE,
        "partial-misuse",
        f"keeps {shown(function)} with arguments in functools.partial, to be called later; only a listed "
        "measure or check of a library may be kept so",
    )


def _nested_bytes(args: list[object]) -> Objection | None:
    if len(args) == 1 and is_constant_bytes(args[0]):
        return None
    return (
        Loading.RUNS_CODE,
        "nested-pickle",
        f"calls torch.storage._load_from_bytes with {', '.join(shown(arg) for arg in args[:3])}; "
        "it unpickles bytes that do not stand in the stream as they are",
    )


def _dill_array(args: list[object]) -> Objection | None:
    function = args[0] if args else None
    state = args[2].items if len(args) > 2 and isinstance(args[2], Tup) else []
    is_numpy = isinstance(function, Import) and function.entry.rule == "class-first"
    if is_numpy and len(state) == 5 and is_dtype(state[2]):
        return _raw_objects("fills an array") if has_objects(state[2]) else None
    return Loading.RUNS_CODE, "call-by-argument", f"has dill call {shown(function)}"


def _without_arguments(args: list[object]) -> Objection | None:
    if not args:
        return None
    return Loading.UNREADABLE, "bad-arguments", "makes a distribution of scipy with arguments of its own"


def _generator(args: list[object]) -> Objection | None:
    maker = args[1] if len(args) > 1 else None
    if maker is None or (isinstance(maker, Import) and maker.name == "__bit_generator_ctor"):
        return None
    return Loading.RUNS_CODE, "call-by-argument", f"has a library function call {shown(maker)}"


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
    return isinstance(value, Made) and value.callee.entry.rule in ("numpy-dtype", "numpy-stringdtype")


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
        if item.callee.entry.rule == "numpy-stringdtype":
            return True  # its elements are kept in a list, like objects
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
    "numpy-stringdtype": lambda args: None,
    "text-bytes": lambda args: None,
    "joblib-file": lambda args: None,
    "nested-bytes": _nested_bytes,
    "partial": _partial,
    "scipy-distribution": _without_arguments,
    "numpy-generator": _generator,
    "dill-array": _dill_array,
}


def objections_to(callee: Import, args: list[object]) -> Iterator[Objection]:
    """What the rules have against calling ``callee`` with ``args``, calls that it makes itself included."""
    rule = RULES.get(callee.entry.rule)
    objection = rule(args) if rule is not None else None
    if objection is not None:
        yield objection
    if callee.tier is Tier.DANGEROUS:
        return
    inner = _inner_call(callee, args)
    if inner is not None:
        yield from objections_to(*inner)
    for arg in args if inner is None else args[:1]:
        if isinstance(arg, Import) and _is_guarded(arg, callee):
            yield (
                Loading.RUNS_CODE,
                "call-by-argument",
                f"hands {arg.dotted} to {callee.dotted}, which may call it with anything",
            )


def _is_guarded(arg: Import, callee: Import) -> bool:
    if arg.entry.rule in ("joblib-array", "joblib-file"):
        return callee.name not in _MAKERS
    if arg.entry.rule == "scipy-distribution":
        return callee.module != "copyreg"
    if callee.module == "copyreg":
        return False  # its inner call was judged
    return arg.entry.rule in _GUARDED and callee.entry.rule != "partial"


def _inner_call(callee: Import, args: list[object]) -> tuple[Import, list[object]] | None:
    """The call that a listed function makes of its arguments, where it makes one."""
    first = args[0] if args else None
    if not isinstance(first, Import):
        return None
    if callee.entry.rule == "torch-from-type" and len(args) > 2 and isinstance(args[2], Tup):
        return first, args[2].items
    if callee.module != "copyreg":
        return None
    if callee.name == "__newobj__":
        return first, args[1:]
    if callee.name == "__newobj_ex__" and len(args) > 1 and isinstance(args[1], Tup):
        return first, args[1].items
    base = args[1] if len(args) > 1 else None
    if callee.name == "_reconstructor" and isinstance(base, Import) and base.dotted != "builtins.object":
        return base, args[2:]
    return None


def class_of(made: Made) -> Import:
    """The class of an instance: the callee, or what copyreg's functions were handed."""
    if made.callee.module == "copyreg" and made.args and made.args.items:
        first = made.args.items[0]
        if isinstance(first, Import):
            return first
    return made.callee


def rule_of(made: Made) -> str:
    """The rule word that an instance obeys when it is given state."""
    return class_of(made).entry.rule or made.callee.entry.rule


def judge_state(target: Made, state: object) -> Objection | None:
    """Whether giving ``state`` to ``target`` (the BUILD opcode) is as numpy itself writes it."""
    rule = rule_of(target)
    if rule == "scipy-distribution":
        return _distribution_state(state)
    if rule == "joblib-file":
        return _file_beside(state)
    if rule == "partial":
        return _partial(state.items if isinstance(state, Tup) else [])
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
        if (not is_dtype(dtype) or has_objects(dtype)) and not isinstance(raw, Series):
            return _raw_objects("fills an array")
    return None


def _file_beside(state: object) -> Objection | None:
    """joblib loads the array, pickles included, from the file that the state names."""
    name = state.items.get("filename") if isinstance(state, Mapped) else None
    if type(name) is str and name not in ("", ".", "..") and not set(name) & set("/\\:\0"):
        return None
    return (
        Loading.UNREADABLE,
        "file-outside",
        f"an array is loaded from the file {shown(name)}, not beside it",
    )


def _distribution_state(state: object) -> Objection | None:
    """A distribution executes the text of its argument parser, and its state may replace its methods."""
    parser = state.items.get("_parse_arg_template", "") if isinstance(state, Mapped) else None
    if not isinstance(state, Mapped) or not state.is_whole:
        return (
            Loading.UNREADABLE,
            "distribution-state",
            "a distribution of scipy gets a state that is no dict",
        )
    if parser != "" and not (type(parser) is str and len(parser) < 4096 and _PARSER.match(parser)):
        return (
            Loading.RUNS_CODE,
            "distribution-code",
            "a distribution of scipy has source text that scipy executes and did not write itself",
        )
    replaced = [key for key in state.items if key.startswith(("_attach", "__")) and key != "__doc__"]
    if replaced:
        return Loading.RUNS_CODE, "distribution-code", f"the state replaces the method {replaced[0]}"
    return None


def keeps_arguments(callee: Import) -> bool:
    """Whether a later rule looks at the arguments of this call."""
    kept = ("numpy-dtype", "joblib-array", "numpy-stringdtype", "text-bytes")
    return callee.entry.rule in kept or callee.module == "copyreg"
