"""MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md): read to its end, nothing built.

Flax checkpoints, spaCy's tables and many small tools keep numbers in it. Extension types are bytes: a loader
gives them a meaning of its own, and none of the known ones runs code.
"""

from __future__ import annotations

from inspector.artifacts.bytesource import EndOfData, Window
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import single
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_MAX_VALUES = 2_000_000
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
    try:
        left = 1
        while left:
            values += 1
            left += _one(window) - 1
            if values > _MAX_VALUES:
                return None
    except EndOfData:
        return None
    if window.remaining:
        return None
    return Artifact("msgpack", Loading.DATA_ONLY, facts={"values": values})


def _one(window: Window) -> int:
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
        window.skip(int.from_bytes(window.take(width), "big") + more)
        return 0
    if byte in _MANY:
        width, per_entry = _MANY[byte]
        count = int.from_bytes(window.take(width), "big") * per_entry
        if count > window.remaining:
            raise EndOfData
        return count
    raise EndOfData
