"""The nouns of a review and the graph they form. Nothing here reads a file or opens a socket.

A module is imported when the first of its names is used: a worker that reads files needs no graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.late import late_names

if TYPE_CHECKING:
    from inspector.provenance.errors import InspectorError, Refused, UnreadableInput, WorkIncomplete
    from inspector.provenance.graph import ProvenanceGraph
    from inspector.provenance.nouns import Edge, Evidence, Finding, Node, finding_id, node_id
    from inspector.provenance.text import plain
    from inspector.provenance.words import (
        Audit,
        Confidence,
        EdgeKind,
        Loading,
        NodeKind,
        Pin,
        Severity,
        State,
    )

_PLACES = {
    "Audit": "words",
    "Confidence": "words",
    "Edge": "nouns",
    "EdgeKind": "words",
    "Evidence": "nouns",
    "Finding": "nouns",
    "InspectorError": "errors",
    "Loading": "words",
    "Node": "nouns",
    "NodeKind": "words",
    "Pin": "words",
    "ProvenanceGraph": "graph",
    "Refused": "errors",
    "Severity": "words",
    "State": "words",
    "UnreadableInput": "errors",
    "WorkIncomplete": "errors",
    "finding_id": "nouns",
    "node_id": "nouns",
    "plain": "text",
}

__all__ = [
    "Audit",
    "Confidence",
    "Edge",
    "EdgeKind",
    "Evidence",
    "Finding",
    "InspectorError",
    "Loading",
    "Node",
    "NodeKind",
    "Pin",
    "ProvenanceGraph",
    "Refused",
    "Severity",
    "State",
    "UnreadableInput",
    "WorkIncomplete",
    "finding_id",
    "node_id",
    "plain",
]

__getattr__ = late_names(__name__, _PLACES)
