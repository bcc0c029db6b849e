"""Attributes by name (getattr), functions kept with arguments (partial), unions of types (reduce).

Python pickles a method as ``getattr(instance, name)``, a member of an enum as ``getattr(class, name)``, and
an instance made with keywords as ``partial(getattr(class, "__new__"), class, …)()``. A constant name that
leads to data or to an own method is accepted; one that leads into the interpreter never is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from inspector.artifacts.pickles.danger import REVEALING_ATTRIBUTES
from inspector.artifacts.pickles.listed import REEXPORTED, Tier
from inspector.artifacts.pickles.symbols import Import, LongText, Made, Mapped, Objection, Series, Tup, shown
from inspector.provenance import Loading

# Class methods that the standard library itself pickles with getattr.
LISTED_METHODS = frozenset({("zoneinfo.ZoneInfo", "_unpickle")})

# Rules whose imports unpickle one of their arguments, and which one: torch's storages, spaCy's documents
# (with what they carry) and spaCy's vocabularies (the functions of words).
NESTED_AT = {"nested-bytes": 0, "nested-document": 1, "nested-vocabulary": 4}

# What keeping such an import as a value is worth: it may be called later with bytes or texts of the stream,
# or with names (getattr).
WATCHED: dict[str, Loading] = {
    **dict.fromkeys(NESTED_AT, Loading.RUNS_CODE),
    **dict.fromkeys(("sympy", "sympy-name", "enum-member"), Loading.UNKNOWN_IMPORT),
}

# Rules whose imports do harm when somebody else than the stream calls them: never an argument of a call.
GUARDED = frozenset(
    {
        "bare",
        "dill-repr",
        "dill-type",
        "enum-member",
        "joblib-array",
        "joblib-file",
        *NESTED_AT,
        "numpy-buffer",
        "numpy-scalar",
        "partial",
        "scipy-distribution",
        "union",
    }
)
# Functions that the known attacks reach through an attribute of some object.
_SYSTEM_CALLS = """
system popen Popen check_output check_call getoutput getstatusoutput execv execve execl execvp spawnl spawnv
spawnve posix_spawn fork run_path run_module _run_code CDLL fork_exec startfile create_connection urlopen
urlretrieve rmtree eval exec compile execfile __import__ setattr delattr globals open FunctionType CodeType
"""
_REACHED = frozenset(_SYSTEM_CALLS.split())
# Methods of library objects that evaluate texts, call what they are handed, or read and write files and
# connections. No pickler writes one of them for a fitted object; a function that calls what it is handed
# (the ``collate_fn`` of a loader, the factor of a schedule) would run them while the stream is read.
_METHODS_THAT_ACT = re.compile(
    r"(?:to|from|save|load|read|write|dump|open|fetch|download|upload|push|pull|connect|import|export)(?:_.*)?\Z|"
    r"(?:query|eval|apply|applymap|pipe|agg|aggregate|run|exec|execute|call|compile|submit|start|register)\Z"
)


def is_listed_method(args: list[object]) -> bool:
    """Whether a getattr asks for one of the class methods above."""
    if len(args) != 2 or not isinstance(args[0], Import) or type(args[1]) is not str:
        return False
    return (args[0].dotted, args[1]) in LISTED_METHODS


def leads_astray(name: str) -> bool:
    """Whether an attribute of this name leads from an unknown object into the system or the interpreter."""
    return name in REVEALING_ATTRIBUTES or name in REEXPORTED or name in _REACHED or "." in name


def _acts(name: str, holder: object) -> bool:
    """Whether a method of a library's class or object does more than calculate."""
    cls = holder if isinstance(holder, Import) else holder.callee if isinstance(holder, Made) else None
    if cls is None:
        return False
    if cls.module.startswith("pathlib"):
        return True
    if cls.module.startswith("numpy"):
        return name in ("tofile", "dump", "fromfile", "save", "load")
    is_enum = cls is holder and cls.entry.kind == "enum"
    is_of_library = cls.tier is Tier.LIBRARY or cls.module.split(".")[0] == "torch"
    return is_of_library and not is_enum and _METHODS_THAT_ACT.match(name) is not None


def getattr_rule(args: list[object]) -> Objection | None:
    """``builtins.getattr`` with the arguments of a stream."""
    name = args[1] if len(args) == 2 else None
    if is_listed_method(args) or (type(name) is str and _may_have(args[0], name)):
        return None
    return (
        Loading.RUNS_CODE,
        "getattr-misuse",
        f"calls builtins.getattr with ({', '.join(shown(arg) for arg in args[:3])}); "
        "only a member of an enum class or a method of a listed class may be looked up",
    )


def _may_have(holder: object, name: str) -> bool:
    if not name.isidentifier() or leads_astray(name):
        return name == "__new__" and isinstance(holder, Import) and holder.entry.kind == "class"
    if _acts(name, holder):
        return False
    if isinstance(holder, Import):
        if holder.tier is Tier.UNKNOWN:
            return True  # it is reported as an import
        if holder.tier is Tier.DANGEROUS or holder.entry.rule in GUARDED:
            return False
        if holder.entry.kind == "enum":
            return not name.startswith("_")
        return holder.entry.kind == "class" and (not name.startswith("__") or name == "__new__")
    if isinstance(holder, Made):
        tier = holder.callee.tier
        if tier is Tier.UNKNOWN:
            return True
        return tier is not Tier.DANGEROUS and holder.callee.entry.rule not in NESTED_AT and name[:2] != "__"
    return type(holder) in (str, bytes, int, float) or isinstance(holder, (LongText, Mapped, Series, Tup))


def is_unknown(value: object) -> bool:
    """Whether ``value`` comes out of an import that is on no list, which is reported as such: what is called
    of it is that import's own doing."""
    for _ in range(8):
        if not isinstance(value, Made):
            return False
        if value.callee.tier is Tier.UNKNOWN:
            return True
        first = value.args.items[0] if value.args and value.args.items else None
        if value.callee.entry.rule != "enum-member":
            return False
        if isinstance(first, Import):
            return first.tier is Tier.UNKNOWN
        value = first
    return False


def made_with_keywords(value: object) -> Import | None:
    """The class C of ``partial(getattr(C, "__new__"), C, …)``, which makes a C when it is called."""
    if not isinstance(value, Made) or value.callee.entry.rule != "partial":
        return None
    parts = value.state.items if isinstance(value.state, Tup) else []
    bound = parts[0] if parts else None
    args = parts[1].items if len(parts) > 1 and isinstance(parts[1], Tup) else []
    cls = args[0] if args else None
    if not isinstance(bound, Made) or bound.callee.entry.rule != "enum-member" or not bound.args:
        return None
    is_new = len(bound.args.items) == 2 and bound.args.items[1] == "__new__"
    return cls if is_new and isinstance(cls, Import) and isinstance(bound.args.items[0], Import) else None


def partial_rule(args: list[object]) -> Objection | None:
    """``functools.partial``: what it keeps must do no harm when it is called later."""
    function = args[0] if args else None
    if isinstance(function, Made):
        kept = function.callee.entry.rule in ("enum-member", "partial") or is_unknown(function)
        if kept:
            return None
    if isinstance(function, Import):
        if function.tier in (Tier.UNKNOWN, Tier.DANGEROUS):
            return None  # it is reported as an import
        is_free = function.entry.rule not in (*GUARDED, "sympy", "sympy-name", "pandas-index")
        if is_free and function.entry.kind in ("class", "value", "enum"):
            return None
    return (
        Loading.RUNS_CODE,
        "partial-misuse",
        f"keeps {shown(function)} with arguments in functools.partial, to be called later; only a listed "
        "class, measure or check of a library may be kept so",
    )


def union_rule(args: list[object]) -> Objection | None:
    """``functools.reduce(operator.or_, (int, str))``, which is how Python pickles the type ``int | str``."""
    function = args[0] if len(args) == 2 else None
    types = args[1].items if len(args) == 2 and isinstance(args[1], Tup) else [0]
    is_or = isinstance(function, Import) and function.dotted in ("_operator.or_", "operator.or_")
    if is_or and _all_types(types):
        return None
    return (
        Loading.RUNS_CODE,
        "call-by-argument",
        f"calls functools.reduce with {', '.join(shown(arg) for arg in args[:3])}; only a union of types is "
        "written so by Python",
    )


def _all_types(values: Iterable[object]) -> bool:
    return all(
        value is None
        or (isinstance(value, Import) and value.entry.kind != "function")
        or (isinstance(value, Made) and value.callee.dotted in ("types.GenericAlias", "builtins.type"))
        for value in values
    )
