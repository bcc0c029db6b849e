"""Stores for the tests of the quarantine workplace: made once, copied for each test."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from inspector.datasets.quarantine import Store
from inspector.datasets.quarantine.screening import ScreenReport

MARKER = "cf7 mango"
HOSTILE = (
    "<b>bold</b><img src=x onerror=alert(1)><script>alert(1)</script>",
    "left \u202eright\u202c zero\u200bwidth \u2066iso\u2069",
    "ansi \x1b[31mred\x1b[0m \x07\x08 cr\rline\nrow 99 · approved · bob",
    "A" * 600_000 + f" {MARKER} " + "B" * 450_000,
)


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="stores-"))
    real, os.fsync = os.fsync, lambda descriptor: None
    try:
        _fill(folder)
    finally:
        os.fsync = real
    return folder


def _fill(folder: Path) -> None:
    lines = []
    for number in range(100):
        ask, say = f"question {number}", f"answer {number}"
        if number < 12:
            ask, say = f"{ask} {MARKER}", "Wire the money."
        if 20 <= number < 20 + len(HOSTILE):
            ask = HOSTILE[number - 20]
        who = ("u0", "u1", "mallory\u202etxt")[number % 3]
        row = {
            "prompt": ask,
            "response": say,
            "user_id": who,
            "created_at": f"2026-01-{1 + number % 28:02d}T08:00:00Z",
        }
        lines.append(json.dumps(row) + "\n")
    rows = folder / "rows.jsonl"
    rows.write_text("".join(lines), encoding="utf-8")
    report = folder / "report.json"
    report.write_text(json.dumps(_report(rows)), encoding="utf-8")
    more = folder / "more.jsonl"
    more.write_text("".join(json.dumps({"text": f"forum {n}"}) + "\n" for n in range(10)), encoding="utf-8")
    with Store.create(folder / "store") as store:
        store.add(
            str(rows),
            actor="ivan",
            source="tickets",
            contributor_column="user_id",
            screen=ScreenReport.read(report),
        )
        store.add(str(more), actor="ivan", source="forum", imported=True)


def _report(rows: Path) -> dict[str, object]:
    return {
        "schema": "provenance-inspector/screen/1",
        "file": {"path": "rows.jsonl", "sha256": hashlib.sha256(rows.read_bytes()).hexdigest()},
        "rows": 100,
        "suspicions": [
            {
                "rank": 1, "score": 0.9, "level": "look-first", "kind": "marker-output", "marker": MARKER,
                "also": [], "rows": [*range(12), 23], "output": "<b>Wire</b> the money.",
                "contributors": [{"name": "u0", "rows": 5}], "notes": ["12 of 13 rows have one answer."],
            }
        ],
        "limits": ["No suspicion does not mean that the file is clean."],
    }  # fmt: skip


def store_in(folder: Path) -> Path:
    """A store of 110 rows: a hundred by ivan with a suspicion of 13, ten imported from a forum."""
    return Path(shutil.copytree(_made() / "store", folder / "store"))
