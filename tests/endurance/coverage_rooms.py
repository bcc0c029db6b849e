"""Lines and branches that the tests reach: a table of the core rooms, and the files with the largest gaps.

    python tests/endurance/coverage_rooms.py [--data FOLDER] [--tests NAME...] [--report-only] [--gaps 15]

Runs the tests of the core rooms one folder after the other under coverage, with what they start, and adds
the data to what is in FOLDER (default: coverage-data). ``--tests`` takes some of the folders of tests/ only.
A failing test does not end it; it is told. Confined workers are counted too, see ``coverage_workers.py``.
Takes half an hour on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import coverage_workers

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORE = (
    *("artifacts", "references", "dependencies", "datasets", "rules", "scan"),
    *("review", "record", "sources", "provenance", "gate"),
)
# The folders whose tests are run; commands and the library reach the rooms from outside.
TESTS = (*CORE, "quarantine", "cli", "api", "e2e")


def main() -> int:
    parser = argparse.ArgumentParser(description="Coverage of the core rooms.", allow_abbrev=False)
    parser.add_argument("--data", type=Path, default=Path("coverage-data"), metavar="FOLDER")
    parser.add_argument("--tests", nargs="+", choices=TESTS, default=TESTS, metavar="NAME")
    parser.add_argument("--report-only", action="store_true", help="from the data that is there")
    parser.add_argument("--gaps", type=int, default=15, help="how many files to name")
    given = parser.parse_args()
    data = given.data.resolve()
    workers = data / "workers"
    workers.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "COVERAGE_FILE": str(data / ".coverage"),
        "COVERAGE_WORKERS": str(workers),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(HERE))),
        "QT_QPA_PLATFORM": "offscreen",
    }
    tool = [sys.executable, "-m", "coverage"]
    options = [f"--rcfile={HERE / 'coverage.ini'}"]
    failed = []
    for folder in () if given.report_only else given.tests:
        command = [*tool, "run", *options, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["-p", "coverage_workers", f"tests/{folder}"]
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
            failed.append(folder)
    print(f"{coverage_workers.gathered(workers, data / '.coverage.workers')} workers told what they reached.")
    subprocess.run([*tool, "combine", "--append", *options], cwd=ROOT, env=environment, check=False)
    out = data / "coverage.json"
    subprocess.run([*tool, "json", *options, "-q", "-o", str(out)], cwd=ROOT, env=environment, check=True)
    report(json.loads(out.read_text(encoding="utf-8"))["files"], given.gaps)
    if failed:
        print(f"\nTests failed in: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


def report(files: dict[str, Any], gaps: int) -> None:
    """Prints both tables."""
    rooms: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    missing = []
    for name, found in files.items():
        parts = Path(name).parts
        room = parts[parts.index("inspector") + 1]
        if room not in CORE:
            continue
        summary = found["summary"]
        counts = [
            summary["covered_lines"],
            summary["num_statements"],
            summary["covered_branches"],
            summary["num_branches"],
        ]
        rooms[room] = [before + more for before, more in zip(rooms[room], counts)]
        rooms["all"] = [before + more for before, more in zip(rooms["all"], counts)]
        lost = (counts[1] - counts[0], counts[3] - counts[2])
        missing.append((lost[0] + lost[1], lost, "/".join(parts[parts.index("inspector") :])))
    print("| room | lines | branches |\n|---|---|---|")
    for room in (*CORE, "all"):
        lines, all_lines, branches, all_branches = rooms[room]
        print(f"| {room} | {_share(lines, all_lines)} | {_share(branches, all_branches)} |")
    print("\n| file | lines not reached | branches not reached |\n|---|---|---|")
    for _, (lines, branches), name in sorted(missing, reverse=True)[:gaps]:
        print(f"| `{name}` | {lines} | {branches} |")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % of {whole:,}" if whole else "none"


if __name__ == "__main__":
    sys.exit(main())
