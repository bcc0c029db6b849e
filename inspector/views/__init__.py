"""Views of the provenance graph as plain data: what is shown, where it stands, how the lines run.

Pure Python over inspector.provenance; the window paints what these functions give.
"""

from inspector.views.compose import hot_path, with_hot_path
from inspector.views.focus import focus
from inspector.views.interface import PlacedEdge, PlacedNode, View
from inspector.views.lineage import lineage
from inspector.views.marks import accessible_label, marks
from inspector.views.network import Network
from inspector.views.paths import paths
from inspector.views.story import story
from inspector.views.whole import whole

__all__ = [
    "Network",
    "PlacedEdge",
    "PlacedNode",
    "View",
    "accessible_label",
    "focus",
    "hot_path",
    "lineage",
    "marks",
    "paths",
    "story",
    "whole",
    "with_hot_path",
]
