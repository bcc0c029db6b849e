"""The graph in the window: a canvas that paints views, and the panel around it."""

from inspector.gui.graph.lasting import make_constants_lasting

# Before the first call into Qt that matters; see that module for why.
make_constants_lasting()
