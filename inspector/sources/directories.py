"""Folders as open handles, so that nothing that happens to a path afterwards leads out of the target.

``FdDirectory`` goes from folder to folder by descriptor (openat with O_NOFOLLOW) and is no subject to
PATH_MAX. ``PathDirectory`` is for systems without descriptors of folders (Windows): it looks at a name
before and after it opens it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_FOLDER_FLAGS = os.O_RDONLY | _CLOEXEC | _NOFOLLOW | getattr(os, "O_DIRECTORY", 0)
# O_NONBLOCK and O_NOCTTY: should a FIFO or a terminal be swapped in, opening it neither waits nor takes it.
_FILE_FLAGS = (
    os.O_RDONLY
    | _CLOEXEC
    | _NOFOLLOW
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_REPARSE_POINT = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT: links and junctions of Windows

HAS_DIRECTORY_DESCRIPTORS = (
    os.open in os.supports_dir_fd
    and os.stat in os.supports_dir_fd
    and os.access in os.supports_dir_fd
    and os.readlink in os.supports_dir_fd
    and os.scandir in os.supports_fd
)

Identity = tuple[int, int]


class NotRegular(OSError):
    """A name that should be a regular file is something else."""


class Directory(Protocol):
    """One open folder. Names are single components; no method follows a link. All raise OSError."""

    identity: Identity

    @contextmanager
    def listing(self) -> Iterator[Iterator[os.DirEntry[str]]]: ...
    def stat(self, name: str) -> os.stat_result: ...
    def readable(self, name: str, *, folder: bool) -> bool: ...
    def readlink(self, name: str) -> str: ...
    def enter(self, name: str) -> Directory: ...
    def open_file(self, name: str) -> int: ...
    def rest(self) -> None: ...
    def resume(self, child: Directory) -> None: ...
    def close(self) -> None: ...


class FdDirectory:
    """A folder held by its descriptor, which it owns."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.identity = _identity(os.fstat(descriptor))

    @contextmanager
    def listing(self) -> Iterator[Iterator[os.DirEntry[str]]]:
        with os.scandir(self.descriptor) as found:
            yield found

    def stat(self, name: str) -> os.stat_result:
        return os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)

    def readable(self, name: str, *, folder: bool) -> bool:
        mode = os.R_OK | os.X_OK if folder else os.R_OK
        return os.access(name, mode, dir_fd=self.descriptor)

    def readlink(self, name: str) -> str:
        return os.readlink(name, dir_fd=self.descriptor)

    def enter(self, name: str) -> FdDirectory:
        return FdDirectory(os.open(name, _FOLDER_FLAGS, dir_fd=self.descriptor))

    def open_file(self, name: str) -> int:
        if not stat.S_ISREG(self.stat(name).st_mode):
            raise NotRegular(errno.EINVAL, "not a regular file")
        return _checked(os.open(name, _FILE_FLAGS, dir_fd=self.descriptor))

    def rest(self) -> None:
        """Gives the descriptor back; ``resume`` gets it again. Deep trees have more folders than a
        process may have descriptors."""
        self.close()

    def resume(self, child: Directory) -> None:
        """Opens this folder again as the parent of ``child``, if it still is."""
        if self.descriptor >= 0 or not isinstance(child, FdDirectory):
            return
        descriptor = os.open("..", _FOLDER_FLAGS, dir_fd=child.descriptor)
        if _identity(os.fstat(descriptor)) != self.identity:
            os.close(descriptor)
            raise OSError(errno.ESTALE, "the folder was moved while it was read")
        self.descriptor = descriptor

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class PathDirectory:
    """A folder held by its path, for systems that have no descriptors of folders."""

    def __init__(self, path: str) -> None:
        self.path = path
        status = os.lstat(path)
        if not stat.S_ISDIR(status.st_mode) or is_reparse_point(status):
            raise NotADirectoryError(errno.ENOTDIR, "not a folder")
        self.identity = _identity(status)

    @contextmanager
    def listing(self) -> Iterator[Iterator[os.DirEntry[str]]]:
        with os.scandir(self.path) as found:
            if _identity(os.lstat(self.path)) != self.identity:
                raise OSError(errno.ESTALE, "the folder was moved while it was read")
            yield found

    def stat(self, name: str) -> os.stat_result:
        return os.lstat(self._at(name))

    def readable(self, name: str, *, folder: bool) -> bool:
        return os.access(self._at(name), os.R_OK | os.X_OK if folder else os.R_OK)

    def readlink(self, name: str) -> str:
        return os.readlink(self._at(name))

    def enter(self, name: str) -> PathDirectory:
        return PathDirectory(self._at(name))

    def open_file(self, name: str) -> int:
        before = self.stat(name)
        if not stat.S_ISREG(before.st_mode) or is_reparse_point(before):
            raise NotRegular(errno.EINVAL, "not a regular file")
        descriptor = _checked(os.open(self._at(name), _FILE_FLAGS))
        if _identity(os.fstat(descriptor)) != _identity(before):
            os.close(descriptor)
            raise OSError(errno.ESTALE, "the file was replaced while it was opened")
        return descriptor

    def rest(self) -> None:
        """Nothing to give back: a path holds no descriptor."""

    def resume(self, child: Directory) -> None:
        """Nothing to get again."""

    def close(self) -> None:
        """Nothing to close."""

    def _at(self, name: str) -> str:
        return os.path.join(self.path, name)


def open_directory(path: str) -> Directory:
    """The folder at ``path``; its last component may not be a link."""
    if HAS_DIRECTORY_DESCRIPTORS:
        return FdDirectory(os.open(path, _FOLDER_FLAGS))
    return PathDirectory(path)


def is_reparse_point(status: os.stat_result) -> bool:
    """True for links and junctions of Windows; False everywhere else."""
    return bool(getattr(status, "st_file_attributes", 0) & _REPARSE_POINT)


def _identity(status: os.stat_result) -> Identity:
    return (status.st_dev, status.st_ino)


def _checked(descriptor: int) -> int:
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise NotRegular(errno.EINVAL, "not a regular file")
