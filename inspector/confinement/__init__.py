"""What a process that reads hostile bytes is left able to do: read named folders, answer, end.

``confine`` is called once at the start of a worker, before it opens anything of others and before it starts a
thread. It needs no privilege and cannot be taken back. Limits of memory hold on every POSIX system, the two
walls of the kernel (``seccomp``, ``landlock``) on Linux; a kernel that lacks one goes without it, and the
answer says so.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inspector.confinement.limits import MEMORY_BYTES, end_with_parent, limit_resources

__all__ = ["MEMORY_BYTES", "Confinement", "confine"]


@dataclass(frozen=True, slots=True)
class Confinement:
    """What holds the process now. ``landlock`` is the version of its interface, 0 where there is none."""

    seccomp: bool = False
    landlock: int = 0
    rlimits: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"seccomp": self.seccomp, "landlock": self.landlock, "rlimits": self.rlimits}


def confine(
    readable: Sequence[str] = (), *, memory_bytes: int = MEMORY_BYTES, cpu_seconds: int | None = None
) -> Confinement:
    """Takes from this process the network, other programs, other processes, and every file but those below
    ``readable`` (absolute paths) and those of Python itself; nothing may be written.

    ``memory_bytes`` caps the address space, ``cpu_seconds`` the processor time. Never raises for what the
    system does not offer.
    """
    rlimits = limit_resources(memory_bytes, cpu_seconds)
    if not sys.platform.startswith("linux"):
        return Confinement(rlimits=rlimits)
    # Only Linux pays for what only Linux has.
    from inspector.confinement.landlock import restrict_files
    from inspector.confinement.seccomp import restrict_calls

    end_with_parent()
    abi = restrict_files(readable)
    return Confinement(seccomp=restrict_calls(), landlock=abi, rlimits=rlimits)
