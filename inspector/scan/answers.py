"""From the values of an Outcome to facts. A worker has read hostile bytes, and saved results lay on a disk:
a value that is not of its form is given up and never breaks the scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inspector.artifacts.interface import Artifact
from inspector.datasets.interface import DatasetFacts
from inspector.dependencies.interface import Manifest
from inspector.provenance import Loading
from inspector.references.interface import FileIndex
from inspector.scan.work import Outcome

if TYPE_CHECKING:
    from inspector.dependencies import Import

_BROKEN = (KeyError, TypeError, ValueError, AttributeError, IndexError)
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Answers:
    """What the readers said of one file; None where a reader had nothing to say or failed."""

    artifact: Artifact | None
    index: FileIndex | None
    manifest: Manifest | None
    dataset: DatasetFacts | None
    sha256: str | None
    imports: tuple[Import, ...] | None = None


def answers(values: Mapping[str, Any]) -> Answers:
    """The facts in ``values``. Raises ValueError where one of them is not of its form."""
    try:
        artifact, index, manifest, dataset = (
            values.get(part) for part in ("artifact", "index", "manifest", "dataset")
        )
        sha256 = values.get("hash")
        if "artifact" in values and not artifact:
            raise ValueError("no verdict")
        if sha256 is not None and not (isinstance(sha256, str) and len(sha256) == 64 and set(sha256) <= _HEX):
            raise ValueError("no sha256")
        return Answers(
            Artifact.from_json(artifact) if artifact else None,
            FileIndex.from_json(index) if index else None,
            Manifest.from_json(manifest) if manifest else None,
            DatasetFacts.from_json(dataset) if dataset else None,
            sha256,
            _imports(values["imports"]) if values.get("imports") is not None else None,
        )
    except _BROKEN as broken:
        raise ValueError("a value of unknown form") from broken


def _imports(value: Any) -> tuple[Import, ...]:
    from inspector.dependencies import MAX_IMPORTS, Import

    found = tuple(Import(str(module), int(line), optional is True) for module, line, optional in value)
    if len(found) > MAX_IMPORTS or not all(one.module.isidentifier() for one in found):
        raise ValueError("no imports")
    return found


def believed(outcome: Outcome) -> Answers:
    """The facts of an outcome. What is not of its form becomes a failure of its part."""
    try:
        return answers(outcome.values)
    except ValueError:
        for part in list(outcome.values):
            try:
                answers({part: outcome.values[part]})
            except ValueError:
                del outcome.values[part]
                outcome.failures[part] = "The reader's answer made no sense."
        return answers(outcome.values)


def worth_keeping(outcome: Outcome) -> dict[str, Any]:
    """The values that were read to the end. What was not may be the machine's fault: it is tried again."""
    kept = {}
    for part, value in outcome.values.items():
        told = value if isinstance(value, dict) else {}
        unfinished = (
            (part == "artifact" and told.get("loading") == Loading.UNREADABLE.value)
            or (part == "index" and told.get("partly"))
            or (part == "manifest" and told.get("error"))
        )
        if part != "hash" and not unfinished:
            kept[part] = value
    return kept
