"""Contrast, computed from the tokens: 4.5:1 for text, 3:1 for graphics, 7:1 in high contrast."""

from __future__ import annotations

import pytest

from inspector.gui.theme import THEMES, Tokens, contrast

GROUNDS = ("window", "surface", "surface_raised")


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#777777") == pytest.approx(1.0)
    # The example of WCAG's understanding document for 1.4.3: #767676 on white just passes.
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def _text(tokens: Tokens) -> list[tuple[str, str, str]]:
    pairs = [
        (word, tokens.__getattribute__(word), ground)
        for word in ("ink", "sub", "risk", "good", "unknown")
        for ground in GROUNDS
    ]
    pairs += [(f"severity {w}", c, ground) for w, c in tokens.severity.items() for ground in GROUNDS]
    pairs.append(("ink on selection", tokens.ink, "selection"))
    pairs.append(("accent ink", tokens.accent_ink, "accent"))
    return pairs


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_text_can_be_read(theme: str) -> None:
    tokens = THEMES[theme]
    least = 7.0 if theme == "contrast" else 4.5
    for word, colour, ground in _text(tokens):
        assert contrast(colour, getattr(tokens, ground)) >= least, (word, ground)
    for kind, colour in tokens.kind.items():
        assert contrast(tokens.plate_ink, colour) >= least, kind


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_graphics_can_be_told_apart(theme: str) -> None:
    tokens = THEMES[theme]
    least = 7.0 if theme == "contrast" else 3.0
    for ground in GROUNDS:
        for word in ("edge", "accent", "risk", "unknown"):
            assert contrast(getattr(tokens, word), getattr(tokens, ground)) >= least, (word, ground)
        for kind, colour in tokens.kind.items():
            assert contrast(colour, getattr(tokens, ground)) >= least, (kind, ground)
