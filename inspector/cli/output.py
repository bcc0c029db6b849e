"""Where a command's result goes: standard output, or a file that is whole or not there."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from pathlib import Path

from inspector.provenance import UnreadableInput, plain

_ELSEWHERE = "Name a file for it with -o."


def write_result(content: bytes, out: str | None, *, option: str = "-o") -> None:
    """Writes to ``out`` in one step (a temporary file beside it, then a rename), or to standard output.
    ``option`` is the one that named ``out``, for whoever has to name another place.

    A link is followed. What is there and no regular file (a device, a named pipe) is written into: a rename
    would put a file in its place.
    """
    if out is None or out == "-":
        write_stdout(content)
        return
    part = None
    try:
        if _is_special(out):
            with open(out, "wb") as special:
                special.write(content)
            return
        path = Path(os.path.realpath(out))
        part = path.with_name(f".{path.name[:40]}.{os.urandom(6).hex()}")  # tempfile takes long to import
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        if part is not None:
            with contextlib.suppress(OSError):
                part.unlink()
        raise UnreadableInput(
            f"{plain(out)} cannot be written: {error.strerror or error}.",
            f"Choose another place with {option}; an older file there is unchanged.",
        ) from error


def _is_special(out: str) -> bool:
    try:
        mode = Path(out).stat().st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISREG(mode)


def write_stdout(content: bytes) -> None:
    """Writes to standard output at once. A reader that has gone is BrokenPipeError, as everywhere."""
    if sys.stdout is None:
        raise UnreadableInput("Standard output is closed, so the result has nowhere to go.", _ELSEWHERE)
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _give_up_stdout()
        raise UnreadableInput(
            f"The result cannot be written to standard output: {error.strerror or error}.", _ELSEWHERE
        ) from error


def _give_up_stdout() -> None:
    """What is left in the buffer would fail once more as Python ends, and be shown as a traceback."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
