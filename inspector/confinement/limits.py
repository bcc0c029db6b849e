"""Limits of resources (setrlimit), set once at the start of a process and never raised again."""

from __future__ import annotations

import signal
import sys

MEMORY_BYTES = 3 << 30  # a 50 MB notebook needs about 1 GB as Python objects; a bomb needs all there is
_OPEN_FILES = 256
_PR_SET_PDEATHSIG = 1  # prctl(2)


def limit_resources(memory_bytes: int, cpu_seconds: int | None) -> bool:
    """Caps address space, file size, core dumps, open files and processor time. True where the cap on
    memory holds: without it the others are little."""
    if sys.platform == "win32":
        return False
    import resource

    _cap(resource, "RLIMIT_CORE", 0)
    _cap(resource, "RLIMIT_FSIZE", 0)  # a reader writes nothing
    _cap(resource, "RLIMIT_NOFILE", _OPEN_FILES)
    if cpu_seconds is not None:
        _cap(resource, "RLIMIT_CPU", cpu_seconds)
    return _cap(resource, "RLIMIT_AS", memory_bytes)


def end_with_parent() -> None:
    """On Linux the kernel ends this process when the one that started it is gone, also in the middle of a
    file that a reader would never get to the end of. Elsewhere a worker ends when its input does."""
    import ctypes

    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    except (OSError, AttributeError):
        return


def _cap(resource, name: str, value: int) -> bool:  # type: ignore[no-untyped-def]
    which = getattr(resource, name, None)
    if which is None:
        return False
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    try:
        resource.setrlimit(which, (value, value))
    except (ValueError, OSError):
        # macOS refuses some of them; the time limit of the one who waits still holds.
        return False
    return True
