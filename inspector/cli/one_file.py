"""The one local file that a command reads."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from inspector.provenance import UnreadableInput, plain
from inspector.sources.hubid import is_hub_target
from inspector.sources.interface import ByteSource, Entry, EntryKind, ReadFailure


@contextlib.contextmanager
def one_file(name: str, purpose: str) -> Iterator[tuple[Entry, ByteSource]]:
    """The file of that name, open for bounded reads. UnreadableInput where it is none (a folder, a
    repository of a hub) or its bytes cannot be had; ``purpose`` says what a file is wanted for."""
    from inspector.sources import open_target

    no_file = UnreadableInput(f"{plain(name)} is not a file.", f"Name one file to {purpose}.")
    if is_hub_target(name):
        raise no_file
    with contextlib.closing(open_target(name, offline=True)) as source:
        if source.target.kind != "file":
            raise no_file
        entry = next(item for item in source.entries() if isinstance(item, Entry))
        if entry.kind is not EntryKind.FILE:
            raise UnreadableInput(f"{plain(name)} cannot be opened: {entry.detail or entry.kind}.")
        try:
            with contextlib.closing(source.open(entry)) as data:
                yield entry, data
        except ReadFailure as failure:
            raise UnreadableInput(str(failure)) from failure
