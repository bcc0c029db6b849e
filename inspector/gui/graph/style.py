"""The style sheet of the graph panel, from the tokens."""

from __future__ import annotations

from inspector.gui.theme import Tokens


def sheet(tokens: Tokens, scale: float) -> str:
    """The sheet for one theme and interface scale; it names only what stands inside the panel."""
    small, normal = round(13 * scale), round(14 * scale)
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
"""
