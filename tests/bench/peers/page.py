"""The page of the benchmarks: each script writes its figures between its own two marks, and nothing else."""

from __future__ import annotations

import datetime
import os
import platform
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[3] / "docs" / "benchmarks.md"


def put(name: str, text: str, page: Path = PAGE) -> None:
    """Puts ``text`` between the two marks of ``name``; ValueError where the page has no such marks."""
    marks = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- /{re.escape(name)} -->)", re.S)
    old = page.read_text(encoding="utf-8")
    new, count = marks.subn(lambda found: found[1] + text.rstrip("\n") + "\n" + found[2], old)
    if count != 1:
        raise ValueError(f"{page.name} has no place for {name}")
    page.write_text(new, encoding="utf-8")


def stamp() -> str:
    """When and on what: one line."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"Measured {datetime.datetime.now(datetime.UTC):%Y-%m-%d}; {os.cpu_count()} cores{load}, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}."
    )
