"""MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md): read to its end, nothing built.

Flax checkpoints, spaCy's tables and many small tools keep numbers in it. Extension types are bytes: a loader
gives them a meaning of its own, and none of the known ones runs code. The package msgpack-numpy does: it
unpickles the ``data`` of an array whose ``kind`` is ``O``; so byte strings that are pickles are looked into.
"""

from __future__ import annotations

from inspector.artifacts.bytesource import EndOfData, SliceSource, Window
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.pickles.file import read_pickle
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_MAX_VALUES = 2_000_000
_MAX_PICKLES = 1000
_BYTES = (0xC4, 0xC5, 0xC6)
_PROTOCOLS = tuple(bytes((0x80, number)) for number in range(2, 6))
# First byte -> bytes of the length field, bytes that follow besides the length.
_SIZED = {
    0xC4: (1, 0), 0xC5: (2, 0), 0xC6: (4, 0), 0xC7: (1, 1), 0xC8: (2, 1), 0xC9: (4, 1), 0xD9: (1, 0),
    0xDA: (2, 0), 0xDB: (4, 0),
}  # fmt: skip
_FIXED = {
    0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2,
    0xD2: 4, 0xD3: 8, 0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17,
}  # fmt: skip
_MANY = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}


def begins_as_map(head: bytes) -> bool:
    """Whether the first byte opens a map or an array that is not empty."""
    return len(head) >= 8 and (0x81 <= head[0] <= 0x8F or 0x92 <= head[0] <= 0x9F or head[0] in _MANY)


def read_messagepack(source: ByteSource) -> Artifact:
    """The verdict on a file that is called .msgpack."""
    found = try_messagepack(source)
    return found or single(
        "msgpack", Loading.UNREADABLE, "broken-msgpack", "The MessagePack file cannot be read to its end."
    )


def try_messagepack(source: ByteSource) -> Artifact | None:
    """The verdict, or None where the bytes are not MessagePack from their beginning to their end."""
    window = Window(source)
    values = 0
    pickles: list[tuple[int, int]] = []
    try:
        left = 1
        while left:
            values += 1
            left += _one(window, pickles) - 1
            if values > _MAX_VALUES:
                return None
    except EndOfData:
        return None
    if window.remaining:
        return None
    judgement = Judgement()
    for start, length in pickles:
        _judge_pickle(SliceSource(source, start, length), start, judgement)
    return judgement.artifact("msgpack", Loading.DATA_ONLY, {"values": values})


def _judge_pickle(part: ByteSource, start: int, judgement: Judgement) -> None:
    """A byte string that begins like a pickle. Only a whole pickle or one with a dangerous import is one."""
    inner = read_pickle(part)
    if inner.loading is Loading.UNREADABLE:
        return
    judgement.note(
        Loading.ALLOW_LISTED,
        "pickle-inside",
        "A byte string of the file is a pickle; msgpack-numpy unpickles those of arrays of objects.",
        start,
    )
    judgement.merge(inner, f"the byte string at byte {start}")


def _one(window: Window, pickles: list[tuple[int, int]]) -> int:
    """Steps over one value; how many values it announces inside. EndOfData for a byte of no meaning."""
    byte = window.take(1)[0]
    if byte < 0x80 or byte >= 0xE0:
        return 0
    if byte < 0x90:
        return 2 * (byte & 15)
    if byte < 0xA0:
        return byte & 15
    if byte < 0xC0:
        window.skip(byte & 31)
        return 0
    if byte in _FIXED:
        window.skip(_FIXED[byte])
        return 0
    if byte in _SIZED:
        width, more = _SIZED[byte]
        length = int.from_bytes(window.take(width), "big") + more
        if byte in _BYTES and length > 4 and window.remaining > 4 and len(pickles) < _MAX_PICKLES:
            start = window.offset
            if window.source.read_at(start, 2) in _PROTOCOLS:
                pickles.append((start, length))
        window.skip(length)
        return 0
    if byte in _MANY:
        width, per_entry = _MANY[byte]
        count = int.from_bytes(window.take(width), "big") * per_entry
        if count > window.remaining:
            raise EndOfData
        return count
    raise EndOfData
