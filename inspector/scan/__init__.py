"""Runs it all: source, readers in worker processes, graph, rules; told as events or as one result."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Generator, Sequence
from types import ModuleType
from typing import Any

from inspector.scan.collected import Collected
from inspector.scan.interface import SCHEMA, Event, ScanOptions

__all__ = ["SCHEMA", "Collected", "Event", "ScanOptions", "run_scan", "scan_events"]


def scan_events(options: ScanOptions, command: Sequence[str] = ()) -> Generator[Event, None, None]:
    """The events of one scan as they happen, ``done`` last."""
    # Collected and ScanOptions are used by the window, which reads no file itself: the engine is
    # imported by those who run it.
    looks = gc.isenabled()
    gc.disable()  # modules leave nothing to collect, and to look for it takes a tenth of their time
    try:
        from inspector.scan.engine import Scan
    finally:
        if looks:
            gc.enable()

    return Scan(options, command).events()


def run_scan(options: ScanOptions, command: Sequence[str] = ()) -> dict[str, Any]:
    """Scans to the end and gives the contract's result."""
    collected = Collected()
    for event in scan_events(options, command):
        collected.add(event)
    return collected.result()


class _Callable(ModuleType):
    """This room under its name in the library: ``inspector.scan("folder")`` scans."""

    def __call__(self, *target: Any, **options: Any) -> dict[str, Any]:
        api = importlib.import_module("inspector.api")  # the room above; it imports this one
        result: dict[str, Any] = api.scan(*target, **options)
        return result


sys.modules[__name__].__class__ = _Callable
