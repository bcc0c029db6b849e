"""The marks of a node as the window shows them: one row per mark, for the inventory, the legend and the key
sheet. Which marks hold for a node is decided in ``inspector.views.marks`` alone."""

from __future__ import annotations

from dataclasses import dataclass

from inspector.provenance import Node
from inspector.views.interface import PICKLE_BASED, RUNS_CODE, UNKNOWN, UNPINNED


@dataclass(frozen=True, slots=True)
class Mark:
    """``word`` is the contract's; ``icon`` stands in resources/icons; ``looks`` says how the graph draws it,
    ``means`` what it says of a node."""

    word: str
    icon: str
    looks: str
    means: str


MARKS = (
    Mark(
        PICKLE_BASED,
        "mark-pickle",
        "Pickle-based: hatched corner.",
        "Loading it can import and call, whatever it holds today.",
    ),
    Mark(
        UNPINNED,
        "mark-unpinned",
        "Unpinned: dashed outline, open padlock.",
        "What it names can change: a branch, a tag or nothing at all.",
    ),
    Mark(
        RUNS_CODE, "mark-code", "Runs code: heavy outline.", "Loading it runs code, by design or by content."
    ),
    Mark(
        UNKNOWN,
        "mark-unknown",
        "Unknown: question mark.",
        "Not read to its end, or not to be told; it never counts as fine.",
    ),
)
ICONS = {mark.word: mark.icon for mark in MARKS}


def marks_of(node: Node | None) -> tuple[str, ...]:
    """The words that mark a node: pickle-based, unpinned, runs code, unknown."""
    if node is None:
        return ()
    from inspector.views.marks import marks

    return tuple(marks(node))
