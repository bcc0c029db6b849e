"""Arrow's files and streams, messages walked to their end (https://arrow.apache.org/docs/format/).

The format carries no code, save extension types that are loaded as pickles (see ``parquet``).
"""

from __future__ import annotations

from inspector.artifacts.formats.flatbuffer import BadFlatbuffer, Flatbuffer
from inspector.artifacts.formats.parquet import note_pickled_types
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.magics import ARROW as MAGIC
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource, ReadFailure

_CONTINUED = b"\xff\xff\xff\xff"
_HEADER_TYPE, _BODY_LENGTH = 1, 3  # fields of a message
_SCHEMA = 1
_MAX_MESSAGES = 200_000
_MAX_METADATA = 64 << 20


def begins_as_stream(head: bytes) -> bool:
    """Whether the bytes begin with a message of a stream: the mark, then a length that is a multiple of 8."""
    length = int.from_bytes(head[4:8], "little")
    return head[:4] == _CONTINUED and 0 < length < _MAX_METADATA and length % 8 == 0


def read_arrow(source: ByteSource) -> Artifact:
    """The verdict on a file (Feather 2 is one) or a stream."""
    judgement = Judgement()
    is_file = source.read_at(0, min(6, source.size)) == MAGIC
    try:
        end = source.size
        if is_file:
            last = source.read_at(source.size - 10, 10) if source.size >= 24 else b""
            footer = int.from_bytes(last[:4], "little", signed=True)
            if last[4:] != MAGIC or not 0 < footer <= min(source.size - 18, _MAX_METADATA):
                raise BadFlatbuffer
            end = source.size - 10 - footer
            note_pickled_types(judgement, source.read_at(end, footer))
        _messages(source, 8 if is_file else 0, end, judgement)
    except (BadFlatbuffer, ReadFailure):
        judgement.note(Loading.NOT_UNDERSTOOD, "broken-arrow", "The Arrow file cannot be read to its end.")
    return judgement.artifact("arrow", Loading.DATA_ONLY)


def _messages(source: ByteSource, at: int, end: int, judgement: Judgement) -> None:
    for number in range(_MAX_MESSAGES):
        if at == end:
            return
        head = source.read_at(at, 8)
        length = int.from_bytes(head[4:], "little")
        if head[:4] != _CONTINUED or length > _MAX_METADATA:
            raise BadFlatbuffer
        at += 8
        if not length:
            if at != end:
                raise BadFlatbuffer
            return
        metadata = source.read_at(at, length)
        message = Flatbuffer(source, at, at + length)
        root = message.root()
        kind = message.scalar(root, _HEADER_TYPE, 1) or 0
        if not 1 <= kind <= 5 or (number == 0 and kind != _SCHEMA):
            raise BadFlatbuffer
        if kind == _SCHEMA:
            note_pickled_types(judgement, metadata)
        at += length + (message.scalar(root, _BODY_LENGTH, 8) or 0)
        if at > end:
            raise BadFlatbuffer
    raise BadFlatbuffer
