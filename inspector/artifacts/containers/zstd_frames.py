"""Zstandard frames, handed to the decompressor block by block (RFC 8878).

The library's stream object gives everything that its input unpacks to, and three bytes of input can stand for
128 kB. So the frames are walked here, and the library never sees more than one block at a time.
"""

from __future__ import annotations

from collections.abc import Callable

from inspector import zstd

MAGIC = b"\x28\xb5\x2f\xfd"
MAX_BLOCK = 128 << 10
MAX_BLOCKS = 300_000  # of one stream: each costs time, however little it holds
_RAW, _RLE, _COMPRESSED = range(3)
_KEY_LENGTHS = (0, 1, 2, 4)
_SIZE_LENGTHS = (0, 2, 4, 8)


class BadFrame(ValueError):
    """The frame cannot be unpacked. The message is a sentence for the reviewer."""


def is_skippable(head: bytes) -> bool:
    """Whether a skippable frame begins here; zstd and lz4 share its sixteen magics."""
    return len(head) >= 4 and head[0] & 0xF0 == 0x50 and head[1:4] == b"\x2a\x4d\x18"


class ZstdFrame:
    """One frame (or skippable frame) behind the interface that bz2 and lzma decompressors have."""

    def __init__(self) -> None:
        self._engine = zstd.decompressor()
        self._failure = zstd.failure()
        self._buffer = b""
        self._at = 0
        # Not bound to the frame: it would hold itself, and die late.
        self._step: Callable[[ZstdFrame, bytes], bytes] = ZstdFrame._magic
        self._frame = b""
        self._want = 4
        self._skip = 0
        self._blocks = 0
        self._has_checksum = False
        self._key_at = self._key_length = 0
        self._has_last = False
        self.eof = False

    @property
    def needs_input(self) -> bool:
        return not self.eof and len(self._buffer) - self._at < self._want

    @property
    def unused_data(self) -> bytes:
        return self._buffer[self._at :] if self.eof else b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Some more bytes: those of as many blocks as stay within ``max_length``, but of one at least."""
        if data:
            self._buffer = self._buffer[self._at :] + data
            self._at = 0
        parts: list[bytes] = []
        made = 0
        while not self.eof and not self.needs_input and made + MAX_BLOCK <= max(max_length, MAX_BLOCK):
            piece = self._buffer[self._at : self._at + self._want]
            self._at += len(piece)
            out = self._step(self, piece)
            made += len(out)
            parts.append(out)
        return b"".join(parts)

    def _feed(self, piece: bytes) -> bytes:
        try:
            return self._engine.decompress(piece)
        except self._failure as failure:
            raise BadFrame("The zstandard data is broken.") from failure

    def _magic(self, piece: bytes) -> bytes:
        if is_skippable(piece):
            self._then(ZstdFrame._skip_length, 4)
        elif piece == MAGIC:
            self._then(ZstdFrame._descriptor, 1)
        else:
            raise BadFrame("It is no frame of zstandard.")
        self._frame = piece
        return b""

    def _skip_length(self, piece: bytes) -> bytes:
        self._skip = int.from_bytes(piece, "little")
        return self._skipped(b"")

    def _skipped(self, piece: bytes) -> bytes:
        self._skip -= len(piece)
        self.eof = not self._skip
        self._then(ZstdFrame._skipped, min(self._skip, MAX_BLOCK))
        return b""

    def _descriptor(self, piece: bytes) -> bytes:
        flags = piece[0]
        if flags & 0x08:
            raise BadFrame("The zstandard frame uses a reserved flag.")
        is_single = bool(flags & 0x20)
        self._has_checksum = bool(flags & 0x04)
        self._key_length = _KEY_LENGTHS[flags & 3]
        self._key_at = 0 if is_single else 1
        size_length = _SIZE_LENGTHS[flags >> 6] or int(is_single)
        self._frame += piece
        length = self._key_at + self._key_length + size_length
        self._then(ZstdFrame._header, length)
        return b""

    def _header(self, piece: bytes) -> bytes:
        if any(piece[self._key_at : self._key_at + self._key_length]):
            raise BadFrame("The zstandard data needs a dictionary that is not in the file.")
        self._then(ZstdFrame._block_header, 3)
        return self._feed(self._frame + piece)

    def _block_header(self, piece: bytes) -> bytes:
        value = int.from_bytes(piece, "little")
        self._has_last = bool(value & 1)
        kind, length = value >> 1 & 3, value >> 3
        self._blocks += 1
        if kind > _COMPRESSED or length > MAX_BLOCK or self._blocks > MAX_BLOCKS:
            raise BadFrame("The blocks of the zstandard data are broken or too many.")
        self._frame = piece
        self._then(ZstdFrame._block, 1 if kind == _RLE else length)
        return b"" if self._want else self._block(b"")

    def _block(self, piece: bytes) -> bytes:
        if self._has_last and self._has_checksum:
            self._then(ZstdFrame._checksum, 4)
        elif self._has_last:
            self.eof = True
        else:
            self._then(ZstdFrame._block_header, 3)
        return self._feed(self._frame + piece)

    def _checksum(self, piece: bytes) -> bytes:
        self.eof = True
        return self._feed(piece)

    def _then(self, step: Callable[[ZstdFrame, bytes], bytes], want: int) -> None:
        self._step, self._want = step, want
