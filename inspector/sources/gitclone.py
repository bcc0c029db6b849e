"""A folder that was cloned from a hub with git: which repository, and which commit is checked out.

Both stand in ``.git`` (``config``, ``HEAD``, ``refs``, ``packed-refs``; gitrepository-layout) and are claims
of whoever owns the folder: what is in the files is told by their bytes alone. No program is run for it. Of
what ``.git`` holds only the objects are looked up that pointers of Git LFS name, and the commit with its
folders down to those pointers: large files that are checked out are held against them. The rest is left out.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from inspector.provenance.text import plain
from inspector.sources.cachemanifest import CachedRepository, Revision
from inspector.sources.directories import Directory
from inspector.sources.hubid import is_commit, is_repository_name
from inspector.sources.interface import Entry, EntryKind, LeftOut, ReadFailure
from inspector.sources.lfs import lfs_claims, may_be_pointer
from inspector.sources.localbytes import LocalBytes
from inspector.sources.project import ProjectFolder

_MAX_CONFIG = 64 << 10
_MAX_REFS = 8 << 20
# Files that are looked up in the commit, the largest first: a repository of a hub rarely has as many.
MAX_COMPARED = 20_000
_URL = re.compile(
    r"^[ \t]*url[ \t]*=[ \t]*(?:https://(?:[^/@\s]{1,300}@)?|git@|ssh://git@)(?:huggingface\.co|hf\.co)[/:]"
    r"(?:(datasets|spaces|models)/)?([^\s\"]{1,200}?)(?:\.git)?/?[ \t]*$",
    re.MULTILINE,
)
_REF = re.compile(r"ref: (refs/[A-Za-z0-9._/@+-]{1,200})\s*\Z")
_KINDS = {"datasets": "dataset", "spaces": "space"}


def is_git_clone(path: str) -> bool:
    """Whether the folder at ``path`` has a store of git."""
    return os.path.isfile(os.path.join(path, ".git", "config"))


@dataclass(frozen=True, slots=True)
class _Committed:
    """By path the sha256 and size that the commit's pointers name, and the sentence why there are none."""

    pointers: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    problem: str = ""


class GitClone(ProjectFolder):
    """The files of the folder, and the repository of a hub that git fetched them from. Large files of it
    have the identity that the commit names (``claimed_sha256``)."""

    def entries(self) -> Iterator[Entry | LeftOut]:
        """Every file by path, a large one with what the commit names in its place."""
        pointers = self._committed.pointers
        commit = self._checked_out()[0] if pointers else None
        for item in super().entries():
            named = pointers.get(item.path)
            if named is None or not isinstance(item, Entry) or "lfs" in item.attributes:
                yield item  # a pointer that is not checked out is told by what it says itself
            else:
                told = {**item.attributes, "blob": named[0], "pointer_of": commit}
                yield replace(item, claimed_sha256=named[0], attributes=told)

    def repositories(self) -> Sequence[CachedRepository]:
        """The hub's repository at the commit that is checked out; none where git names no hub."""
        named = self._hub_repository
        if named is None:
            return ()
        commit, branch = self._checked_out()
        problems = []
        if commit is None:
            problems.append("Which commit is checked out cannot be told.")
        if self._committed.problem:
            problems.append(self._committed.problem)
        files = [item for item in self.entries() if isinstance(item, Entry) and item.kind is EntryKind.FILE]
        revision = Revision(commit, (branch,) if branch else (), len(files), None) if commit else None
        content = {item.path: item.claimed_sha256 for item in files if item.claimed_sha256}
        return (CachedRepository(*named, "", (revision,) if revision else (), tuple(problems), content),)

    @functools.cached_property
    def _hub_repository(self) -> tuple[str, str] | None:
        """Kind and name of the repository of a hub that git was told of."""
        found = _URL.search(self._read((".git", "config"), _MAX_CONFIG))
        if found is None or not is_repository_name(found[2]):
            return None
        return _KINDS.get(found[1] or "", "model"), found[2]

    @functools.cached_property
    def _committed(self) -> _Committed:
        """What the commit of a hub's repository names of its large files. A project of one's own is changed
        all the time: it is not held against what was committed."""
        commit = self._checked_out()[0] if self._has_lfs and self._hub_repository else None
        if commit is None:
            return _Committed()
        from inspector.sources.gitobjects import GitObjects, GitTrouble
        from inspector.sources.gittree import pointers_of

        files = [
            item for item in super().entries() if isinstance(item, Entry) and item.kind is EntryKind.FILE
        ]
        files.sort(key=lambda item: (-(item.size or 0), item.path))
        try:
            with GitObjects(
                lambda parts: self._own_file((".git", "objects", *parts)), self._packs()
            ) as objects:
                found = pointers_of(objects, commit, (item.path for item in files[:MAX_COMPARED]))
        except GitTrouble as trouble:
            return _Committed({}, f"Large files were not held against the commit. {trouble}")
        return _Committed(found)

    def _packs(self) -> list[str]:
        """The names of the packs, without their endings."""
        with contextlib.suppress(OSError, ValueError), contextlib.ExitStack() as stack:
            place: Directory = self._root
            for part in (".git", "objects", "pack"):
                place = place.enter(part)
                stack.callback(place.close)
            with place.listing() as names:
                return sorted(one.name[:-4] for one in names if one.name.endswith(".idx"))
        return []

    def _checked_out(self) -> tuple[str | None, str | None]:
        """The commit of HEAD and the branch that it is on."""
        head = self._read((".git", "HEAD"), 4_096).strip()
        if is_commit(head):
            return head, None
        match = _REF.match(head)
        if match is None or ".." in match[1]:
            return None, None
        branch = plain(match[1].removeprefix("refs/heads/"), 200)
        loose = self._read((".git", *match[1].split("/")), 4_096).strip()
        if is_commit(loose):
            return loose, branch
        for line in self._read((".git", "packed-refs"), _MAX_REFS).splitlines():
            commit, _, name = line.partition(" ")
            if name.strip() == match[1] and is_commit(commit):
                return commit, branch
        return None, branch

    def _is_mark(self, entry: Entry) -> bool:
        return (self._has_lfs and may_be_pointer(entry)) or super()._is_mark(entry)

    @functools.cached_property
    def _has_lfs(self) -> bool:
        """Whether git was told of LFS: its hooks and filters leave a folder or a section behind, and a
        project that uses it says so at its top."""
        told = self._read((".gitattributes",), _MAX_CONFIG) + self._read((".git", "config"), _MAX_CONFIG)
        if "filter=lfs" in told or "[lfs" in told:
            return True
        try:
            return stat.S_ISDIR(self._root.stat(".git/lfs").st_mode)
        except (OSError, ValueError):
            return False

    def _claims(self, files: Mapping[str, Entry]) -> dict[str, dict[str, Any]]:
        found = super()._claims(files)
        if self._has_lfs:
            for path, attributes in lfs_claims(files, self.open, self._object).items():
                found[path] = {**found.get(path, {}), **attributes}
        return found

    def _object(self, sha256: str) -> LocalBytes | None:
        """The bytes that Git LFS keeps under an id; None where there are none. Raises ReadFailure."""
        try:
            return self._own_file((".git", "lfs", "objects", sha256[:2], sha256[2:4], sha256))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            raise ReadFailure("Its object is no regular file, or may not be read.") from None

    def _read(self, parts: Sequence[str], limit: int) -> str:
        """A small file of git's own, by no link; empty where it cannot be had."""
        try:
            with self._own_file(parts) as data:
                return data.read_at(0, min(data.size, limit)).decode("utf-8", "replace")
        except (OSError, ValueError, ReadFailure):
            return ""

    def _own_file(self, parts: Sequence[str]) -> LocalBytes:
        """A file by its path, by no link. Raises OSError and ValueError."""
        with contextlib.ExitStack() as stack:
            place: Directory = self._root
            for part in parts[:-1]:
                place = place.enter(part)
                stack.callback(place.close)
            return LocalBytes(place.open_file(parts[-1]), "/".join(parts))
