"""A folder in which files are called by their digest, or stand beside a note of it.

Several tools keep models like that. What they have in common is here: the files of a folder, each with the
identity that the store claims for it, and an entry for everything that the store names and does not hold.
The claims are held against the bytes by the rules, where the scan has hashed them.
"""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from inspector.sources.folder import FolderSource
from inspector.sources.interface import Entry, EntryKind, LeftOut, ReadFailure
from inspector.sources.leftout import Exclusions

MAX_NOTE = 1 << 20
MAX_GIT_HASHED = 32 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_GIT_ID = re.compile(r"[0-9a-f]{40}\Z")


def is_excluded(exclusions: Exclusions, path: str) -> bool:
    """Whether ``path``, or a folder that it lies in, is left out by a glob."""
    parts = path.split("/")
    return exclusions.rule_for(path, folder=False) is not None or any(
        exclusions.rule_for("/".join(parts[:depth]), folder=True) for depth in range(1, len(parts))
    )


def git_id(body: bytes) -> str:
    """The id that git gives a file of these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(body) + body, usedforsecurity=False).hexdigest()


class ClaimedFolder(FolderSource, ABC):
    """A folder whose store says of files what they are. A subclass reads the store in ``_claims``."""

    def __init__(self, root: str, exclude: Sequence[str] = ()) -> None:
        super().__init__(root, exclude)
        self._claimed: list[Entry | LeftOut] | None = None

    def entries(self) -> Iterator[Entry | LeftOut]:
        """Every file by path, with what the store claims of it, and what the store names and is not here."""
        if self._claimed is None:
            items = list(super().entries())
            files = {item.path: item for item in items if isinstance(item, Entry)}
            claims = self._claims(files)
            known = [
                replace(item, **claims[item.path])
                if isinstance(item, Entry) and item.path in claims
                else item
                for item in items
            ]
            gone = [
                Entry(path, **values)
                for path, values in claims.items()
                if path not in files and not is_excluded(self._exclusions, path)
            ]
            self._claimed = sorted([*known, *gone], key=lambda item: item.path)
        yield from self._claimed

    @abstractmethod
    def _claims(self, files: Mapping[str, Entry]) -> dict[str, dict[str, Any]]:
        """Fields of Entry by path: those to replace, or all of them for what is not among ``files``."""

    def note(self, entry: Entry, limit: int = MAX_NOTE) -> bytes | None:
        """The bytes of a small file of the store; None where it is none, or too large."""
        if entry.kind is not EntryKind.FILE or entry.size is None or entry.size > limit:
            return None
        try:
            with self.open(entry) as data:
                return data.read_at(0, data.size)
        except ReadFailure:
            return None

    def claim(self, entry: Entry, identity: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """The fields for a file that is said to be ``identity``: a sha256, which the scan compares, or a git
        id, which is compared here."""
        fields: dict[str, Any] = {"attributes": {**attributes, "blob": identity}}
        if _SHA256.match(identity):
            fields["claimed_sha256"] = identity
        elif _GIT_ID.match(identity):
            body = self.note(entry, MAX_GIT_HASHED)
            if body is not None:
                fields["attributes"]["blob_matches"] = git_id(body) == identity
        return fields


def missing(
    size: int | None, detail: str, sha256: str | None, attributes: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields for a file that a store names and does not hold."""
    return {
        "kind": EntryKind.DENIED,
        "size": size,
        "detail": detail,
        "claimed_sha256": sha256,
        "attributes": {**attributes, "missing": True},
    }
