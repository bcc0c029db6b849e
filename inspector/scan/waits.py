"""A scan that asks a hub, told while it waits.

A hub may ask for minutes of silence in the middle of any call. So that its countdown reaches the reviewer at
once, and leaving takes less than a second, what asks the hub runs in a thread of its own and hands its
events over. Nothing is parsed there that is not parsed here: files are read by worker processes in any case.
"""

from __future__ import annotations

import contextlib
import math
import queue
import threading
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING

from inspector.scan.interface import Event

if TYPE_CHECKING:
    from inspector.sources.hub.answer import Waiting

_ROOM = 64  # events that may wait to be taken; then the thread waits
_TICK_SECONDS = 0.1
_ENDING_SECONDS = 5.0  # a cancelled request ends in a tenth of a second, a worker at once

_Item = Event | BaseException | None  # None: the end

OnWait = Callable[["Waiting"], None]


def told_while_waiting(
    make: Callable[[OnWait], Generator[Event, None, None]], cancelled: threading.Event
) -> Iterator[Event]:
    """The events of ``make(on_wait)``, run in a thread, and between them ``progress`` events of the phase
    ``waiting`` for what ``on_wait`` is told: done, total, seconds (that are left) and sentence. When the wait
    is over the last other progress comes once more. Closing this sets ``cancelled`` and ends the thread."""
    items: queue.Queue[_Item] = queue.Queue(_ROOM)
    left = threading.Event()
    last: Event = {}

    def put(item: _Item) -> bool:
        while not left.is_set():
            with contextlib.suppress(queue.Full):
                items.put(item, timeout=_TICK_SECONDS)
                return True
        return False

    def on_wait(waiting: Waiting) -> None:
        put(_told(waiting) if waiting.seconds > 0 else last)

    def run() -> None:
        try:
            with contextlib.closing(make(on_wait)) as events:
                for event in events:
                    if event["event"] == "progress":
                        last.clear()
                        last.update(event)
                    if not put(event):
                        return
            put(None)
        except BaseException as error:  # noqa: BLE001 - handed to the caller, which raises it
            put(error)

    thread = threading.Thread(target=run, daemon=True, name="hub-scan")
    thread.start()
    try:
        while (item := items.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield dict(item)
    finally:
        left.set()
        if thread.is_alive():
            cancelled.set()
            thread.join(_ENDING_SECONDS)


def _told(waiting: Waiting) -> Event:
    return {
        "event": "progress",
        "phase": "waiting",
        "done": waiting.done,
        "total": waiting.total,
        "bytes": 0,
        "seconds": math.ceil(waiting.seconds),
        "sentence": waiting.sentence,
    }
