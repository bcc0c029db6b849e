"""Colours of the window as tokens: light, dark and high contrast. The only place where a colour stands.

Text tokens keep 4.5:1 against the surfaces they stand on, graphics 3:1; high contrast keeps 7:1. The kinds
are told apart by shape and letter too (Okabe-Ito hues, safe for colour-blind readers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme. Values are ``#rrggbb``."""

    name: str
    window: str  # behind everything
    surface: str  # cards, tables, panes
    surface_raised: str  # headers, hovered rows, nodes
    ink: str  # text
    sub: str  # secondary text
    line: str  # hairlines between surfaces
    edge: str  # graph edges and outlines that carry meaning
    accent: str  # focus, selection, the one thing to press
    accent_ink: str  # text on accent
    selection: str  # behind selected rows
    risk: str  # the hot path, runs-code outlines
    good: str  # said of what was checked and holds, never of the unknown
    unknown: str  # question marks, hatching
    severity: Mapping[str, str]  # severity word -> colour for text and marks
    kind: Mapping[str, str]  # node kind -> colour of its letter plate (white or dark letter on it)
    plate_ink: str  # the letter on a kind plate


LIGHT = Tokens(
    name="light",
    window="#f4f5f8",
    surface="#ffffff",
    surface_raised="#eceff4",
    ink="#1a1d29",
    sub="#555c6e",
    line="#d5d9e2",
    edge="#7e8797",
    accent="#1f5fbf",
    accent_ink="#ffffff",
    selection="#d6e4fa",
    risk="#b83a06",
    good="#1b7a3d",
    unknown="#6b5a00",
    severity={
        "critical": "#a3123a",
        "high": "#b83a06",
        "medium": "#855400",
        "low": "#1f5fbf",
        "info": "#555c6e",
    },
    kind={
        "project": "#3a4256",
        "model": "#a02c74",
        "model-file": "#7a4a8c",
        "dataset": "#1b7a3d",
        "dataset-file": "#2f6f5e",
        "package": "#2d6aa6",
        "manifest": "#50617a",
        "code": "#5b6270",
        "container-image": "#00708a",
        "owner": "#8a5a00",
    },
    plate_ink="#ffffff",
)

DARK = Tokens(
    name="dark",
    window="#15181f",
    surface="#1c2029",
    surface_raised="#262b37",
    ink="#e8ebf2",
    sub="#a7afc0",
    line="#343b4a",
    edge="#808b9f",
    accent="#7db3ff",
    accent_ink="#0d1420",
    selection="#27406a",
    risk="#ff8a50",
    good="#6bd68c",
    unknown="#e2c044",
    severity={
        "critical": "#ff7a9c",
        "high": "#ff8a50",
        "medium": "#f0b53c",
        "low": "#7db3ff",
        "info": "#a7afc0",
    },
    kind={
        "project": "#b9c2d6",
        "model": "#ee8fc4",
        "model-file": "#cfa0e0",
        "dataset": "#6bd68c",
        "dataset-file": "#7fd1b9",
        "package": "#86bdf0",
        "manifest": "#a9b8d0",
        "code": "#b4bac8",
        "container-image": "#5fcbe4",
        "owner": "#e5b45c",
    },
    plate_ink="#10131a",
)

CONTRAST = Tokens(
    name="contrast",
    window="#000000",
    surface="#000000",
    surface_raised="#1a1a1a",
    ink="#ffffff",
    sub="#e6e6e6",
    line="#ffffff",
    edge="#d0d0d0",
    accent="#ffe14d",
    accent_ink="#000000",
    selection="#003d99",
    risk="#ffab7a",
    good="#7dff9e",
    unknown="#ffe14d",
    severity={
        "critical": "#ffa8bd",
        "high": "#ffab7a",
        "medium": "#ffd166",
        "low": "#a8d1ff",
        "info": "#e6e6e6",
    },
    kind={
        "project": "#ffffff",
        "model": "#ffb3dc",
        "model-file": "#e3c2f0",
        "dataset": "#7dff9e",
        "dataset-file": "#a5f0da",
        "package": "#a8d1ff",
        "manifest": "#d6e0f0",
        "code": "#e0e0e0",
        "container-image": "#8ae9ff",
        "owner": "#ffd58a",
    },
    plate_ink="#000000",
)

THEMES: Mapping[str, Tokens] = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}


def syntax_colours(tokens: Tokens) -> dict[str, str]:
    """What stands out in source lines, by kind of span. Never the colours of risk and of what is good:
    these say something, and syntax says nothing."""
    return {
        "word": tokens.accent,
        "text": tokens.kind["dataset-file"],
        "number": tokens.kind["project"],
        "remark": tokens.sub,
        "name": tokens.kind["owner"],
    }


def contrast(one: str, other: str) -> float:
    """The contrast of two ``#rrggbb`` colours, 1 to 21, in either order.

    Relative luminance and ratio as WCAG 2.2 defines them; 1.4.3 asks 4.5 of text, 1.4.11 3 of graphics.
    """
    first, second = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
