"""Where the harmless files are put down, each with its label."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

PLAIN, LISTED, NO_LOADER, FOREIGN, LIBRARY = (
    "data-only",
    "allow-listed",
    "no-loader",
    "not-understood",
    "library",
)
OWN = "own hand"


class Row(NamedTuple):
    """One file of the harmless half and what is true of it."""

    path: str
    label: str
    word: str
    library: str
    why: str
    part: str


class Shelf:
    """Writes files below one folder and remembers what they are."""

    def __init__(self, folder: Path, part: str) -> None:
        self.folder = folder
        self.part = part  # which run of the maker wrote it
        self.rows: list[Row] = []

    def place(self, path: str) -> Path:
        """The path to write a file to; its folder is there."""
        full = self.folder / path
        full.parent.mkdir(parents=True, exist_ok=True)
        return full

    def label(self, path: str, word: str, library: str, why: str) -> None:
        """States what the file at ``path`` is. ``library`` is a package name, or OWN."""
        version = library if library == OWN else f"{library} {importlib.metadata.version(library)}"
        label = "harmless-library" if word == LIBRARY else "harmless-data"
        self.rows.append(Row(path, label, word, version, why, self.part))

    def put(self, path: str, data: bytes | str, word: str, library: str, why: str) -> None:
        """Writes bytes or text and labels them."""
        self.place(path).write_bytes(data.encode() if isinstance(data, str) else data)
        self.label(path, word, library, why)

    def save(self, path: str, write: Callable[[str], object], word: str, library: str, why: str) -> None:
        """Has a library write the file itself, and labels it."""
        write(str(self.place(path)))
        self.label(path, word, library, why)
