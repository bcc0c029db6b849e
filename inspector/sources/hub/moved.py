"""What moved between two listings of a repository: the branch, its files, the repository itself.

Pure functions over two ``Listing`` values. A listing comes from an open source, from answers that were
saved, or from the record of an earlier review (``Listing.from_json``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from inspector.provenance.text import plain
from inspector.sources.hub.remote import PICKLE_ENDINGS, ending
from inspector.sources.interface import Entry

_SHOWN = 8  # characters of a commit, as git shows them


@dataclass(frozen=True, slots=True)
class Listed:
    """One file: size in bytes, the identity of its bytes (sha256 of a large one, git id of a small one, None
    where the hub gives none), and whether it is a pickle as far as that is known."""

    size: int | None
    identity: str | None
    is_pickle: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a repository at ``commit``, which ``revision`` (None: no revision was named) meant."""

    name: str
    revision: str | None
    commit: str | None
    object_id: str | None = None
    files: Mapping[str, Listed] = field(default_factory=dict)

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
    removed = sorted(before.files.keys() - after.files.keys())
    changed, unknown = [], []
    for path in sorted(both):
        old, new = before.files[path], after.files[path]
        if None in (old.identity, new.identity) and old.size == new.size:
            unknown.append(path)
        elif (old.size, old.identity) != (new.size, new.identity):
            changed.append(path)
    pickles = [
        path
        for path, one in sorted(after.files.items())
        if one.is_pickle and not (path in before.files and before.files[path].is_pickle)
    ]
    recreated = None not in (before.object_id, after.object_id) and before.object_id != after.object_id
    renamed = before.name.lower() != after.name.lower()
    parts = []
    if before.commit != after.commit:
        name = plain(after.revision or "main", 100)
        parts.append(f"{name} went from {_short(before.commit)} to {_short(after.commit)}")
    if differ := len(added) + len(removed) + len(changed):
        parts.append(f"{differ} file{'' if differ == 1 else 's'} changed")
    if pickles:
        parts.append(f"{len(pickles)} new pickle{'' if len(pickles) == 1 else 's'}")
    sentences = [f"{', '.join(parts)}."] if parts else []
    if parts and unknown:
        more = f"{len(unknown)} more file{'' if len(unknown) == 1 else 's'}"
        sentences.append(f"Whether {more} of the same size changed, the lists do not tell.")
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
    )


def moved_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> Moved | None:
    """What moved between two scans (objects of ``scan --format json``) of one hub repository. None where
    they are not of one, or one of them is no whole scan. A scan knows the sha256 of large files only: small
    ones of the same size are ``unknown``."""
    one, other = _of_scan(before), _of_scan(after)
    if one is None or other is None:
        return None
    target = after["target"]
    same_kind = before["target"]["kind"] == target["kind"]
    asked = str(target.get("asked") or "").lower()
    same_id = one.object_id is not None and one.object_id == other.object_id
    same = one.name.lower() in (other.name.lower(), asked) or same_id
    return moved(one, other) if same_kind and same else None


def _of_scan(scan: Mapping[str, Any]) -> Listing | None:
    target = scan.get("target")
    if not isinstance(target, Mapping) or not str(target.get("kind") or "").startswith("hub-"):
        return None
    name, commit = target.get("name"), target.get("revision")
    if target["kind"] == "hub-cache" or not isinstance(name, str) or "files" not in scan:
        return None
    nodes = scan.get("nodes") or ()
    root = next((node for node in nodes if (node.get("attributes") or {}).get("root")), None) or {}
    # How a branch was called stands in no scan; without a revision it is the main one.
    revision = None if root.get("pin") in (None, "none") else "The revision"
    object_id = (root.get("attributes") or {}).get("object_id")
    files = {
        str(file["path"]): Listed(file.get("size"), file.get("sha256"), bool(file.get("pickle")))
        for file in scan["files"]
    }
    return Listing(name, revision, commit, object_id, files)


def _short(commit: str | None) -> str:
    return commit[:_SHOWN] if commit else "an unknown commit"
