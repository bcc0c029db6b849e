"""The lists of well-known names, as they stand in the resources, and names reduced to what the eye sees.

A list is a text file: lines with ``#`` tell its date, its source and its licence, then one name a line, the
best known first. The place in the file is the rank.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache

from inspector import resources

_DATE = re.compile(r"#\s*date:\s*(\d{4}-\d\d-\d\d)")
_SEPARATORS = re.compile(r"[-_. ]+")
# Small letters of other scripts that are drawn as a Latin one: a part of the confusables of Unicode TR39.
_SCRIPTS = str.maketrans(
    {
        **dict(zip("аеорсухіјѕԁһкмтпвнԛԝ", "aeopcyxijsdhkmtnbhqw", strict=True)),  # Cyrillic
        **dict(zip("αονικρτυχε", "aovikptuxe", strict=True)),  # Greek
        **dict(zip("ոսօց", "nuog", strict=True)),  # Armenian
        **dict(zip("ɡɑıɩʏℓ", "gaiiyl", strict=True)),  # Latin beyond ASCII, and signs
    }
)
# What an eye takes for another in most typefaces; each group stands for its first member.
_DRAWN_ALIKE = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"))


@cache
def ranked(which: str) -> dict[str, int]:
    """Name to rank (1 is the best known) of the list ``which``: "pypi" or "owners"."""
    lines = _text(f"{which}.txt").splitlines()
    names = (line.strip() for line in lines if line.strip() and not line.startswith("#"))
    return {name: rank for rank, name in enumerate(dict.fromkeys(names), 1)}


def list_date(which: str = "pypi") -> str | None:
    """The day on which the list ``which`` was made, as YYYY-MM-DD."""
    found = _DATE.search(_text(f"{which}.txt"))
    return found.group(1) if found else None


@cache
def neighbours() -> dict[str, str]:
    """Names that are near a well-known one and are well known to be something else, with the reason."""
    return dict(tomllib.loads(_text("neighbours.toml"))["names"])


@cache
def spoken() -> dict[str, str]:
    """What people call a package that has another name on the index: ``opencv`` for opencv-python."""
    return dict(tomllib.loads(_text("neighbours.toml"))["spoken"])


def compact(name: str) -> str:
    """The name without separators."""
    return _SEPARATORS.sub("", name)


def words(name: str) -> list[str]:
    """The parts of a name between its separators."""
    return [part for part in _SEPARATORS.split(name) if part]


def in_latin(name: str) -> str:
    """The name with letters of other scripts as the Latin ones they are drawn as, in small letters."""
    return unicodedata.normalize("NFKC", name).lower().translate(_SCRIPTS)


def drawn(name: str) -> str:
    """What the eye sees: separators away, and letters and digits that are drawn alike made the same."""
    seen = compact(name)
    for one, other in _DRAWN_ALIKE:
        seen = seen.replace(one, other)
    return seen


@cache
def _text(file: str) -> str:
    return resources.path("lookalike", file).read_text(encoding="utf-8")
