"""The commands: thin, one module each, found by the table below and imported only when called.

A module gives ``register(subparsers)``, which adds its parsers and sets ``run`` on each to a function of
the parsed arguments that returns the exit code. Results go to standard output, messages to standard
error. An InspectorError ends a command with its sentence and its exit code; anything else is a defect
of ours, is written to a file, and never shown as a traceback.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import errno
import gc
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from inspector import __version__
from inspector.provenance.errors import InspectorError, Refused, UnreadableInput
from inspector.provenance.text import plain

# command -> (module of this room, one line for --help)
COMMANDS = {
    "scan": ("scan", "scan a folder, file or hub repository"),
    "lookup": ("lookup", "ask the hub what names in a project mean now, and what to pin"),
    "review": ("review", "make, show and decide a review file"),
    "key": ("keys", "signing keys"),
    "trust": ("keys", "whose signatures are trusted"),
    "sign": ("sign", "write the signed record of a review"),
    "countersign": ("sign", "add a second signature to a record"),
    "verify": ("verify", "check a record, and the bytes it speaks of"),
    "export": ("export", "write a review as HTML, SARIF, CycloneDX and more"),
    "advisories": ("advisories", "the offline advisory database"),
    "screenshot": ("screenshot", "paint the window into a picture"),
    "convert": ("convert", "pickle checkpoint to safetensors, without unpickling"),
    "dataset": ("dataset", "screen training data for planted patterns"),
    "quarantine": ("quarantine", "staging, review and promotion of training data"),
    "explain": ("explain", "say what loading a file would do; nothing is run"),
    "completion": ("completion", "completion for your shell, or the manual page"),
}

_INTERRUPTED = 130
_DEFECT = 3
_UNREADABLE = 2


def run(argv: Sequence[str]) -> int:
    """Runs one command line (without the program's name) and gives its exit code."""
    _use_utf8()
    # The last look for rings goes through every module, and the memory goes back to the system anyway.
    atexit.register(gc.freeze)
    outcome = _Outcome()
    with _sentences(outcome):
        outcome.code = _dispatch(list(argv))
    return outcome.code


def run_window(argv: Sequence[str]) -> int:
    """Opens the window, on the target where one is given."""
    _use_utf8()
    outcome = _Outcome()
    with _sentences(outcome):
        outcome.code = _open_window(argv[0] if argv else None)
    return outcome.code


def _dispatch(argv: list[str]) -> int:
    if not argv:
        return _open_window(None)
    if argv[0] in COMMANDS:
        return _run_command(argv)
    if not argv[0].startswith("-"):
        if "://" not in argv[0] and not os.path.lexists(argv[0]):
            raise UnreadableInput(
                f"{argv[0]} is no command, and no file or folder of that name exists.", _near_command(argv[0])
            )
        if len(argv) == 1:
            return _open_window(argv[0])
    _overview().parse_args(argv)
    return 2


def _near_command(word: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, 1)
    return f"Did you mean `inspector {near[0]}`?" if near else "`inspector --help` lists the commands."


def _run_command(argv: list[str]) -> int:
    module = importlib.import_module(f"inspector.cli.{COMMANDS[argv[0]][0]}")
    parser = _Parser(prog="inspector")
    module.register(parser.add_subparsers(dest="command", required=True))
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        parser.prog = f"inspector {argv[0]}"
        parser.error(f"unrecognized arguments: {', '.join(map(repr, unknown))}")
    code: int = arguments.run(arguments)
    if sys.stdout is not None:  # closed by whoever started us; a result in a file is written all the same
        sys.stdout.flush()
    return code


class _Parser(argparse.ArgumentParser):
    """Takes no option by a part of its name, in the parsers below it neither: what a script writes must mean
    the same when an option is added. Says where help is, and repeats nothing of the command line raw."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{"allow_abbrev": False, **named})

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {plain(message, 600)}. `{self.prog} --help` says more.\n")


def _overview() -> argparse.ArgumentParser:
    lines = "\n".join(f"  {name:<12} {line}" for name, (_, line) in COMMANDS.items())
    parser = _Parser(
        prog="inspector",
        usage="inspector [TARGET] | inspector COMMAND …",
        description="Where does each piece of an AI project come from, who could have changed it, and does "
        "loading it run code?\nWithout a command the window opens, on TARGET where one is given.",
        epilog=f"commands:\n{lines}\n\nTARGET is a folder, a file, or a hub id: hf://ORG/NAME[@REVISION]. "
        "`inspector COMMAND --help` says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("target", nargs="?", metavar="TARGET", help="what to open in the window")
    parser.add_argument("--version", action="version", version=f"Provenance Inspector {__version__}")
    return parser


def _open_window(target: str | None) -> int:
    if sys.platform.startswith("linux") and not has_display():
        if target is None:
            return _scan_sample()
        raise UnreadableInput(
            "There is no display to open a window on.",
            "Use `inspector scan TARGET` here, or set DISPLAY or WAYLAND_DISPLAY.",
        )
    try:
        from inspector.gui.app import run as run_gui
    except ImportError as error:
        raise UnreadableInput(
            f"The window cannot be opened: {error}.",
            "Install the package PySide6-Essentials and Qt's system libraries (libegl1, libxcb-cursor0, "
            "libxkbcommon-x11-0), or use `inspector scan TARGET`.",
        ) from error
    code: int = run_gui(target)
    return code


def _scan_sample() -> int:
    from inspector import resources

    _say("There is no display to open a window on. This is the sample, scanned in the terminal instead:")
    code = _run_command(["scan", str(resources.path("sample")), "--no-audit"])
    _say("Scan your own project with: inspector scan FOLDER")
    return code


def has_display() -> bool:
    """Whether a window could be shown here; Qt's offscreen platform counts, since it was asked for."""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return bool(shown) or platform.startswith(("offscreen", "minimal", "vnc"))


# A full disk, a full quota, a limit on the size of files.
_NO_ROOM = frozenset((errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG))


class _Outcome:
    code = _DEFECT


@contextlib.contextmanager
def _sentences(outcome: _Outcome) -> Iterator[None]:
    """Turns whatever a command raises into a sentence on standard error and an exit code."""
    try:
        yield
    except Refused as error:
        _print(f"refused: {error.code}: {error}")
        outcome.code = error.exit_code
    except InspectorError as error:
        _say(str(error))
        outcome.code = error.exit_code
    except KeyboardInterrupt:
        _say("Interrupted. What was saved before stays saved.")
        outcome.code = _INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`). Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        outcome.code = 0
    except Exception as error:  # noqa: BLE001 - the last net: a defect must not show as a traceback
        lacking = _what_the_machine_lacks(error)
        _say(lacking or _report_defect(error))
        outcome.code = _UNREADABLE if lacking else _DEFECT


def _what_the_machine_lacks(error: Exception) -> str | None:
    """The sentence for a machine without room, where no command has one of its own; None for a defect."""
    if isinstance(error, MemoryError):
        return (
            "There is not enough memory. Nothing that was saved is lost. Close other programs and try again."
        )
    if not isinstance(error, OSError):
        return None
    if error.errno == errno.ENOENT and "usable temporary" in str(error):
        return (
            "No folder for temporary files can be written to. "
            "Free some space, or set TMPDIR to a folder of your own."
        )
    if error.errno in _NO_ROOM:
        return f"The disk takes nothing more ({error.strerror}); what was saved is safe. Free some space."
    return None


def _report_defect(error: Exception) -> str:
    import traceback

    from inspector import places

    sentence = f"A defect of this program stopped the command ({type(error).__name__}: {error})."
    try:
        folder = places.cache()
        folder.mkdir(parents=True, exist_ok=True)
        report = folder / "last-defect.txt"
        report.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="replace")
    except OSError:
        return f"{sentence} Nothing that was saved is lost."
    return f"{sentence} Nothing that was saved is lost. Details are in {report}."


def _say(sentence: str) -> None:
    _print(f"inspector: {sentence}")


def _print(line: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        print(plain(line, keep_newlines=True), file=sys.stderr)


def _use_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
