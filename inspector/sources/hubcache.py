"""A cache of huggingface_hub as a target: every snapshot's files under their own names, offline.

The layout is ``models--ORG--NAME/{blobs,snapshots/COMMIT,refs,trees}``, links of a snapshot pointing to
blobs that are called by their digest: sha256 for large files, git's SHA-1 for small ones. The client of the
hub never checks that (upstream issue #3643), so a name proves nothing until the bytes were hashed. Since
1.3x blobs may be links themselves, into a store that all repositories share (``blobs/ab/HASH``).

The cache is untrusted: links are resolved here, hop by hop, and never followed out of it. One broken link or
ref costs itself and never its repository.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from inspector.provenance.text import plain, utf8_text
from inspector.sources.cachemanifest import (
    CachedRepository,
    Manifest,
    Revision,
    parse_manifest,
    repository_of,
)
from inspector.sources.claims import MAX_GIT_HASHED, git_id, is_excluded
from inspector.sources.folder import FolderSource
from inspector.sources.hubid import is_commit
from inspector.sources.interface import Entry, EntryKind, LeftOut, ReadFailure, Target
from inspector.sources.leftout import Exclusions
from inspector.sources.localbytes import LocalBytes

BLOBS_RULE = "hub-cache-blobs"  # their bytes are listed under the names they have in the snapshots
LOCKS_RULE = "hub-cache-locks"  # empty files that downloads leave behind
MAX_LINKS = 40
_GONE = "its blob was not downloaded, or was taken away"
MAX_MANIFEST = 64 << 20
_REPOSITORY = re.compile(r"(?:models|datasets|spaces)--[^/]+\Z")
_SNAPSHOT = re.compile(r"((?:models|datasets|spaces)--[^/]+)/snapshots/([^/]+)/(.+)\Z", re.DOTALL)
_BLOB = re.compile(r"(?:((?:models|datasets|spaces)--[^/]+)/)?blobs/(?:[0-9a-f]{2}/)?([^/]+)\Z")
_SHARED = re.compile(r"blobs/[0-9a-f]{2}/[0-9a-f]{64}\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_OF_A_CACHE = {"blobs", "CACHEDIR.TAG", "version.txt", "version_diffusers_cache.txt"}
_PARTS_OF_A_REPOSITORY = ("snapshots", "blobs", "refs")


def is_cached_repository(path: str) -> bool:
    """Whether the folder at ``path`` is one repository of a cache, by its name and what lies in it."""
    return bool(_REPOSITORY.match(os.path.basename(path.rstrip(os.sep)))) and any(
        os.path.isdir(os.path.join(path, part)) for part in _PARTS_OF_A_REPOSITORY
    )


def is_hub_cache(path: str) -> bool:
    """Whether the folder at ``path`` holds repositories of a cache and nothing else: a project that has one
    among its files is a project."""
    try:
        names = os.listdir(path)
    except OSError:
        return False
    repositories = [name for name in names if _REPOSITORY.match(name)]
    others = [
        name for name in names if not (name.startswith(".") or name in _OF_A_CACHE or _REPOSITORY.match(name))
    ]
    return not others and any(is_cached_repository(os.path.join(path, name)) for name in repositories)


class HubCacheSource:
    """The cache in the folder ``root``, or the one repository of a cache that ``root`` is. It leads through
    no link any more. Paths begin at the cache either way; ``also_reads`` are folders outside of ``root``
    that files may lie in: the store of blobs that repositories share."""

    def __init__(self, root: str, exclude: Sequence[str] = ()) -> None:
        name = os.path.basename(root.rstrip(os.sep)) or root
        is_one = is_cached_repository(root)
        self._base = os.path.dirname(root.rstrip(os.sep)) if is_one else root.rstrip(os.sep)
        self._prefix = f"{name}/" if is_one else ""
        self._exclusions = Exclusions(exclude)
        self._folder = FolderSource(root)
        shared = os.path.join(self._base, "blobs")
        self._shared = FolderSource(shared) if is_one and _is_plain_folder(shared) else None
        self.also_reads = (shared,) if self._shared is not None else ()
        self._items: list[Entry | LeftOut] | None = None
        self._repositories: dict[str, CachedRepository] = {}
        self.target = Target(kind="hub-cache", name=utf8_text(os.fsencode(name)), root=root)

    def entries(self) -> Iterator[Entry | LeftOut]:
        """Every file of every snapshot by path, what else lies in the cache, and what is missing."""
        if self._items is None:
            self._items = self._listed()
        yield from self._items

    def repositories(self) -> tuple[CachedRepository, ...]:
        """What the cache holds, by folder: commits, refs, and how much of each commit is here."""
        for _ in self.entries():
            break
        return tuple(self._repositories[name] for name in sorted(self._repositories))

    def open(self, entry: Entry) -> LocalBytes:
        """The bytes of ``entry``, through the links of the cache and never out of it."""
        if entry.kind is not EntryKind.FILE:
            detail = plain(entry.detail, 200) or "it is no file of this target"
            raise ReadFailure(f"{plain(entry.path, 200)} is not read: {detail}.")
        place = entry.path if entry.undecodable else self._resolved(entry.path)
        if place is None:
            raise ReadFailure(f"{plain(entry.path, 200)} does not lead to a file of this cache any more.")
        if place.startswith(self._prefix):
            return self._folder.open(replace(entry, path=place.removeprefix(self._prefix)))
        if self._shared is not None and place.startswith("blobs/"):
            return self._shared.open(replace(entry, path=place.removeprefix("blobs/")))
        raise ReadFailure(f"{plain(entry.path, 200)} leads to another repository of the cache; not read.")

    def close(self) -> None:
        self._folder.close()
        if self._shared is not None:
            self._shared.close()

    def _listed(self) -> list[Entry | LeftOut]:
        raw = []
        for one in self._folder.entries():
            item = replace(one, path=self._prefix + one.path)
            rule = self._exclusions.rule_for(item.path, folder=False)
            raw.append(LeftOut(item.path, rule) if rule and isinstance(item, Entry) else item)
        files = {one.path: one for one in raw if isinstance(one, Entry)}
        used: set[str] = set()
        manifests: dict[tuple[str, str], Manifest | None] = {}
        listed: list[Entry | LeftOut] = []
        left_out: dict[str, LeftOut] = {}
        for item in raw:
            if isinstance(item, LeftOut):
                listed.append(item)
            elif match := _SNAPSHOT.match(item.path):
                folder, commit, inner = match.groups()
                if (folder, commit) not in manifests:
                    manifests[folder, commit] = self._manifest(folder, commit, files)
                listed.append(self._of_snapshot(item, folder, commit, inner, manifests, files, used))
            elif item.path.startswith(".locks/") and item.size == 0:
                left_out[".locks"] = LeftOut(".locks", LOCKS_RULE)
        for item in raw:
            if isinstance(item, LeftOut) or _SNAPSHOT.match(item.path):
                continue
            if item.path in used:
                folder = item.path.partition("blobs/")[0] + "blobs"
                left_out[folder] = LeftOut(folder, BLOBS_RULE)
            elif not (item.path.startswith(".locks/") and item.size == 0):
                listed.append(self._of_no_snapshot(item))
        self._note_repositories(files, manifests, listed)
        for (folder, commit), manifest in manifests.items():
            listed += [
                entry
                for entry in _missing(folder, commit, manifest, files)
                if not is_excluded(self._exclusions, entry.path)
            ]
        return sorted([*listed, *left_out.values()], key=lambda one: one.path)

    def _of_snapshot(
        self,
        item: Entry,
        folder: str,
        commit: str,
        inner: str,
        manifests: dict[tuple[str, str], Manifest | None],
        files: dict[str, Entry],
        used: set[str],
    ) -> Entry:
        """One file of a snapshot, with the identity that its blob's name and the commit's list claim."""
        manifest = manifests[folder, commit]
        told = manifest.files.get(inner) if manifest else None
        attributes = _attributes(folder, commit)
        blob: str | None = None
        if item.kind in (EntryKind.LINK_INSIDE, EntryKind.LINK_OUTSIDE) and not item.undecodable:
            # Seen from one repository, its links to shared blobs lead outside; from the cache they do not.
            way: list[str] = []
            place = self._resolved(item.path, way)
            size = self._size_of(place, files) if place is not None else None
            if place is None or size is None:
                return replace(item, attributes=attributes)
            # Every step of the way stands for this file: a repository's blob may be a link to a shared one.
            used.update(step for step in (*way, place) if _BLOB.match(step))
            first = _BLOB.match(way[0] if way else place)
            blob = first.group(2) if first else None
            item = replace(item, kind=EntryKind.FILE, size=size, detail="")
        elif item.kind is EntryKind.LINK_BROKEN:
            detail = f"{_GONE}; the link {item.detail}"
            return replace(
                item, kind=EntryKind.DENIED, detail=detail, attributes={**attributes, "missing": True}
            )
        elif item.kind is not EntryKind.FILE:
            return replace(item, attributes=attributes)
        claimed = blob if blob is not None and _SHA256.match(blob) else told.sha256 if told else None
        git = blob if is_commit(blob) else told.git_id if told and told.sha256 is None else None
        if blob is not None:
            attributes["blob"] = blob
        if told is not None and blob is not None and blob not in (told.sha256, told.git_id):
            attributes["listed_as"] = told.sha256 or told.git_id
        matches = self._matches_git(item, git) if claimed is None and git is not None else None
        if matches is not None:
            attributes["blob_matches"] = matches
        return replace(item, claimed_sha256=claimed, attributes=attributes)

    def _of_no_snapshot(self, item: Entry) -> Entry:
        """Whatever else lies in the cache: a blob that no snapshot names, a download that was broken off."""
        match = _BLOB.match(item.path)
        if match is None or item.kind is not EntryKind.FILE:
            return item
        name = match.group(2)
        if name.endswith(".incomplete"):
            detail = "a download that was broken off; these are not the bytes of a file"
            return replace(item, kind=EntryKind.DENIED, detail=detail, attributes={"partial": True})
        attributes: dict[str, Any] = {"blob": name}
        if match.group(1) is None:
            return item  # of the shared store: called by another kind of hash, which says nothing here
        if is_commit(name):
            attributes["blob_matches"] = self._matches_git(item, name)
        return replace(item, claimed_sha256=name if _SHA256.match(name) else None, attributes=attributes)

    def _size_of(self, place: str, files: dict[str, Entry]) -> int | None:
        """The size of the regular file at ``place``; None where there is none that is ours to read."""
        held = files.get(place)
        if held is not None:
            return held.size if held.kind is EntryKind.FILE else None
        if self._shared is None or not _SHARED.match(place):
            return None
        try:
            status = os.lstat(os.path.join(self._base, place))
        except (OSError, ValueError):
            return None
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def _matches_git(self, item: Entry, claimed: str) -> bool | None:
        """Whether the bytes have that git id; None where they cannot be had, or are too many for git."""
        if item.size is None or item.size > MAX_GIT_HASHED:
            return None
        try:
            data = self.open(item)
        except ReadFailure:
            return None
        with data:
            try:
                body = data.read_at(0, data.size)
            except ReadFailure:
                return None
        return git_id(body) == claimed

    def _manifest(self, folder: str, commit: str, files: dict[str, Entry]) -> Manifest | None:
        """The list of a commit's files that a whole download leaves behind; None where there is none."""
        body = self._small(f"{folder}/trees/{commit}.json", files, MAX_MANIFEST)
        return None if body is None else parse_manifest(body)

    def _small(self, path: str, files: dict[str, Entry], limit: int) -> bytes | None:
        entry = files.get(path)
        if entry is None or entry.kind is not EntryKind.FILE or (entry.size or 0) > limit:
            return None
        try:
            with self.open(entry) as data:
                return data.read_at(0, data.size)
        except ReadFailure:
            return None

    def _note_repositories(
        self,
        files: dict[str, Entry],
        manifests: dict[tuple[str, str], Manifest | None],
        listed: list[Entry | LeftOut],
    ) -> None:
        here: dict[tuple[str, str], list[Entry]] = {}
        for item in listed:
            match = _SNAPSHOT.match(item.path)
            if match and isinstance(item, Entry):
                here.setdefault((match.group(1), match.group(2)), []).append(item)
        folders = {path.partition("/")[0] for path in files if _REPOSITORY.match(path.partition("/")[0])}
        for folder in folders:
            refs, problems = self._refs(folder, files)
            commits = {commit for owner, commit in (*here, *manifests) if owner == folder}
            problems += [
                f"The ref {plain(name, 100)} names {plain(commit, 60)}, of which nothing is here."
                for name, commit in sorted(refs.items())
                if commit not in commits
            ]
            revisions = tuple(
                Revision(
                    commit,
                    tuple(sorted(name for name, target in refs.items() if target == commit)),
                    sum(one.kind is EntryKind.FILE for one in here.get((folder, commit), [])),
                    known.total if (known := manifests.get((folder, commit))) else None,
                )
                for commit in sorted(commits)
            )
            kind, name = repository_of(folder)
            self._repositories[folder] = CachedRepository(kind, name, folder, revisions, tuple(problems))

    def _refs(self, folder: str, files: dict[str, Entry]) -> tuple[dict[str, str], list[str]]:
        refs: dict[str, str] = {}
        problems: list[str] = []
        begin = f"{folder}/refs/"
        for path in sorted(path for path in files if path.startswith(begin)):
            body = self._small(path, files, 1_000)
            commit = (body or b"").decode("ascii", "replace").strip()
            name = path[len(begin) :]
            if is_commit(commit):
                refs[name] = commit
            else:
                problems.append(f"The ref {plain(name, 100)} names no commit.")
        return refs, problems

    def _resolved(self, path: str, way: list[str] | None = None) -> str | None:
        """Where ``path`` leads inside of the cache; None where it leaves it, or leads to nothing. The target
        of every link on the way is added to ``way``."""
        place: list[str] = []
        pending = path.split("/")[::-1]
        links = 0
        while pending:
            part = pending.pop()
            if part in ("", "."):
                continue
            if part == "..":
                if not place:
                    return None
                place.pop()
                continue
            place.append(part)
            try:
                at = os.path.join(self._base, *place)
                if not stat.S_ISLNK(os.lstat(at).st_mode):
                    continue
                target = os.readlink(at)
            except (OSError, ValueError):
                return None
            links += 1
            if links > MAX_LINKS:
                return None
            if os.path.isabs(target):
                base = self._base + os.sep
                if not target.startswith(base):
                    return None
                place, target = [], target[len(base) :]
            else:
                place.pop()
            if way is not None:
                way.append("/".join(_flat([*place, *target.replace(os.sep, "/").split("/")])))
            pending.extend(target.replace(os.sep, "/").split("/")[::-1])
        return "/".join(place)


def _is_plain_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _flat(parts: Sequence[str]) -> list[str]:
    """``parts`` without ``.`` and ``..``, by their letters alone: what a link says, not where it leads."""
    out: list[str] = []
    for part in parts:
        if part == "..":
            del out[-1:]
        elif part not in ("", "."):
            out.append(part)
    return out


def _attributes(folder: str, commit: str) -> dict[str, Any]:
    kind, name = repository_of(folder)
    return {
        "repository": name,
        "repository_kind": kind,
        "commit": commit,
        "snapshots": [f"{folder}@{commit}"],
    }


def _missing(folder: str, commit: str, manifest: Manifest | None, files: dict[str, Entry]) -> list[Entry]:
    """What the commit's list names and the snapshot does not hold."""
    if manifest is None:
        return []
    attributes = {**_attributes(folder, commit), "missing": True}
    detail = "in the list of the commit, but not downloaded"
    return [
        Entry(path, EntryKind.DENIED, told.size, detail, False, told.sha256, attributes)
        for inner, told in manifest.files.items()
        if (path := f"{folder}/snapshots/{commit}/{inner}") not in files
    ]
