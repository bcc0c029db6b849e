"""Screening as a reviewer's program calls it: one child process for one file."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from inspector.datasets.screening.excerpts import SCHEMA as ROWS_SCHEMA
from inspector.datasets.screening.interface import SCHEMA
from inspector.provenance.errors import UnreadableInput, WorkIncomplete
from inspector.provenance.text import plain

WORKER = (sys.executable, "-I", "-m", "inspector.datasets.screening.worker")
_NEEDED = ("numpy", "polars", "ijson")


@dataclass(slots=True)
class Outcome:
    """``result`` is the contract's object; ``is_complete`` is False where the work was cut short."""

    result: dict[str, Any] = field(default_factory=dict)
    is_complete: bool = False


def require_libraries() -> None:
    """Raises UnreadableInput where the libraries of the extra ``data`` are not installed."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise UnreadableInput(
            f"Screening needs packages that are not installed: {', '.join(missing)}.",
            "Install them with: pip install 'provenance-inspector[data]'",
        )


def screen_file(
    path: str,
    *,
    report: Callable[[str, int], None] | None = None,
    command: Sequence[str] = WORKER,
) -> Outcome:
    """Screens one file in a child process; ends the child when this call ends, however it does.

    ``report(phase, rows)`` is called as the work goes on. Raises UnreadableInput where ``path`` is no file
    of rows.
    """
    require_libraries()
    _check(path)
    started = datetime.now(UTC)
    clock = time.monotonic()
    outcome, isolation, failure = _ask({}, path, report, command)
    if not outcome.result:
        outcome.result = _without_result(
            path, failure or "The process that screened it ended before its time."
        )
    outcome.result["run"] = {
        "started": started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "seconds": round(time.monotonic() - clock, 3),
        "path": plain(str(Path(path).absolute())),
        "platform": sys.platform,
        "isolation": isolation,
    }
    return outcome


def rows_of(path: str, rows: Sequence[int], *, command: Sequence[str] = WORKER) -> dict[str, Any]:
    """Single rows of a file, read in a child process: ``{"schema", "path", "rows": […],
    "missing": [numbers]}``, see ``excerpts.Excerpt``. Raises UnreadableInput where ``path`` is no file of
    rows, WorkIncomplete where the process came to no end."""
    require_libraries()
    _check(path)
    outcome, _, failure = _ask({"rows": list(rows)}, path, None, command)
    if not outcome.result:
        raise WorkIncomplete(
            failure or "The process that read the rows ended before its time.", "Look at the file itself."
        )
    given = {row["row"] for row in outcome.result["rows"]}
    missing = sorted(set(rows) - given)
    return {"schema": ROWS_SCHEMA, "path": shown_name(path), **outcome.result, "missing": missing}


def _ask(
    task: dict[str, Any], path: str, report: Callable[[str, int], None] | None, command: Sequence[str]
) -> tuple[Outcome, Any, str | None]:
    """One task for the child: what it answered, how it was held, and why it failed where it did."""
    outcome = Outcome()
    isolation: Any = None
    failure = None
    process = subprocess.Popen(
        list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=_environment(), start_new_session=os.name == "posix",
    )  # fmt: skip
    try:
        assert process.stdin is not None and process.stdout is not None
        line = json.dumps({**task, "path": str(Path(path).absolute()), "name": shown_name(path)})
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(line.encode("ascii") + b"\n")
            process.stdin.close()
        for answer in process.stdout:
            message = json.loads(answer)
            if "unreadable" in message:
                sentence, step = message["unreadable"]
                raise UnreadableInput(f"{shown_name(path)}: {sentence}", step)
            if "phase" in message and report is not None:
                report(message["phase"], message["rows"])
            isolation = message.get("isolation", isolation)
            failure = message.get("failed", failure)
            if "result" in message:
                outcome.result = message["result"]
                outcome.is_complete = not message["cut_short"]
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
    return outcome, isolation, failure


def shown_name(path: str) -> str:
    """The file's name alone, safe to print: the folders of this machine are no part of a result."""
    return plain(Path(path).name.encode("utf-8", "backslashreplace").decode("utf-8"), 300)


def _check(path: str) -> None:
    place = Path(path)
    try:
        if not place.exists():
            raise UnreadableInput(f"{plain(path)} does not exist.", "Name a file of training data.")
        if not place.is_file():
            raise UnreadableInput(f"{plain(path)} is not a file.", "Name a file of training data.")
        with place.open("rb"):
            pass
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "the name is not allowed"
        raise UnreadableInput(
            f"{plain(path)} cannot be read: {why}.", "Name a file that you may read."
        ) from error


def _environment() -> dict[str, str]:
    """The variables the child needs: none that changes what Python or polars do."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name
        in (
            "PATH",
            "HOME",
            "TMPDIR",
            "TEMP",
            "TMP",
            "SYSTEMROOT",
            "LD_LIBRARY_PATH",
            "COVERAGE_PROCESS_START",
        )
    }
    threads = os.environ.get("POLARS_MAX_THREADS", "")
    kept["POLARS_MAX_THREADS"] = threads if threads.isdigit() else str(min(os.cpu_count() or 1, 8))
    return kept


def _without_result(path: str, why: str) -> dict[str, Any]:
    """A result that says that there is none."""
    import hashlib

    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.seek(0, os.SEEK_END)
    return {
        "schema": SCHEMA,
        "file": {"path": shown_name(path), "size": size, "sha256": digest, "format": "unknown"},
        "rows": 0,
        "columns": {"input": [], "output": [], "contributor": None, "time": None},
        "suspicions": [],
        "limits": [f"{why} Nothing of the file was screened."],
    }
