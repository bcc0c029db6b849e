"""Does the owner of a model or dataset look like a well-known one?

Owners are shown with capitals, and a capital I is drawn as a small l: the comparison folds what is drawn
alike before it lowers the case. Hubs take owner names without regard to case, so another case alone is the
same owner.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from inspector.dependencies.lookalike.names import compact, drawn, in_latin, ranked
from inspector.dependencies.lookalike.nearness import Nearness, slip, slipped

MIN_LETTERS = 5  # of the imitated owner, for a slip of one letter
MAX_NAME = 100
MAX_ANSWERS = 3
# What stands before or behind an owner's name where somebody wants to be taken for it.
_ADDED = ("ai", "official", "org", "team", "inc", "hq", "real")


def looks_like_owner(name: str) -> tuple[dict[str, Any], ...]:
    """The well-known owners that ``name`` looks like: ``{"name", "rank", "why"}``, at most three, the best
    known first; nothing for an owner that is known itself."""
    return tuple(dict(one) for one in _looks_like(name)) if 0 < len(name) <= MAX_NAME else ()


@lru_cache(maxsize=4_096)
def _looks_like(name: str) -> tuple[dict[str, Any], ...]:
    known = _known()
    own = name.lower()
    if own in known.owners:
        return ()
    letters = compact(own)
    found: dict[str, str] = {}
    if not own.isascii():
        _add(
            found,
            known.letters.get(compact(in_latin(own))),
            "letters of another script are drawn as its letters",
        )
    _add(found, known.letters.get(letters), "only the separators differ")
    if not found:
        # A capital I is seen as a small l before the case is lowered.
        seen = known.drawings.get(drawn(name.replace("I", "l").lower()))
        if seen is not None and len(compact(seen)) >= MIN_LETTERS - 1:
            _add(found, seen, "letters or digits that are drawn alike stand in place of its own")
    if not found:
        for near in known.near.within_one(letters):
            here, there = slipped(letters, near)
            if len(near) >= MIN_LETTERS and not (here.isdigit() or there.isdigit()):
                _add(found, known.letters[near], slip(letters, near))
    if not found:
        for word in _ADDED:
            for bare in (letters.removesuffix(word), letters.removeprefix(word)):
                if bare != letters and len(bare) >= MIN_LETTERS - 1:
                    _add(found, known.letters.get(bare), f"it is that name with {word!r} added")
            if not found and letters + word in known.letters and len(letters) >= MIN_LETTERS:
                _add(found, known.letters[letters + word], f"it is that name without {word!r}")
    order = sorted(found, key=lambda target: known.rank[target])[:MAX_ANSWERS]
    return tuple({"name": one, "rank": known.rank[one], "why": found[one]} for one in order)


class _Known:
    """The list, filed for the tests above. ``letters`` and ``drawings`` lead to the owner as written."""

    def __init__(self) -> None:
        self.rank = ranked("owners")
        self.owners = frozenset(name.lower() for name in self.rank)
        self.letters: dict[str, str] = {}
        self.drawings: dict[str, str] = {}
        for name in self.rank:
            self.letters.setdefault(compact(name.lower()), name)
            self.drawings.setdefault(drawn(name.lower()), name)
        self.near = Nearness(self.letters)


@cache
def _known() -> _Known:
    return _Known()


def _add(found: dict[str, str], target: str | None, why: str) -> None:
    if target is not None:
        found.setdefault(target, why)
