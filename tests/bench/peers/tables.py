"""The tables of the comparison, and the two measures that need no other scanner."""

from __future__ import annotations

import hashlib
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from .measure import Cost
from .verdicts import CRASHED, FINE, FLAGGED, REFUSED, SKIPPED

# Sorts of hostile files that are no pickle: configuration and remote code that a loader obeys.
CONFIGS = {
    "config",
    "custom-code",
    "chat-template",
    "hydra",
    "yaml",
    "jsonpickle",
    "dataset-script",
    "handler",
}


class File(NamedTuple):
    """``label`` is the corpus' label, or ``allow-listed`` for pickles that weights_only can load."""

    path: str
    label: str
    category: str


class Column(NamedTuple):
    """What one scanner said and cost; ``folder`` is None where it has no command for folders."""

    name: str
    version: str
    verdicts: dict[str, str]
    timeouts: int
    unknown: str
    folder: Cost | None
    large: list[str]


def page(files: list[File], columns: list[Column], hashing: str, stamp: str) -> str:
    """The whole section as Markdown."""
    head = "| | " + " | ".join(f"{column.name} {column.version}" for column in columns) + " |\n"
    lines = [f"Measured {stamp}.\n\n", head, "|---|" + "---|" * len(columns) + "\n"]
    hostile = [file for file in files if file.label == "hostile"]
    harmless = [file for file in files if file.label not in ("hostile", "unknown-import")]
    listed = [file for file in harmless if file.label == "allow-listed"]
    configs = [file for file in hostile if file.category in CONFIGS]
    unknown = [file for file in files if file.label == "unknown-import"]

    def row(title: str, cell: Callable[[Column], str]) -> None:
        lines.append(f"| {title} | " + " | ".join(cell(column) for column in columns) + " |\n")

    def count(group: list[File], *words: str) -> Callable[[Column], str]:
        return lambda column: str(sum(column.verdicts[file.path] in words for file in group))

    row(f"hostile files called fine (of {len(hostile)})", count(hostile, FINE))
    row("hostile files skipped without a look", count(hostile, SKIPPED))
    row("hostile files flagged", count(hostile, FLAGGED))
    row("hostile files refused as unreadable", count(hostile, REFUSED))
    row(f"remote code and executable configuration found (of {len(configs)})", count(configs, FLAGGED))
    row(f"harmless files flagged (of {len(harmless)})", count(harmless, FLAGGED))
    row("harmless files refused as unreadable", count(harmless, REFUSED))
    row(
        f"of these, loadable with weights_only: flagged or refused (of {len(listed)})",
        count(listed, FLAGGED, REFUSED),
    )
    row(f"files with an unknown import (of {len(unknown)})", lambda column: _unknown(column))
    row("crashes and timeouts", lambda column: _crashes(column))
    row("the whole folder", lambda column: _cost(column.folder))
    row("2 GB safetensors", lambda column: column.large[0])
    row("2 GB torch archive", lambda column: column.large[1])
    lines.append(f"\n{hashing}\n")
    lines.append("\n" + _by_category(hostile, columns))
    return "".join(lines)


def _unknown(column: Column) -> str:
    return f"{column.unknown} as `unknown-import`" if column.name == "inspector" else column.unknown


def _crashes(column: Column) -> str:
    crashed = sum(word == CRASHED for word in column.verdicts.values())
    return f"{crashed}, of which {column.timeouts} timeouts" if column.timeouts else str(crashed)


def _cost(cost: Cost | None) -> str:
    if cost is None:
        return "no such mode"
    ended = "" if cost.code in (0, 1, 2, 3) else f", ended by {cost.code}"
    return f"{cost.seconds:.1f} s, {cost.peak / 1e6:.0f} MB, exit {cost.code}{ended}"


def _by_category(hostile: list[File], columns: list[Column]) -> str:
    """Hostile files called fine or skipped, by the sort of trick."""
    lines = ["Hostile files called fine or skipped, by the sort of file:\n\n"]
    lines.append("| sort | files | " + " | ".join(column.name for column in columns) + " |\n")
    lines.append("|---|---|" + "---|" * len(columns) + "\n")
    for category in sorted({file.category for file in hostile}):
        group = [file for file in hostile if file.category == category]
        cells = [sum(column.verdicts[file.path] in (FINE, SKIPPED) for file in group) for column in columns]
        lines.append(f"| {category} | {len(group)} | " + " | ".join(map(str, cells)) + " |\n")
    return "".join(lines)


def verdict_of_large_file(path: Path) -> tuple[float, float]:
    """Seconds until the verdict stands, without the hash and the interpreter's start; and the peak in MB."""
    code = (
        "import pathlib, sys, time\n"
        "from inspector.artifacts import read\n"
        "from inspector.sources.localbytes import LocalBytes\n"
        "import os\n"
        "started = time.perf_counter()\n"
        "source = LocalBytes(os.open(sys.argv[1], os.O_RDONLY), sys.argv[1])\n"
        "read(source, sys.argv[1])\n"
        "took = time.perf_counter() - started\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(took, int(status.split('VmHWM:')[1].split()[0]) / 1000)\n"
    )
    root = Path(__file__).parents[3]
    answer = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, cwd=root
    )
    seconds, mega = answer.stdout.split()
    return float(seconds), float(mega)


def hashing(work: Path, path: Path) -> str:
    """CPU time of sha256 over 2 GB by this program's way of reading, beside that of openssl."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return "sha256: openssl is not installed, nothing to compare with."
    best = {"openssl": 1e9, "python": 1e9}
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([openssl, "dgst", "-sha256", str(path)], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best["openssl"] = min(best["openssl"], spent)
        started = time.process_time()
        digest = hashlib.sha256()
        with path.open("rb", buffering=0) as file:
            while block := file.read(1 << 20):
                digest.update(block)
        best["python"] = min(best["python"], time.process_time() - started)
    ratio = best["python"] / best["openssl"]
    return (
        f"sha256 of 2 GB: {best['python']:.2f} s of CPU by hashlib, {best['openssl']:.2f} s by `openssl dgst "
        f"-sha256`: {ratio:.2f} x."
    )
