"""The mutants that no test kills, each with the reason: the table ``survivors.toml``, read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).resolve().parent / "survivors.toml"
# Why a mutant may live. equivalent: nothing can tell it from the code; message: only words for a person
# change; bounded: something else holds the same line; figure: the value is a choice, and a test holds that
# it binds; speed: the answer is the same, later; elsewhere: a test of another kind or system sees it.
KINDS = ("equivalent", "message", "bounded", "figure", "speed", "elsewhere")


@dataclass(frozen=True)
class Survivor:
    """``change`` is as ``mutate.py`` prints it; ``*`` stands for every change of that line."""

    module: str
    line: str
    change: str
    kind: str
    reason: str


def read() -> list[Survivor]:
    """The rows of the table."""
    if not TABLE.exists():
        return []
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return [
        Survivor(module, row["line"], change, row["kind"], row["reason"])
        for module, rows in table.items()
        for row in rows
        for change in row["changes"]
    ]


def unexplained(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of ``found`` that no row speaks of."""
    told = {(one.module, one.line, one.change) for one in read()}
    return [
        one
        for one in found
        if not told & {(one["module"], one["line"], change) for change in (one["change"], "*")}
    ]
