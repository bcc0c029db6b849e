"""Names of code in configurations of OmegaConf that stand somewhere else: ``_target_: ${tgt}``.

An interpolation names a key from the root (``${a.b}``, ``${a[0]}``) or from the mapping around it (``${.b}``,
``${..b}``; OmegaConf 2.3, "Variable interpolation"). What the file itself holds is put in; what a resolver
brings (``${oc.env:NAME}``), or another file of the same configuration, cannot be known from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import spend_work
from inspector.artifacts.texts.named_code import CALLED, judge_target, why_dangerous

_INNERMOST = re.compile(r"\$\{([^${}]{0,500})\}")
_STEP = re.compile(r"[^.\[\]]+")
# Resolvers that give the value of a key of the configuration, or the second argument where there is none.
_SELECTING = re.compile(r"oc\.(?:select|deprecated)\s*:\s*([^,]*)(?:,\s*(.*))?\Z", re.S)
_WITH_DEFAULT = re.compile(r"[\w.]+\s*:[^,]*,\s*[\"']?([\w.]+)[\"']?\s*\Z", re.S)
_MAX_ROUNDS = 30  # interpolations put in for one name
_MAX_NODES = 100_000
_MAX_JUDGED = 2_000
_MAX_LENGTH = 2_000
_NODE_WORK = 500

Path = tuple[object, ...]  # the collections around a value, from the root on


def judge_interpolated(roots: Iterable[object], judgement: Judgement) -> None:
    """States what the names of called code with interpolations in them come to: in the first of ``roots``,
    which is the configuration, and in further mappings where that one does not hold them."""
    seen: set[int] = set()
    every = (found for root in roots for found in _interpolated(root, seen))
    for judged, (key, value, around) in enumerate(every):
        if judged >= _MAX_JUDGED:
            return
        name = _resolved(value, around)
        if "${" not in name:
            judge_target(name, judgement, key=key, is_final=True)
            continue
        if why_dangerous(name) is not None:  # os.${name}
            judge_target(name, judgement, key=key, is_final=True)
        for found in _INNERMOST.finditer(name):
            default = _WITH_DEFAULT.match(found[1])
            if default is not None and why_dangerous(default[1]) is not None:
                judge_target(default[1], judgement, key=key)
        judgement.names_code(name)


def _interpolated(root: object, seen: set[int]) -> Iterator[tuple[str, str, Path]]:
    """Keys that have code called by an interpolated name, with it and what is around. What aliases bring in
    again was ``seen`` before."""
    pending: list[tuple[object, Path]] = [(root, ())]
    for _ in range(_MAX_NODES):
        if not pending:
            return
        spend_work(_NODE_WORK)
        node, around = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        inside = (*around[-50:], node) if len(around) <= 50 else (around[0], *around[-49:], node)
        if isinstance(node, Mapping):
            for key in CALLED:
                value = node.get(key)
                if isinstance(value, str) and "${" in value:
                    yield key, value[:_MAX_LENGTH], inside
        parts = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
        pending.extend((part, inside) for part in parts if isinstance(part, (Mapping, list)))


def _resolved(text: str, around: Path) -> str:
    """``text`` with its interpolations put in, as far as they are known."""
    start = 0
    for _ in range(_MAX_ROUNDS):
        found = _INNERMOST.search(text, start)
        if found is None:
            break
        value = _value(found[1].strip(), around)
        if value is None:
            start = found.end()
            continue
        text = f"{text[: found.start()]}{value}{text[found.end() :]}"[:_MAX_LENGTH]
        start = 0
    return text


def _value(inner: str, around: Path) -> str | None:
    selecting = _SELECTING.match(inner)
    if selecting is not None:
        held = _looked_up(selecting[1].strip(), around)
        default = (selecting[2] or "").strip().strip("\"'")
        return held if held is not None else default or None
    return None if ":" in inner else _looked_up(inner, around)


def _looked_up(key: str, around: Path) -> str | None:
    """The scalar under a key, from the root or, where it begins with dots, from what is around."""
    bare = key.lstrip(".")
    dots = len(key) - len(bare)
    if dots > len(around):
        return None
    node: object = around[-dots] if dots else around[0]
    for step in _STEP.findall(bare)[:50]:
        step = step.strip("\"' ")
        if isinstance(node, Mapping):
            node = node.get(step)
        elif isinstance(node, list) and step.isdecimal() and int(step[:6]) < len(node):
            node = node[int(step[:6])]
        else:
            return None
    return str(node) if isinstance(node, (str, int)) else None
