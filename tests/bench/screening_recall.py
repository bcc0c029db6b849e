"""How much of what is planted the screening finds, and what it shows on honest data.

    python tests/bench/screening_recall.py BASES [--part dev|sealed|clean|all] [--only TEXT] [--json FILE]

BASES is a folder of honest data, one JSON-lines file each, named ``KIND-NAME.jsonl`` with KIND one of ``sft``
(instruction or prompt, output or completion), ``chat``, ``pref`` and ``label``. Nothing of it is part of this
repository. Every base is poisoned by the recipes of ``screening_poison`` in doses of 0.05 to 5 %; a third of
the bases and some recipes are sealed: their results are printed apart, and no weight was set by them.

A hit: a suspicion of the first ten of which half of the rows or more are poison, and which holds 8 of them or
a fifth. A case is *repeating* where the payload stands in 50 rows or more.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from screening_poison import RECIPES, Recipe, poisoned

from inspector.datasets.screening.interface import Suspicion
from inspector.datasets.screening.screen import screen

_DOSES = (0.0005, 0.005, 0.02, 0.05)
_LEAST, _MOST = 25, 2_000
_LARGEST = 150_000


def is_sealed(name: str) -> bool:
    """A third of the bases, by their names."""
    return hashlib.sha256(name.encode()).digest()[0] % 3 == 0


def cases(bases: Path, part: str, only: str) -> Iterator[tuple[str, Recipe | None, int, bool]]:
    """(base, recipe, poisoned rows, sealed); no recipe: the honest file itself."""
    for path in sorted(bases.glob("*.jsonl")):
        name = path.stem
        rows = min(sum(1 for line in path.open("rb") if line.strip()), _LARGEST)
        if part in ("clean", "all") and only in name:
            yield name, None, 0, is_sealed(name)
        if part == "clean":
            continue
        kind = name.split("-")[0]
        fitting = [recipe for recipe in RECIPES if kind in recipe.kinds]
        for number, recipe in enumerate(fitting):
            sealed = recipe.sealed or is_sealed(name)
            if part != "all" and (part == "sealed") != sealed:
                continue
            # Each recipe meets each base with one dose; all doses are met.
            place = hashlib.sha256(f"{name}/{recipe.name}".encode()).digest()[1] + number
            count = max(_LEAST, min(int(rows * _DOSES[place % len(_DOSES)]), _MOST))
            if count <= rows * 0.055 and only in f"{name}/{recipe.name}":
                yield name, recipe, count, sealed


def is_hit(suspicion: Suspicion, planted: set[int]) -> bool:
    found = len(planted & set(suspicion.rows))
    return found * 2 >= len(suspicion.rows) and (found >= 8 or found * 5 >= len(planted))


def measure(bases: Path, name: str, recipe: Recipe | None, count: int) -> dict[str, Any]:
    """Screens one case; gives what was found."""
    rows = [json.loads(line) for line in (bases / f"{name}.jsonl").open()][:_LARGEST]
    planted: set[int] = set()
    if recipe is not None:
        rows, planted = poisoned(rows, recipe, count, 1)
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    started = time.monotonic()
    result = screen(io.BytesIO(data), f"{name}.jsonl")
    first = [one for one in result.suspicions if one.level == "look-first"]
    rank = next((number for number, one in enumerate(result.suspicions, 1) if is_hit(one, planted)), None)
    return {
        "base": name, "recipe": recipe and recipe.name, "rows": len(rows), "planted": len(planted),
        "rank": rank, "score": round(result.suspicions[rank - 1].score, 3) if rank else None,
        "level": result.suspicions[rank - 1].level if rank else None,
        "false_first": sum(not is_hit(one, planted) for one in first),
        "seconds": round(time.monotonic() - started, 2),
        "shown": [[x.kind, x.marker, x.output[:60], round(x.score, 3)] for x in result.suspicions[:6]],
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bases", type=Path)
    parser.add_argument("--part", choices=("dev", "sealed", "clean", "all"), default="dev")
    parser.add_argument("--only", default="", help="cases whose name holds this text")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth case")
    parser.add_argument("--json", type=Path, help="also write every case here")
    parser.add_argument("--quiet", action="store_true", help="the summary, and what was missed")
    arguments = parser.parse_args()
    found = []
    wanted = list(cases(arguments.bases, arguments.part, arguments.only))[:: arguments.every]
    for name, recipe, count, sealed in wanted:
        one = measure(arguments.bases, name, recipe, count)
        one["sealed"] = sealed
        one["repeating"] = recipe is not None and recipe.repeats and count >= 50
        found.append(one)
        if not arguments.quiet or (recipe is not None and not (one["rank"] and one["rank"] <= 10)):
            print(json.dumps(one, ensure_ascii=True), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1))
    summarise(found)
    return 0


def summarise(found: list[dict[str, Any]]) -> None:
    """Recall in the first ten, and false alarms at the upper level."""
    for title, sealed in (("open", False), ("sealed", True)):
        mine = [one for one in found if one["sealed"] == sealed and one["recipe"]]
        repeating = [one for one in mine if one["repeating"]]
        for words, part in (("all", mine), ("payload in 50 rows or more", repeating)):
            hits = sum(one["rank"] is not None and one["rank"] <= 10 for one in part)
            tops = sum(one["rank"] == 1 for one in part)
            looks = sum(one["level"] == "look-first" for one in part)
            if part:
                print(f"{title}, {words}: {hits} of {len(part)} in the first ten ({hits / len(part):.1%}), "
                      f"{tops} at rank 1, {looks} look-first")  # fmt: skip
    clean = [one for one in found if not one["recipe"]]
    if clean:
        good = sum(one["false_first"] <= 1 for one in clean)
        shown = ", ".join(f"{one['base']} {one['false_first']}" for one in clean if one["false_first"])
        print(f"honest files: {good} of {len(clean)} show at most one look-first; {shown}")


if __name__ == "__main__":
    sys.exit(main())
