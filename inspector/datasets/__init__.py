"""Facts about training data: files of rows, cards, pointers to data that is not here. Nothing is judged.

``wants(path, size)`` tells by the name whether a file may be data; ``read(source, path)`` reads it in a
bounded stream and gives its facts, or None where it is no data after all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inspector.datasets.columns import contributor_column, roles, time_column
from inspector.datasets.files import read, wants
from inspector.datasets.interface import DatasetFacts

__all__ = ["DatasetFacts", "contributor_column", "open_verified", "read", "roles", "time_column", "wants"]


def open_verified(
    path: str | Path, *, pubkey: bytes | None = None, checkpoint: bytes | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of a set promoted from quarantine, for a training job; raises before the first where the set
    does not hold. See ``inspector.datasets.quarantine.open_verified``, imported by the first call."""
    from inspector.datasets.quarantine.promoted import open_verified as opened

    return opened(path, pubkey=pubkey, checkpoint=checkpoint)
