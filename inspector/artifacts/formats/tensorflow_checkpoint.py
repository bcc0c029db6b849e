"""TensorFlow's checkpoints: an index (a table of LevelDB) and shards of raw numbers beside it.

https://github.com/google/leveldb/blob/main/doc/table_format.md describes the index; what it holds are names,
types, shapes and places (tensor_bundle.proto).
"""

from __future__ import annotations

import re

from inspector.artifacts.bytesource import BytesSource, EndOfData, Window
from inspector.artifacts.formats.protobuf import BadProto, varint
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import single
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_MAGIC = bytes.fromhex("57fb808b247547db")
_FOOTER = 48
_SHARD = re.compile(r"\.data-\d{5}-of-\d{5}\Z")
_MAX_BLOCKS = 1_000_000


def is_shard(path: str) -> bool:
    """Whether a file is named as the numbers of a checkpoint."""
    return bool(_SHARD.search(path))


def read_shard() -> Artifact:
    """The verdict on such numbers, where the bytes are of no other format: to every loader they are the raw
    values of tensors, and texts among them are lengths and characters."""
    return single(
        "tensorflow-checkpoint-data",
        Loading.DATA_ONLY,
        "raw-numbers",
        "These are numbers of a TensorFlow checkpoint: the index beside it says what they are.",
    )


def read_index(source: ByteSource) -> Artifact | None:
    """The verdict on an index, or None where the file is no table."""
    if source.size < _FOOTER or source.read_at(source.size - 8, 8) != _MAGIC:
        return None
    try:
        footer = Window(BytesSource(source.read_at(source.size - _FOOTER, _FOOTER)))
        places = [(varint(footer), varint(footer)) for _ in range(2)]
        start, size = places[1]
        blocks = _entries(_block(source, start, size))
        spans = sorted([*blocks, *places])
        if not blocks or len(blocks) > _MAX_BLOCKS:
            raise EndOfData
        at = 0
        for begin, length in spans:  # each block is followed by its compression and checksum
            if begin != at:
                raise EndOfData
            at = begin + length + 5
        if at != source.size - _FOOTER:
            raise EndOfData
    except (EndOfData, BadProto):
        return single(
            "tensorflow-checkpoint",
            Loading.UNREADABLE,
            "broken-checkpoint",
            "The index of the checkpoint cannot be read to its end.",
        )
    return Artifact("tensorflow-checkpoint", Loading.DATA_ONLY)


def _block(source: ByteSource, start: int, size: int) -> bytes:
    if start + size + 5 > source.size or size > 64 << 20 or size < 8:
        raise EndOfData
    if source.read_at(start + size, 1) != b"\0":
        raise EndOfData  # compressed, which TensorFlow does not do
    return source.read_at(start, size)


def _entries(block: bytes) -> list[tuple[int, int]]:
    """The places that an index block names."""
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 - 4 * restarts
    if end < 0:
        raise EndOfData
    window = Window(BytesSource(block[:end]))
    found: list[tuple[int, int]] = []
    while window.remaining:
        varint(window)
        fresh, length = varint(window), varint(window)
        window.skip(fresh)
        value = Window(BytesSource(window.take(length)))
        found.append((varint(value), varint(value)))
    return found
