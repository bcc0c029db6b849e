"""Whether a version is affected, by the OSV schema's evaluation over PEP 440 versions.

A version that an advisory lists is affected whatever its ranges say, and the other way round. Text in an
advisory that PEP 440 does not allow never raises: a lower bound that cannot be read bounds nothing, an
upper bound that cannot be read ends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from packaging.utils import canonicalize_version
from packaging.version import InvalidVersion, Version

# At one version a fix counts before a new beginning: what begins again there is affected.
_ORDER = {"fixed": 0, "limit": 0, "introduced": 1, "last_affected": 2}
_LOWEST = Version("0.dev0")


@lru_cache(maxsize=100_000)
def parsed(text: str) -> Version | None:
    """The version, None for what PEP 440 does not allow."""
    try:
        return Version(text)
    except InvalidVersion:
        return None


@lru_cache(maxsize=100_000)
def _key(text: str) -> str:
    version = parsed(text)
    # 1.0 and 1.0.0 are one version (PEP 440); what is no version stands for itself.
    return canonicalize_version(version) if version is not None else text.replace("|", "")


def listing(versions: Sequence[str]) -> str:
    """Listed versions in one text, each in its canonical spelling, for ``is_listed``."""
    return f"|{'|'.join(dict.fromkeys(map(_key, versions)))}|" if versions else ""


def is_listed(version: Version, listed: str) -> bool:
    """True where ``listed`` (made by ``listing``) holds ``version``."""
    return f"|{canonicalize_version(version)}|" in listed


def fixes_if_affected(version: Version, events: Sequence[Sequence[str]]) -> list[str] | None:
    """None where one range does not hold ``version``; else the fix that ends the interval it lies in,
    as a list of one or none."""
    ordered = []
    for kind, text in events:
        at = _LOWEST if text == "0" else parsed(text)
        if at is None and kind == "introduced":
            at = _LOWEST
        if at is not None and kind in _ORDER:
            ordered.append((at, _ORDER[kind], kind, text))
    affected = False
    for at, _, kind, text in sorted(ordered):
        if kind == "introduced" and at <= version:
            affected = True
        elif kind in ("fixed", "limit"):
            if at <= version:
                affected = False
            elif affected:
                return [text] if kind == "fixed" else []
        elif kind == "last_affected" and at < version:
            affected = False
    return [] if affected else None
