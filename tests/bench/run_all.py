"""Runs all benchmarks of this folder, one after the other, and writes docs/benchmarks.md.

    python tests/bench/run_all.py [-o FOLDER] [--quick] [--only NAME …] [--no-page]
                                  [--repositories FOLDER] [--data FOLDER]

Every script runs in a process of its own with a home that is thrown away; its output goes to FOLDER/NAME.txt
(default: bench-results), beside machine.txt with processor, system, versions and date. The page gets that and
all outputs, between two marks; scripts with a table of their own (scanner_peers.py, many_files.py,
project_peers.py) put it into the page themselves. ``--quick`` takes smaller sizes, and the page says so.
``--only`` and ``--no-page`` leave the page alone. Some need what is not part of this repository:
reference_speed.py folders of code, screening_recall.py and screening_blind.py honest data; without it they
are named as not run. Exit code 1 where one failed.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

from peers.page import put  # noqa: E402 - its folder had to be named first

MOST_LINES = 100  # of one output, on the page
NO_BENCHMARK = {"run_all", "screening_poison"}  # this one, and the recipes of screening_recall


@dataclass(frozen=True)
class Benchmark:
    """``quick`` are the words of a smaller run; ``needs`` the option that names what it works on;
    ``has_table`` where it writes a table of its own into the page unless it is told ``--print``."""

    name: str
    what: str
    words: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()
    needs: str = ""
    has_table: bool = False


BENCHMARKS = (
    Benchmark("window_speed", "the window with 20,000 findings", quick=("2000",)),
    Benchmark("graph_frames", "dragging and zooming a map of 20,000 nodes", quick=("2000", "100")),
    Benchmark("scan_speed", "scans of generated trees, hashing against openssl"),
    Benchmark("many_files", "1,100 small model files", has_table=True),
    Benchmark("worst_files", "files made to be slow to read", quick=("--only", "pickle of", "gguf", "onnx")),
    Benchmark("gate_speed", "the gate, hashing against openssl", quick=("--gib", "1", "--rounds", "2")),
    Benchmark(
        "dependency_speed",
        "import of advisories, matching, look-alikes",
        quick=("--entries", "20000", "--packages", "500"),
    ),
    Benchmark("reference_speed", "references of whole repositories", needs="repositories"),
    Benchmark("hub_cost", "requests and bytes of hub files"),
    Benchmark("quarantine_speed", "a million rows through the quarantine", quick=("20000",)),
    Benchmark("quarantine_kills", "a quarantine killed again and again", quick=("10",)),
    Benchmark("screening_recall", "what screening finds of what is planted", needs="data"),
    Benchmark("screening_blind", "the same on recipes that it was not built by", needs="data"),
    Benchmark("project_peers", "project scans beside bandit and cdxgen; network once", has_table=True),
    Benchmark(
        "scanner_peers",
        "the scanner beside its peers, every third file; needs the network once",
        ("--every", "3"),
        quick=("--every", "40"),
        has_table=True,
    ),
)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run all benchmarks.", allow_abbrev=False)
    parser.add_argument("-o", "--out", type=Path, default=Path("bench-results"), metavar="FOLDER")
    parser.add_argument("--quick", action="store_true", help="smaller sizes")
    parser.add_argument("--only", nargs="+", choices=[one.name for one in BENCHMARKS], metavar="NAME")
    parser.add_argument("--repositories", type=Path, metavar="FOLDER", help="code for reference_speed")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="honest data for screening_recall")
    parser.add_argument("--no-page", action="store_true", help="leave docs/benchmarks.md alone")
    parser.add_argument("--list", action="store_true", help="name the benchmarks and run none")
    given = parser.parse_args()
    if given.list:
        for one in BENCHMARKS:
            print(f"{one.name:<18} {one.what}")
        return 0
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "machine.txt").write_text(machine(), encoding="utf-8")
    to_page = not given.only and not given.no_page
    ran: list[Ran] = []
    for one in BENCHMARKS:
        if given.only and one.name not in given.only:
            continue
        place = getattr(given, one.needs) if one.needs else None
        if one.needs and place is None:
            print(f"{one.name:<18} not run: needs --{one.needs} FOLDER", flush=True)
            ran.append(Ran(one, None, 0.0, ""))
            continue
        words = [*(one.quick if given.quick else one.words), *([str(place)] if place else [])]
        # A table of its own is written at full size only.
        words += ["--print"] if one.has_table and (given.quick or not to_page) else []
        ran.append(run(one, words, given.out / f"{one.name}.txt"))
    if to_page:
        put("all", section(ran, machine(), quick=given.quick))
    return int(any(one.code for one in ran))


@dataclass(frozen=True)
class Ran:
    """How one went: ``code`` is None where it was not run."""

    benchmark: Benchmark
    code: int | None
    seconds: float
    said: str


def section(ran: Sequence[Ran], about: str, *, quick: bool) -> str:
    """What the page says of one run: the machine, a row for each benchmark, and what each printed."""
    parts = ["Smaller sizes (`--quick`)." if quick else "Full sizes.", _block(about)]
    rows = ["| benchmark | what | minutes | outcome |", "|---|---|---|---|"]
    for one in ran:
        outcome = "in order" if one.code == 0 else f"exit code {one.code}"
        outcome = f"not run: needs `--{one.benchmark.needs} FOLDER`" if one.code is None else outcome
        minutes = "" if one.code is None else f"{one.seconds / 60:.1f}"
        rows.append(f"| `{one.benchmark.name}` | {one.benchmark.what} | {minutes} | {outcome} |")
    parts.append("\n".join(rows))
    for one in ran:
        if one.said.strip() and not one.benchmark.has_table:
            parts.append(f"### {one.benchmark.name}\n\n{_block(one.said)}")
    return "\n\n".join(parts) + "\n"


def _block(text: str) -> str:
    """``text`` as a block of code, without rows of JSON; of a very long one the beginning."""
    lines = [line.rstrip().replace("```", "~~~") for line in text.strip().splitlines() if line[:2] != '{"']
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"({len(lines) - MOST_LINES} more lines)"]
    return "\n".join(["```", *lines, "```"])


def run(one: Benchmark, words: list[str], output: Path) -> Ran:
    """Runs one to its end, says how it went, and keeps what it printed in ``output``."""
    with tempfile.TemporaryDirectory() as home, output.open("wb") as file:
        environment = {**os.environ, "INSPECTOR_HOME": home, "PYTHONPATH": str(ROOT)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # byte code is there in use
        started = time.monotonic()
        command = [sys.executable, str(HERE / f"{one.name}.py"), *words]
        code = subprocess.run(
            command, stdout=file, stderr=subprocess.STDOUT, env=environment, check=False
        ).returncode
        seconds = time.monotonic() - started
    print(f"{one.name:<18} {seconds:7.1f} s  exit code {code}  {output}", flush=True)
    said = output.read_text(encoding="utf-8", errors="replace")
    places = rf"{re.escape(tempfile.gettempdir())}/[^\s/]+"
    return Ran(one, code, seconds, re.sub(places, "(temporary)", said.replace(str(ROOT), ".")))


def machine() -> str:
    """What the figures were measured on."""
    lines = [
        f"date: {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC",
        f"system: {platform.platform()}",
        f"processors: {os.cpu_count()}",
        f"python: {platform.python_version()}",
    ]
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        lines += [line.replace("\t", "") for line in text.splitlines() if line.startswith("model name")][:1]
        lines.append("load: " + Path("/proc/loadavg").read_text(encoding="ascii").split()[0])
    except OSError:
        pass
    for package in (
        "PySide6-Essentials",
        "cryptography",
        "networkx",
        "huggingface_hub",
        "polars",
        "pip-audit",
    ):
        try:
            lines.append(f"{package}: {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
