"""The rules that the arguments of listed imports must obey. One function per rule word of the lists.

Each takes the call's arguments and gives None where the call is as the library itself writes it, else the
verdict and a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from inspector.artifacts.pickles.listed import Tier
from inspector.artifacts.pickles.nested import is_constant_bytes
from inspector.artifacts.pickles.rules_attributes import (
    GUARDED,
    NESTED_AT,
    getattr_rule,
    partial_rule,
    union_rule,
)
from inspector.artifacts.pickles.rules_costs import cost_objection
from inspector.artifacts.pickles.rules_dill import dill_array, dill_repr, dill_type
from inspector.artifacts.pickles.rules_libraries import (
    class_maker,
    is_text,
    logger,
    no_text,
    pandas_index,
    sympy_name,
    sympy_term,
    tokenizer,
    typing_form,
)
from inspector.artifacts.pickles.rules_numpy import (
    numpy_array,
    numpy_buffer,
    numpy_dtype,
    numpy_generator,
    numpy_scalar,
)
from inspector.artifacts.pickles.rules_state import judge_state
from inspector.artifacts.pickles.symbols import (
    Import,
    Made,
    Mapped,
    Objection,
    Tup,
    shown,
)
from inspector.provenance import Loading

Rule = Callable[[list[object]], Objection | None]

_MAKERS = frozenset({"_reconstructor", "__newobj__", "__newobj_ex__"})
_ENCODINGS = frozenset(("latin1", "latin-1", "latin_1", "iso-8859-1", "utf-8", "utf8", "utf_8", "ascii"))
# Modules whose instances hold values and hand them out without calling anything.
_NAMED_GONE_THROUGH = "builtins operator _operator itertools functools collections datetime decimal enum"
_GONE_THROUGH = frozenset(_NAMED_GONE_THROUGH.split())


def _is_class(value: object) -> bool:
    return isinstance(value, Import) and value.entry.kind in ("class", "unknown", "enum")


def _nested_bytes(args: list[object]) -> Objection | None:
    if len(args) == 1 and is_constant_bytes(args[0]):
        return None
    return (
        Loading.RUNS_CODE,
        "nested-pickle",
        f"calls torch.storage._load_from_bytes with {', '.join(shown(arg) for arg in args[:3])}; "
        "it unpickles bytes that do not stand in the stream as they are",
    )


def _nested_among(name: str, place: int, count: int) -> Rule:
    """One argument of several is unpickled: it has to stand in the stream as it is."""

    def rule(args: list[object]) -> Objection | None:
        if len(args) == count and is_constant_bytes(args[place]):
            return None
        return (
            Loading.RUNS_CODE,
            "nested-pickle",
            f"calls {name} with {', '.join(shown(arg) for arg in args[:7])}; it unpickles bytes that do not "
            "stand in the stream as they are",
        )

    return rule


def _without_arguments(args: list[object]) -> Objection | None:
    if not args:
        return None
    return Loading.UNREADABLE, "bad-arguments", "makes a distribution of scipy with arguments of its own"


def _bare(args: list[object]) -> Objection | None:
    """Classes whose constructor opens files or starts work; their libraries pickle the state only."""
    if not args:
        return None
    return (
        Loading.RUNS_CODE,
        "constructor",
        f"hands ({', '.join(shown(arg) for arg in args[:5])}) to a constructor that may open files",
    )


def _type_of_one(args: list[object]) -> Objection | None:
    if len(args) == 1:
        return None
    return Loading.RUNS_CODE, "makes-a-class", "calls builtins.type to make a new class"


def _class_first(args: list[object]) -> Objection | None:
    if args and _is_class(args[0]):
        return None
    return Loading.UNREADABLE, "not-a-class", "makes an instance of something that is not an imported class"


def _runs_through(arg: object) -> bool:
    """Whether going through ``arg`` runs code of a library: a loader of data calls functions for each row."""
    if not isinstance(arg, Made) or arg.callee.tier is not Tier.LIBRARY:
        return False
    return arg.callee.module.split(".")[0] not in _GONE_THROUGH


def _one_argument(args: list[object]) -> Objection | None:
    """``iter`` and its like: a second argument of ``iter`` makes it call the first one."""
    if len(args) == 1 and not isinstance(args[0], Import):
        return None
    return (
        Loading.UNREADABLE,
        "bad-arguments",
        f"makes an iterator from ({', '.join(shown(arg) for arg in args[:3])})",
    )


def _default_factory(args: list[object]) -> Objection | None:
    if not args or args[0] is None or _is_class(args[0]):
        return None
    first = args[0]
    if isinstance(first, Import) and first.tier is Tier.DANGEROUS:
        return None  # the import itself is reported
    if isinstance(first, Made) and first.callee.entry.rule == "partial":
        return None  # what it keeps was judged
    if isinstance(first, Import) and first.entry.kind == "value":
        return None  # a library's own function, as a scaler of gradients has it
    return (
        Loading.UNREADABLE,
        "default-factory",
        f"makes a defaultdict whose defaults come from {shown(first)}, which is not a listed type",
    )


def _torch_from_type(args: list[object]) -> Objection | None:
    """``_rebuild_from_type_v2(function, type, arguments, state)`` calls the function, makes the result a
    ``type`` and hands it the state as BUILD does: only torch's own functions rebuild tensors."""
    function = args[0] if len(args) >= 3 else None
    if (
        isinstance(function, Import)
        and function.entry.kind != "value"
        and (function.module.startswith("torch.") or function.tier > Tier.LIBRARY)
        and isinstance(args[2], Tup)
        and _is_class(args[1])
    ):
        return judge_state(Made(function, args[2]), args[3]) if len(args) > 3 else None
    return (
        Loading.UNREADABLE,
        "rebuild-function",
        f"has torch rebuild a tensor with {shown(function)}, which is none of its functions, or with "
        "arguments that do not stand in the stream",
    )


def _text_bytes(args: list[object]) -> Objection | None:
    """``_codecs.encode(text, encoding)``; the name of an encoding is imported as a module."""
    text = args[0] if args else None
    encoding = args[1] if len(args) == 2 else "utf-8"
    if is_text(text) and len(args) < 3 and type(encoding) is str and encoding in _ENCODINGS:
        return None
    return (
        Loading.UNREADABLE,
        "bad-arguments",
        f"calls _codecs.encode with ({', '.join(shown(arg) for arg in args[:3])}), as no pickler does",
    )


RULES: dict[str, Rule] = {
    "enum-member": getattr_rule,
    "type-of-one": _type_of_one,
    "class-first": _class_first,
    "default-factory": _default_factory,
    "torch-from-type": _torch_from_type,
    "numpy-dtype": numpy_dtype,
    "pandas-index": pandas_index,
    "numpy-array": numpy_array,
    "numpy-scalar": numpy_scalar,
    "numpy-buffer": numpy_buffer,
    "numpy-stringdtype": lambda args: None,
    "text-bytes": _text_bytes,
    "joblib-file": lambda args: None,
    "nested-bytes": _nested_bytes,
    "nested-document": _nested_among("spacy.tokens.doc.unpickle_doc", NESTED_AT["nested-document"], 3),
    "nested-vocabulary": _nested_among("spacy.vocab.unpickle_vocab", NESTED_AT["nested-vocabulary"], 7),
    "partial": partial_rule,
    "scipy-distribution": _without_arguments,
    "numpy-generator": numpy_generator,
    "dill-array": dill_array,
    "dill-type": dill_type,
    "dill-repr": dill_repr,
    "bare": _bare,
    "one-argument": _one_argument,
    "iterators": lambda args: None,
    "sized": lambda args: None,
    "gives-back": lambda args: None,
    "union": union_rule,
    "logger": logger,
    "no-text": no_text,
    "sympy": sympy_term,
    "sympy-name": sympy_name,
    "tokenizer": tokenizer,
    "typing-form": typing_form,
    "class-maker": class_maker,
}


def _is_empty(value: object) -> bool:
    return isinstance(value, Mapped) and value.weight <= 1


def _iterates(callee: Import) -> bool:
    """Whether a call of ``callee`` goes through its argument at once."""
    if callee.module in ("itertools", "collections", "array"):
        return True
    return callee.module == "builtins" and callee.name not in ("getattr", "object", "type", "slice")


def objections_to(callee: Import, args: list[object]) -> Iterator[Objection]:
    """What the rules have against calling ``callee`` with ``args``, calls that it makes itself included."""
    if _iterates(callee) and any(_runs_through(arg) for arg in args):
        yield (
            Loading.UNREADABLE,
            "library-iterated",
            f"has {callee.dotted} go through {', '.join(shown(arg) for arg in args[:3])}, which runs code "
            "of a library for each value",
        )
    rule = RULES.get(callee.entry.rule)
    objection = rule(args) if rule is not None else None
    if objection is not None:
        yield objection
    cost = cost_objection(callee, args) if args else None
    if cost is not None:
        yield cost
    if callee.tier is Tier.DANGEROUS:
        return
    inner = _inner_call(callee, args)
    if inner is not None:
        yield from objections_to(*inner)
        keywords = args[2] if callee.name == "__newobj_ex__" and len(args) > 2 else None
        if inner[0].entry.rule and keywords is not None and not _is_empty(keywords):
            yield (
                Loading.RUNS_CODE,
                "bad-arguments",
                f"has copyreg make {inner[0].dotted} with keywords, which nobody checks",
            )
    for arg in args if inner is None else args[:1]:
        if isinstance(arg, Import) and _is_guarded(arg, callee):
            yield (
                Loading.RUNS_CODE,
                "call-by-argument",
                f"hands {arg.dotted} to {callee.dotted}, which may call it with anything",
            )


def _is_guarded(arg: Import, callee: Import) -> bool:
    if arg.entry.rule in ("joblib-array", "joblib-file", "bare", "sympy", "sympy-name", "pandas-index"):
        return callee.name not in _MAKERS and callee.entry.rule not in ("union", "enum-member", "partial")
    if arg.entry.rule == "scipy-distribution":
        return callee.module != "copyreg"
    if callee.module == "copyreg":
        return False  # its inner call was judged
    return arg.entry.rule in GUARDED and callee.entry.rule != "partial"


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


def keeps_arguments(callee: Import) -> bool:
    """Whether a later rule looks at the arguments of this call."""
    kept = ("numpy-dtype", "joblib-array", "numpy-stringdtype", "text-bytes", "enum-member", "partial")
    return callee.entry.rule in kept or callee.module == "copyreg" or callee.dotted == "builtins.range"
