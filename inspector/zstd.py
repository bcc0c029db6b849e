"""Zstandard (RFC 8878): Python's own module from 3.14 on, before that its backport, which has the same names.

Both are imported when the first frame is met.
"""

from __future__ import annotations

import sys
from typing import Any, Protocol

# What the zstd program unpacks without being asked for more: 128 MB of what came before are kept at hand.
WINDOW_LOG = 27


class Decompressor(Protocol):
    """One frame, behind the interface that bz2 and lzma decompressors have."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def decompressor() -> Decompressor:
    """A decompressor for one frame that refuses a window of more than 2 ** ``WINDOW_LOG`` bytes."""
    library = _library()
    made: Decompressor = library.ZstdDecompressor(
        options={library.DecompressionParameter.window_log_max: WINDOW_LOG}
    )
    return made


def failure() -> type[Exception]:
    """What a decompressor raises for broken data."""
    found: type[Exception] = _library().ZstdError
    return found


def _library() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd
