"""Pointers of DVC (``X.dvc``, ``dvc.lock``) held against the bytes that are here; DVC is never run.

A pointer names its data by MD5: of the file, or, where it ends in ``.dir``, of a JSON list of the files of a
folder, which lies in the cache (``.dvc/cache/files/md5/ab/cdef…``; before DVC 3 ``.dvc/cache/ab/cdef…``, with
line ends of texts folded before they were hashed). Source: DVC's user guide, "Project structure". An equal
MD5 tells that nothing was changed by accident: two files of one MD5 can be made on purpose.
"""

from __future__ import annotations

import bisect
import hashlib
import itertools
import json
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inspector.provenance.text import plain
from inspector.sources.blockyaml import Broken, read_block_yaml
from inspector.sources.interface import ByteSource, Entry, EntryKind, ReadFailure
from inspector.sources.project import is_pointer

WEAK = "MD5 speaks of accidents only: it does not withstand somebody who means to exchange a file"
MAX_HASHED = 1 << 30  # bytes of one target: this happens before the first verdict, at some 600 MB a second
MAX_FILES = 20_000
MAX_POINTERS = 5_000
MAX_POINTER = 1 << 20
MAX_LIST = 8 << 20
MAX_LISTED = 50_000
MAX_COMPARED = 200_000  # files that all pointers of a target name together
MAX_TOLD = 200  # outputs told of one pointer, those that differ first
_MD5 = re.compile(r"([0-9a-f]{32})(\.dir)?\Z")
_OBJECT = re.compile(
    r"(?:(.*)/)?\.dvc/cache/(files/md5/)?([0-9a-f]{2})/([0-9a-f]{30}(?:\.dir)?)\Z", re.DOTALL
)
_IGNORE = ".dvcignore"
_CHUNK = 1 << 20
_TEXT_HEAD = 512
_ORDER = ("differs", "broken", "absent", "outside", "not-compared", "equal")


@dataclass(frozen=True, slots=True)
class _Output:
    """One output of a pointer: its path in the target (None: outside of it) and the MD5 claimed."""

    shown: str
    path: str | None
    md5: str
    is_folder: bool
    folds_lines: bool  # before DVC 3 line ends of texts were folded


class DvcClaims:
    """Compares the pointers of one target. ``opened`` gives the bytes of an entry, ``is_left_out`` says of a
    path that a rule leaves it out."""

    def __init__(
        self,
        files: Mapping[str, Entry],
        opened: Callable[[Entry], ByteSource],
        is_left_out: Callable[[str], bool],
    ) -> None:
        self._files = files
        self._opened = opened
        self._is_left_out = is_left_out
        self._left = MAX_HASHED
        self._files_left = MAX_FILES
        self._known: dict[str, tuple[str, str] | str] = {}
        self._objects: dict[tuple[str, bool], str] = {}
        self._sorted: list[str] | None = None
        self._compared_left = MAX_COMPARED
        self._ignores = any(self._has_rules(path) for path in files if posixpath.basename(path) == _IGNORE)
        for path in files:
            if match := _OBJECT.match(path):
                self._objects.setdefault((match[3] + match[4], not match[2]), path)

    def claims(self) -> dict[str, dict[str, Any]]:
        """By path of a pointer or an object of the cache its attributes: ``dvc``, a list of what was compared
        (``path``, ``md5``, ``state``, ``why``), and ``dvc_total``, how many there were."""
        found: dict[str, dict[str, Any]] = {}
        pointers = sorted(path for path, entry in self._files.items() if is_pointer(path) and _is_file(entry))
        for number, path in enumerate(pointers):
            if number >= MAX_POINTERS or not self._compared_left:
                told = [_told(path, "", "not-compared", "there are too many pointers of DVC")]
            else:
                told = list(itertools.islice(self._of_pointer(path), self._compared_left))
                self._compared_left -= len(told)
            if told:
                told.sort(key=lambda one: (_ORDER.index(one["state"]), one["path"]))
                found[path] = {"dvc": told[:MAX_TOLD], "dvc_total": len(told)}
        for (md5, is_old), path in sorted(self._objects.items(), key=lambda item: item[1]):
            bare = md5.removesuffix(".dir")
            told_one = self._file(path, path, bare, is_old)
            if told_one["state"] in ("differs", "not-compared"):
                found[path] = {"dvc": [told_one], "dvc_total": 1}
        return found

    def _of_pointer(self, path: str) -> Iterator[dict[str, Any]]:
        try:
            value = read_block_yaml(self._text(path, MAX_POINTER))
        except (Broken, ReadFailure):
            yield _told(path, "", "broken", "the pointer cannot be read")
            return
        for output in _outputs(path, value, self._wdirs(path)):
            if output.path is None:
                yield _told(output.shown, output.md5, "outside", "it lies outside of the target")
            elif output.is_folder:
                yield from self._folder(output)
            else:
                yield self._file(output.path, output.shown, output.md5, output.folds_lines)

    def _wdirs(self, lock: str) -> dict[str, str]:
        """The working folder of each stage of the ``dvc.yaml`` beside a lock file."""
        place = posixpath.join(posixpath.dirname(lock), "dvc.yaml")
        if posixpath.basename(lock) != "dvc.lock" or place not in self._files:
            return {}
        try:
            stages = _map(_map(read_block_yaml(self._text(place, MAX_POINTER))).get("stages"))
        except (Broken, ReadFailure):
            return {}
        return {
            name: str(_map(stage).get("wdir")) for name, stage in stages.items() if _map(stage).get("wdir")
        }

    def _file(self, path: str, shown: str, md5: str, folds: bool) -> dict[str, Any]:
        entry = self._files.get(path)
        if entry is None:
            if self._is_left_out(path):
                return _told(shown, md5, "not-compared", "a rule leaves it out")
            held = self._object(md5, folds)
            why = f"its bytes lie in {plain(held, 200)} (`dvc checkout`)" if held else "fetch it (`dvc pull`)"
            return _told(shown, md5, "absent", why)
        if not _is_file(entry):
            held = self._object(md5, folds)
            if entry.kind is EntryKind.LINK_INSIDE and held and entry.detail.endswith(held[-33:]):
                return self._file(held, shown, md5, folds)
            return _told(shown, md5, "not-compared", "it is no regular file")
        digests = self._digests(path, entry)
        if isinstance(digests, str):
            return _told(shown, md5, "not-compared", digests)
        same = md5 in digests if folds else md5 == digests[0]
        why = WEAK if same else f"MD5 of the bytes: {digests[0]}"
        return _told(shown, md5, "equal" if same else "differs", why)

    def _folder(self, output: _Output) -> Iterator[dict[str, Any]]:
        folder = output.path or ""
        here = self._listed_below(folder)
        if not here and self._is_left_out(folder or "."):
            yield _told(output.shown, output.md5, "not-compared", "a rule leaves it out")
            return
        rows = self._list_of(output)
        if rows is None:
            yield self._remade(output, here)
            return
        listed = set()
        for relative, md5 in rows:
            place = _inside(folder, relative)
            if not place or not place.startswith(f"{folder}/" if folder else ""):
                yield _told(relative, md5, "outside", "the list of the folder names a path outside of it")
                continue
            listed.add(place)
            yield self._file(place, place, md5, output.folds_lines)
        for path in here:
            if path not in listed:
                state = "not-compared" if self._ignores else "differs"
                yield _told(path, "", state, f"it is not in the list of {plain(output.shown, 200)}")

    def _list_of(self, output: _Output) -> list[tuple[str, str]] | None:
        """Path and MD5 of each file of a folder, from the list in the cache; None where there is none that
        is the one of the pointer."""
        held = self._object(f"{output.md5}.dir", output.folds_lines)
        if held is None:
            return None
        try:
            body = self._body(held, MAX_LIST)
            rows = (
                json.loads(body) if hashlib.md5(body, usedforsecurity=False).hexdigest() == output.md5 else 0
            )
        except (ReadFailure, ValueError, RecursionError):
            return None
        if not isinstance(rows, list) or len(rows) > MAX_LISTED:
            return None
        found = []
        for row in rows:
            relative, md5 = (row.get("relpath"), row.get("md5")) if isinstance(row, dict) else (None, None)
            if not isinstance(relative, str) or not isinstance(md5, str) or not _MD5.match(md5):
                return None
            found.append((relative, md5))
        return found

    def _remade(self, output: _Output, here: Sequence[str]) -> dict[str, Any]:
        """A folder whose list is not here: the list is made again from the files, as DVC makes it."""
        if not here:
            return _told(output.shown, output.md5, "absent", "fetch it (`dvc pull`)")
        if output.folds_lines or self._ignores:
            return _told(output.shown, output.md5, "not-compared", "the list of its files is not here")
        start = len(output.path or "") + 1 if output.path else 0
        rows = []
        for path in here:
            entry = self._files[path]
            digests = self._digests(path, entry) if _is_file(entry) else "it holds what is no regular file"
            if isinstance(digests, str):
                return _told(output.shown, output.md5, "not-compared", digests)
            rows.append({"md5": digests[0], "relpath": path[start:]})
        rows.sort(key=lambda row: row["relpath"])
        made = hashlib.md5(json.dumps(rows, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
        same = made == output.md5
        why = WEAK if same else f"MD5 of the list of its files: {made}; which file it is cannot be told"
        return _told(output.shown, output.md5, "equal" if same else "differs", why)

    def _listed_below(self, folder: str) -> list[str]:
        """The files below ``folder``, sorted."""
        if self._sorted is None:
            self._sorted = sorted(self._files)
        start = f"{folder}/" if folder else ""
        found: list[str] = []
        for at in range(bisect.bisect_left(self._sorted, start), len(self._sorted)):
            if not self._sorted[at].startswith(start) or len(found) > MAX_LISTED:
                break
            found.append(self._sorted[at])
        return found

    def _object(self, md5: str, is_old: bool) -> str | None:
        return self._objects.get((md5, is_old)) or self._objects.get((md5, not is_old))

    def _digests(self, path: str, entry: Entry) -> tuple[str, str] | str:
        """MD5 of the bytes and of the bytes with folded line ends, or why they were not computed."""
        if path not in self._known:
            size = entry.size or 0
            if size > self._left or not self._files_left:
                return f"more than {MAX_HASHED:,} bytes or {MAX_FILES:,} files would have to be hashed for it"
            self._left -= size
            self._files_left -= 1
            try:
                data = self._opened(entry)
                try:
                    self._known[path] = _md5s(data)
                finally:
                    data.close()
            except ReadFailure as failure:
                self._known[path] = str(failure)
        return self._known[path]

    def _has_rules(self, path: str) -> bool:
        """Whether an ignore file holds more than the comments that every new project has."""
        try:
            lines = self._text(path, MAX_POINTER).splitlines()
        except ReadFailure:
            return True
        return any(line.strip() and not line.lstrip().startswith("#") for line in lines)

    def _text(self, path: str, limit: int) -> str:
        return self._body(path, limit).decode("utf-8", "replace")

    def _body(self, path: str, limit: int) -> bytes:
        if not _is_file(self._files[path]):
            raise ReadFailure(f"{plain(path, 200)} is no regular file.")
        data = self._opened(self._files[path])
        try:
            if data.size > limit:
                raise ReadFailure(f"{plain(path, 200)} is too large for what it is.")
            return data.read_at(0, data.size)
        finally:
            data.close()


def _outputs(path: str, value: Any, wdirs: Mapping[str, str]) -> Iterator[_Output]:
    folder = posixpath.dirname(path)
    top = _map(value)
    if posixpath.basename(path) != "dvc.lock":
        yield from _rows(top.get("outs"), posixpath.join(folder, str(top.get("wdir") or "")))
        return
    for name, stage in (_map(top.get("stages")) or top).items():
        place = posixpath.join(folder, wdirs.get(name, ""))
        for word in ("deps", "outs"):
            yield from _rows(_map(stage).get(word), place)


def _rows(rows: Any, folder: str) -> Iterator[_Output]:
    for row in rows if isinstance(rows, list) else ():
        told = _map(row)
        match = _MD5.match(str(told.get("md5") or ""))
        shown = told.get("path")
        # Data on a remote of its own has no local path; other digests than MD5 are of such remotes.
        if match is None or not isinstance(shown, str) or "://" in shown:
            continue
        place = _inside(folder, shown)
        yield _Output(place or shown, place, match[1], bool(match[2]), told.get("hash") != "md5")


def _inside(folder: str, path: str) -> str | None:
    """``path`` below ``folder`` as a path of the target; None where it leaves the target."""
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined.startswith(("/", "../")) or joined == ".." or "\0" in joined:
        return None
    return "" if joined == "." else joined


def _md5s(data: ByteSource) -> tuple[str, str]:
    whole, folded = hashlib.md5(usedforsecurity=False), hashlib.md5(usedforsecurity=False)
    head = data.read_at(0, min(_TEXT_HEAD, data.size))
    is_text = b"\0" not in head
    for at in range(0, data.size, _CHUNK):
        piece = data.read_at(at, min(_CHUNK, data.size - at))
        whole.update(piece)
        if is_text:
            folded.update(piece.replace(b"\r\n", b"\n"))
    return whole.hexdigest(), folded.hexdigest() if is_text else whole.hexdigest()


def _is_file(entry: Entry) -> bool:
    return entry.kind is EntryKind.FILE


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _told(path: str, md5: str, state: str, why: str) -> dict[str, Any]:
    return {"path": plain(path, 300), "md5": md5, "state": state, "why": why}
