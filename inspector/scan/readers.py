"""Which readers these are: results of other ones are not theirs."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import re
import sys
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
        *_versions(),
        _code_digest(),
    )
    return hashlib.sha256("\0".join(words).encode()).hexdigest()


@functools.cache
def _code_digest() -> str:
    digest = hashlib.sha256()
    top = str(Path(__file__).resolve().parent.parent)
    for room in _ROOMS:
        for path in sorted(_sources(f"{top}/{room}")):
            with open(path, "rb", buffering=0) as file:
                code = file.read()
            digest.update(f"{path[len(top) + 1 :]}\0{len(code)}\0".encode() + code)
    return digest.hexdigest()


def _sources(folder: str) -> list[str]:
    found = []
    for place, _, names in os.walk(
        folder
    ):  # paths as text: some 300 objects cost more than reading the files
        found += [f"{place}/{name}" for name in names if name.endswith(".py")]
    return found


def _versions() -> list[str]:
    """Name and version of each library, as the folder of its metadata is named, "-" where there is none:
    importlib.metadata would bring email, and take as long as all the rest of a small scan."""
    wanted = {_normal(name): "-" for name in _LIBRARIES}
    for place in reversed(sys.path):  # what stands first counts, so it is read last
        try:
            folders = [entry.name for entry in os.scandir(place or ".") if entry.name.endswith(".dist-info")]
        except OSError:
            continue
        for name in folders:
            library, _, version = name.removesuffix(".dist-info").partition("-")
            if _normal(library) in wanted:
                wanted[_normal(library)] = version
    return [f"{name} {version}" for name, version in sorted(wanted.items())]


def _normal(name: str) -> str:
    """A distribution's name in the one form that names it (PyPA, "Names and normalization")."""
    return re.sub(r"[-_.]+", "-", name).lower()
