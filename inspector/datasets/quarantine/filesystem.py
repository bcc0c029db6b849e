"""What kind of file system a store lies on, locks that die with their process, and files put in one step."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from inspector.provenance import InspectorError, UnreadableInput, WorkIncomplete, plain

# SQLite's write-ahead log needs shared memory and byte-range locks between all readers and writers
# (sqlite.org/wal.html, "Disadvantages" 2): these file systems do not give them between machines.
_NETWORK = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "beegfs",
    "gpfs",
}
_NETWORK_FUSE = ("fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse", "fuse.goofys", "fuse.davfs")


def network_kind(path: Path) -> str | None:
    """The name of the network file system under ``path``; None for a local one, and where it is not known
    (macOS)."""
    if sys.platform == "win32":
        return _windows_kind(path)
    try:
        table = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return None
    return kind_in_mounts(table, str(path.resolve()))


def kind_in_mounts(table: str, path: str) -> str | None:
    """The same, from the text of /proc/self/mountinfo (proc(5)): the longest mount point above counts."""
    best, found = -1, ""
    for line in table.splitlines():
        left, _, right = line.partition(" - ")
        fields, kinds = left.split(), right.split()
        if len(fields) < 5 or not kinds:
            continue
        point = fields[4].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
        if (path == point or path.startswith(point.rstrip("/") + "/")) and len(point) >= best:
            best, found = len(point), kinds[0]
    if found in _NETWORK or found.startswith(_NETWORK_FUSE):
        return found
    return None


def _windows_kind(path: Path) -> str | None:
    if sys.platform != "win32":
        return None
    import ctypes

    drive = path.resolve().drive
    remote = drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(drive + "\\") == 4
    return "network drive" if remote else None


@contextlib.contextmanager
def held(path: Path) -> Iterator[bool]:
    """Holds the lock file at ``path`` where no other process does; gives whether it is held.

    The system lets go of it when the process ends, however it ends.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        yield _lock(descriptor)
    finally:
        os.close(descriptor)


def hold(file: IO[bytes]) -> None:
    """Marks an open file as in use until it is closed or its process ends. Not on Windows, where a locked
    file could not be read."""
    if sys.platform != "win32":
        _lock(file.fileno())


def remove_left_over(folder: Path) -> None:
    """Removes the files in ``folder`` that nobody holds any more; the youngest may not be held yet."""
    oldest_kept = time.time() - (60 if sys.platform != "win32" else 86_400)
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if path.stat().st_mtime > oldest_kept:
                continue
            descriptor = os.open(path, os.O_RDWR)
            try:
                if sys.platform == "win32" or _lock(descriptor):
                    path.unlink()
            finally:
                os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def sync_folder(path: Path) -> None:
    """Brings a folder's list of names to the disk; Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Writes a file in one step: whole and on the disk, or not there (the old one then stays)."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(path.parent)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def disk_error(error: OSError, place: Path) -> InspectorError:
    """The sentence for what the system said when something was to be written."""
    shown = plain(str(place))
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return WorkIncomplete(
            f"There is no room left for {shown}; what was in the store is unchanged.",
            "Free some space and give the same command again.",
        )
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return UnreadableInput(
            f"{shown} may not be written to; what was in the store is unchanged.",
            "Work on a copy in a folder of your own, or ask for the right to write.",
        )
    return WorkIncomplete(f"{shown} cannot be written: {error.strerror or error}.", "Nothing was changed.")
