"""What one pass of the pickle machine may cost, why it may stop, and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field

from inspector.artifacts.interface import Reason
from inspector.provenance import Loading

MAX_OPS = 20_000_000
MAX_STACK = 3_000_000
MAX_LINE = 64 << 20  # an array in protocol 0 is one line
KEPT_TEXT = 4096  # bytes of a text, and of a byte string, that are kept as they are
KEPT_BYTES = 256
PROTOCOLS = frozenset(bytes((0x80, protocol)) for protocol in range(2, 6))


@dataclass(slots=True)
class Limits:
    """What one stream may cost."""

    ops: int = MAX_OPS
    stack: int = MAX_STACK
    line: int = MAX_LINE


class Broken(Exception):
    """A real unpickler would stop here. ``code`` is the reason's word."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class Outcome:
    """What one pass found. ``end`` is the offset after STOP; ``value`` what the stream would give."""

    ended: bool = False
    end: int = 0
    ops: int = 0
    value: object = None
    problems: list[tuple[Loading, Reason]] = field(default_factory=list)
