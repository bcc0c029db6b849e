"""What a view of the provenance graph is: boxes with a place, lines with a course, and a heading.

A view is plain data: the window paints it, a command may export it, a test may measure it. Lengths are in
pixels at zoom 1 and scale 1; x grows to the right, y downwards, and a node's x and y are its top left.
Every text in a view has gone through ``plain`` and may be shown as it stands, as plain text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from inspector.provenance import Edge

Point: TypeAlias = tuple[float, float]

# One card. A node with marks or a finding has a third line of text and is that much taller.
CARD_WIDTH = 228.0  # three columns fit beside both panes of a 1440 pixel window
DETAILED_WIDTH = 300.0  # cards with further lines: lineage, where a chain is short and every word counts
CARD_HEIGHT = 56.0
CARD_HEIGHT_MARKED = 82.0
DETAIL_HEIGHT = 18.0

# The words of a mark, in the order in which they are shown and spoken.
PICKLE_BASED = "pickle-based"
UNPINNED = "unpinned"
RUNS_CODE = "runs code"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PlacedNode:
    """One node of the graph, or a stack of ``stack`` like ones, with its place.

    ``label`` may be shortened in its middle, ``name`` is the whole name (up to 300 characters). ``kind``,
    ``severity`` and ``marks`` are words. ``details`` are further lines (lineage only). A stack's ``id``
    names no node; ``members`` are the ids of the nodes that lie in it.
    """

    id: str
    label: str
    sublabel: str
    kind: str
    marks: tuple[str, ...]
    severity: str | None
    x: float
    y: float
    w: float
    h: float
    stack: int = 0
    name: str = ""
    findings: int = 0
    details: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    @property
    def spoken(self) -> str:
        """What a screen reader says: "model acme/base-7b, pickle-based, unpinned"."""
        head = self.label if self.stack else f"{self.kind} {self.name or self.label}"
        return ", ".join((head, *self.marks))


@dataclass(frozen=True, slots=True)
class PlacedEdge:
    """A line between two placed nodes.

    ``points`` are a start and then, per piece, two control points and an end: cubic curves, as SVG's C.
    ``hops`` above 1 says that the line stands for that many edges in a row, whose inner nodes are not
    shown; ``label`` is what its chip says and ``chip`` the chip's middle. ``edges`` are the edges of the
    graph that it stands for, with their evidence.
    """

    source: str
    target: str
    kind: str
    points: tuple[Point, ...]
    hops: int = 1
    hot: bool = False
    label: str = ""
    chip: Point | None = None
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What one view shows. ``shown`` counts the nodes of the graph that stand there by themselves,
    ``total`` all nodes. ``anchor`` is the id to begin at (the project, or the node the view is about)."""

    name: str
    nodes: tuple[PlacedNode, ...]
    edges: tuple[PlacedEdge, ...]
    heading: str
    width: float
    height: float
    shown: int
    total: int
    anchor: str = ""

    def node(self, key: str) -> PlacedNode | None:
        """The placed node with this id, else None."""
        return next((node for node in self.nodes if node.id == key), None)
