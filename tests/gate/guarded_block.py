"""The guard over the files of a folder, for tests that look into it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from inspector.gate import guard
from inspector.gate.inspector_gate import ListedFile


def listed(content: bytes) -> ListedFile:
    return ListedFile(len(content), hashlib.sha256(content).hexdigest())


class Block:
    """The guard over ``files`` of a folder, as it stands once a record was verified."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / "model.bin"
        self.files: dict[str, ListedFile] = {}

    def put(self, name: str, content: bytes) -> Path:
        """Writes a file whose bytes are the approved ones."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.files[name] = listed(content)
        return path

    def approve(self, content: bytes) -> None:
        """Makes these the approved bytes of ``path``."""
        self.put(self.path.name, content)

    def approved(self, *, is_cache: bool = False) -> Any:
        return guard._Approved("record", "trust", str(self.root), self.files, is_cache)

    def __enter__(self) -> Block:
        self._guarded = guard._Guarded(self.approved())
        self._guarded.install()
        return self

    def __exit__(self, *_: object) -> None:
        self._guarded.remove()
