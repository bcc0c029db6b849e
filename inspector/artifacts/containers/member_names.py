"""The names of an archive's members: what two programs that unpack it would see differently.

A name that stands there twice, or twice but for separators or the way its accents are written, names one file
on one system and two on another; a name that leads out of the archive names a file of the machine.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from inspector.provenance import plain

# Names that are a key as they stand, and lead nowhere.
_PLAIN_NAME = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)*", re.ASCII)


class MemberNames:
    """The names seen so far. ``kind`` begins the codes of the objections ("zip", "tar", "7z")."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._seen: set[str] = set()
        self._folders: set[str] = set()

    def objections(self, name: str, *, is_folder: bool = False) -> Iterator[tuple[str, str]]:
        """A stable word and a sentence for each thing that is wrong with ``name``; then it counts as seen."""
        if _PLAIN_NAME.fullmatch(name) and name not in self._seen and not is_folder:
            self._seen.add(name)
            return
        parts = name.replace("\\", "/").split("/")
        path = "/".join(part for part in parts if part not in ("", "."))
        key = unicodedata.normalize("NFC", path)
        shown = plain(name, 200)
        if is_folder:
            if key in self._seen and key not in self._folders:
                yield f"{self._kind}-duplicate", f"The archive holds the member {shown} twice."
            self._folders.add(key)
        elif key in self._seen:
            yield f"{self._kind}-duplicate", f"The archive holds the member {shown} twice."
        self._seen.add(key)
        if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0]:
            yield f"{self._kind}-member-path", f"The member {shown} points out of the archive."
        if "\0" in name or not (path or is_folder):
            yield f"{self._kind}-member-path", f"The member name {shown!r} is not a file name."


def leads_inside(name: str, target: str) -> bool:
    """Whether a symbolic link ``name`` with the text ``target`` points to something within the archive."""
    if not target or target.startswith(("/", "\\")) or "\0" in target or ":" in target.split("/")[0]:
        return False
    depth = len([part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]) - 1
    for part in target.replace("\\", "/").split("/"):
        depth += -1 if part == ".." else 0 if part in ("", ".") else 1
        if depth < 0:
            return False
    return True
