"""Where a symbolic link leads, found out without following it.

The way is walked component by component inside the target. As soon as it leaves the target nothing more is
looked at: a link can point at an automounter, a network share or another user's files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable

from inspector.provenance.text import plain, utf8_text
from inspector.sources.interface import EntryKind

MAX_LINKS = 40  # as Linux has it (MAXSYMLINKS); more is a loop or meant to look like one
MAX_STEPS = 5_000  # components walked for one link
_SHOWN = 200


class LinkResolver:
    """Classifies links below ``root`` (an absolute path without links in it).

    ``left_out`` says for a relative path (and whether it is a folder) whether a rule leaves it out: what
    lies there is not listed by the target, so a link to it counts as leading outside.
    """

    def __init__(self, root: str, left_out: Callable[[str, bool], bool]) -> None:
        self._root = root.rstrip(os.sep) or os.sep
        self._left_out = left_out

    def classify(self, folder: str, target: str) -> tuple[EntryKind, str]:
        """Kind and detail of a link that stands in ``folder`` (relative, "" for the root itself)."""
        shown = f"points to {plain(utf8_text(os.fsencode(target)), _SHOWN)}"
        kind, why = self._walk(folder.split("/") if folder else [], target)
        return kind, f"{shown}{why}"

    def _walk(self, place: list[str], target: str) -> tuple[EntryKind, str]:
        pending = self._components(target)
        if pending is None:
            return EntryKind.LINK_OUTSIDE, ", outside of the target"
        if os.path.isabs(target):
            place = []
        place = list(place)
        links = steps = 0
        while pending:
            steps += 1
            if steps > MAX_STEPS:
                return EntryKind.LINK_BROKEN, ", by a way too long to follow"
            part = pending.pop()
            if part == "..":
                if not place:
                    return EntryKind.LINK_OUTSIDE, ", outside of the target"
                place.pop()
                continue
            place.append(part)
            path = "/".join(place)
            try:
                status = os.lstat(os.path.join(self._root, *place))
            except OSError as error:
                return EntryKind.LINK_BROKEN, f", which cannot be reached ({_reason(error)})"
            except ValueError:
                return EntryKind.LINK_BROKEN, ", which is no possible name"
            if stat.S_ISLNK(status.st_mode):
                links += 1
                if links > MAX_LINKS:
                    return EntryKind.LINK_BROKEN, ", in a loop of links"
                try:
                    further = os.readlink(os.path.join(self._root, *place))
                except OSError as error:
                    return EntryKind.LINK_BROKEN, f", which cannot be reached ({_reason(error)})"
                more = self._components(further)
                if more is None:
                    return EntryKind.LINK_OUTSIDE, ", which leads outside of the target"
                place = [] if os.path.isabs(further) else place[:-1]
                pending.extend(more)
            elif stat.S_ISDIR(status.st_mode):
                if self._left_out(path, True):
                    return EntryKind.LINK_OUTSIDE, ", in a folder that is left out"
            elif pending:
                return EntryKind.LINK_BROKEN, ", by way of something that is no folder"
            elif self._left_out(path, False):
                return EntryKind.LINK_OUTSIDE, ", which is left out"
        return EntryKind.LINK_INSIDE, ""

    def _components(self, target: str) -> list[str] | None:
        """The components of ``target`` in reverse; of an absolute one those below the root, or None
        where it does not lie there."""
        if os.path.isabs(target):
            base = "/" if self._root == os.sep else f"{self._root}{os.sep}"
            if target != self._root and not target.startswith(base):
                return None
            target = target[len(base) :]
        parts = target.replace(os.sep, "/").split("/")
        return [part for part in reversed(parts) if part not in ("", ".")]


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "nothing is there"
    return plain(error.strerror or "unknown error")
