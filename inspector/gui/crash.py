"""When this program itself fails: words for the reviewer, a log for us, and the review stays as it is.

Nothing is sent anywhere. Every decision is on the disk before a key press ends, so there is nothing to save.
"""

from __future__ import annotations

import faulthandler
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

from inspector import places
from inspector.gui.texts import shown, tr

if TYPE_CHECKING:
    from inspector.gui.main_window import MainWindow

MOST_SHOWN = 3  # message boxes in one run: a failure in a timer must not bury the window


class Crash:
    """The hooks while the window is up. ``close`` takes them back."""

    def __init__(self, window: MainWindow, log: Path | None, stream: IO[str] | None) -> None:
        self._window = window
        self._log = log
        self._stream = stream
        self._shown = 0
        self._before = sys.excepthook
        sys.excepthook = self.caught

    def caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """An exception that nobody caught: it goes to the log and is said."""
        if issubclass(kind, KeyboardInterrupt):
            self._window.close()
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        if self._stream is not None:
            try:
                self._stream.write(text + "\n")
                self._stream.flush()
            except OSError:
                self._stream = None
        else:
            print(text, file=sys.stderr)
        self._shown += 1
        if self._shown > MOST_SHOWN:
            return
        words = [
            tr("Something in this program went wrong, and one thing you asked for may not have been done."),
            tr("Your review is saved up to your last decision. Go on, or start the program again."),
        ]
        if self._log is not None:
            words.append(tr("The details are in {0}").format(shown(str(self._log))))
        self._window.tell("\n".join(words))

    def close(self) -> None:
        sys.excepthook = self._before
        if self._stream is not None:
            faulthandler.disable()
            self._stream.close()


def watch(window: MainWindow) -> Crash:
    """Hooks uncaught exceptions and fatal signals to a log in the cache folder."""
    log = places.cache() / "crash.log"
    stream: IO[str] | None = None
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        stream = log.open("w", encoding="utf-8")
        faulthandler.enable(stream)
    except OSError:
        log = None  # type: ignore[assignment]
    return Crash(window, log, stream)
