"""One labelled file of the corpus, and the words that a label may hold."""

from __future__ import annotations

from typing import NamedTuple

HOSTILE, UNKNOWN, DATA, LIBRARY = "hostile", "unknown-import", "harmless-data", "harmless-library"
RUNS, BROKEN, UNLISTED, FOREIGN = "runs-code", "unreadable", "unknown-import", "not-understood"
PLAIN, LISTED, NO_LOADER = "data-only", "allow-listed", "no-loader"

# What a label allows the verdict to be; the exact word stands beside it in each case.
WORDS_OF = {
    HOSTILE: frozenset({RUNS, BROKEN}),
    UNKNOWN: frozenset({UNLISTED}),
    DATA: frozenset({PLAIN, LISTED, NO_LOADER, FOREIGN}),
    LIBRARY: frozenset({"library"}),
}


class Case(NamedTuple):
    """A file: its path in the corpus, its bytes, what it is (``label``), the one right verdict (``word``),
    the sort of trick (``category``) and why the label is true."""

    path: str
    data: bytes
    label: str
    word: str
    category: str
    why: str


def hostile(category: str, path: str, data: bytes, why: str, word: str = RUNS) -> Case:
    """A file that must not be fine."""
    return Case(f"{category}/{path}", data, HOSTILE, word, category, why)


def slug(text: str) -> str:
    """A file name made of the letters and digits of ``text``."""
    return "_".join("".join(letter if letter.isalnum() else " " for letter in text).split())
