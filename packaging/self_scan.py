#!/usr/bin/env python3
"""Scans this repository with the program itself and fails on every finding that nobody has explained.

    python packaging/self_scan.py                the files of HEAD, as git has them
    python packaging/self_scan.py FOLDER         another folder, such as an unpacked sdist
    python packaging/self_scan.py --audit        with pip-audit, which asks the package index

What is accepted stands in packaging/self_scan.toml, with a reason for each row.
"""

from __future__ import annotations

import argparse
import fnmatch
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
sys.path.append(str(HERE))

from checkout_scripts import load  # noqa: E402 - its folder had to be named first


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Scans this repository with the program itself.")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--audit", action="store_true", help="ask pip-audit about the packages too")
    asked = parser.parse_args(words)
    sys.path.insert(0, str(CHECKOUT))
    import inspector

    with tempfile.TemporaryDirectory(prefix="inspector-self-") as scratch:
        folder = asked.folder or _head(Path(scratch, "provenance-inspector"))
        answer = inspector.scan(str(folder), audit=asked.audit, offline=not asked.audit)
        shipped_only = not (folder / "tests").is_dir()
    rows = [row for row in accepted() if row.get("shipped", True) or not shipped_only]
    problems = unexplained(answer, rows)
    for line in [*problems, *idle(answer, rows)]:
        print(line)
    found, read = len(answer["findings"]), answer["coverage"]["analysed"]
    print(f"{found} findings in {read} files, {len(problems)} problems")
    return 1 if problems else 0


def accepted() -> list[dict[str, Any]]:
    """The rows of self_scan.toml; ValueError where one has no reason."""
    rows: list[dict[str, Any]] = tomllib.loads((HERE / "self_scan.toml").read_text(encoding="utf-8"))[
        "accepted"
    ]
    for row in rows:
        if not {"rule", "where", "because"} <= row.keys() or len(row["because"]) < 20:
            raise ValueError(f"a row without rule, where or reason: {row}")
    return rows


def unexplained(answer: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line for each finding with evidence, and each unread file, that no row speaks of."""
    rows = list(rows)
    lines = []
    for finding in answer["findings"]:
        paths = _paths(finding)
        bare = [path for path in paths if not any(_speaks(row, finding["rule"], path) for row in rows)]
        if bare or not paths:
            lines.append(
                f"{finding['severity']}: {finding['rule']}: {finding['title']}: {', '.join(bare[:4])}"
            )
    for entry in answer["coverage"]["not_analysed"]:
        if not any(_speaks(row, "loading.unreadable", entry["path"]) for row in rows):
            lines.append(f"not analysed: {entry['path']}: {entry['why']}")
    return lines


def idle(answer: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line for each row that explains nothing: what it accepted is gone, and so should it be."""
    told = [(finding["rule"], path) for finding in answer["findings"] for path in _paths(finding)]
    return [
        f"explains nothing any more: {row['rule']} in {row['where']}"
        for row in rows
        if not any(_speaks(row, rule, path) for rule, path in told)
    ]


def _paths(finding: Mapping[str, Any]) -> list[str]:
    paths = {entry.get("path") or "" for entry in finding["evidence"]}
    return sorted(paths) or ([""] if finding["rule"] == "dependencies.not-audited" else [])


def _speaks(row: Mapping[str, Any], rule: str, path: str) -> bool:
    return row["rule"] in ("*", rule) and fnmatch.fnmatchcase(path, row["where"])


def _head(into: Path) -> Path:
    load("packaging/build.py").export(CHECKOUT, "HEAD", into)
    return into


if __name__ == "__main__":
    sys.exit(main())
