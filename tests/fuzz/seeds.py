"""What the fuzzer starts from: both halves of the corpus and the files of the readers' own tests."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parent.parent
sys.path.insert(0, str(TESTS / "corpus"))

from make_hostile import make  # noqa: E402 - its folder had to be named first

MAX_SEED = 60_000


class Seed(NamedTuple):
    """A file to change; ``is_hostile`` says what it is before any change."""

    name: str
    data: bytes
    is_hostile: bool


def seeds() -> list[Seed]:
    """Every seed of at most 60 kB, always in the same order."""
    found = [Seed(case.path, case.data, True) for case in make()]
    harmless = TESTS / "corpus" / "harmless"
    rows = tomllib.loads((TESTS / "corpus" / "harmless.toml").read_text("utf-8"))["file"]
    found += [Seed(row["path"], (harmless / row["path"]).read_bytes(), False) for row in rows]
    data = TESTS / "artifacts" / "data"
    found += [
        Seed(path.relative_to(data).as_posix(), path.read_bytes(), False)
        for path in sorted(data.rglob("*"))
        if path.is_file()
    ]
    return [seed for seed in found if 0 < len(seed.data) <= MAX_SEED]
