"""How long the references of whole repositories take, on two processes.

    python tests/bench/reference_speed.py FOLDER... [--files 6000] [--processes 2]

Every file of the folders counts, those of other rooms too; at most ``--files`` are taken. Indexing runs in
worker processes, as in a scan; each folder is resolved on its own. Prints files, megabytes, seconds by the
clock and seconds of the processor: on a machine with other work, the second figure is the one to compare.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from inspector.references import FileIndex, ProjectFacts, index_file, resolve, wants

LEFT_OUT = (".git", "__pycache__")


def read(place: tuple[str, str]) -> dict[str, Any] | None:
    """The facts of one file, as they cross over from a worker."""
    root, path = place
    index = index_file(path, Path(root, path).read_bytes())
    return index.as_json() if index is not None else None


def files_of(folders: list[Path], limit: int) -> list[tuple[str, str, int]]:
    """(folder, path, size) of at most ``limit`` files."""
    found: list[tuple[str, str, int]] = []
    for root in folders:
        for place, inner, names in os.walk(root):
            inner[:] = sorted(name for name in inner if name not in LEFT_OUT)
            for name in sorted(names):
                file = Path(place, name)
                if not file.is_symlink():
                    found.append((str(root), file.relative_to(root).as_posix(), file.stat().st_size))
    return found[:limit]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--files", type=int, default=6_000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    files = files_of(options.folders, options.files)
    wanted = [(root, path) for root, path, size in files if wants(path, size)]
    start = time.perf_counter()
    by_root: dict[str, list[FileIndex]] = {}
    with ProcessPoolExecutor(options.processes) as pool:
        for (root, _), facts in zip(wanted, pool.map(read, wanted, chunksize=16)):
            if facts is not None:
                by_root.setdefault(root, []).append(FileIndex.from_json(facts))
    indexed = time.perf_counter() - start
    references = 0
    for root, indexes in by_root.items():
        paths = frozenset(path for folder, path, _ in files if folder == root)
        references += len(resolve(indexes, ProjectFacts({}, paths)))
    seconds = time.perf_counter() - start
    used = os.times()
    processor = used.user + used.system + used.children_user + used.children_system
    megabytes = sum(size for _, _, size in files) / 1e6
    print(
        f"{len(files)} files ({megabytes:.0f} MB) of {len(by_root)} repositories, {len(wanted)} read, "
        f"{references} references: {indexed:.1f} s to index, {seconds:.1f} s in all, "
        f"{options.processes} processes, {processor:.1f} s of processor"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
