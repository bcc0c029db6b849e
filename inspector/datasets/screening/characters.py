"""Characters that a reader does not see, or takes for others.

Zero-width and bidirectional characters, tags, private-use characters, and words that mix scripts ("раypal"
with Cyrillic letters: Unicode Technical Standard 39). All of them also occur in honest text: joiners hold
emoji together and shape Arabic and Indic scripts, soft hyphens come from typesetting. So what stands in its
usual place is left out.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

_MOST_ROWS = 100_000
_MOST_EXAMPLES = 200
_LONGEST = 400  # characters of a word that mixes scripts
_KINDS: dict[str, tuple[str, str]] = {
    # name -> (class for a regular expression, what the reviewer reads)
    "zero-width": (
        r"\x{200B}\x{2060}\x{FEFF}\x{180E}\x{2061}-\x{2064}\x{115F}\x{1160}\x{3164}\x{FFA0}",
        "zero-width or invisible",
    ),
    "bidi": (r"\x{202A}-\x{202E}\x{2066}-\x{2069}", "changing the direction of writing"),
    "tag": (r"\x{E0000}-\x{E007F}", "invisible tag"),
    "private-use": (r"\x{E000}-\x{F8FF}\x{F0000}-\x{FFFFD}\x{100000}-\x{10FFFD}", "private-use"),
    "control": (r"\x{0}-\x{8}\x{B}\x{C}\x{E}-\x{1D}\x{1F}\x{7F}\x{80}-\x{9F}", "control"),
}
# Joiners and soft hyphens amid Latin, Cyrillic or Greek letters: no script of theirs needs them.
_LETTER = r"[\p{Latin}\p{Cyrillic}\p{Greek}]"
_JOINED = (
    rf"{_LETTER}[\x{{200C}}\x{{200D}}\x{{200E}}\x{{200F}}\x{{AD}}]{_LETTER}|"
    rf"{_LETTER}[\x{{FE00}}-\x{{FE0F}}]"
)
_MIXED = (
    r"[\p{Latin}][\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}]|"
    r"[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}][\p{Latin}]"
)
_ENCLOSED = r"[\x{1F3F4}][\x{E0020}-\x{E007F}]+"  # flags of regions are emoji made of tags
KIND_WORDS = {name: words for name, (_, words) in _KINDS.items()} | {
    "joiner": "a joiner or soft hyphen between letters",
    "mixed-script": "letters of two scripts in one word",
}


class CharacterTally:
    """For each kind, the rows that hold it, and one example each of the characters."""

    def __init__(self) -> None:
        self.rows: dict[str, list[int]] = {name: [] for name in KIND_WORDS}
        self._texts: dict[str, list[str]] = {name: [] for name in KIND_WORDS}

    def examples(self, name: str) -> dict[str, int]:
        """The first 200 different texts of a kind, and how often each was met."""
        found: dict[str, int] = {}
        for text in self._texts[name]:
            if text in found or len(found) < _MOST_EXAMPLES:
                found[text] = found.get(text, 0) + 1
        return found

    def extend(self, other: CharacterTally, first: int) -> None:
        """Adds what was met in rows that follow; ``first`` is the number of the first of them."""
        for name, rows in self.rows.items():
            room = _MOST_ROWS - len(rows)
            rows += [row + first for row in other.rows[name][:room]]
            self._texts[name] += other._texts[name][:room]

    def add(self, inputs: Sequence[str], outputs: Sequence[str], first: int) -> None:
        """Adds a batch of rows; only those that are not plain ASCII are looked into."""
        wanted = [
            (number, f"{given} {answer}")
            for number, (given, answer) in enumerate(zip(inputs, outputs, strict=True))
            if not (given.isascii() and answer.isascii()) or _has_control(given) or _has_control(answer)
        ]
        if not wanted:
            return
        import polars as pl

        numbers = [number for number, _ in wanted]
        texts = pl.Series("t", [text for _, text in wanted], dtype=pl.String)
        cleaned = texts.str.replace_all(_ENCLOSED, "")
        for name, (members, _) in _KINDS.items():
            self._note(name, cleaned.str.extract(f"([{members}])"), numbers, first)
        self._note("joiner", cleaned.str.extract(f"({_JOINED})"), numbers, first)
        self._note(
            "mixed-script", cleaned.str.extract(rf"([\p{{L}}]*(?:{_MIXED})[\p{{L}}]*)"), numbers, first
        )

    def _note(self, name: str, found: Any, numbers: list[int], first: int) -> None:
        rows, texts = self.rows[name], self._texts[name]
        for number, text in zip(numbers, found.to_list(), strict=True):
            if text is not None and len(rows) < _MOST_ROWS:
                rows.append(first + number)
                texts.append(sys.intern(text[:_LONGEST]))


def _has_control(text: str) -> bool:
    return not text.isprintable() and any(
        ord(sign) < 32 and sign not in "\t\n\r\x1e\x1b" for sign in set(text)
    )


def named(sign: str) -> str:
    """``U+200B ZERO WIDTH SPACE`` for one character."""
    return f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".strip()
