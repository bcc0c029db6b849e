"""What the pointer tells of a node or a line. Tips are plain text: Qt would render markup in a name."""

from __future__ import annotations

from html import escape

from inspector.gui.graph.places import Places
from inspector.gui.texts import tr
from inspector.provenance import plain
from inspector.provenance.text import elide_middle
from inspector.views import PlacedEdge, PlacedNode
from inspector.views.marks import spoken_detail

_EVIDENCE = 3
_LIMIT = 120


def plain_tip(lines: list[str]) -> str:
    """The lines as a tip that stands as written, whatever is in them: every character of markup escaped."""
    text = "<br>".join(escape(line) for line in lines)
    return f"<div style='white-space: pre-wrap'>{text}</div>"


def node_tip(node: PlacedNode) -> str:
    """Name, marks, severity and details of a node."""
    return plain_tip([node.spoken, *spoken_detail(node).split("; ")])


def edge_tip(edge: PlacedEdge, places: Places) -> str:
    """Which two nodes a line joins, how, and the first places it was seen in."""
    source, target = places.node(edge.source), places.node(edge.target)
    lines = [f"{source.label if source else '?'} → {target.label if target else '?'}"]
    kinds = list(dict.fromkeys(item.kind.value for item in edge.edges))
    lines.append(", ".join(kinds) + (f" · {tr('{0} hops').format(edge.hops)}" if edge.hops > 1 else ""))
    seen = [item for original in edge.edges for item in original.evidence]
    for item in seen[:_EVIDENCE]:
        where = item.get("path") or item.get("source") or ""
        line = item.get("line")
        said = item.get("text") or item.get("value") or ""
        place = f"{where}:{line}" if line else f"{where}"
        lines.append(plain(elide_middle(f"{place}  {said}", _LIMIT)))
    if len(seen) > _EVIDENCE:
        lines.append(tr("and {0} more").format(f"{len(seen) - _EVIDENCE:,}"))
    return plain_tip(lines)
