"""What moved between two listings of a repository: the branch, its files, the repository itself.

Pure functions over two ``Listing`` values. A listing comes from an open source, from answers that were
saved, or from the record of an earlier review (``Listing.from_json``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from inspector.provenance.text import plain
from inspector.sources.cachemanifest import repository_of
from inspector.sources.hub.remote import PICKLE_ENDINGS, ending
from inspector.sources.hubid import is_commit
from inspector.sources.interface import Entry

_SHOWN = 8  # characters of a commit, as git shows them
_UNNAMED = "The revision"


@dataclass(frozen=True, slots=True)
class Listed:
    """One file: size in bytes, the identity of its bytes (sha256 of a large one, git id of a small one, None
    where the hub gives none), and whether it is a pickle as far as that is known."""

    size: int | None
    identity: str | None
    is_pickle: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a repository at ``commit``, which ``revision`` (None: no revision was named) meant.
    ``is_partial``: the files that are here, of which the commit may have more."""

    name: str
    revision: str | None
    commit: str | None
    object_id: str | None = None
    files: Mapping[str, Listed] = field(default_factory=dict)
    is_partial: bool = False

    def as_json(self) -> dict[str, Any]:
        files = {path: [one.size, one.identity, one.is_pickle] for path, one in sorted(self.files.items())}
        return {
            "name": self.name,
            "revision": self.revision,
            "commit": self.commit,
            "object_id": self.object_id,
            "files": files,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Listing:
        files = {path: Listed(*one) for path, one in value["files"].items()}
        return cls(value["name"], value["revision"], value["commit"], value["object_id"], files)


@dataclass(frozen=True, slots=True)
class Moved:
    """The difference. ``sentence`` is empty where nothing moved. ``recreated`` means that the repository was
    deleted and made again: whatever was said of the old one says nothing of this one."""

    sentence: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()  # files whose identity one of the listings does not tell
    new_pickles: tuple[str, ...] = ()
    recreated: bool = False
    renamed: bool = False
    not_here: tuple[str, ...] = ()  # of the earlier listing; a partial one does not tell whether removed


def listing(
    name: str,
    revision: str | None,
    commit: str | None,
    object_id: str | None,
    entries: Iterable[Entry],
    pickles: Iterable[str] | None = None,
) -> Listing:
    """A listing of ``entries``. ``pickles`` are the paths that a reader found to be pickles; without it the
    names decide."""
    known = None if pickles is None else frozenset(pickles)
    files = {}
    for entry in entries:
        is_pickle = ending(entry.path) in PICKLE_ENDINGS if known is None else entry.path in known
        identity = entry.claimed_sha256 or entry.attributes.get("git_oid")
        files[entry.path] = Listed(entry.size, identity, is_pickle)
    return Listing(name, revision, commit, object_id, files)


def moved(before: Listing, after: Listing) -> Moved:
    """What differs in ``after``: "main went from a1b2c3d4 to e5f60718, 3 files changed, 1 new pickle"."""
    both = before.files.keys() & after.files.keys()
    added = sorted(after.files.keys() - before.files.keys())
    gone = sorted(before.files.keys() - after.files.keys())
    removed, not_here = ([], gone) if after.is_partial else (gone, [])
    changed, unknown = [], []
    for path in sorted(both):
        old, new = before.files[path], after.files[path]
        same_size = old.size == new.size or None in (old.size, new.size)
        if None in (old.identity, new.identity) and same_size:
            unknown.append(path)
        elif (old.size, old.identity) != (new.size, new.identity):
            changed.append(path)
    pickles = [
        path
        for path, one in sorted(after.files.items())
        if one.is_pickle and not _was_pickle(before.files.get(path), one)
    ]
    recreated = None not in (before.object_id, after.object_id) and before.object_id != after.object_id
    renamed = before.name.lower() != after.name.lower()
    parts = []
    if before.commit != after.commit:
        parts.append(_went(before, after))
    if differ := len(added) + len(removed) + len(changed):
        parts.append(f"{differ} file{'' if differ == 1 else 's'} changed")
    if pickles:
        parts.append(f"{len(pickles)} new pickle{'' if len(pickles) == 1 else 's'}")
    sentences = [f"{', '.join(parts)}."] if parts else []
    if parts and unknown:
        more = f"{len(unknown)} more file{'' if len(unknown) == 1 else 's'}"
        sentences.append(f"Whether {more} of the same size changed, the lists do not tell.")
    if parts and not_here:
        more = (
            "1 file of the earlier commit is"
            if len(not_here) == 1
            else f"{len(not_here)} files of the earlier commit are"
        )
        sentences.append(f"{more} not here: removed, or not downloaded.")
    if parts and before.commit is not None and before.commit == after.commit and differ:
        sentences.append("A commit cannot hold other files than it held: one of the lists is wrong.")
    if recreated:
        sentences.append(
            f"{plain(after.name, 200)} was deleted and made again: it is another repository now."
        )
    if renamed:
        sentences.append(f"{plain(before.name, 200)} is now {plain(after.name, 200)}.")
    sentence = " ".join(sentences)
    return Moved(
        sentence[:1].upper() + sentence[1:] if before.commit == after.commit else sentence,
        tuple(added),
        tuple(removed),
        tuple(changed),
        tuple(unknown),
        tuple(pickles),
        recreated,
        renamed,
        tuple(not_here),
    )


def _was_pickle(old: Listed | None, new: Listed) -> bool:
    """Whether a file that is a pickle was one before: the same bytes are, whatever was said of them."""
    same = old is not None and old.identity is not None and old.identity == new.identity
    return old is not None and (old.is_pickle or same)


def _went(before: Listing, after: Listing) -> str:
    """Where the commit was and where it is; two different branches did not move into one another."""
    old, new = (plain(one.revision or "main", 100) for one in (before, after))
    if old != new and _UNNAMED not in (old, new):
        return f"{old} was at {_short(before.commit)}, {new} is at {_short(after.commit)}"
    return f"{new} went from {_short(before.commit)} to {_short(after.commit)}"


def moved_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> Moved | None:
    """What moved between two scans (objects of ``scan --format json``) of one hub repository: of the hub, or
    of a cache that holds it at one commit. A record that was made of such a scan counts as one. None where
    they are not of one repository. Of a hub a scan knows the sha256 of large files only: small ones of the
    same size are ``unknown``."""
    one, other = _of_scan(before), _of_scan(after)
    if one is None or other is None or one[0] != other[0]:
        return None
    old, new = one[1], other[1]
    asked = str(after["target"].get("asked") or "").lower()
    same_id = old.object_id is not None and old.object_id == new.object_id
    same = old.name.lower() in (new.name.lower(), asked) or same_id
    return moved(old, new) if same else None


def _of_scan(scan: Mapping[str, Any]) -> tuple[str, Listing] | None:
    """The kind of the repository and its files, where ``scan`` is of one."""
    target = scan.get("target")
    if not isinstance(target, Mapping) or not str(target.get("kind") or "").startswith("hub-"):
        return None
    nodes = scan.get("nodes") or ()
    if "files" not in scan:
        return None
    if target["kind"] == "hub-cache":
        return _of_cache(scan["files"], nodes)
    name, commit = target.get("name"), target.get("revision")
    if not isinstance(name, str):
        return None
    root = next((node for node in nodes if (node.get("attributes") or {}).get("root")), None) or {}
    known = root.get("attributes") or {}
    requested = known.get("requested_revision")
    if root.get("pin", target.get("pin")) in (None, "none"):
        revision = None  # without a revision it is the main one
    else:  # scans of earlier versions, and records, do not keep how a branch was called
        revision = str(requested) if requested and not is_commit(requested) else _UNNAMED
    files = {str(file["path"]): _listed(file) for file in scan["files"]}
    return target["kind"], Listing(name, revision, commit, known.get("object_id"), files)


def _of_cache(
    files: Iterable[Mapping[str, Any]], nodes: Iterable[Mapping[str, Any]]
) -> tuple[str, Listing] | None:
    """The one commit of the one repository that a cache holds; of several the one that ``main`` means."""
    commits: dict[tuple[str, str], dict[str, Listed]] = {}
    for file in files:
        folder, _, rest = str(file["path"]).partition("/snapshots/")
        commit, _, path = rest.partition("/")
        if is_commit(commit) and path and file.get("size") is not None:
            commits.setdefault((folder, commit), {})[path] = _listed(file)
    chosen = list(commits)
    if len({folder for folder, _ in chosen}) != 1:
        return None
    refs = _refs_of(nodes)
    if len(chosen) > 1:
        chosen = [one for one in chosen if "main" in refs.get(one[1], ())]
    kind, name = repository_of(chosen[0][0]) if len(chosen) == 1 else ("", None)
    if name is None:
        return None
    commit = chosen[0][1]
    named = refs.get(commit)
    revision = None if named is not None and "main" in named else named[0] if named else _UNNAMED
    return f"hub-{kind}", Listing(name, revision, commit, None, commits[chosen[0]], is_partial=True)


def _refs_of(nodes: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The refs of each commit, as the nodes of a cache's repositories list them."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        snapshots = (node.get("attributes") or {}).get("snapshots")
        for one in snapshots if isinstance(snapshots, list) else ():
            found.setdefault(str(one.get("commit")), []).extend(one.get("refs") or ())
    return found


def _listed(file: Mapping[str, Any]) -> Listed:
    return Listed(file.get("size"), file.get("sha256"), bool(file.get("pickle")))


def _short(commit: str | None) -> str:
    return commit[:_SHOWN] if commit else "an unknown commit"
