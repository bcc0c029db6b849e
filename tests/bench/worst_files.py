"""Files made to be slow to read: seconds of CPU, memory and verdict of each, as a table.

    python tests/bench/worst_files.py [--only WORD …] [--work FOLDER]

Each row is one file, written into a temporary folder and read in a process of its own, as a worker reads it.
A file that takes longer than two seconds is marked; the exit code is then 1. Linux only.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

from worst import archives, documents, models, pickled, streams  # noqa: E402 - its folder had to be named

SECONDS = 2.0
READ = """
import json, sys, time
from inspector.artifacts import read
from inspector.sources import open_target
target = open_target(sys.argv[1])
(entry,) = target.entries()
source = target.open(entry)
start = time.process_time()
artifact = read(source, entry.path)
seconds = time.process_time() - start
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
codes = sorted({reason.code for reason in artifact.reasons})
print(json.dumps([seconds, peak / 1000, artifact.format, artifact.loading.value, codes]))
"""
SHAPES = {**archives.SHAPES, **streams.SHAPES, **pickled.SHAPES, **models.SHAPES, **documents.SHAPES}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", nargs="*", default=[], help="parts of names")
    parser.add_argument("--work", type=Path, help="folder for the files; kept, and used again")
    given = parser.parse_args()
    print(f"{'file':<50} {'MB':>6} {'seconds':>8} {'peak MB':>8}  verdict")
    is_slow = False
    with tempfile.TemporaryDirectory() as scratch:
        for name, (ending, make) in SHAPES.items():
            if given.only and not any(word in name for word in given.only):
                continue
            path = (given.work or Path(scratch)) / (name.replace(" ", "-").replace("/", "-") + ending)
            try:
                if not path.exists():
                    make(path)
            except ImportError as missing:
                print(f"{name:<50} not made: {missing}", flush=True)
                continue
            is_slow |= row(name, path)
            if given.work is None:
                path.unlink()
    return 1 if is_slow else 0


def row(name: str, path: Path) -> bool:
    """Reads one file and prints its line; whether it took too long."""
    size = path.stat().st_size / 1e6
    command = [sys.executable, "-c", READ, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as failure:
        print(f"{name:<50} {size:>6.1f} {type(failure).__name__}", flush=True)
        return True
    seconds, peak, word, loading, codes = json.loads(done.stdout)
    mark = "  SLOW" if seconds > SECONDS else ""
    said = f"{word}: {loading} {' '.join(codes)[:60]}"
    print(f"{name:<50} {size:>6.1f} {seconds:>8.2f} {peak:>8.0f}  {said}{mark}", flush=True)
    return seconds > SECONDS


if __name__ == "__main__":
    sys.exit(main())
