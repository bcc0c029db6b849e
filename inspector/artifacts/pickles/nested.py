"""Pickles inside of constant byte strings: what ``torch.storage._load_from_bytes`` is handed.

``pickle.dump`` of a tensor writes its storage as a byte string that is itself an old torch file (five pickles
and the numbers); loading it unpickles those bytes. They are judged as a file of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from inspector.artifacts.bytesource import BytesSource, SliceSource
from inspector.artifacts.pickles.symbols import BytesAt, LongText, Made
from inspector.sources.interface import ByteSource, ReadFailure

MAX_NESTING = 3  # pickles in byte strings of pickles
MAX_TEXT = 64 << 20  # a byte string that older protocols write as text is turned back in memory


@dataclass(frozen=True, slots=True)
class Nested:
    """A byte string that loading unpickles. ``source`` is None where it is too long to be turned back;
    ``start`` is its offset in the stream where its bytes stand there as they are."""

    offset: int
    source: ByteSource | None
    start: int | None = None


def is_constant_bytes(value: object) -> bool:
    """Whether ``value`` is a byte string that stands in the stream itself."""
    if isinstance(value, (bytes, BytesAt)):
        return True
    return isinstance(value, Made) and _encoded_text(value) is not None


def nested_bytes(found: list[tuple[int, object]], stream: ByteSource) -> list[Nested]:
    """The byte strings behind the symbolic values that a machine collected over ``stream``."""
    return [_content(offset, value, stream) for offset, value in found]


def _content(offset: int, value: object, stream: ByteSource) -> Nested:
    try:
        if isinstance(value, bytes):
            return Nested(offset, BytesSource(value))
        if isinstance(value, BytesAt):
            return Nested(offset, SliceSource(stream, value.start, value.length), value.start)
        text = _encoded_text(value) if isinstance(value, Made) else None
        if isinstance(text, LongText) and text.length <= MAX_TEXT:
            text = stream.read_at(text.start, text.length).decode(text.encoding)
        if isinstance(text, str):
            return Nested(offset, BytesSource(text.encode("latin-1")))
    except (ReadFailure, ValueError):
        return Nested(offset, None)
    return Nested(offset, None)


def _encoded_text(value: Made) -> str | LongText | None:
    """The text of ``_codecs.encode(text, 'latin1')``, which is how protocols 0 to 2 write bytes."""
    items = value.args.items if value.args else []
    if value.callee.dotted != "_codecs.encode" or len(items) != 2 or items[1] not in ("latin1", "latin-1"):
        return None
    return items[0] if isinstance(items[0], (str, LongText)) else None
