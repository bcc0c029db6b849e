"""A watched folder: whoever may write into it hands in files, and each is taken once it is complete.

In order, for each file of the folder (not of folders below it):
1. it is left while its name is that of a file under way (``.name``, ``name.part``), while its size or time
   changes, and, where the system tells, while a program has it open for writing;
2. it is entered in one transaction, unless the log knows these bytes from this source already;
3. it is moved to ``taken/``, or to ``refused/`` with the reason beside it where nothing of it can be taken.
A kill between 2 and 3 leaves a file that the log knows: the next round moves it and enters nothing. A file
that breaks off stays where it is until it changes, because its writer may come back to it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from inspector.datasets.quarantine import filesystem
from inspector.datasets.quarantine.interface import AddReport, Intake, SourceIncomplete
from inspector.datasets.quarantine.store import Store
from inspector.provenance import UnreadableInput, WorkIncomplete, plain

TAKEN, REFUSED = "taken", "refused"
SETTLE_SECONDS = 2.0  # how long a file must not have changed before it is taken for complete
_OLD_SECONDS = 60.0  # a file that was last changed so long ago is not waited for
_UNDER_WAY = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", "~")
_MOST_FILES = 10_000  # of one round; the others come in the next
_LONGEST = 180  # characters of a name that are kept when the file is moved


class Handed(NamedTuple):
    """What became of a file. ``outcome``: taken, known (entered before), refused, left (``why`` says why)."""

    name: str
    outcome: str
    why: str = ""
    report: AddReport | None = None


class _Mark(NamedTuple):
    """By what a file is the same and unchanged."""

    size: int
    changed: int
    inode: int


class Watch:
    """Takes the files of ``folder`` into ``store``, round by round.

    ``settle`` is in seconds. ``clock`` (seconds that never go back) and ``today`` (seconds since 1970) are
    there for tests.
    """

    def __init__(
        self,
        store: Store,
        folder: Path,
        intake: Intake,
        *,
        settle: float = SETTLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._folder, self._intake = store, Path(folder), intake
        self._settle, self._clock, self._today = settle, clock, today
        self._seen: dict[str, tuple[_Mark, float]] = {}
        self._left: dict[str, tuple[_Mark, str]] = {}
        _check_folder(self._folder, store.path)

    def round(self) -> list[Handed]:
        """Looks once and takes what is complete. Raises what hinders the store for good; what passes (a full
        disk, another writer at work) leaves the files for the next round."""
        files = dict(self._files())
        self._seen = {name: one for name, one in self._seen.items() if name in files}
        self._left = {name: one for name, one in self._left.items() if name in files}
        ready = [
            (name, mark)
            for name, mark in sorted(files.items())
            if not self._known_to_stay(name, mark) and self._settled(name, mark)
        ]
        if ready:
            try:
                self._store.check_writable()
            except WorkIncomplete as error:
                return [Handed(name, "left", error.sentence) for name, _ in ready]
        return [self._take(name, mark) for name, mark in ready]

    def waiting(self) -> list[str]:
        """The files that were not complete when they were looked at last."""
        return sorted(name for name in self._seen if name not in self._left)

    def _files(self) -> Iterator[tuple[str, _Mark]]:
        try:
            with os.scandir(self._folder) as entries:
                for number, entry in enumerate(entries):
                    if number >= _MOST_FILES:
                        return
                    name = entry.name
                    if name.startswith(".") or name.lower().endswith(_UNDER_WAY):
                        continue
                    with contextlib.suppress(FileNotFoundError):
                        found = entry.stat(follow_symlinks=False)
                        if stat.S_ISREG(found.st_mode):
                            yield name, _Mark(found.st_size, found.st_mtime_ns, found.st_ino)
        except OSError as error:
            raise UnreadableInput(
                f"The folder {plain(str(self._folder))} cannot be read: {error.strerror}."
            ) from None

    def _known_to_stay(self, name: str, mark: _Mark) -> bool:
        return name in self._left and self._left[name][0] == mark

    def _settled(self, name: str, mark: _Mark) -> bool:
        self._left.pop(name, None)
        before, since = self._seen.get(name, (None, 0.0))
        if before != mark:
            since = self._clock()
            self._seen[name] = (mark, since)
        age = self._today() - mark.changed / 1e9
        if age < _OLD_SECONDS and self._clock() - since < self._settle:
            return False
        return not is_written_to(self._folder / name)

    def _take(self, name: str, mark: _Mark) -> Handed:
        path = self._folder / name
        if mark.size == 0:
            return self._leave(name, mark, "It is empty.")
        try:
            report = self._store.take_in(path, self._intake)
        except SourceIncomplete as error:
            return self._leave(name, mark, error.sentence)
        except WorkIncomplete as error:
            return Handed(name, "left", error.sentence)  # the disk or another writer: tried again next round
        except UnreadableInput as error:
            self._store.check_writable()  # where it is the store's fault, the file is not to blame
            if not path.exists():
                return Handed(name, "left", "Another program took it away.")
            return self._refuse(name, error.sentence)
        if _mark(path) != mark:
            return Handed(name, "left", "It changed while it was read; it is read once more.", report)
        outcome = "known" if report.known else "taken"
        self._move(name, TAKEN, report.source_sha256[:12], _refused_rows(report))
        return Handed(name, outcome, "", report)

    def _leave(self, name: str, mark: _Mark, why: str) -> Handed:
        self._left[name] = (mark, why)
        return Handed(name, "left", why)

    def _refuse(self, name: str, why: str) -> Handed:
        self._move(name, REFUSED, secrets.token_hex(6), f"{why}\n".encode())
        return Handed(name, "refused", why)

    def _move(self, name: str, where: str, prefix: str, beside: bytes) -> None:
        """Moves a file out of the way under a name that no other has; ``beside`` is what is told of it."""
        folder = self._folder / where
        target = folder / f"{prefix}-{name[-_LONGEST:]}"
        try:
            folder.mkdir(exist_ok=True)
            while target.exists():
                target = folder / f"{prefix}-{secrets.token_hex(3)}-{name[-_LONGEST:]}"
            if beside:
                filesystem.put(target.with_name(f"{target.name}.why.txt"), beside)
            with contextlib.suppress(FileNotFoundError):  # another watch was faster
                (self._folder / name).rename(target)
            filesystem.sync_folder(folder)
        except OSError as error:
            raise filesystem.disk_error(error, folder) from None
        self._seen.pop(name, None)


def _check_folder(folder: Path, store: Path) -> None:
    shown = plain(str(folder))
    if not folder.is_dir():
        raise UnreadableInput(f"{shown} is no folder.", "Name the folder that files are put into.")
    if not os.access(folder, os.W_OK):
        raise UnreadableInput(
            f"Nothing can be moved in {shown}, so files that were taken could not be told from new ones.",
            "Ask for the right to write there.",
        )
    inner, outer = folder.resolve(), store.resolve()
    if inner == outer or inner in outer.parents or outer in inner.parents:
        raise UnreadableInput(
            "The watched folder and the store lie within each other.",
            "Watch a folder of its own: whoever may write into it must not write into the store.",
        )


def _mark(path: Path) -> _Mark | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return _Mark(found.st_size, found.st_mtime_ns, found.st_ino)


def _refused_rows(report: AddReport) -> bytes:
    if not report.refused_count:
        return b""
    lines = [json.dumps(one.as_json(), sort_keys=True) for one in report.refused]
    more = report.refused_count - len(report.refused)
    return "\n".join([*lines, *([f"and {more} more"] if more > 0 else []), ""]).encode()


def is_written_to(path: Path) -> bool:
    """Whether some program has the file open for writing, as far as the system tells.

    Linux grants a read lease (fcntl(2), F_SETLEASE) only on a file that nobody has open for writing. It is
    given back at once; whoever opens the file in between waits for that instant. Where leases are not
    granted at all (a file of another user, a network file system) the answer is no.
    """
    if not sys.platform.startswith("linux"):
        return False
    import fcntl
    import signal

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        # The signal for who holds a lease would end a process that does not expect it; this one is ignored.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(descriptor)
    return False
