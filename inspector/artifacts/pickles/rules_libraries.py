"""Rules for the arguments of single classes and functions: pandas, sympy, spaCy, typing, enum, logging.

The same form as in ``rules``: a function takes the call's arguments and gives None, or the verdict and why.
"""

from __future__ import annotations

from inspector.artifacts.pickles.listed import Tier
from inspector.artifacts.pickles.symbols import (
    Import,
    LongText,
    Made,
    Mapped,
    Objection,
    Series,
    Tup,
    shown,
)
from inspector.provenance import Loading

_SEARCHES = frozenset({"search", "match", "fullmatch", "finditer", "findall"})


def pandas_index(args: list[object]) -> Objection | None:
    """``_new_Index(cls, settings)`` makes a ``cls`` with any keywords: only pandas' indexes are made so."""
    cls = args[0] if args else None
    if isinstance(cls, Import) and cls.tier is Tier.LIBRARY and cls.module.split(".")[0] == "pandas":
        return None
    if isinstance(cls, Import) and cls.tier in (Tier.UNKNOWN, Tier.DANGEROUS):
        return None  # it is reported as an import
    return (
        Loading.RUNS_CODE,
        "call-by-argument",
        f"has pandas make {shown(cls)} with keywords of the stream; only an index is made so",
    )


def is_text(value: object) -> bool:
    return isinstance(value, (str, LongText))


def _holds_text(value: object, depth: int = 4) -> bool:
    if isinstance(value, (Tup, Series)):
        return not depth or any(_holds_text(item, depth - 1) for item in value.items)
    return isinstance(value, (str, LongText, bytes))


def no_text(args: list[object]) -> Objection | None:
    """Classes that read a text in an argument as a pattern, a name of a file or a setting."""
    if not any(_holds_text(arg) for arg in args):
        return None
    return (
        Loading.RUNS_CODE,
        "constructor",
        f"hands ({', '.join(shown(arg) for arg in args[:5])}) to a constructor that takes no text",
    )


def _is_term(value: object, depth: int = 6) -> bool:
    if isinstance(value, (Tup, Series)):
        known = isinstance(value, Tup) or value.weight < 32
        return depth > 0 and known and all(_is_term(item, depth - 1) for item in value.items)
    if isinstance(value, Mapped):
        return value.is_whole and not value.items
    if isinstance(value, (Made, Import)):
        cls = value.callee if isinstance(value, Made) else value
        return cls.tier is not Tier.PLAIN and cls.module.startswith("sympy.")
    return value is None or type(value) in (int, float, bool)


def sympy_term(args: list[object]) -> Objection | None:
    """Terms of sympy: everything that is no term yet is turned into one by ``sympify``, which evaluates texts
    as Python (sympy/core/sympify.py of 1.14)."""
    if all(_is_term(arg) for arg in args):
        return None
    return (
        Loading.RUNS_CODE,
        "evaluated-text",
        f"makes a term of sympy from ({', '.join(shown(arg) for arg in args[:5])}); it evaluates what is "
        "neither a number nor a term",
    )


def sympy_name(args: list[object]) -> Objection | None:
    """A name of sympy: a text, and terms. ``Wild`` evaluates the texts that it is to exclude."""
    return sympy_term(args[1:])


def tokenizer(args: list[object]) -> Objection | None:
    """spaCy's Tokenizer calls the functions it is handed with the words of its rules: only methods of
    compiled patterns stand there."""
    for arg in args:
        if not isinstance(arg, Made) or arg.callee.entry.rule not in ("enum-member", "partial"):
            continue
        holder, name = (*(arg.args.items if arg.args else []), None, None)[:2]
        if isinstance(holder, Made) and holder.callee.dotted == "re._compile" and name in _SEARCHES:
            continue
        return Loading.RUNS_CODE, "call-by-argument", f"has a tokenizer call {shown(holder)}.{shown(name)}"
    return None


def typing_form(args: list[object]) -> Objection | None:
    """``operator.getitem(typing.Optional, int)``, which is how Python pickles such a type."""
    form = args[0] if len(args) == 2 else None
    if (
        isinstance(form, Import)
        and form.module in ("typing", "collections.abc")
        and form.tier <= Tier.LIBRARY
    ):
        return None
    return (
        Loading.UNKNOWN_IMPORT,
        "unknown-import",
        f"calls operator.getitem with {', '.join(shown(arg) for arg in args[:3])}; only a type is written so",
    )


def logger(args: list[object]) -> Objection | None:
    if len(args) <= 1 and all(is_text(arg) for arg in args):
        return None
    return Loading.UNREADABLE, "bad-arguments", "asks for a logger by something that is no name"


def class_maker(args: list[object]) -> Objection | None:
    """``enum.Enum(value)`` finds a member; with more it makes a class, as ``NamedTuple`` does."""
    if len(args) < 2:
        return None
    return Loading.RUNS_CODE, "makes-a-class", f"has a new class made of ({', '.join(map(shown, args[:3]))})"
