"""Holds the collector against repositories that were labelled by hand.

    python tests/references/measure_labels.py LABELS.toml REPOSITORY_FOLDER [--show]
    python tests/references/measure_labels.py tests/references/labels FOLDER_OF_REPOSITORIES [--show]

The second form takes every label file, with the repository OWNER/NAME in the folder OWNER+NAME.

A label file names a repository, a commit and, for each file that was read, rows of
``[line, kind, id, pin, safe]``: facts only, none of the repository's text. ``id`` is empty where it cannot
be told; ``pin`` is ``*`` where several answers are right; ``safe`` is ``true``, ``false`` or empty. Files
without rows were read as well: whatever is reported there is too much.

Recall counts the rows that are unpinned (none, movable) or unsafe, divided by .py and other files. What is
reported at a line that has no row counts against precision. A row is met by a reference that covers its
line and has its name.
"""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inspector.references import FileIndex, ProjectFacts, Reference, index_file, resolve, wants

PINNED = ("commit", "digest", "version")
LEFT_OUT = (".git", ".hg", ".svn", "__pycache__")


@dataclass
class Score:
    """What was expected and met, for one group of files."""

    expected: int = 0
    met: int = 0
    reported: int = 0
    right: int = 0
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    wrongly_pinned: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def references_of(root: Path, requirements: dict[str, str]) -> list[Reference]:
    """The references of the folder ``root``, read file by file as the engine does."""
    indexes: list[FileIndex] = []
    paths: set[str] = set()
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(name for name in inner if name not in LEFT_OUT)
        for name in sorted(names):
            file = Path(folder, name)
            path = file.relative_to(root).as_posix()
            paths.add(path)
            if file.is_symlink() or not wants(path, file.stat().st_size):
                continue
            index = index_file(path, file.read_bytes())
            if index is not None:
                indexes.append(index)
    return resolve(indexes, ProjectFacts(requirements, frozenset(paths)))


def measure(labels: dict[str, Any], found: list[Reference]) -> dict[str, Score]:
    """Scores by ``.py`` and ``elsewhere``."""
    scores = {".py": Score(), "elsewhere": Score()}
    read = {entry["path"]: entry.get("rows", []) for entry in labels["file"]}
    everywhere = bool(labels.get("whole_repository"))
    by_path: dict[str, list[Reference]] = {}
    for reference in found:
        by_path.setdefault(reference.path, []).append(reference)
    for path, rows in read.items():
        score = scores[".py" if path.endswith(".py") else "elsewhere"]
        for row in rows:
            _row(path, row, by_path.get(path, []), score)
    for reference in found:
        score = scores[".py" if reference.path.endswith(".py") else "elsewhere"]
        if reference.path not in read and not everywhere:
            continue
        score.reported += 1
        rows = read.get(reference.path, [])
        if any(reference.line <= row[0] <= reference.end_line for row in rows):
            score.right += 1
        else:
            score.extra.append(_said(reference))
    return scores


def _row(path: str, row: list[Any], found: list[Reference], score: Score) -> None:
    line, kind, name, pin, safe = row
    here = [r for r in found if r.line <= line <= r.end_line and (kind == r.kind or kind == "*")]
    named = [r for r in here if r.ref == name] if name and name != "*" else here
    counts = pin in ("none", "movable") or safe == "false"
    if counts:
        score.expected += 1
        if named or (not name and here):
            score.met += 1
        else:
            score.missed.append(f"{path}:{line} {kind} {name or '?'} {pin}")
    for reference in named:
        if pin != "*" and reference.pin.value in PINNED and pin not in PINNED:
            score.wrongly_pinned.append(_said(reference))
        elif pin != "*" and reference.pin.value != pin:
            score.wrong.append(f"{_said(reference)} is {pin}")
        if safe and str(reference.safe).lower() != safe:
            score.wrong.append(f"{_said(reference)} safe={reference.safe}, is {safe}")


def _said(reference: Reference) -> str:
    return f"{reference.path}:{reference.line} {reference.kind} {reference.ref or '?'} {reference.pin.value}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("labels", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="name what was missed, too much or wrong")
    options = parser.parse_args(arguments)
    if options.labels.is_file():
        return _measured(options.labels, options.folder, options.show)
    failed = 0
    for file in sorted(options.labels.glob("*.toml")):
        name = tomllib.loads(file.read_text(encoding="utf-8"))["repository"].replace("/", "+")
        if Path(options.folder, name).is_dir():
            failed |= _measured(file, Path(options.folder, name), options.show)
        else:
            print(f"{name}: not there")
    return failed


def _measured(file: Path, folder: Path, show: bool) -> int:
    """Prints the figures of one repository; gives 1 where one of them falls short."""
    labels = tomllib.loads(file.read_text(encoding="utf-8"))
    found = references_of(folder, dict(labels.get("requirements", {})))
    failed = 0
    print(f"{labels['repository']}@{labels['commit'][:12]}: {len(found)} references in all")
    for group, score in measure(labels, found).items():
        recall = 100 * score.met / score.expected if score.expected else 100.0
        precision = 100 * score.right / score.reported if score.reported else 100.0
        print(
            f"  {group:9} recall {score.met}/{score.expected} = {recall:.1f} %, "
            f"precision {score.right}/{score.reported} = {precision:.1f} %, "
            f"wrongly pinned {len(score.wrongly_pinned)}, other pin or safety {len(score.wrong)}"
        )
        failed |= recall < 95 or precision < 97 or bool(score.wrongly_pinned)
        if show:
            for title in ("missed", "extra", "wrongly_pinned", "wrong"):
                for item in getattr(score, title):
                    print(f"    {title}: {item}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
