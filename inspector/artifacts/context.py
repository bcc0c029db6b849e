"""What a reader of one part shares with the readers of the file's other parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from inspector.artifacts.interface import Artifact
from inspector.artifacts.limits import MAX_DEPTH, Budget
from inspector.sources.interface import ByteSource


@dataclass(frozen=True, slots=True)
class Context:
    """``read_part`` judges the bytes of a member as if they were a file (it is the room's dispatch, handed
    down so that archives need not import it); ``depth`` counts the archives around it."""

    read_part: Callable[[ByteSource, str, Context], Artifact]
    budget: Budget = field(default_factory=Budget)
    depth: int = 0

    @property
    def is_deepest(self) -> bool:
        return self.depth >= MAX_DEPTH

    def inner(self) -> Context:
        return Context(self.read_part, self.budget, self.depth + 1)


@dataclass(frozen=True, slots=True)
class Sample:
    """What a probe of the table looks at: the file, its name, its first bytes and its ending."""

    source: ByteSource
    path: str
    start: bytes
    suffix: str
    context: Context

    @property
    def name(self) -> str:
        """The file's name in lower case, without its folder."""
        return self.path.rsplit("/", 1)[-1].lower()
