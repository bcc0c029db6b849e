"""Static signs that what users send may end up in training: a web handler that appends to a file, and
another file of the project that reads the same path. A sign is never proof: databases, queues and other
repositories are not seen, and no sign does not mean no path.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from typing import Any

from inspector.references.evaluate import Evaluator
from inspector.references.interface import FileIndex
from inspector.references.project import Modules
from inspector.references.python_scopes import Collected, dotted_name
from inspector.references.python_terms import Terms

MAX_FACTS = 400
_HANDLER = re.compile(
    r"(?:\.|\b)(?:post|put|patch|route|websocket|api_route|event|message|command|on_event|api_view)\Z"
)
_TRAINS = re.compile(r"train|fine.?tun|sft|dpo|rlhf|fit\b", re.IGNORECASE)
_READERS = (
    "open",
    "load_dataset",
    "read_json",
    "read_csv",
    "read_parquet",
    "from_json",
    "from_csv",
    "load_from_disk",
)


def file_uses(collected: Collected, terms: Terms, text_of: Any) -> list[list[Any]]:
    """[line, text, path term, "append" or "read"] of the files that a module writes in handlers, or reads."""
    handlers = {
        function.scope.qual
        for function in collected.functions
        if not isinstance(function.node, ast.Lambda)
        and any(_HANDLER.search(_name(item)) for item in function.node.decorator_list)
    }
    found: list[list[Any]] = []
    for node, place in collected.calls:
        name = str(dotted_name(node.func) or getattr(node.func, "attr", "")).rsplit(".", 1)[-1]
        if name not in _READERS and name != "to_json":
            continue
        mode = next((k.value for k in node.keywords if k.arg == "mode"), None)
        is_path = isinstance(node.func, ast.Attribute) and name == "open" and dotted_name(node.func) is None
        if mode is None and name == "open" and len(node.args) > (0 if is_path else 1):
            mode = node.args[0 if is_path else 1]
        word = mode.value if isinstance(mode, ast.Constant) and isinstance(mode.value, str) else "r"
        path: ast.expr | None = node.args[0] if node.args and not is_path else None
        if is_path and isinstance(node.func, ast.Attribute):
            path = node.func.value
        for keyword in node.keywords:
            path = keyword.value if keyword.arg == "data_files" else path
        use = (
            "append" if word.startswith("a") else "read" if word.startswith("r") and name != "to_json" else ""
        )
        if not use or path is None or (use == "append" and place.scope.qual not in handlers):
            continue
        if len(found) < MAX_FACTS:
            found.append([node.lineno, text_of(node.lineno, node.lineno), terms.of(path, place), use])
    return found


def _name(node: ast.expr) -> str:
    return dotted_name(node.func if isinstance(node, ast.Call) else node) or ""


def influence(indexes: Iterable[FileIndex]) -> list[dict[str, Any]]:
    """{"path", "line", "text", "grade", "why", "joined_with"} for each handler whose file a trainer reads:
    ``strong`` where both name the same path, ``weak`` where only the file's name is the same."""
    indexes = list(indexes)
    if not any(isinstance(i.facts, Mapping) and i.facts.get("appends") for i in indexes):
        return []  # no handler writes: what the others read does not matter
    modules = Modules(sorted(indexes, key=lambda index: index.path))
    evaluator = Evaluator(modules)
    uses: list[tuple[str, int, str, str, str]] = []
    for path, facts in modules.facts.items():
        for raw in list(facts.get("uses") or ())[:MAX_FACTS]:
            if isinstance(raw, list) and len(raw) == 4 and isinstance(raw[0], int):
                for value in evaluator.values(raw[2], (path,)):
                    if value.tag == "const" and isinstance(value.value, str) and value.value:
                        uses.append((path, raw[0], str(raw[1])[:300], value.value, str(raw[3])))
    readers = [use for use in uses if use[4] == "read" and _TRAINS.search(use[0])]
    found: list[dict[str, Any]] = []
    for path, line, text, name, use in uses:
        if use != "append":
            continue
        same = next((reader for reader in readers if reader[3] == name), None)
        alike = next((r for r in readers if r[3].rsplit("/", 1)[-1] == name.rsplit("/", 1)[-1]), None)
        other = same or alike
        if other is not None:
            why = f"This handler appends to {name!r}, and {other[0]}:{other[1]} reads " + (
                "the same path." if same else "a file of the same name."
            )
            found.append(
                {
                    "path": path,
                    "line": line,
                    "text": text,
                    "grade": "strong" if same else "weak",
                    "why": why,
                    "joined_with": other[0],
                }
            )
    return found
