"""Which readers these are: results of other ones are not theirs."""

from __future__ import annotations

import functools
import hashlib
import platform
from pathlib import Path

# The rooms whose code decides what is read in a file, and what it is called.
_ROOMS = ("artifacts", "datasets", "dependencies", "provenance", "references", "scan", "sources")
# Libraries that read for them: one more, or another version, may read more.
_LIBRARIES = ("PyYAML", "backports.zstd", "lz4", "packaging", "safetensors")


def readers_digest() -> str:
    """A digest of the readers' versions, their lists, their libraries, Python, and their code as far as it
    lies open: a forgotten version number must not bring an old verdict back."""
    from inspector import __version__, artifacts, references

    words = (
        __version__,
        artifacts.READER_VERSION,
        str(references.INDEX_VERSION),
        artifacts.allow_list_digest(),
        platform.python_version(),
        *(f"{name} {_version(name)}" for name in _LIBRARIES),
        _code_digest(),
    )
    return hashlib.sha256("\0".join(words).encode()).hexdigest()


@functools.cache
def _code_digest() -> str:
    digest = hashlib.sha256()
    top = Path(__file__).resolve().parent.parent
    for room in _ROOMS:
        for path in sorted((top / room).rglob("*.py")):
            code = path.read_bytes()
            digest.update(f"{path.relative_to(top).as_posix()}\0{len(code)}\0".encode() + code)
    return digest.hexdigest()


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return "-"
