"""What a scan says, kept in a file as it comes: the review takes it from there."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from inspector import places


class Spool:
    """One file in the cache folder. ``write`` and ``end`` until it is dropped. Nothing here raises: a disk
    that is full or may not be written to is ``problem``, a sentence, and the file is then not whole."""

    def __init__(self) -> None:
        self.problem = ""
        self.path: Path | None = None
        self._stream: BinaryIO | None = None
        try:
            folder = places.cache()
            folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix="scan-", suffix=".jsonl", dir=folder)
            self.path = Path(name)
            self._stream = os.fdopen(handle, "wb")
        except OSError as error:
            self._failed(error)

    def write(self, raw: bytes) -> None:
        if self._stream is not None and not self.problem:
            try:
                self._stream.write(raw)
            except OSError as error:
                self._failed(error)

    def end(self, last: dict[str, Any] | None = None) -> None:
        """Closes the file, after one more event where ``last`` is given."""
        if last is not None:
            self.write(b"\n" + json.dumps(last).encode() + b"\n")
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.close()
            except OSError as error:
                self._failed(error)

    def drop(self) -> None:
        self.end()
        if self.path is not None:
            try:
                self.path.unlink(missing_ok=True)
            except OSError:
                return  # the next start tidies it away

    def _failed(self, error: OSError) -> None:
        what = error.strerror or str(error)
        self.problem = f"The scan cannot be kept: {what}. Free some space on the disk and scan again."
