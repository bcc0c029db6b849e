"""What a hub's cache says of itself: its repositories, and the lists of files that downloads leave behind."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inspector.sources.hubid import is_repository_name

MAX_FILES = 200_000
_KINDS = {"models": "model", "datasets": "dataset", "spaces": "space"}
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_GIT_ID = re.compile(r"[0-9a-f]{40}\Z")


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One row of a list: size in bytes, the git id, and the sha256 of a large file. None: not told."""

    size: int | None
    git_id: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of one commit. ``total`` counts the rows, also those that no repository can hold."""

    files: Mapping[str, ListedFile]
    total: int


@dataclass(frozen=True, slots=True)
class Revision:
    """One commit of a repository in the cache: the refs that name it, how many of its files are here, and
    how many it has (None where no list says so)."""

    commit: str
    refs: tuple[str, ...]
    files: int
    total: int | None

    def as_json(self) -> dict[str, Any]:
        return {"commit": self.commit, "refs": list(self.refs), "files": self.files, "total": self.total}


@dataclass(frozen=True, slots=True)
class CachedRepository:
    """One repository of a cache. ``name`` is what its folder claims (ORG/NAME), None where that is
    ambiguous; ``problems`` are sentences about its refs. ``content`` is the sha256 by path that the commit
    names of files that are here, where the target is a clone."""

    kind: str
    name: str | None
    folder: str
    revisions: tuple[Revision, ...] = ()
    problems: tuple[str, ...] = field(default=())
    content: Mapping[str, str] = field(default_factory=dict)

    def attributes(self) -> dict[str, Any]:
        """For a node of the graph: ``revisions`` lists the commits."""
        return {
            "repository": self.kind,
            "folder": self.folder,
            "revisions": [revision.commit for revision in self.revisions],
            "snapshots": [revision.as_json() for revision in self.revisions],
            "problems": list(self.problems),
        }


def repository_of(folder: str) -> tuple[str, str | None]:
    """Kind and name of ``models--ORG--NAME``. The name is a claim; None where it can be read in two ways."""
    plural, _, rest = folder.partition("--")
    parts = rest.split("--")
    name = "/".join(parts)
    return _KINDS.get(plural, "model"), name if len(parts) <= 2 and is_repository_name(name) else None


def parse_manifest(body: bytes) -> Manifest | None:
    """``trees/COMMIT.json`` (format_version 1); None where it is none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or value.get("format_version") != 1:
        return None
    rows = value.get("files")
    if not isinstance(rows, dict) or len(rows) > MAX_FILES:
        return None
    files: dict[str, ListedFile] = {}
    for path, row in rows.items():
        if not isinstance(row, dict) or not _is_inner_path(path):
            continue
        large = row.get("lfs_sha256")
        size = row.get("lfs_size") if large else row.get("size")
        files[path] = ListedFile(
            size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
            _matching(_GIT_ID, row.get("blob_id")),
            _matching(_SHA256, large),
        )
    return Manifest(files, len(rows))


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.match(value) else None


def _is_inner_path(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in path and not any(part in ("", ".", "..") for part in path.split("/"))
