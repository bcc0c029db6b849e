"""Lines and branches that the tests reach: a table of the rooms, and the files with the largest gaps.

    python tests/endurance/coverage_rooms.py [--data FOLDER] [--own [ROOM...]] [--tests NAME...]
                                             [--report-only] [--gaps 15]

Runs the tests one folder after the other under coverage, with what they start, and adds the data to what is
in FOLDER (default: coverage-data). With ``--own`` each room is measured by the whole of its own tests and by
nothing else, with data of its own in FOLDER/ROOM; without it every room by the tests of all. ``--tests``
takes some of the folders of tests/ only. A failing test does not end it; it is told. Confined workers are
counted too, see ``coverage_workers.py``: the program that is installed must be the one of this checkout.
Takes half an hour on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import coverage_workers

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORE = (
    *("artifacts", "references", "dependencies", "datasets", "rules", "scan"),
    *("review", "record", "sources", "provenance", "gate"),
)
ROOMS = (*CORE, "views", "cli")
# The folders whose tests are run; commands and the library reach the rooms from outside.
TESTS = (*CORE, "quarantine", "cli", "api", "e2e")
# A room's own tests, where they are not the folder of its name alone.
OWN = {
    "datasets": ("datasets", "quarantine"),
    # What scan/signatures.py does is tested beside the reader of signatures, with the same keys.
    "scan": ("scan", "sources/test_model_signature.py", "sources/test_mlflow.py"),
    # The commands of a room are tested with the room.
    "cli": (
        *("cli", "record/test_commands.py", "quarantine/test_commands.py", "datasets/test_screen_command.py"),
        *("scan/test_contract.py", "review", "gate"),
    ),
}

Counts = tuple[int, int, int, int]  # lines reached, lines, branches reached, branches
Files = Mapping[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description="Coverage of the rooms.", allow_abbrev=False)
    parser.add_argument("--data", type=Path, default=Path("coverage-data"), metavar="FOLDER")
    parser.add_argument("--own", nargs="*", choices=ROOMS, metavar="ROOM", help="each by its own tests")
    parser.add_argument("--tests", nargs="+", choices=TESTS, default=TESTS, metavar="NAME")
    parser.add_argument("--report-only", action="store_true", help="from the data that is there")
    parser.add_argument("--gaps", type=int, default=15, help="how many files to name")
    given = parser.parse_args()
    data = given.data.resolve()
    failed: list[str] = []
    found: dict[str, Files] = {}
    if given.own is None:
        files = measured(data, () if given.report_only else given.tests, failed)
        found = dict.fromkeys(CORE, files)
    for room in (given.own or ROOMS) if given.own is not None else ():
        tests = () if given.report_only else OWN.get(room, (room,))
        found[room] = measured(data / room, tests, failed)
    report({room: files_of(room, files) for room, files in found.items()}, given.gaps)
    if failed:
        print(f"\nTests failed in: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


def measured(data: Path, tests: Iterable[str], failed: list[str]) -> Files:
    """Runs ``tests`` (paths below tests/) under coverage and adds to what is in ``data``; gives all of it by
    file. Names in ``failed`` what did not pass."""
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
    for folder in tests:
        command = [*tool, "run", *options, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["-p", "coverage_workers", f"tests/{folder}"]
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
            failed.append(folder)
    print(f"{coverage_workers.gathered(workers, data / '.coverage.workers')} workers told what they reached.")
    subprocess.run([*tool, "combine", "--append", *options], cwd=ROOT, env=environment, check=False)
    out = data / "coverage.json"
    subprocess.run([*tool, "json", *options, "-q", "-o", str(out)], cwd=ROOT, env=environment, check=True)
    files: Files = json.loads(out.read_text(encoding="utf-8"))["files"]
    return files


def files_of(room: str, files: Files) -> dict[str, Counts]:
    """The counts of each file of ``room``, by its path from ``inspector/``."""
    found = {}
    for name, one in files.items():
        parts = Path(name).parts
        parts = parts[parts.index("inspector") :]
        if parts[1] == room:
            summary = one["summary"]
            found["/".join(parts)] = (
                summary["covered_lines"],
                summary["num_statements"],
                summary["covered_branches"],
                summary["num_branches"],
            )
    return found


def report(rooms: Mapping[str, Mapping[str, Counts]], gaps: int) -> None:
    """Prints both tables."""
    print("| room | lines | branches |\n|---|---|---|")
    whole = [_sum(files.values()) for files in rooms.values()]
    for room, counts in [*zip(rooms, whole), ("all", _sum(whole))]:
        print(f"| {room} | {_share(*counts[:2])} | {_share(*counts[2:])} |")
    missing = [
        (counts[1] - counts[0], counts[3] - counts[2], name)
        for files in rooms.values()
        for name, counts in files.items()
    ]
    print("\n| file | lines not reached | branches not reached |\n|---|---|---|")
    for lines, branches, name in sorted(missing, key=lambda row: -row[0] - row[1])[:gaps]:
        print(f"| `{name}` | {lines} | {branches} |")


def _sum(counts: Iterable[Counts]) -> Counts:
    first, second, third, fourth = (sum(column) for column in zip((0, 0, 0, 0), *counts))
    return first, second, third, fourth


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % of {whole:,}" if whole else "none"


if __name__ == "__main__":
    sys.exit(main())
