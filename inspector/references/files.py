"""Which files this room reads, and with which reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from inspector.references.interface import FileIndex

INDEX_VERSION = 1  # part of the key under which results are cached: raise it when the facts change
MAX_SIZE = 64 * 1024 * 1024
TEXT_LIMIT = 300
_PYTHON = (".py", ".pyw", ".pyi")

# Words without which no Python file can hold a reference or a name that one is made of.
_TELLING = re.compile(
    rb"from_pretrained|load|pretrained|pickle|huggingface|transformers|datasets|torch|hub|model|checkpoint|weights|"
    rb"revision|download|joblib|shelve|yaml|YOLO|https?://|s3://|gs://|hf://|[\"'][\w.-]+/[\w.-]+[\"']"
)


def wants(path: str, size: int) -> bool:
    """Whether ``index_file`` should be given the bytes of a file of this name and size (in bytes)."""
    return size <= MAX_SIZE and _reader(path) is not None


def index_file(path: str, data: bytes) -> FileIndex | None:
    """The facts of one file, None where it is no file of this room. Never raises for what the bytes hold."""
    if len(data) > MAX_SIZE:
        return None
    reader = _reader(path)
    return reader(path, data) if reader is not None else None


def _reader(path: str) -> Callable[[str, bytes], FileIndex | None] | None:
    name = path.rsplit("/", 1)[-1].lower()
    if name.endswith(_PYTHON):
        return _python
    return None


def _python(path: str, data: bytes) -> FileIndex | None:
    from inspector.references.python_file import index_python

    if not _TELLING.search(data):
        return FileIndex(path, "python")
    return index_python(path, data)


def found_facts(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The facts of a file whose reader already knows its references."""
    return {"found": found[:5_000]}
