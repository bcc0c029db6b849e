"""Screening on a Dask cluster: the passes of ``parts`` as tasks of ``distributed``.

    from dask.distributed import Client
    from inspector.datasets.screening.on_dask import screen_on_dask

    with Client("tcp://scheduler:8786") as client:
        screened = screen_on_dask(client, "/data/train.jsonl", "/data/scratch")
    screened.as_json()

It needs the extra ``cluster``. File and scratch folder must be reached by the same names from every worker (a
shared file system), and every worker must have this program in the same version, with the same polars: hashes
of words are polars' own. Give each worker one thread and, as they read data of strangers without the walls of
the screening's own child, an account that may reach nothing else.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

from inspector.datasets.screening.interface import Bounds, Screened
from inspector.datasets.screening.parts import PART_BYTES, screen_in_parts


def screen_on_dask(
    client: Any, path: str, scratch: str, *, bounds: Bounds | None = None, part_bytes: int = PART_BYTES
) -> Screened:
    """Screens a file by the workers of a ``distributed.Client``; the result is that of ``screen``.

    A folder of its own is made in ``scratch`` and removed. Raises UnreadableInput as ``screen`` does, and
    whatever Dask raises where a worker is lost for good.
    """

    def run(function: Callable[[Any], Any], values: Sequence[Any]) -> Sequence[Any]:
        # Each once: a task that is done again writes the same bytes to the same file.
        futures = client.map(function, values, pure=False)
        found: Sequence[Any] = client.gather(futures)
        return found

    folder = tempfile.mkdtemp(prefix="screening-", dir=scratch)
    try:
        return screen_in_parts(path, folder, run, bounds, part_bytes)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
