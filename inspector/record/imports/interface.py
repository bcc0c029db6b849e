"""What a document says, before it is held against the review: components, judgements, answers.

A reader states what stands in the document and judges nothing; every text in it is the document's claim.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from inspector.provenance import UnreadableInput, plain
from inspector.review.proposals import Origin

MOST_TEXT = 2000  # characters of a reason, a note or a name; a longer one is cut and says so
MOST_LICENCES = 20  # of one component
MOST_COMPONENTS = 200_000
_NO_LICENCE = ("NOASSERTION", "NONE", "NoAssertionLicense", "NoneLicense", "")
MOST_JUDGEMENTS = 50_000


@dataclass(frozen=True, slots=True)
class Component:
    """One thing a document lists. ``ref`` is the document's own id of it, ``digests`` are SHA-256 in hex,
    ``path`` is set where it is a file, ``kind`` is model, dataset, file or other."""

    ref: str
    name: str
    kind: str = "other"
    version: str = ""
    purl: str = ""
    digests: tuple[str, ...] = ()
    path: str = ""
    licences: tuple[str, ...] = ()
    supplier: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What an earlier record decided of one finding, and what the finding rested on: the fingerprint, the
    files it was seen in with their digests, and the component's version and revision."""

    finding: str
    state: str
    fingerprint: str
    because: str = ""
    expires: str | None = None
    owner: str = ""
    node: str = ""
    files: tuple[tuple[str, str], ...] = ()  # path, SHA-256; an empty digest is one the record does not give
    version: str | None = None
    revision: str | None = None
    is_component: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What an earlier record answered to one question, with the question as it read."""

    question: str
    text: str
    answer: str
    note: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessed:
    """What a bill of materials says of advisories in one of its components (VEX)."""

    ids: tuple[str, ...]
    ref: str
    state: str  # a state of a finding, or "" where the document left it open
    because: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One document that was read. ``notes`` are sentences about what of it was not taken."""

    origin: Origin
    components: tuple[Component, ...] = ()
    judged: tuple[Judged, ...] = ()
    answered: tuple[Answered, ...] = ()
    assessed: tuple[Assessed, ...] = ()
    notes: tuple[str, ...] = field(default=())


def licences_of(words: Iterable[str]) -> tuple[str, ...]:
    """The licences among ``words``, without SPDX's two words for saying nothing."""
    return some(word for word in words if word.rpartition("/")[2] not in _NO_LICENCE)


def text_of(value: Any) -> str:
    """``value`` where it is text, cut to a bearable length; "" for anything else."""
    if not isinstance(value, str):
        return ""
    cleaned = value.encode("utf-8", "backslashreplace").decode().strip()
    return cleaned if len(cleaned) <= MOST_TEXT else f"{cleaned[: MOST_TEXT - 8]} [cut]"


def maps(value: Any) -> list[dict[str, Any]]:
    """The objects in ``value`` where it is a list; what is none is left aside."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def table(value: Any) -> dict[str, Any]:
    """``value`` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def some(values: Iterable[str], most: int = MOST_LICENCES) -> tuple[str, ...]:
    """The first few different texts of ``values`` that say anything."""
    return tuple(list(dict.fromkeys(one for one in values if one))[:most])


def too_many(what: str, most: int) -> UnreadableInput:
    return UnreadableInput(
        f"It lists more than {most:,} {plain(what)}, which is more than is read.", "Give a part of it."
    )
