"""What the references room gives: every place where a project names a model, a dataset or a load call.

It works in two steps, so that hostile source is parsed in a worker process and nothing of it but plain
facts crosses over:

1. ``index_file(path, data) -> FileIndex`` reads one file (in the worker): calls, constants, wrappers,
   subclasses, all as JSON values, with nothing resolved across files.
2. ``resolve(indexes, project) -> list[Reference]`` joins them (in the engine): table look-ups only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inspector.provenance import Pin


@dataclass(frozen=True, slots=True)
class FileIndex:
    """The facts of one source file. ``facts`` are JSON values that only this room reads. ``partly`` is a
    sentence where the file could be read only in part (it does not parse, it is too large), else None."""

    path: str
    language: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    partly: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {"path": self.path, "language": self.language, "facts": self.facts, "partly": self.partly}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> FileIndex:
        return cls(value["path"], value["language"], value["facts"], value["partly"])


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What the rest of the project says: exact or ranged requirements by normalised name ("torch" ->
    ">=2.6"), and the set of paths that exist in the target, so that a local folder is told from a hub id."""

    requirements: Mapping[str, str] = field(default_factory=dict)
    paths: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference, with the shape of the contract's ``references[]``.

    ``kind`` is model, dataset, load-call, image or remote-code. ``ref`` is what is named (None where it
    cannot be told), ``revision`` as written. ``safe`` is False where loading can run code, True where it
    cannot, None where that cannot be told. ``why`` says it in a sentence. ``hub`` is "hf", "url",
    "torch-hub", "local" … and ``line`` counts from 1.
    """

    path: str
    line: int
    end_line: int
    kind: str
    call: str
    ref: str | None
    revision: str | None
    pin: Pin
    safe: bool | None
    text: str
    why: str = ""
    hub: str = "hf"
    column: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "line": self.line,
            "end_line": self.end_line,
            "kind": self.kind,
            "call": self.call,
            "ref": self.ref,
            "revision": self.revision,
            "pin": self.pin.value,
            "safe": self.safe,
            "text": self.text,
            "why": self.why,
            "hub": self.hub,
            "column": self.column,
        }
