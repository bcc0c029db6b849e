"""The nouns of a review and the graph they form. Nothing here reads a file or opens a socket."""

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
