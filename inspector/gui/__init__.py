"""The window. The only room that imports PySide6."""

from inspector.gui.graph.lasting import make_constants_lasting

# Before the first call into Qt that matters; see that module for why.
make_constants_lasting()
