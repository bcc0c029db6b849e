"""Holds the table of calls against the libraries that are installed, by their signatures alone.

    python tests/references/check_api_table.py [--folder DIR]

Run it with an interpreter in whose environment some of the libraries are installed; what is missing is
named and passed over. Nothing is loaded and nothing is fetched: modules are imported, ``inspect.signature``
is asked. With ``--folder`` the libraries unpacked there are read as source, without any import. Prints one
line for each callable with the library's version; exit status 1 where a row is wrong.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

sys.path.insert(0, str(Path(__file__).parent))
from api_checks import CHECKS
from source_signatures import parameters_of

from inspector.references.api import Row, find_row

_BROKEN = (ImportError, RuntimeError, AttributeError, OSError, TypeError, ValueError, KeyError, NameError)
NO_ROW = frozenset(
    ("tiktoken.get_encoding", "tiktoken.encoding_for_model")
)  # on purpose: the library compares a hash of its own

# Names that a package makes at run time, with where their source stands.
SOURCES = {
    "nltk.download": "nltk.downloader.Downloader.download",
    "unsloth.FastLanguageModel.from_pretrained": "unsloth.models.loader.FastLanguageModel.from_pretrained",
}


def main() -> int:
    folder = sys.argv[2] if sys.argv[1:2] == ["--folder"] and len(sys.argv) > 2 else None
    wrong = missing = 0
    for dotted, names, present, default in CHECKS:
        verdict = _check(dotted, names, present, default, folder)
        missing += verdict == "not installed"
        wrong += verdict.startswith("WRONG")
        print(f"{verdict:14.200} {dotted}")
    print(f"{len(CHECKS)} callables, {wrong} wrong, {missing} not installed")
    return 1 if wrong else 0


def _check(
    dotted: str,
    name: str | None,
    present: tuple[str, ...],
    default: tuple[str, Any] | None,
    folder: str | None,
) -> str:
    row = find_row(dotted)
    if row is None:
        return "no row" if dotted in NO_ROW else "WRONG no row"
    parameters = parameters_of(folder, SOURCES.get(dotted, dotted)) if folder else _imported(dotted)
    if parameters is None:
        return "not installed"
    parameters.pop("self", None)
    parameters.pop("cls", None)
    faults = [*_placed(row, name, parameters), *_present(present, default, parameters)]
    version = "source" if folder else _version(dotted)
    return f"WRONG {version}: {'; '.join(faults)}" if faults else f"ok {version}"


def _imported(dotted: str) -> dict[str, inspect.Parameter] | None:
    found = _callable(dotted)
    try:
        return dict(inspect.signature(found).parameters) if found is not None else None
    except (TypeError, ValueError):
        return None


def _placed(row: Row, name: str | None, parameters: dict[str, inspect.Parameter]) -> list[str]:
    place, names = row.ref
    if name is None:
        return []
    if name not in parameters:
        return [f"no parameter {name}: {', '.join(list(parameters)[:6])}"]
    faults = [] if name in names or not names else [f"{name} stands not among {names}"]
    positional = [
        key
        for key, parameter in parameters.items()
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    at = positional.index(name) if name in positional else None
    if (
        at is not None
        and at != place
        and not (place is None and row.reading in ("hub-object", "default-model", "lm-eval"))
    ):
        faults.append(f"{name} stands at {at}, the row says {place}")
    return faults


def _present(
    present: tuple[str, ...], default: tuple[str, Any] | None, parameters: dict[str, inspect.Parameter]
) -> list[str]:
    passes_on = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    faults = [f"no parameter {item}" for item in present if item not in parameters and not passes_on]
    if default is not None and default[0] in parameters:
        value = parameters[default[0]].default
        if value is not inspect.Parameter.empty and value != default[1]:
            faults.append(f"{default[0]} is {value!r} by default, the table assumes {default[1]!r}")
    return faults


def _callable(dotted: str) -> Callable[..., Any] | None:
    parts = dotted.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except _BROKEN:  # a library that is missing or that does not fit its neighbours
            continue
        for part in parts[cut:]:
            try:
                found = getattr(found, part, None)
            except _BROKEN:  # a lazy module that cannot import what it names
                found = None
            if found is None:
                return None
        return found if callable(found) else None
    return None


def _version(dotted: str) -> str:
    root = dotted.split(".", 1)[0]
    names = {"whisper": "openai-whisper", "open_clip": "open-clip-torch", "yaml": "PyYAML"}
    for name in (names.get(root, root), root.replace("_", "-"), *_parents(dotted)):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return f"Python {sys.version_info.major}.{sys.version_info.minor}"


def _parents(dotted: str) -> tuple[str, ...]:
    return tuple(importlib.metadata.packages_distributions().get(dotted.split(".", 1)[0], ()))


if __name__ == "__main__":
    sys.exit(main())
