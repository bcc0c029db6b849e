"""How long an advisory export takes to import, and a tree of packages to be matched against it.

Run it by hand: ``python tests/bench/dependency_speed.py [--entries 250000] [--packages 2000]``. It makes an
export of the shape of OSV's (reviewed advisories with long texts and many ranges, malicious packages with
few versions, withdrawn ones), imports it in a process of its own, and prints seconds and the peak of memory
beside the budgets: import under 60 s and 300 MB, matching under 0.3 s after opening, look-alike names
under 0.2 s.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUDGETS = {"import": 60.0, "memory": 300.0, "matching": 0.3, "names": 0.2}


def entries(many: int, names: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """``many`` entries over ``names`` packages: three of four are malicious packages, a few names have
    hundreds of advisories, as the large frameworks do."""
    for number in range(many):
        kind = chance.random()
        if kind < 0.75:
            yield _malicious(number, f"bad-package-{number}", chance)
        else:
            dense = chance.random() < 0.3
            name = f"package-{chance.randrange(200 if dense else names)}"
            yield _reviewed(number, name, chance)


def _malicious(number: int, name: str, chance: random.Random) -> dict[str, Any]:
    affected: dict[str, Any] = {"package": {"name": name, "ecosystem": "PyPI", "purl": f"pkg:pypi/{name}"}}
    if chance.random() < 0.5:
        affected["versions"] = [f"0.{minor}.{chance.randrange(9)}" for minor in range(chance.randrange(1, 6))]
    else:
        affected["ranges"] = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]
    return {
        "id": f"MAL-2025-{number}",
        "modified": "2026-10-01T04:05:06Z",
        "published": "2026-09-30T00:00:00Z",
        "summary": f"Malicious code in {name} (PyPI)",
        "details": "The package sends what it finds to an address. " * chance.randrange(2, 10),
        "affected": [affected],
        "database_specific": {"malicious-packages-origins": [{"sha256": "0" * 64, "source": "x"}] * 2},
        "schema_version": "1.7.3",
    }


def _reviewed(number: int, name: str, chance: random.Random) -> dict[str, Any]:
    majors = sorted(chance.sample(range(12), chance.choice((1, 1, 1, 2, 3))))
    spans = [
        [{"introduced": f"{major}.0.0" if major else "0"}, {"fixed": f"{major}.{chance.randrange(1, 9)}.0"}]
        for major in majors
    ]
    if chance.random() < 0.1:
        spans[-1][1] = {"last_affected": f"{majors[-1]}.4.2"}
    listed = [f"{major}.{minor}.{patch}" for major in majors for minor in range(8) for patch in range(3)]
    entry: dict[str, Any] = {
        "id": f"GHSA-{number:04x}-{number % 9999:04d}-xxxx" if number % 3 else f"PYSEC-2026-{number}",
        "modified": "2026-11-01T04:05:06Z",
        "published": "2024-02-03T00:00:00Z",
        "aliases": [f"CVE-2026-{number}"],
        "summary": f"A flaw in {name}",
        "details": "What goes wrong, who can make it go wrong, and what to do. " * chance.randrange(5, 60),
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:N/A:N"}],
        "affected": [
            {
                "package": {"name": name, "ecosystem": "PyPI", "purl": f"pkg:pypi/{name}"},
                "ranges": [{"type": "ECOSYSTEM", "events": events} for events in spans],
                "versions": listed if chance.random() < 0.7 else [],
            }
        ],
        "references": [{"type": "WEB", "url": f"https://example.org/{number}"}] * 4,
        "schema_version": "1.7.3",
    }
    if number % 3:
        entry["database_specific"] = {"severity": chance.choice(("LOW", "MODERATE", "HIGH", "CRITICAL"))}
    if chance.random() < 0.03:
        entry["withdrawn"] = "2026-10-01T00:00:00Z"
    return entry


def write_export(path: Path, many: int, *, names: int = 20_000, seed: int = 1) -> None:
    """An export of ``many`` entries at ``path``."""
    chance = random.Random(seed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for entry in entries(many, names, chance):
            archive.writestr(f"{entry['id']}.json", json.dumps(entry))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=250_000)
    parser.add_argument("--packages", type=int, default=2_000)
    parser.add_argument("--keep", type=Path, help="a folder for the export and the database, kept afterwards")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dependency-speed-") as made:
        folder = arguments.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        export = folder / "all.zip"
        if not export.exists():
            write_export(export, arguments.entries)
        print(f"export: {arguments.entries:,} entries, {export.stat().st_size / 1e6:.0f} MB")
        code = (
            "import sys; from pathlib import Path;"
            "from inspector.dependencies.advisories import import_advisories;"
            "print(import_advisories(Path(sys.argv[1]), Path(sys.argv[2])))"
        )
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code, str(export), str(folder / "db")], check=True, cwd=ROOT)
        took = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        fits = _line("import", took, "s") & _line("memory", peak, "MB")
        return 0 if fits & _matching(folder / "db", arguments.packages) & _names(arguments.packages) else 1


def _matching(folder: Path, many: int) -> bool:
    from inspector.dependencies import Package
    from inspector.dependencies.advisories import open_index
    from inspector.provenance import Pin

    chance = random.Random(2)
    # The first 200 are the dense ones; the rest has a handful of advisories or none.
    tree = [
        Package(f"package-{number}", f"{chance.randrange(12)}.{chance.randrange(9)}.1", Pin.VERSION, True)
        for number in range(many)
    ]
    with open_index(folder) as index:
        start = time.perf_counter()
        judged = index.judged(tree)
        took = time.perf_counter() - start
    hits = sum(len(one.advisories) for one in judged)
    print(f"matched {many:,} packages: {hits:,} advisories")
    return _line("matching", took, "s")


def _names(many: int) -> bool:
    from inspector.dependencies.lookalike import looks_like

    chance = random.Random(3)
    letters = "abcdefghijklmnopqrstuvwxyz-"
    names = ["".join(chance.choices(letters, k=chance.randrange(3, 24))).strip("-") for _ in range(many)]
    looks_like("numpy")  # the table is read once
    start = time.perf_counter()
    for name in names:
        looks_like(name)
    return _line("names", time.perf_counter() - start, "s")


def _line(what: str, value: float, unit: str) -> bool:
    fits = value < BUDGETS[what]
    print(f"{what:9s} {value:8.2f} {unit:2s} of {BUDGETS[what]:g} {'' if fits else '  OVER BUDGET'}")
    return fits


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
