#!/usr/bin/env python3
"""Looks through a built folder or Debian package for what tells of the machine that built it.

    python packaging/check_tree.py FOLDER|FILE.deb [--private TEXT]…

Refused are: the home folder, the checkout and the folder for temporary files of this machine, in any file;
and search paths (RPATH, RUNPATH) of shared libraries that do not begin with $ORIGIN, which would load code
from a folder that anybody may own. Exit 0 where nothing was found, 1 where something was.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
_SEARCHED = re.compile(r"^\s+R(?:UN)?PATH\s+(\S+)", re.M)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Looks for paths of this machine in what was built.")
    parser.add_argument("built", type=Path)
    parser.add_argument("--private", action="append", default=[], metavar="TEXT", help="refuse this text too")
    asked = parser.parse_args(words)
    if asked.built.is_dir():
        found = complaints(asked.built, asked.private)
    else:
        with tempfile.TemporaryDirectory(prefix="inspector-check-") as scratch:
            subprocess.run(["dpkg-deb", "-x", str(asked.built), scratch], check=True)
            found = complaints(Path(scratch), asked.private)
    for line in found:
        print(line)
    return 1 if found else 0


def complaints(tree: Path, more: list[str] | tuple[str, ...] = ()) -> list[str]:
    """One sentence for each file that tells of this machine."""
    private = {str(CHECKOUT) + "/", tempfile.gettempdir() + "/inspector-", *more}
    if len(Path.home().parts) > 2:  # the home of the administrator names nobody
        private.add(str(Path.home()) + "/")
    needles = [text.encode() for text in sorted(private)]
    found = []
    for path in sorted(tree.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        name = path.relative_to(tree)
        content = path.read_bytes()
        found += [f"{name} holds the path {needle.decode()}" for needle in needles if needle in content]
        if content[:4] == b"\x7fELF":
            found += [
                f"{name} looks for libraries in {place}" for place in search_paths(path) if not _own(place)
            ]
    return found


def search_paths(library: Path) -> list[str]:
    """The RPATH and RUNPATH entries of an ELF file, one by one."""
    printed = subprocess.run(
        ["objdump", "-p", str(library)], capture_output=True, text=True, errors="replace", check=False
    )
    return [place for entry in _SEARCHED.findall(printed.stdout) for place in entry.split(":")]


def _own(place: str) -> bool:
    return place == "$ORIGIN" or place.startswith("$ORIGIN/")


if __name__ == "__main__":
    sys.exit(main())
