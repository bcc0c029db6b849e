"""The bytes of a file as a stream, decompressed where need be, never more than the bounds allow."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import IO

from inspector import zstd
from inspector.datasets.screening.interface import Bounds
from inspector.datasets.screening.reading.tally import CutShort, OverLimit

_BLOCK = 256 * 1024
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def compression(head: bytes) -> str | None:
    """``gz``, ``zst`` or None, by the first bytes."""
    if head[:2] == _GZIP:
        return "gz"
    return "zst" if head[:4] == _ZSTD else None


class ByteStream:
    """Gives decompressed bytes in blocks. Raises CutShort over a bound and where the stream breaks off;
    what was given before stays given."""

    def __init__(self, file: IO[bytes], bounds: Bounds) -> None:
        self._file = file
        self._bounds = bounds
        self._given = 0
        self._taken = 0
        head = file.read(4)
        file.seek(0)
        self.compression = compression(head)
        openers: dict[str | None, Callable[[], Callable[[], bytes]]] = {
            None: lambda: self._plain,
            "gz": self._open_gzip,
            "zst": self._open_zstd,
        }
        self._next = openers[self.compression]()

    def block(self) -> bytes:
        """The next bytes, at most a few hundred KB; empty at the end."""
        data = self._next()
        self._given += len(data)
        if self.compression is not None and data:
            self._taken = self._file.tell()
            if self._given > self._bounds.decompressed_bytes:
                raise OverLimit(
                    f"The file holds more than {self._bounds.decompressed_bytes >> 20} MB once decompressed; "
                    "the rest was not screened."
                )
            strong = self._given > self._taken * self._bounds.ratio
            if self._given > self._bounds.free_ratio_bytes and strong:
                raise OverLimit(
                    f"The file decompresses to more than {self._bounds.ratio} times its size, as bombs do "
                    "and text does not; the rest was not screened."
                )
        return data

    def _plain(self) -> bytes:
        return self._file.read(_BLOCK)

    def _open_gzip(self) -> Callable[[], bytes]:
        state = zlib.decompressobj(31)
        pending = b""

        def step() -> bytes:
            nonlocal state, pending
            while True:
                if state.eof:
                    # A further member may follow (RFC 1952, 2.2); padding of zeros is none.
                    pending = state.unused_data or self._file.read(_BLOCK)
                    if not pending.strip(b"\0"):
                        return b""
                    state = zlib.decompressobj(31)
                if not pending:
                    pending = self._file.read(_BLOCK)
                ended = not pending
                try:
                    data = state.decompress(pending, _BLOCK)
                except zlib.error as error:
                    raise CutShort("The gzip data are damaged; what follows was not screened.") from error
                pending = state.unconsumed_tail
                if data:
                    return data
                if ended and not state.eof:
                    raise CutShort("The gzip data break off; what follows is missing.")

        return step

    def _open_zstd(self) -> Callable[[], bytes]:
        frame = zstd.decompressor()
        failure = zstd.failure()

        def step() -> bytes:
            nonlocal frame
            pending = b""
            while True:
                if frame.eof:
                    pending = frame.unused_data or self._file.read(_BLOCK)
                    if not pending:
                        return b""
                    frame = zstd.decompressor()
                elif frame.needs_input and not pending:
                    pending = self._file.read(_BLOCK)
                    if not pending:
                        raise CutShort("The Zstandard data break off; what follows is missing.")
                try:
                    data = frame.decompress(pending, _BLOCK)
                except failure as error:
                    raise CutShort(
                        "The Zstandard data are damaged; what follows was not screened."
                    ) from error
                pending = b""
                if data:
                    return data

        return step
