"""What is asked of a worker (Work), and what came of it (Outcome)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inspector.scan.interface import PARTS
from inspector.sources.interface import ByteSource, Entry


@dataclass(frozen=True, slots=True)
class Work:
    """One file and the parts that are wanted of it.

    A local file is opened by the worker. ``data`` are bytes in base64 that travel with the task; of
    ``remote`` the worker asks for piece by piece while it reads. ``known`` are values of earlier, which held
    for the state ``known_of``. ``tells_verdict``: an EarlyVerdict comes as soon as there is one.
    """

    entry: Entry
    parts: Sequence[str] = PARTS
    data: str | None = None
    remote: ByteSource | None = None
    known: Mapping[str, Any] = field(default_factory=dict)
    known_of: tuple[int, ...] | None = None
    tells_verdict: bool = False


@dataclass(slots=True)
class Outcome:
    """What came of one file: values and failures (sentences) by part, both JSON values.

    ``identity`` is the state of the file that was open (LocalBytes.identity), ``unread`` a sentence where
    bytes that were asked for could not be had, ``saved`` whether all of it came from an earlier scan.
    """

    entry: Entry
    values: dict[str, Any] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    changed: bool = False
    identity: tuple[int, ...] | None = None
    unread: str | None = None
    saved: bool = False

    def left(self, parts: Sequence[str]) -> list[str]:
        """Those of ``parts`` that are still to come."""
        return [part for part in parts if part not in self.values and part not in self.failures]


@dataclass(frozen=True, slots=True)
class EarlyVerdict:
    """The artifact part of a file is there, the others are still to come."""

    outcome: Outcome


@dataclass(slots=True)
class Task:
    """A Work on its way, with the number under which a worker speaks of it."""

    number: int
    work: Work
    outcome: Outcome
    hashed: int = 0  # bytes
    asked: int = 0  # how often bytes were asked for

    def left(self) -> list[str]:
        return self.outcome.left(self.work.parts)
