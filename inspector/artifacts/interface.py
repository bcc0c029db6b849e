"""What every artifact reader gives: a verdict on one file, stated from its bytes alone.

``inspector.artifacts.read(source, path)`` recognises the format by content (the path is only a hint for
formats that have no magic) and hands the bytes to one module per format. Nothing is loaded or run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inspector.provenance import Loading

# The fact under which the dotted names stand, sorted by package, of what a configuration has imported and
# called and what is of no known package. A name of each package comes first.
NAMED_CODE = "named_code"
# The fact under which the paths stand, relative to the file's folder, of files that hold parts of its data.
EXTERNAL_DATA = "external_data"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict is what it is. ``code`` is a stable word, ``message`` a sentence for the reviewer,
    ``offset`` in bytes of the file (or of ``member``, the path inside an archive)."""

    code: str
    message: str
    offset: int | None = None
    member: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "offset": self.offset, "member": self.member}


@dataclass(frozen=True, slots=True)
class Artifact:
    """The facts about one file.

    ``format`` is a short word ("pickle", "torch-zip", "safetensors", "gguf", "python", "text" …),
    ``imports`` the dotted names a pickle asks for, sorted, ``is_pickle`` whether any part of it is a
    pickle. ``facts`` are what the header tells (tensors, parameters, metadata, base model), JSON values.
    """

    format: str
    loading: Loading
    reasons: tuple[Reason, ...] = ()
    imports: tuple[str, ...] = ()
    is_pickle: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "format": self.format,
            "loading": self.loading.value,
            "reasons": [reason.as_json() for reason in self.reasons],
            "imports": list(self.imports),
            "is_pickle": self.is_pickle,
            "facts": dict(self.facts),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Artifact:
        return cls(
            format=value["format"],
            loading=Loading(value["loading"]),
            reasons=tuple(Reason(**reason) for reason in value["reasons"]),
            imports=tuple(value["imports"]),
            is_pickle=value["is_pickle"],
            facts=value["facts"],
        )
