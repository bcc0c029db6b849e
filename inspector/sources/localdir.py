"""A folder that the hub's client downloaded into (``local_dir``), with the notes that it leaves behind.

``.cache/huggingface/download/PATH.metadata`` holds three lines: the commit, the ETag (sha256 of a large file,
git id of a small one) and when it was. A file that was changed since is found by it, offline. The list of
the commit lies in ``.cache/huggingface/trees/COMMIT.json``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from inspector.sources.cachemanifest import parse_manifest
from inspector.sources.claims import ClaimedFolder, missing
from inspector.sources.hubid import is_commit
from inspector.sources.interface import Entry, EntryKind

_NOTES = ".cache/huggingface/download/"
_TREES = ".cache/huggingface/trees/"
_ENDING = ".metadata"
_IDENTITY = re.compile(r"(?:[0-9a-f]{64}|[0-9a-f]{40})\Z")
MAX_TREE = 64 << 20


def is_local_download(path: str) -> bool:
    """Whether the hub's client left its notes in the folder at ``path``."""
    return os.path.isdir(os.path.join(path, *_NOTES.split("/")))


class LocalDownload(ClaimedFolder):
    """The files of the folder, those that were downloaded with the identity that they had then."""

    def _claims(self, files: Mapping[str, Entry]) -> dict[str, dict[str, Any]]:
        claims: dict[str, dict[str, Any]] = {}
        commits: set[str] = set()
        for path, entry in files.items():
            if path.startswith(_NOTES) and path.endswith(".incomplete"):
                detail = "a download that was broken off; these are not the bytes of a file"
                claims[path] = {
                    "kind": EntryKind.DENIED,
                    "detail": detail,
                    "attributes": {"partial": True},
                }
            if not (path.startswith(_NOTES) and path.endswith(_ENDING)):
                continue
            lines = (self.note(entry, 4_096) or b"").decode("ascii", "replace").split("\n")
            commit, identity = lines[0].strip(), lines[1].strip() if len(lines) > 1 else ""
            target = path[len(_NOTES) : -len(_ENDING)]
            if not is_commit(commit) or not _IDENTITY.match(identity) or target.startswith(".cache/"):
                continue
            commits.add(commit)
            held = files.get(target)
            attributes = {"commit": commit, "snapshots": [commit]}
            if held is None:
                sha256 = identity if len(identity) == 64 else None
                claims[target] = missing(None, "downloaded once, and not here any more", sha256, attributes)
            elif held.kind is EntryKind.FILE:
                claims[target] = self.claim(held, identity, attributes)
        for commit in commits:
            self._add_listed(commit, files, claims)
        return claims

    def _add_listed(self, commit: str, files: Mapping[str, Entry], claims: dict[str, dict[str, Any]]) -> None:
        """What the list of the commit names and was never downloaded."""
        tree = files.get(f"{_TREES}{commit}.json")
        body = self.note(tree, MAX_TREE) if tree is not None else None
        manifest = parse_manifest(body) if body is not None else None
        if manifest is None:
            return
        attributes = {"commit": commit, "snapshots": [commit]}
        for path, told in manifest.files.items():
            if path not in files and path not in claims and not path.startswith(".cache/"):
                detail = "in the list of the commit, but not downloaded"
                claims[path] = missing(told.size, detail, told.sha256, attributes)
