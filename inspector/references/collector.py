"""Work that makes very many objects, none of them in circles."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Pauses Python's search for circles of objects. It starts again and again while syntax trees and terms
    are made, takes up to a third of the time, and frees nothing of them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
