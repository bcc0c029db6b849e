"""What a scan says, kept in a file as it comes: the review takes it from there."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from inspector import places


class Spool:
    """One file in the cache folder. ``write`` and ``end`` until it is dropped."""

    def __init__(self) -> None:
        folder = places.cache()
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="scan-", suffix=".jsonl", dir=folder)
        self.path = Path(name)
        self._stream: BinaryIO | None = os.fdopen(handle, "wb")

    def write(self, raw: bytes) -> None:
        if self._stream is not None:
            self._stream.write(raw)

    def end(self, last: dict[str, Any] | None = None) -> None:
        """Closes the file, after one more event where ``last`` is given."""
        stream, self._stream = self._stream, None
        if stream is not None:
            if last is not None:
                stream.write(b"\n" + json.dumps(last).encode() + b"\n")
            stream.close()

    def drop(self) -> None:
        self.end()
        self.path.unlink(missing_ok=True)
