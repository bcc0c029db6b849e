"""The graph in the window: a canvas that paints views, and ``GraphPanel`` around it."""

from typing import TYPE_CHECKING, Any

from inspector.gui.graph.lasting import make_constants_lasting

if TYPE_CHECKING:
    from inspector.gui.graph.panel import GraphPanel

__all__ = ["GraphPanel"]

# Before the first call into Qt that matters; see that module for why.
make_constants_lasting()


def __getattr__(name: str) -> Any:
    """The panel is imported when it is first asked for: the window's welcome page does without it."""
    if name == "GraphPanel":
        from inspector.gui.graph.panel import GraphPanel

        return GraphPanel
    raise AttributeError(name)
