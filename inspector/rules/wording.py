"""Sentences of findings: counts, lists of names, and a reader's words as a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PLAIN_WORD = re.compile(r"[a-z]+(?=[ ,:])")
_NAMED = 4


def count(number: int, one: str, many: str | None = None) -> str:
    """``number`` with its noun: "1 file", "3 files". ``many`` where an s does not make the plural."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def listed(names: Iterable[str], limit: int = _NAMED) -> str:
    """The names in order, each once, as "a, b and c"; beyond ``limit`` "a, b, c and 5 more"."""
    given = sorted(set(names))
    if len(given) > limit:
        return f"{', '.join(given[: limit - 1])} and {len(given) - limit + 1} more"
    return " and ".join(part for part in (", ".join(given[:-1]), given[-1]) if part) if given else ""


def sentence(text: str) -> str:
    """``text`` with a capital and a full stop. A first word that is a name (dots, digits) stays as it is."""
    text = text.strip()
    if _PLAIN_WORD.match(text):
        text = text[0].upper() + text[1:]
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."
