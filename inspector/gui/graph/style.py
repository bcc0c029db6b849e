"""The style sheet of the graph panel, from the tokens."""

from __future__ import annotations

from inspector.gui.theme import Tokens


def sheet(tokens: Tokens, scale: float) -> str:
    """The sheet for one theme and interface scale; it names only what stands inside the panel."""
    small, normal = round(13 * scale), round(14 * scale)
    bar = round(12 * scale)
    pad_y, pad_x = round(4 * scale), round(10 * scale)
    return f"""
GraphPanel {{ background: {tokens.surface}; }}
GraphPanel QToolButton {{
    color: {tokens.ink}; background: transparent; border: 1px solid transparent;
    border-radius: 6px; padding: {pad_y}px; font-size: {normal}px;
}}
GraphPanel QToolButton#graphView {{ padding: {pad_y}px {pad_x}px; }}
GraphPanel QToolButton:hover {{ background: {tokens.surface_raised}; }}
GraphPanel QToolButton:checked {{
    background: {tokens.selection}; color: {tokens.ink}; border-color: {tokens.accent};
}}
GraphPanel QToolButton:focus {{ border-color: {tokens.accent}; }}
GraphPanel QToolButton:disabled {{ color: {tokens.sub}; }}
GraphPanel QLabel#graphHeading {{
    color: {tokens.ink}; font-size: {normal}px; font-weight: 600; background: transparent;
}}
GraphPanel QLabel#graphZoom {{ color: {tokens.sub}; font-size: {small}px; background: transparent; }}
GraphPanel QScrollBar {{ background: {tokens.window}; border: none; }}
GraphPanel QScrollBar:horizontal {{ height: {bar}px; }}
GraphPanel QScrollBar:vertical {{ width: {bar}px; }}
GraphPanel QScrollBar::handle {{ background: {tokens.edge}; border-radius: {bar // 2 - 2}px; margin: 2px; }}
GraphPanel QScrollBar::handle:horizontal {{ min-width: 28px; }}
GraphPanel QScrollBar::handle:vertical {{ min-height: 28px; }}
GraphPanel QScrollBar::add-line, GraphPanel QScrollBar::sub-line {{ width: 0; height: 0; }}
GraphPanel QScrollBar::add-page, GraphPanel QScrollBar::sub-page {{ background: transparent; }}
GraphPanel QAbstractScrollArea::corner {{ background: {tokens.window}; }}
"""
