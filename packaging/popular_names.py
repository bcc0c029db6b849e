"""Counts in how many projects each package is named, and writes the list of well-known packages.

    python packaging/popular_names.py FOLDER… [--known FILE] [--most N] > resources/lookalike/pypi.txt

Each FOLDER is the checkout of one public project. A package counts once for each project that names it in a
manifest or a lock file, as ``inspector.dependencies`` reads them. ``--known`` is a file of names, one a line,
that the authors know to be in wide use; they count as WEIGHT projects more, so that a name is not missing
because no project of the sample happens to use it. Only facts are counted; no list of others is taken.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from collections import Counter
from pathlib import Path

from inspector.dependencies import packages, read_manifest, wants

WEIGHT = 3  # projects that a name of --known counts for
MAX_SIZE = 16 * 1024 * 1024  # bytes of a manifest
_LEFT_OUT = {".git", "node_modules", ".venv", "venv", "site-packages", "__pycache__"}


def names_of(project: Path) -> set[str]:
    """The names of the Python Package Index that the manifests and locks of ``project`` hold."""
    found = []
    for folder, inner, files in os.walk(project):
        inner[:] = sorted(set(inner) - _LEFT_OUT)
        for file in sorted(files):
            path = Path(folder, file)
            if path.suffix in (".py", ".ipynb") or path.is_symlink() or not path.is_file():
                continue
            relative = path.relative_to(project).as_posix()
            size = path.stat().st_size
            manifest = (
                read_manifest(relative, path.read_bytes())
                if size <= MAX_SIZE and wants(relative, size)
                else None
            )
            if manifest is not None:
                found.append(manifest)
    return {one.name for one in packages(found) if one.ecosystem == "PyPI" and one.origin is None}


def main() -> int:
    parser = argparse.ArgumentParser(description="Counts in how many projects each package is named.")
    parser.add_argument("folder", nargs="+", type=Path)
    parser.add_argument("--known", type=Path, help="names that count as several projects more")
    parser.add_argument("--most", type=int, default=5_000, help="names to write (default: 5000)")
    arguments = parser.parse_args()
    counted: Counter[str] = Counter()
    for folder in arguments.folder:
        counted.update(names_of(folder))
    if arguments.known:
        for line in arguments.known.read_text(encoding="utf-8").split():
            counted[line] += WEIGHT
    print("# Well-known packages of the Python Package Index, the best known first.")
    print(f"# date: {datetime.datetime.now(datetime.UTC).date().isoformat()}")
    print(f"# source: counted for this project in {len(arguments.folder)} public repositories.")
    for name, _ in sorted(counted.items(), key=lambda one: (-one[1], one[0]))[: arguments.most]:
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
