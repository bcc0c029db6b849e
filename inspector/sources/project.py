"""A folder of a project: its files, and what pointers among them claim of data (DVC)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from inspector.sources.folder import FolderSource
from inspector.sources.interface import Entry, LeftOut


def is_pointer(path: str) -> bool:
    """Whether DVC keeps pointers in a file of this path."""
    name = path.rpartition("/")[2]
    return name == "dvc.lock" or (name.endswith(".dvc") and name != ".dvc")


class ProjectFolder(FolderSource):
    """The files of a folder. With the first pointer that the walk meets, all of them are held against the
    bytes that they name; without one nothing is kept."""

    _found: dict[str, dict[str, Any]] | None = None

    def entries(self) -> Iterator[Entry | LeftOut]:
        """Every file by path; pointers with what was found when they were held against the bytes."""
        for item in super().entries():
            if not isinstance(item, Entry) or not self._is_mark(item):
                yield item
                continue
            if self._found is None:
                # A second walk, for a pointer names what comes before it and after it.
                listed = (one for one in super().entries() if isinstance(one, Entry))
                self._found = self._claims({one.path: one for one in listed})
            told = self._found.get(item.path)
            yield replace(item, attributes={**item.attributes, **told}) if told else item

    def _is_mark(self, entry: Entry) -> bool:
        """Whether a file calls for a look at what it claims."""
        return is_pointer(entry.path) or "/.dvc/cache/" in f"/{entry.path}"

    def _claims(self, files: Mapping[str, Entry]) -> dict[str, dict[str, Any]]:
        """Attributes by path of those that ``_is_mark`` names."""
        # Most folders have none of it, and are spared the imports.
        from inspector.sources.claims import is_excluded
        from inspector.sources.dvc import DvcClaims

        return DvcClaims(files, self.open, lambda path: is_excluded(self._exclusions, path)).claims()
