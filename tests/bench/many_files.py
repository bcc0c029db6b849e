"""A scan of 1,100 small files of every format, and the slowest single file of the corpus.

    python tests/bench/many_files.py [--print]

Takes both halves of the corpus, again under other names until there are 1,100 files, and scans them with the
program's own command. Then reads every file of the corpus by itself, without the command around it. Writes
the figures between the marks of docs/benchmarks.md. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent / "corpus"), str(ROOT)]

import make_hostile  # noqa: E402 - its folder had to be named first
from peers import measure  # noqa: E402
from peers.page import put  # noqa: E402

from inspector.artifacts import BytesSource, read  # noqa: E402

FILES = 1100


def contents() -> list[tuple[str, bytes]]:
    """Name and bytes of every file of the corpus, harmless and hostile by turns."""
    harmless = HERE.parent / "corpus" / "harmless"
    good = [
        (path.relative_to(harmless).as_posix(), path.read_bytes())
        for path in sorted(harmless.rglob("*"))
        if path.is_file()
    ]
    return good + [(case.path, case.data) for case in make_hostile.make()]


def folder_of(root: Path, files: list[tuple[str, bytes]]) -> None:
    """1,100 files: the harmless ones twice, the rest hostile, each copy in a folder of its own."""
    good = [entry for entry in files if (HERE.parent / "corpus" / "harmless" / entry[0]).exists()]
    bad = [entry for entry in files if entry not in good][
        :: max(1, (len(files) - len(good)) // (FILES - 2 * len(good)))
    ]
    rows = [("one", *entry) for entry in good] + [("two", *entry) for entry in good]
    rows += [("three", *entry) for entry in bad]
    for place, name, data in rows[:FILES]:
        path = root / place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--print", action="store_true", help="print the figures, leave the page alone")
    given = parser.parse_args()
    files = contents()
    with tempfile.TemporaryDirectory() as place:
        folder_of(Path(place) / "files", files)
        out = Path(place) / "scan.json"
        command = [sys.executable, "-m", "inspector", "scan", "--no-audit", "--no-cache", "--format", "json"]
        env = {**os.environ, "INSPECTOR_HOME": str(Path(place) / "home"), "PYTHONPATH": str(ROOT)}
        cost = measure.run([*command, str(Path(place) / "files")], 600, env, out)
        count = len(json.loads(out.read_bytes())["files"])
    slowest = max(((_seconds(name, data), name) for name, data in files), default=(0.0, ""))
    text = (
        f"{count} files: {cost.seconds:.1f} s, {cost.cpu:.1f} s of CPU, {cost.peak / 1e6:.0f} MB at most. "
        f"Slowest single file of {len(files)}: `{slowest[1]}`, {slowest[0]:.2f} s.\n"
    )
    print(text, end="")
    if not given.print:
        put("many", text)


def _seconds(name: str, data: bytes) -> float:
    started = time.perf_counter()
    read(BytesSource(data), name)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
