"""Caches of other hubs, offline: ModelScope and kagglehub.

ModelScope keeps ``[hub/][models|datasets/]OWNER/NAME`` (``.`` written as ``___``) with ``.msc`` and ``.mdl``,
which are pickles and are read as such and never loaded, and ``.mv`` with the name of the revision. kagglehub
keeps ``models/OWNER/MODEL/FRAMEWORK/VARIATION/N`` and ``datasets/OWNER/NAME/versions/N``; ``N.complete``
beside it is made when a download has ended. Neither keeps a digest: what the files are is told by their
bytes, where they come from is what the folders' names claim. A project that has such a cache among its files
stays a project.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inspector.provenance.text import plain, utf8_text
from inspector.provenance.words import Pin
from inspector.sources.claims import ClaimedFolder
from inspector.sources.interface import Entry, EntryKind, Target

_MAX_LOOKED_AT = 500  # folders, to find out what a folder is
_MAX_MODELS = 5_000
_NAME = re.compile(r"[\w.-]{1,200}\Z")
_REVISION = re.compile(r"Revision:([^,\n]{1,200})")
_KAGGLE_MODEL = re.compile(r"models/([^/]+)/([^/]+)/([^/]+)/([^/]+)/(\d{1,9})(?:/|\.complete\Z)")
_KAGGLE_DATASET = re.compile(r"datasets/([^/]+)/([^/]+)/versions/(\d{1,9})(?:/|\.complete\Z)")
_UNFINISHED = "._____temp/"
_MARKS = {".msc", ".mdl"}
_KAGGLE_FOLDERS = {"models", "datasets", "competitions", "notebooks", "packages"}


@dataclass(frozen=True, slots=True)
class Stored:
    """One model or dataset of a cache. ``name`` is what its folders claim, with the hub's host in front;
    ``pin`` how firmly ``revision`` names it; ``files`` are paths of the target that it is made of, where its
    folder does not say so."""

    kind: str
    host: str
    name: str
    folder: str
    pin: Pin
    revision: str | None = None
    problems: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def attributes(self) -> dict[str, Any]:
        """For a node of the graph."""
        return {
            "local": True,
            "hub": self.host,
            "repository": self.kind,
            "folder": self.folder,
            "revisions": [self.revision] if self.revision else [],
            "problems": list(self.problems),
        }


def is_modelscope_cache(path: str) -> bool:
    """Whether ModelScope's client made the folder at ``path``: a cache, or one model of it."""
    if _MARKS & _names(path):
        return True
    for top in (path, os.path.join(path, "hub")):
        if _holds_files(top):
            continue
        for place in (top, os.path.join(top, "models"), os.path.join(top, "datasets")):
            if any(_MARKS & _names(folder) for folder in _down(place, 2)):
                return True
    return False


def is_kagglehub_cache(path: str) -> bool:
    """Whether the folder at ``path`` is a cache of kagglehub, and nothing else."""
    names = {name for name in _names(path) if not name.startswith(".")}
    if not names & {"models", "datasets"} or names - _KAGGLE_FOLDERS:
        return False
    return any(
        name.endswith(".complete") and name.removesuffix(".complete").isdigit()
        for folder in _down(path, 5)
        for name in _names(folder)
    )


class ModelScopeCache(ClaimedFolder):
    """The files of a cache of ModelScope. ``stored`` are its models and datasets."""

    def __init__(self, root: str, exclude: Sequence[str] = ()) -> None:
        super().__init__(root, exclude)
        self.target = Target(kind="modelscope-cache", name=self.target.name, root=root)

    def stored(self) -> list[Stored]:
        files = {item.path: item for item in self.entries() if isinstance(item, Entry)}
        folders = sorted({path.rpartition("/")[0] for path in files if _last(path) in _MARKS})
        found = []
        for folder in folders[:_MAX_MODELS]:
            mark = files.get(f"{folder}/.mv" if folder else ".mv")
            told = (
                _REVISION.search((self.note(mark, 4_096) or b"").decode("utf-8", "replace")) if mark else None
            )
            revision = plain(told[1], 200) if told else None
            problems = () if revision else ("Which revision it is of is not written down.",)
            pin = Pin.MOVABLE if revision else Pin.NONE
            parts = self._parts(folder)
            kind = "dataset" if "datasets" in parts[:-2] else "model"
            name = "/".join(part.replace("___", ".") for part in parts[-2:])
            found.append(Stored(kind, "modelscope.cn", name, folder, pin, revision, problems))
        return found

    def _parts(self, folder: str) -> list[str]:
        """The names on the way to a model, with those of the target where it begins inside of one."""
        root = utf8_text(os.fsencode(self.target.root or "")).replace(os.sep, "/").strip("/")
        return f"{root}/{folder}".strip("/").split("/")

    def _claims(self, files: Mapping[str, Entry]) -> dict[str, dict[str, Any]]:
        detail = "a download that was broken off; these are not the bytes of a file"
        return {
            path: {"kind": EntryKind.DENIED, "detail": detail, "attributes": {"partial": True}}
            for path in files
            if f"/{_UNFINISHED}" in f"/{path}"
        }


class KagglehubCache(ClaimedFolder):
    """The files of a cache of kagglehub. ``stored`` are its models and datasets, each at a version."""

    def __init__(self, root: str, exclude: Sequence[str] = ()) -> None:
        super().__init__(root, exclude)
        self.target = Target(kind="kagglehub-cache", name=self.target.name, root=root)

    def stored(self) -> list[Stored]:
        versions: dict[str, tuple[str, str, str]] = {}
        ended = set()
        for item in self.entries():
            for kind, pattern in (("model", _KAGGLE_MODEL), ("dataset", _KAGGLE_DATASET)):
                match = pattern.match(item.path)
                if match is not None and len(versions) < _MAX_MODELS:
                    folder = item.path[: match.end()].removesuffix("/").removesuffix(".complete")
                    versions[folder] = (kind, "/".join(match.groups()[:-1]), match.groups()[-1])
                    if item.path == f"{folder}.complete":
                        ended.add(folder)
        problem = "No mark says that its download has ended; parts of it may be missing."
        return [
            Stored(
                kind, "kaggle.com", name, folder, Pin.VERSION, number, () if folder in ended else (problem,)
            )
            for folder, (kind, name, number) in sorted(versions.items())
        ]

    def _claims(self, files: Mapping[str, Entry]) -> dict[str, dict[str, Any]]:
        """The first file of each version without a mark speaks for its download."""
        claims: dict[str, dict[str, Any]] = {}
        seen = set()
        for path in sorted(files):
            match = _KAGGLE_MODEL.match(path) or _KAGGLE_DATASET.match(path)
            if match is None or not match[0].endswith("/"):
                continue
            folder = match[0].removesuffix("/")
            if folder not in seen and f"{folder}.complete" not in files:
                claims[path] = {"attributes": {"partial": True}}
            seen.add(folder)
        return claims


def _down(path: str, depth: int) -> Iterator[str]:
    """``path`` and the folders below it down to ``depth``, not through links, a bounded number of them."""
    waiting = [(path, depth)]
    looked = 0
    while waiting and looked < _MAX_LOOKED_AT:
        folder, left = waiting.pop(0)
        looked += 1
        yield folder
        if not left:
            continue
        try:
            with os.scandir(folder) as items:
                below = sorted(
                    item.path
                    for item in items
                    if item.is_dir(follow_symlinks=False) and _NAME.match(item.name) and item.name[0] != "."
                )
        except OSError:
            continue
        waiting += [(one, left - 1) for one in below[:_MAX_LOOKED_AT]]


def _holds_files(path: str) -> bool:
    """Whether there are visible files in the folder itself: then it is more than a cache."""
    try:
        with os.scandir(path) as items:
            return any(item.is_file(follow_symlinks=False) and item.name[0] != "." for item in items)
    except OSError:
        return True


def _names(path: str) -> set[str]:
    try:
        return set(os.listdir(path))
    except OSError:
        return set()


def _last(path: str) -> str:
    return path.rpartition("/")[2]
