"""Which versions an advisory affects, by the OSV schema's evaluation over PEP 440 versions.

A version that an advisory lists is affected whatever its ranges say, and the other way round. Text in an
advisory that PEP 440 does not allow never raises: a lower bound that cannot be read bounds nothing, an
upper bound that cannot be read ends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from packaging.utils import canonicalize_version
from packaging.version import Version

from inspector.dependencies.version_keys import LOWEST, key_of, parsed

# At one version a fix counts before a new beginning: what begins again there is affected.
_ORDER = {"fixed": 0, "limit": 0, "introduced": 1, "last_affected": 2}
_LOWEST_KEY = key_of(LOWEST)


@dataclass(frozen=True, slots=True)
class Span:
    """Affected versions from ``low`` to ``high`` (None: to the end), as keys of ``version_keys.key_of``.

    ``closed`` is True where ``high`` itself is affected; ``fix`` is the version that ends the span, as the
    advisory writes it, None where it names none.
    """

    low: bytes
    high: bytes | None
    closed: bool
    fix: str | None


@lru_cache(maxsize=50_000)
def _key(text: str) -> str:
    version = parsed(text)
    # 1.0 and 1.0.0 are one version (PEP 440); what is no version stands for itself.
    return canonicalize_version(version) if version is not None else text.replace("|", "")


def listing(versions: Sequence[str]) -> str:
    """Listed versions in one text, each in its canonical spelling, for ``listed_as``."""
    return f"|{'|'.join(dict.fromkeys(map(_key, versions)))}|" if versions else ""


def listed_as(version: Version) -> str:
    """The text that stands in a ``listing`` which holds ``version``."""
    return f"|{canonicalize_version(version)}|"


def spans(events: Sequence[tuple[str, str]]) -> list[Span]:
    """One range of an advisory, (event, version) each, as the spans it affects, from the lowest up."""
    ordered = []
    for kind, text in events:
        at = _event_key(text)
        if at is None and kind == "introduced":
            at = _LOWEST_KEY
        if at is not None and kind in _ORDER:
            ordered.append((at, _ORDER[kind], kind, text))
    found: list[Span] = []
    low: bytes | None = None
    for at, _, kind, text in sorted(ordered):
        if kind == "introduced":
            low = at if low is None else low
        elif low is not None:
            if kind == "last_affected" or at > low:
                found.append(Span(low, at, kind == "last_affected", text if kind == "fixed" else None))
            low = None
    if low is not None:
        found.append(Span(low, None, False, None))
    return found


@lru_cache(maxsize=50_000)
def _event_key(text: str) -> bytes | None:
    if text == "0":
        return _LOWEST_KEY
    version = parsed(text)
    return key_of(version) if version is not None else None
