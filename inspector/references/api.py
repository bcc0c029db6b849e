"""The API surface: which call names a model or a dataset, or loads a file, and with which arguments.

The rows stand in ``api_table``; this file says what a row is and finds the row for a dotted name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Row:
    """One family of calls.

    ``pattern`` is a dotted name, ``*`` stands for anything (dots too), ``?`` for a base that is not known.
    ``ref`` are the position (None where there is none) and the keywords that carry what is named;
    ``revision`` the keywords that carry its revision. ``reading`` is the way the arguments are judged (a
    name of ``judge.READINGS``). ``safe`` is what is known of every such call. ``runs`` says in words when
    code runs, ``note`` why the row stands here.
    """

    pattern: str
    kind: str
    ref: tuple[int | None, tuple[str, ...]]
    reading: str = "hub"
    revision: tuple[str, ...] = ("revision",)
    hub: str = "hf"
    safe: bool | None = None
    runs: str = ""
    note: str = ""
    revision_place: int | None = None  # where the revision may stand without its keyword
    trusts: bool = False  # what trust_remote_code is where it is not given


def last_name(dotted: str) -> str:
    return dotted.rsplit(".", 1)[-1]


@lru_cache(maxsize=1)
def _rows_by_last() -> dict[str, list[tuple[re.Pattern[str], Row]]]:
    from inspector.references.api_table import ROWS

    table: dict[str, list[tuple[re.Pattern[str], Row]]] = {}
    for row in ROWS:
        expression = re.compile(re.escape(row.pattern).replace(r"\*", ".*") + r"\Z")
        table.setdefault(last_name(row.pattern), []).append((expression, row))
    return table


@lru_cache(maxsize=1)
def last_names() -> frozenset[str]:
    """The last parts of all patterns: a call that ends in none of them is in no row."""
    return frozenset(_rows_by_last())


@lru_cache(maxsize=1)
def exact_modules() -> frozenset[str]:
    """The first parts of all patterns: the packages that the table knows."""
    from inspector.references.api_table import ROWS

    return frozenset(row.pattern.split(".", 1)[0].strip("*") for row in ROWS) - {""}


# Names of libraries that only sound like a loader: torch.nn.Embedding.from_pretrained takes a tensor.
NAMESAKES = ("torch.nn.Embedding", "torch.nn.modules.", "torch.nn.functional.")


@lru_cache(maxsize=20_000)
def find_row(dotted: str) -> Row | None:
    """The first row whose pattern matches ``dotted``; rows stand with the special before the general."""
    if len(dotted) > 300 or dotted.startswith(NAMESAKES):
        return None
    for expression, row in _rows_by_last().get(last_name(dotted), ()):
        if expression.match(dotted):
            return row
    wild = _rows_by_last().get("*", ())
    for expression, row in wild:
        if expression.match(dotted):
            return row
    return None
