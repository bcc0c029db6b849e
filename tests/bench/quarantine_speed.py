"""How fast a quarantine takes, decides, promotes and verifies a million rows, and how much memory it needs.

    python tests/bench/quarantine_speed.py [ROWS] [FOLDER]

Each step is a command of its own, as in use. The targets are 40,000 rows a second staged, a million promoted
in under 30 s, and under 600 MB in every step.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

WORDS = (  # noqa: SIM905 - a list of them would fill the page
    "account password invoice refund order shipping address status ticket reset login payment card plan "
    "upgrade cancel email phone error screen device update install download support agent question answer "
    "please thanks could would when where how after before again still cannot never always today"
).split()


def write_rows(path: Path, count: int) -> None:
    """``count`` different rows of about 240 bytes, as a support desk's export has them."""
    words, many = WORDS, len(WORDS)
    with path.open("w", encoding="utf-8", buffering=1 << 20) as file:
        for number in range(count):
            picked = [words[(number * step + step * step) % many] for step in range(3, 19)]
            file.write(
                f'{{"id": {number}, "prompt": "{" ".join(picked[:8])} {number}", "response": '
                f'"{" ".join(picked[8:])}", "user_id": "u{number * 7919 % 5003}", '
                f'"created_at": "2026-01-{number % 28 + 1:02d}T10:00:00Z", "rating": {number % 50 / 10}}}\n'
            )


def run(step: str, rows: int, *arguments: str) -> None:
    """Runs one command and prints its time, its rate and its peak of memory."""
    started = time.perf_counter()
    child = os.spawnv(
        os.P_NOWAIT, sys.executable, [sys.executable, "-m", "inspector", "quarantine", *arguments]
    )
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    processor = usage.ru_utime + usage.ru_stime
    print(
        f"{step:<10} {seconds:7.1f} s  {processor:7.1f} s processor  {rows / seconds:10,.0f} rows/s  "
        f"{usage.ru_maxrss / 1024:6.0f} MB  exit {code}",
        flush=True,
    )


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    place = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    folder = Path(tempfile.mkdtemp(dir=place))
    sys.stdout.flush()
    try:
        source, store = folder / "rows.jsonl", str(folder / "store")
        write_rows(source, rows)
        print(f"{rows:,} rows, {source.stat().st_size / 1e6:.0f} MB")
        actor = "--actor"
        run("init", 1, "init", store)
        run("policy", 1, "policy", store, "--quorum", "2", actor, "owner", "--why", "measure the longer way")
        run(
            "add",
            rows,
            "add",
            store,
            str(source),
            actor,
            "ivan",
            "--source",
            "desk",
            "--contributor-col",
            "user_id",
        )
        run("add again", rows, "add", store, str(source), actor, "ivan", "--source", "desk")
        run(
            "approve", rows, "review", store, "--all", "--verdict", "approve", actor, "alice", "--why", "read"
        )
        run("approve", rows, "review", store, "--all", "--verdict", "approve", actor, "bob", "--why", "read")
        run("groups", rows, "groups", store)
        run("promote", rows, "promote", store, actor, "alice")
        run("status", rows, "status", store)
        run("verify", rows, "verify", store)
        made = next(one for one in (folder / "store" / "sets").iterdir() if not one.name.startswith("."))
        run("verify set", rows, "verify", str(made))
        print(f"index.db {(folder / 'store' / 'index.db').stat().st_size / 1e6:.0f} MB")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
