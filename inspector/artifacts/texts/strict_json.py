"""JSON from a file under review: bounded, without duplicate keys where that matters, never a crash."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn

from inspector.artifacts.limits import JSON_WORK, OBJECT_WORK, PAIR_WORK, TEXT_WORK, spend_work

Pairs = list[tuple[str, Any]]


class BadJson(Exception):
    """The text is no JSON that every reader reads alike. The message is a sentence for the reviewer."""


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _unique(pairs: Pairs) -> dict[str, Any]:
    spend_work(OBJECT_WORK + PAIR_WORK * len(pairs))
    value = dict(pairs)
    if len(value) != len(pairs):
        raise BadJson("The JSON header names a key twice.")
    for key in value:
        if not key.isascii():
            key.encode("utf-8")  # a lone surrogate raises ValueError
    return value


def parse_strict(raw: bytes) -> dict[str, Any]:
    """A JSON object in UTF-8 without duplicate keys and without NaN. Raises BadJson."""
    value = _parse(raw.decode("utf-8", "strict") if _is_utf8(raw) else None, _unique)
    if not isinstance(value, dict):
        raise BadJson("The JSON header is no object.")
    return value


def parse_pairs(raw: bytes, see: Callable[[Pairs], Any]) -> Any:
    """Any JSON value; ``see`` gets every object as its pairs, so that duplicate keys hide nothing."""
    text = raw.decode("utf-8-sig", "strict") if _is_utf8(raw) else None

    def paid(pairs: Pairs) -> Any:
        spend_work(OBJECT_WORK + PAIR_WORK * len(pairs))
        return see(pairs)

    return _parse(text, paid, with_constants=True)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _parse(text: str | None, see: Callable[[Pairs], Any], *, with_constants: bool = False) -> Any:
    if text is None:
        raise BadJson("The JSON text is not UTF-8.")
    spend_work(TEXT_WORK + len(text) * JSON_WORK)
    try:
        if with_constants:  # diffusers writes -Infinity, which every loader in Python takes
            return json.loads(text, object_pairs_hook=see)
        return json.loads(text, object_pairs_hook=see, parse_constant=_no_constant)
    except RecursionError:
        raise BadJson("The JSON text is nested too deeply.") from None
    except (ValueError, MemoryError):
        raise BadJson("The JSON text is broken.") from None
