"""Static signs that what users send may end up in training (checklist: who can add, is it reviewed).

A web handler, bot or page that writes a file, a table, a bucket key or a queue which a trainer reads; a
schedule that retrains; a query without a reviewed state between; files sent to a fine-tuning service; rows
pulled from an annotation tool. A sign is never proof: triggers in databases, other repositories and
consoles of vendors are not seen, and no sign does not mean no path.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from inspector.references.evaluate import Evaluator
from inspector.references.interface import FileIndex
from inspector.references.project import Modules

MAX_FACTS = 400
MAX_REACH = 2_000  # functions that handlers lead to
MAX_SIGNS = 2_000
_TRAINS = re.compile(r"train|fine.?tun|sft|dpo|rlhf|\bfit\b|label|curat|prepare_?data|make_?dataset", re.I)
_LOGS = re.compile(
    r"(?:^|[/_.-])(?:logs?|access|error|debug|audit|metrics?|trace)(?:[/_.-]|\Z)|\.log\Z", re.I
)

# The questions of the checklist that a sign belongs to.
_QUESTIONS = {
    "write": ["data.user-input", "data.who-can-add", "data.human-review"],
    "schedule": ["data.human-review", "data.user-input"],
    "vendor": ["data.human-review", "data.roll-back"],
    "annotation": ["data.annotators", "data.who-can-add"],
}
_SAID = {
    "schedule": "Training is started by a schedule ({detail}): nothing here shows that a person approves the "
    "data before.",
    "vendor": "Training data is handed to a fine-tuning service ({detail}): the file's id is no hash, keep "
    "and approve the file itself.",
    "annotation": "Rows come from an annotation tool ({detail}): who may write there decides what is "
    "trained.",
}


@dataclass(frozen=True, slots=True)
class _Use:
    path: str
    line: int
    text: str
    kind: str
    name: str
    what: str
    function: str


def influence(indexes: Iterable[FileIndex]) -> list[dict[str, Any]]:
    """{"path", "line", "text", "grade", "why", "joined_with", "questions"} for each sign: ``strong`` where a
    handler writes exactly what a trainer reads and no reviewed state is asked for, else ``weak``.
    ``questions`` are ids of the checklist."""
    indexes = list(indexes)
    found = [sign for index in indexes for sign in _planned(index)]
    if not any(isinstance(i.facts, Mapping) and i.facts.get("appends") for i in indexes):
        return found[:MAX_SIGNS]  # no Python file writes, schedules or hands on
    modules = Modules(sorted(indexes, key=lambda index: index.path))
    uses = _uses(modules)
    reached = _reached(modules)
    readers: dict[tuple[str, str], list[_Use]] = defaultdict(list)
    for use in uses:
        if use.what.startswith("read") and _is_training(use, modules):
            readers[use.kind, _plain(use.name)].append(use)
            readers[use.kind, "*" + _last(use.name)].append(use)
    for use in uses:
        if use.what == "write" and use.function in reached:
            sign = _joined(use, readers)
            if sign is not None:
                found.append(sign)
    for path, facts in modules.facts.items():
        found.extend(_signs(path, facts))
    return sorted(found, key=lambda item: (item["path"], item["line"], item["why"]))[:MAX_SIGNS]


def _listed(facts: Mapping[str, Any], key: str) -> list[Any]:
    """The facts under ``key``; none where they have another shape."""
    value = facts.get(key)
    return value[:MAX_FACTS] if isinstance(value, list) else []


def _uses(modules: Modules) -> list[_Use]:
    evaluator = Evaluator(modules)
    found: list[_Use] = []
    for path, facts in modules.facts.items():
        for raw in _listed(facts, "uses"):
            if not (isinstance(raw, list) and len(raw) == 6 and isinstance(raw[0], int)):
                continue
            line, text, kind, term, what, function = raw
            for value in evaluator.values(term, (path,))[:4]:
                if value.tag == "const" and isinstance(value.value, str) and value.value:
                    name = value.value
                    found.append(_Use(path, line, str(text)[:300], str(kind), name, str(what), str(function)))
    return found


def _reached(modules: Modules) -> set[str]:
    """The functions that run for what a user sends: handlers, and what they call within the project."""
    links: dict[str, list[tuple[str, str]]] = defaultdict(list)
    todo: list[str] = []
    for path, facts in modules.facts.items():
        for item in _listed(facts, "links"):
            if isinstance(item, list) and len(item) == 2:
                links[str(item[0])].append((str(item[1]), path))
        todo.extend(str(name) for name in _listed(facts, "handlers"))
    found: set[str] = set()
    while todo and len(found) < MAX_REACH:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        for callee, path in links.get(name, ()):
            meaning = modules.find(callee, path)
            if meaning is not None and meaning.kind == "function":
                todo.append(meaning.name)
            elif meaning is not None and meaning.kind == "class":
                todo.append(f"{meaning.name}.__init__")
    return found


def _is_training(use: _Use, modules: Modules) -> bool:
    facts = modules.facts.get(use.path, {})
    return bool(facts.get("trains")) or _TRAINS.search(f"{use.path} {use.function}") is not None


def _plain(name: str) -> str:
    while name.startswith(("./", "file://")):
        name = name.removeprefix("./").removeprefix("file://")
    return name.rstrip("/")


def _last(name: str) -> str:
    return _plain(name).rsplit("/", 1)[-1]


def _joined(use: _Use, readers: Mapping[tuple[str, str], list[_Use]]) -> dict[str, Any] | None:
    same = [r for r in readers.get((use.kind, _plain(use.name)), ()) if r.function != use.function]
    alike = [r for r in readers.get((use.kind, "*" + _last(use.name)), ()) if r.function != use.function]
    if not (same or alike) or (_LOGS.search(use.name) and not same):
        return None
    other = (same or alike)[0]
    reviewed = any(reader.what == "read-approved" for reader in same or alike)
    thing = {"path": "", "table": "table ", "object": "object ", "topic": "queue ", "hub": "repository "}
    what = f"{thing.get(use.kind, '')}{use.name!r}"
    told = "reads the same" if same else "reads one of the same name"
    why = f"This handler writes to {what}, and {other.path}:{other.line} {told}"
    if reviewed:
        why += "; it asks for a reviewed state, which has to hold."
    elif use.kind == "table":
        why += ", without asking for a reviewed state."
    else:
        why += "."
    strong = bool(same) and not reviewed
    return _sign(use.path, use.line, use.text, "strong" if strong else "weak", why, other.path, "write")


def _signs(path: str, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for raw in _listed(facts, "signs"):
        if isinstance(raw, list) and len(raw) == 4 and isinstance(raw[0], int) and raw[2] in _SAID:
            why = _SAID[raw[2]].format(detail=str(raw[3])[:120])
            found.append(_sign(path, raw[0], str(raw[1])[:300], "weak", why, "", raw[2]))
    return found


def _planned(index: FileIndex) -> list[dict[str, Any]]:
    """Schedules that stand in configurations: CI and Kubernetes."""
    facts = index.facts if isinstance(index.facts, Mapping) else {}
    found: list[dict[str, Any]] = []
    for raw in _listed(facts, "schedules"):
        if isinstance(raw, list) and len(raw) == 3 and isinstance(raw[0], int):
            why = _SAID["schedule"].format(detail=str(raw[2])[:120])
            found.append(_sign(index.path, raw[0], str(raw[1])[:300], "weak", why, "", "schedule"))
    return found


def _sign(path: str, line: int, text: str, grade: str, why: str, joined: str, family: str) -> dict[str, Any]:
    return {
        "path": path,
        "line": line,
        "text": text,
        "grade": grade,
        "why": why,
        "joined_with": joined,
        "family": family,
        "questions": list(_QUESTIONS[family]),
    }
