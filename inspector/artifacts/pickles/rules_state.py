"""What a stream may give an instance as its state (BUILD, SETITEM, APPEND).

An instance that is given an attribute ``__setstate__`` calls it with the state that it is given next.
"""

from __future__ import annotations

import re

from inspector.artifacts.pickles.listed import Tier
from inspector.artifacts.pickles.rules_attributes import is_unknown, partial_rule
from inspector.artifacts.pickles.rules_dtype import dtype_state
from inspector.artifacts.pickles.rules_formula import formula_state
from inspector.artifacts.pickles.rules_numpy import (
    array_state,
    is_dtype,
    odd_state,
    reconstructed_state,
)
from inspector.artifacts.pickles.symbols import Import, Made, Mapped, Objection, Series, Tup, shown
from inspector.provenance import Loading

# The source text that scipy.stats executes when it rebuilds a distribution, as scipy writes it.
_PARSER = re.compile(
    r"\s*(?:def _parse_args(?:_rvs|_stats)?\(self,[\w\s,=.'-]*\):\s*"
    r"return (?:\([\w\s,]*\), loc, (?:scale|1)(?:, moments)?|"
    r"self\._argcheck_rvs\([\w\s,]*, size=size\))\s*){3}\Z"
)
# Attributes that change what the following opcodes do to the instance.
HOOKS = frozenset({"__setstate__", "__class__", "__dict__", "__reduce__", "__reduce_ex__", "__getstate__"})
# Rules of calls whose result belongs to the whole program: a class, a logger, a member of an enumeration.
_SHARED = frozenset({"type-of-one", "logger", "enum-member", "typing-form", "class-maker"})
_DICTS = frozenset({"OrderedDict", "Counter", "defaultdict", "dict", "UserDict"})
_SERIES = frozenset({"deque", "list", "set", "UserList", "array", "bytearray"})


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


def takes_items(target: object, *, keyed: bool) -> bool:
    """Whether items may be set in (``keyed``) or appended to ``target``. A tensor takes neither: unpicklers
    of torch before 2.10 wrote outside of its memory then (CVE-2026-24747)."""
    if isinstance(target, Mapped):
        return keyed
    if isinstance(target, Series):
        return not keyed
    if not isinstance(target, Made):
        return False
    cls = class_of(target)
    if cls.tier is not Tier.PLAIN:
        return True
    base = target.args.items[1] if target.args and len(target.args.items) > 1 else None
    names = _DICTS if keyed else _SERIES
    return cls.name in names or (isinstance(base, Import) and base.name in names)


def hook_among(items: list[object]) -> str | None:
    """The attribute among the keys of ``items`` (keys and values in turn) that would replace a method."""
    for key, value in zip(items[::2], items[1::2], strict=False):
        if type(key) is str and key in HOOKS and isinstance(value, (Import, Made)):
            return key
    return None


def are_plain_pairs(items: list[object], limit: int = 200) -> bool:
    """Whether no key in ``items`` is computed or a hook: lists of keys and values, as old dicts have them."""
    pending = list(items)
    while pending and limit > 0:
        limit -= 1
        item = pending.pop()
        if isinstance(item, (Tup, Series)):
            pending.extend(item.items)
            if isinstance(item, Series) and item.weight > 1 + 8 * len(item.items):
                return False
            if len(item.items) == 2 and _may_be_hook(item.items[0]):
                return False
        elif isinstance(item, Mapped) and (item.has_computed_keys or not item.is_whole):
            return False
    return not pending


def _may_be_hook(key: object) -> bool:
    return isinstance(key, Made) or (type(key) is str and key in HOOKS)


def judge_state(target: Made, state: object) -> Objection | None:
    """Whether giving ``state`` to ``target`` (the BUILD opcode) is as its library itself writes it."""
    callee = target.callee
    if state is not None and (
        callee.entry.rule in _SHARED or callee.entry.kind == "enum" or callee.dotted == "re._compile"
    ):
        return (
            Loading.RUNS_CODE,
            "state-on-import",
            f"attributes of {shown(target)} are set, which the whole program shares",
        )
    rule = rule_of(target)
    if rule == "scipy-distribution":
        return _distribution_state(state)
    if rule == "joblib-file":
        return _file_beside(state)
    if rule == "partial":
        return partial_rule(state.items if isinstance(state, Tup) else [])
    if is_dtype(target):
        return dtype_state(target, state)
    if class_of(target).module == "statsmodels.base.data":
        return formula_state(state)
    if _fills_an_array(target, state):
        return odd_state(target, state)
    if target.callee.name == "_reconstruct":
        return reconstructed_state(state)
    return array_state(state) or _named_attributes(target, state)


def _fills_an_array(target: Made, state: object) -> bool:
    """Whether an object of numpy is filled with what a call gives, and not with a tuple of the stream."""
    if not isinstance(state, Made) or is_unknown(state):
        return False
    is_array = target.callee.name in ("_reconstruct", "_mareconstruct")
    return is_array or class_of(target).module.split(".")[0] == "numpy"


def _named_attributes(target: Made, state: object) -> Objection | None:
    """The names of attributes must stand in the stream, or one of them might be that of a hook."""
    parts = [state, *state.items[:2]] if isinstance(state, Tup) else [state]
    for part in parts:
        if isinstance(part, (Mapped, Made)) and part.has_computed_keys:
            return (
                Loading.UNREADABLE,
                "computed-attribute",
                f"{shown(target)} gets attributes whose names are computed",
            )
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
