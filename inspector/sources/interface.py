"""What every source gives: the entries of a target, each with bounded reads.

A source never follows a link out of its target, never opens a device, a FIFO or a socket, and lists
everything it met: what cannot be read is an entry with the reason, what a rule leaves out is a LeftOut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeGuard


class ReadFailure(Exception):
    """The bytes could not be had as promised. The message is one sentence for the reviewer."""


class ByteSource(Protocol):
    """Bounded random access to the bytes of one file, one archive member or one remote file."""

    size: int

    def read_at(self, offset: int, length: int) -> bytes:
        """Exactly ``length`` bytes from ``offset``. Raises ReadFailure where they cannot be had:
        the file shrank, the range lies outside, the disk or the server failed."""

    def close(self) -> None: ...


class RemoteBytes(ByteSource, Protocol):
    """A ByteSource of which every new piece is a request to somebody else's server.

    Readers need not know it: all of ByteSource holds. One that asks (``is_remote``) can spare requests:
    it reads ``chunk`` bytes at a time instead of its own measure (the source fetches ahead), and leaves out
    scattered reads that confirm a verdict without deciding it (the local headers of a torch archive's raw
    tensors, say) and tells that it did. A slice of such a source should pass both attributes on.
    """

    chunk: int

    def holds(self, offset: int, length: int) -> bool:
        """True where these bytes are here already, so that reading them asks nobody. False is always a
        safe answer."""


def is_remote(source: ByteSource) -> TypeGuard[RemoteBytes]:
    """True where reads of ``source`` go over a network (see RemoteBytes)."""
    return hasattr(source, "holds") and hasattr(source, "chunk")


class EntryKind(StrEnum):
    FILE = "file"
    LINK_INSIDE = "link-inside"  # a link to something that the target lists itself
    LINK_OUTSIDE = "link-outside"  # a link that leaves the target: never followed
    LINK_BROKEN = "link-broken"  # a link to nothing, or a loop
    SPECIAL = "special"  # FIFO, socket, device: never opened
    DENIED = "denied"  # there, but not readable for us
    REMOTE = "remote"  # listed by a hub, bytes not here


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the target.

    ``path`` is relative, with ``/``, and always writable as UTF-8 (broken bytes stand as ``\\xff``, and
    ``undecodable`` is then true). ``size`` is in bytes, None where unknown. ``detail`` says in words what
    is special (where a link points, why it is denied). ``claimed_sha256`` is what a hub says, never what
    was computed here. ``attributes`` are further facts of the source (git id, the hub's scan verdicts).
    """

    path: str
    kind: EntryKind
    size: int | None
    detail: str = ""
    undecodable: bool = False
    claimed_sha256: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A folder that a rule leaves out as a whole, such as ``.git``."""

    path: str
    rule: str


@dataclass(frozen=True, slots=True)
class Target:
    """What is under review. ``kind`` is a word of the contract; ``root`` is a local path or None."""

    kind: str
    name: str
    revision: str | None = None
    root: str | None = None
    asked: str | None = None


class Source(Protocol):
    """A target that is open. ``entries`` may be asked for again and lists the same, sorted by path."""

    target: Target

    def entries(self) -> Iterator[Entry | LeftOut]: ...

    def open(self, entry: Entry) -> ByteSource:
        """The bytes of ``entry``. Raises ReadFailure where it is not a regular file any more."""

    def close(self) -> None: ...


class RemoteSource(Source, Protocol):
    """A source whose large files are read by parts over a network."""

    def wanted_remotely(self) -> tuple[Entry, ...]:
        """The entries that are worth reading by parts, in the order in which to read them."""

    def open_remote(self, entry: Entry) -> RemoteBytes:
        """``entry`` read by parts, within a budget for each file and one for the review. Nothing is fetched
        before the first read; ``changed()`` says afterwards whether it was the file that is listed."""


def reads_by_parts(source: Source) -> TypeGuard[RemoteSource]:
    """True where large files of ``source`` are read by parts over a network (see RemoteSource)."""
    return hasattr(source, "wanted_remotely") and hasattr(source, "open_remote")
