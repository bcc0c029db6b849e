"""Landlock: the kernel refuses this process every file that was not named (Linux 5.13, 2021).

The interface is that of landlock(7). Each version of it knows more rights; all that the running kernel knows
are taken away, and reading is given back below the named folders. What is taken stays taken for the process
and its children. Files that are open already stay open.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

# The three calls have these numbers on every architecture (all calls since Linux 5.1 do).
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_PATH_BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH
_PR_SET_NO_NEW_PRIVS = 38  # prctl(2); asked for of everybody without privileges

_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# Version from which on -> rights over files that it knows, as the number of the highest bit.
_FILE_RIGHTS = {1: 12, 2: 13, 3: 14, 5: 15}
_TCP_RIGHTS = 0b11  # bind and connect, from version 4
_SCOPES = 0b11  # abstract sockets and signals of processes outside, from version 6

# Where shared libraries lie: a reader that is imported late brings its own.
_LIBRARIES = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64", "/opt/homebrew/lib",
    "/nix/store", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
)  # fmt: skip


def restrict_files(readable: Sequence[str]) -> int:
    """Leaves this process the files below ``readable`` and those of Python, to read. Gives the version of
    the kernel's interface, 0 where it has none or refuses."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        version = _call(libc, _CREATE_RULESET, None, 0, _ASK_VERSION)
    except (OSError, AttributeError):
        return 0
    if version < 1:
        return 0
    ruleset = _ruleset(libc, version)
    if ruleset < 0:
        return 0
    try:
        for path in _distinct([*readable, *_own_paths()]):
            _allow_reading(libc, ruleset, path)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            return 0
        return version if _call(libc, _RESTRICT_SELF, ruleset, 0) == 0 else 0
    finally:
        os.close(ruleset)


def _ruleset(libc: ctypes.CDLL, version: int) -> int:
    files = (1 << (max(bit for since, bit in _FILE_RIGHTS.items() if since <= version) + 1)) - 1
    fields = [files]
    if version >= 4:
        fields.append(_TCP_RIGHTS)
    if version >= 6:
        fields.append(_SCOPES)
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    return _call(libc, _CREATE_RULESET, attributes, len(attributes), 0)


def _allow_reading(libc: ctypes.CDLL, ruleset: int, path: str) -> None:
    """Gives back reading below ``path``. A path that is not there needs no rule."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (OSError, ValueError):
        return
    try:
        rights = _READ_FILE | _READ_DIR if Path(path).is_dir() else _READ_FILE
        _call(libc, _ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)


def _own_paths() -> Iterator[str]:
    """Python's library, the installed packages, this program, and the system's shared libraries."""
    yield from (path for path in sys.path if Path(path).is_absolute())
    yield str(Path(__file__).resolve().parent.parent)
    yield str(Path(sys.base_prefix, "lib"))
    if hasattr(sys, "_MEIPASS"):  # a frozen program carries its libraries in one folder
        yield str(sys._MEIPASS)
    yield from _LIBRARIES


def _distinct(paths: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(paths))


def _call(libc: ctypes.CDLL, number: int, *arguments: int | bytes | None) -> int:
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return int(libc.syscall(ctypes.c_long(number), *given))
