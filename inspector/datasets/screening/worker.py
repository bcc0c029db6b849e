"""The child process that screens one file: reads it, writes progress and the result as JSON lines, ends.

It opens the file and its nameless spool files first, then gives up the network, other programs and every
other file (see ``inspector.confinement``); memory, processor time and file size are limited. A bomb or a
crash ends this process and nothing else.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO, Any

from inspector.provenance.errors import UnreadableInput

_DATA_BYTES = 4 << 30
_ADDRESS_BYTES = 12 << 30  # threads and allocators reserve far more than they use
_FILE_BYTES = 64 << 30
_CPU_SECONDS = 4 * 3600


def main() -> int:
    """Serves the one task that stands on standard input."""
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints must not break the protocol
    task = json.loads(sys.stdin.buffer.readline())
    sys.setrecursionlimit(3000)
    try:
        with open(task["path"], "rb") as file:
            if "rows" in task:
                _show(file, task["name"], task["rows"], answers)
            else:
                _screen(file, task["name"], answers)
    except UnreadableInput as error:
        _say(answers, {"unreadable": [error.sentence, error.next_step]})
    except MemoryError:
        _say(answers, {"failed": "Screening it needs more memory than it is given."})
    except OSError as error:
        _say(answers, {"failed": f"The screening could not be completed: {error.strerror or error}."})
    return 0


def _screen(file: IO[bytes], name: str, answers: IO[bytes]) -> None:
    # Imported before the walls go up: they may lie where the walls leave nothing to read.
    import numpy
    import polars

    from inspector.datasets.screening import screen as passes
    from inspector.datasets.screening.spool import reserve

    del numpy, polars
    reserve()
    isolation = _confine(str(Path(file.name).resolve()))
    _say(answers, {"isolation": isolation})
    screened = passes.screen(
        file, name, report=lambda phase, rows: _say(answers, {"phase": phase, "rows": rows})
    )
    _say(answers, {"result": screened.as_json(), "cut_short": screened.cut_short})


def _show(file: IO[bytes], name: str, rows: list[int], answers: IO[bytes]) -> None:
    """Reads single rows behind the same walls."""
    import polars  # the walls leave nothing to read of it

    from inspector.datasets.screening import excerpts

    del polars
    isolation = _confine(str(Path(file.name).resolve()))
    _say(answers, {"isolation": isolation})
    found = excerpts.excerpts(file, name, rows)
    _say(answers, {"result": {"rows": [one.as_json() for one in found]}, "cut_short": []})


def _confine(path: str) -> dict[str, Any]:
    """As ``inspector.confinement.confine``, but writing to the open spool files stays possible."""
    rlimits = _limit()
    if not sys.platform.startswith("linux"):
        return {"seccomp": False, "landlock": 0, "rlimits": rlimits}
    from inspector.confinement.landlock import restrict_files
    from inspector.confinement.limits import end_with_parent
    from inspector.confinement.seccomp import restrict_calls

    end_with_parent()
    return {"landlock": restrict_files([path]), "seccomp": restrict_calls(), "rlimits": rlimits}


def _limit() -> bool:
    if sys.platform == "win32":
        return False
    import resource

    held = True
    for which, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_DATA, _DATA_BYTES),
        (resource.RLIMIT_AS, _ADDRESS_BYTES),
    ):
        _, hard = resource.getrlimit(which)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(which, (allowed, allowed))
        except (ValueError, OSError):
            held = False  # macOS refuses some of them
    return held


def _say(answers: IO[bytes], message: dict[str, Any]) -> None:
    answers.write(json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n")
    answers.flush()


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # polars' threads are not waited for
