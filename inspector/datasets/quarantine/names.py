"""Names of people and sources as they are compared and stored."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

from inspector.datasets.quarantine.interface import TIME_FORMAT
from inspector.provenance import UnreadableInput, plain

MAX_NAME = 200
MAX_WHY = 4000
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

# Letters of other scripts by the Latin letter that they are drawn as, small or capital (Unicode Technical
# Standard 39 has all of them; these are the ones in the scripts that names are typed in).
_DRAWN_AS = str.maketrans(
    {
        **dict(zip("аеорсухіјѕԁһкмтвнԛԝԍ", "aeopcyxijsdhkmtbhqwg", strict=True)),  # Cyrillic
        **dict(zip("αονικρτυχεβημζγ", "aovikptuxebhmzy", strict=True)),  # Greek
        **dict(zip("օոսցհ", "onugh", strict=True)),  # Armenian
        **dict(zip("ɑɡıɩʏʟ", "agiiyl", strict=True)),  # Latin beyond ASCII
    }
)


def person(text: str) -> str:
    """A name as it was given, without spaces around it; UnreadableInput for one that shows as another."""
    return _clean(text, "a name", MAX_NAME)


def reason(text: str) -> str:
    """The sentence that the log keeps with a decision; it may not be empty."""
    kept = text.strip()
    if not kept:
        raise UnreadableInput("A decision needs a reason.", "Give one with --why.")
    if len(kept) > MAX_WHY:
        raise UnreadableInput(f"The reason is longer than {MAX_WHY} characters.")
    return plain(kept, MAX_WHY, keep_newlines=True)


def source(text: str) -> str:
    return _clean(text, "a source", MAX_NAME)


def _clean(text: str, what: str, most: int) -> str:
    kept = " ".join(text.split())
    if not kept:
        raise UnreadableInput(f"{what.capitalize()} is needed and may not be empty.")
    if len(kept) > most:
        raise UnreadableInput(f"{what.capitalize()} may have {most} characters at most.")
    if any(unicodedata.category(character) in _HIDDEN for character in kept):
        raise UnreadableInput(
            f"{plain(kept)} cannot be {what}: it holds control or invisible characters.",
            "Type it with visible characters only.",
        )
    return kept


def key(name: str) -> str:
    """By what two names are the same person: letters without case, width, spacing (NFKC) and script. A name
    that looks like another's must not be a second pair of eyes; that two people look the same here only holds
    something back."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    folded = folded.translate(_DRAWN_AS)
    visible = (character for character in folded if unicodedata.category(character) not in _HIDDEN)
    return " ".join("".join(visible).split())


def now() -> str:
    """This moment in UTC, RFC 3339 in whole seconds."""
    return datetime.now(UTC).strftime(TIME_FORMAT)
