"""What terms come to: values, targets of calls, arguments; with the bounds on their making."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inspector.references.project import Term

MAX_VALUES = 500
MAX_STEPS = 2_500
HOLE = "\0"  # an unknown piece inside a text


@dataclass(frozen=True, slots=True)
class Value:
    """One thing an expression can be.

    ``tag``: ``const``; ``text`` (known in part, holes are NUL); ``object`` (no text: a model, a class);
    ``download`` (a path that a known call gives; ``value`` is (row, args)); ``map`` and ``list`` (terms);
    ``unknown``. ``open`` says that the environment or the command line may put something else there.
    """

    tag: str
    value: Any = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """What a call calls: ``function`` (by full name), ``class`` or ``api``; with arguments that a partial
    has bound already, and whether the receiver is passed by the call itself."""

    kind: str
    name: str
    args: tuple[Any, ...] = ()
    keywords: tuple[Any, ...] = ()


@dataclass(slots=True)
class Arguments:
    """The arguments of a call. ``whole`` is false where a ``**`` of unknown content may bring more."""

    positional: list[Term]
    named: dict[str, Term]
    whole: bool = True

    def get(self, place: int | None, names: Sequence[str]) -> Term | None:
        """The argument at ``place`` or under one of ``names``; None where it is absent."""
        for name in names:
            if name in self.named:
                return self.named[name]
        if place is not None and place < len(self.positional):
            return self.positional[place]
        return None


UNKNOWN = Value("unknown")
