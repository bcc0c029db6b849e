"""Runs all benchmarks of this folder, one after the other, and keeps what each printed.

    python tests/bench/run_all.py [-o FOLDER] [--quick] [--only NAME …]
                                  [--repositories FOLDER] [--data FOLDER]

Every script runs in a process of its own with a home that is thrown away; its output goes to FOLDER/NAME.txt
(default: bench-results), beside machine.txt with processor, system, versions and date. ``--quick`` takes
smaller sizes. scanner_peers.py and many_files.py write their tables into docs/benchmarks.md themselves. Some
need what is not part of this repository: reference_speed.py folders of code, screening_recall.py honest data;
without it they are named as not run. Exit code 1 where one failed.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NO_BENCHMARK = {"run_all", "screening_poison"}  # this one, and the recipes of screening_recall


@dataclass(frozen=True)
class Benchmark:
    """``quick`` are the words of a smaller run; ``needs`` the option that names what it works on."""

    name: str
    what: str
    words: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()
    needs: str = ""


BENCHMARKS = (
    Benchmark("window_speed", "the window with 20,000 findings", quick=("2000",)),
    Benchmark("graph_frames", "dragging and zooming a map of 20,000 nodes", quick=("2000", "100")),
    Benchmark("scan_speed", "scans of generated trees, hashing against openssl"),
    Benchmark("many_files", "1,100 small model files"),
    Benchmark("worst_files", "files made to be slow to read"),
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
    Benchmark("scanner_peers", "the scanner beside its peers; needs the network once"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run all benchmarks.", allow_abbrev=False)
    parser.add_argument("-o", "--out", type=Path, default=Path("bench-results"), metavar="FOLDER")
    parser.add_argument("--quick", action="store_true", help="smaller sizes")
    parser.add_argument("--only", nargs="+", choices=[one.name for one in BENCHMARKS], metavar="NAME")
    parser.add_argument("--repositories", type=Path, metavar="FOLDER", help="code for reference_speed")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="honest data for screening_recall")
    parser.add_argument("--list", action="store_true", help="name the benchmarks and run none")
    given = parser.parse_args()
    if given.list:
        for one in BENCHMARKS:
            print(f"{one.name:<18} {one.what}")
        return 0
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "machine.txt").write_text(machine(), encoding="utf-8")
    failed = 0
    for one in BENCHMARKS:
        if given.only and one.name not in given.only:
            continue
        place = getattr(given, one.needs) if one.needs else None
        if one.needs and place is None:
            print(f"{one.name:<18} not run: needs --{one.needs} FOLDER", flush=True)
            continue
        words = [*(one.quick if given.quick else one.words), *([str(place)] if place else [])]
        failed += not run(one.name, words, given.out / f"{one.name}.txt")
    return min(1, failed)


def run(name: str, words: list[str], output: Path) -> bool:
    """Runs one to its end and says how it went."""
    with tempfile.TemporaryDirectory() as home, output.open("wb") as file:
        environment = {**os.environ, "INSPECTOR_HOME": home, "PYTHONPATH": str(ROOT)}
        started = time.monotonic()
        command = [sys.executable, str(HERE / f"{name}.py"), *words]
        code = subprocess.run(
            command, stdout=file, stderr=subprocess.STDOUT, env=environment, check=False
        ).returncode
    print(f"{name:<18} {time.monotonic() - started:7.1f} s  exit code {code}  {output}", flush=True)
    return code == 0


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
