"""What the small text files of a hub repository held at two commits, and which of their lines changed.

Nobody is asked: only answers of the hub that were saved, and the hub's cache on this machine, are looked
at. Of a file that is in neither, that is what is said. No Qt in here; call it off the window's thread.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from inspector.gui.texts import count, shown, tr
from inspector.provenance import InspectorError, plain

if TYPE_CHECKING:
    from inspector.sources.hub.client import HubClient
    from inspector.sources.interface import Entry

MOST_FILES = 40  # files whose lines are compared
MOST_BYTES = 256 * 1024  # of one file; a tokenizer's vocabulary is longer, and says little line by line
MOST_LINES = 1_500  # of one file that are compared; what differs is found in square time at worst
LINES_SHOWN = 80  # of one file
LINE_LENGTH = 240  # characters of one line
_SHORT = 8  # characters of a commit, as git shows them
_PREFIX = {"model": "", "dataset": "datasets/", "space": "spaces/"}
_FOLDER = {"model": "models", "dataset": "datasets", "space": "spaces"}
# What says how a repository is loaded, and what runs: texts, by their endings.
_TEXTS = (
    ".json", ".yaml", ".yml", ".toml", ".cfg", ".ini", ".py", ".sh", ".md", ".txt", ".jinja", ".ipynb",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """One file's text at one commit, and where it is from: ``saved`` (an answer of the hub) or ``cache``."""

    text: str
    where: str


def changed_lines(kind: str, name: str, before: str, now: str, since: Mapping[str, Any]) -> str:
    """The changed files of ``since`` (an answer of ``lookup --since``) between two commits, as text: of each
    the lines that changed, or why they are not known. Never raises an InspectorError."""
    store = _Store(kind, name)
    lines = [
        f"{shown(name, 200)}: {before[:_SHORT]} → {now[:_SHORT]}",
        plain(str(since.get("sentence")), 600),
    ]
    pickles = _paths(since, "new_pickles")
    if pickles:
        lines += ["", tr("New pickles, not read by this comparison:")]
        lines += [f"  {shown(path, 300)}" for path in pickles]
    told = _paths(since, "changed")
    texts = [path for path in told if PurePosixPath(path).suffix.lower() in _TEXTS]
    for path in texts[:MOST_FILES]:
        lines += ["", f"── {shown(path, 300)}", *_of_file(store, path, before, now)]
    for path in [path for path in _paths(since, "added") if PurePosixPath(path).suffix.lower() in _TEXTS][:8]:
        held = store.held(now, path)
        lines += ["", f"── {shown(path, 300)}  ({tr('new')})"]
        lines += _cut([f"+ {line}" for line in held.text.splitlines()]) if held else [_unknown(now)]
    others = len(told) - len(texts)
    if others:
        lines += ["", tr("{0} more changed, of which only digests are compared.").format(_files(others))]
    if len(texts) > MOST_FILES:
        lines += ["", tr("The lines of {0} more are not compared.").format(_files(len(texts) - MOST_FILES))]
    unknown = _paths(since, "unknown")
    if unknown:
        lines += ["", tr("Whether {0} changed, the lists do not tell.").format(_files(len(unknown)))]
    return "\n".join(lines)


def _files(number: int) -> str:
    return count(number, "file", "files")


def _paths(since: Mapping[str, Any], key: str) -> list[str]:
    value = since.get(key)
    return [str(path) for path in value] if isinstance(value, list) else []


def _unknown(commit: str) -> str:
    return tr("  not known: at {0} it is neither among the saved answers nor in the hub's cache").format(
        commit[:_SHORT]
    )


def _of_file(store: _Store, path: str, before: str, now: str) -> list[str]:
    old, new = store.held(before, path), store.held(now, path)
    if old is None or new is None:
        return [_unknown(commit) for commit, held in ((before, old), (now, new)) if held is None]
    differences = list(_differences(old.text.splitlines(), new.text.splitlines()))
    if not differences:
        return [tr("  no line differs, but the bytes do")]
    return _cut(differences)


def _cut(lines: list[str]) -> list[str]:
    shown_now = [plain(line, LINE_LENGTH) for line in lines[:LINES_SHOWN]]
    if len(lines) > LINES_SHOWN:
        shown_now.append("  " + tr("and {0} more").format(f"{len(lines) - LINES_SHOWN:,}"))
    return shown_now


def _differences(old: list[str], new: list[str]) -> Iterator[str]:
    """The lines that went (-) and came (+), with one line around them."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    first, last = max(start - 1, 0), max(end - 1, 0)
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    if max(len(old), len(new)) > MOST_LINES:
        yield "  " + tr("more lines differ than are compared")
        old, new = old[:MOST_LINES], new[:MOST_LINES]
    for line in list(difflib.unified_diff(old, new, n=1, lineterm=""))[2:]:
        yield "  …" if line.startswith("@@") else f"{line[:1]} {line[1:]}"


class _Store:
    """The texts of one repository that are on this machine. ``kind`` and ``name`` as the hub answered."""

    def __init__(self, kind: str, name: str) -> None:
        from inspector.sources.hubid import is_repository_name

        self._kind = kind
        self._name = name if kind in _PREFIX and is_repository_name(name) else ""
        self._client: HubClient | None = None
        self._lists: dict[str, Mapping[str, Entry]] = {}

    def held(self, commit: str, path: str) -> Held | None:
        """The text of ``path`` at ``commit``; None where it is not here, too long, or no text."""
        from inspector.sources.hubid import is_commit

        parts = PurePosixPath(path).parts
        unfit = "\\" in path or "\0" in path or path.startswith("/") or ".." in parts or not parts
        if not self._name or not is_commit(commit) or unfit:
            return None
        for where, look in (("saved", self._saved), ("cache", self._cached)):
            try:
                body = look(commit, path)
            except (OSError, ValueError, InspectorError):
                body = None
            if (
                body is not None
                and len(body) <= MOST_BYTES
                and b"\0" not in body
                and self._fits(commit, path, body)
            ):
                return Held(body.decode("utf-8", "backslashreplace"), where)
        return None

    def _fits(self, commit: str, path: str, body: bytes) -> bool:
        """Whether these are the bytes that the hub's list of the commit names; true where no list is here."""
        from inspector.sources.claims import git_id

        entry = self._listed(commit).get(path)
        named = entry.attributes.get("git_oid") if entry is not None else None
        is_large = entry is not None and entry.attributes.get("lfs")
        return not named or bool(is_large) or git_id(body) == named

    def _listed(self, commit: str) -> Mapping[str, Entry]:
        """The saved list of files of ``commit``; empty where none was saved."""
        from inspector.sources.hub.tree import read_tree

        if commit not in self._lists:
            try:
                self._lists[commit] = read_tree(self._offline(), self._kind, self._name, commit)
            except (InspectorError, OSError):
                self._lists[commit] = {}
        return self._lists[commit]

    def _offline(self) -> HubClient:
        from inspector.sources.hub.client import HubClient
        from inspector.sources.hub.endpoint import endpoint_in_use

        if self._client is None:
            self._client = HubClient(endpoint_in_use(), offline="--offline")
        return self._client

    def _saved(self, commit: str, path: str) -> bytes | None:
        """The whole answer, or the one part that was the whole file."""
        saved = self._offline().saved
        address = f"/{_PREFIX[self._kind]}{self._name}/resolve/{commit}/{quote(path)}"
        parts = [""]
        entry = self._listed(commit).get(path)
        if entry is not None and entry.size:
            identity = entry.claimed_sha256 or entry.attributes.get("git_oid") or commit
            parts.append(f"bytes=0-{entry.size - 1};{identity}")
        for part in parts:
            for signed_in in (False, True):
                answer = saved.get(address, part=part, signed_in=signed_in)
                if answer is not None and 200 <= answer.status < 300:
                    return answer.body
        return None

    def _cached(self, commit: str, path: str) -> bytes | None:
        """The file in the hub's own cache; its links may lead to the blobs of the same repository only."""
        folder = hub_cache() / f"{_FOLDER[self._kind]}--{self._name.replace('/', '--')}"
        inside = folder.resolve()
        file = (folder / "snapshots" / commit / path).resolve(strict=True)
        if not file.is_relative_to(inside) or not file.is_file() or file.stat().st_size > MOST_BYTES:
            return None
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES + 1)


def hub_cache() -> Path:
    """The folder in which the hub's own library keeps what it fetched: HF_HUB_CACHE, else below HF_HOME."""
    named = os.environ.get("HF_HUB_CACHE")
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    return Path(named).expanduser() if named else Path(home).expanduser() / "hub"
