"""Universal Binary JSON (https://ubjson.org/), in which XGBoost keeps its models: read to its end."""

from __future__ import annotations

from inspector.artifacts.bytesource import EndOfData, Window
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import single
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_MAX_VALUES = 1_500_000
_WIDTHS = {
    b"Z": 0,
    b"N": 0,
    b"T": 0,
    b"F": 0,
    b"i": 1,
    b"U": 1,
    b"I": 2,
    b"l": 4,
    b"L": 8,
    b"d": 4,
    b"D": 8,
    b"C": 1,
}
_INTEGERS = {b"i": 1, b"U": 1, b"I": 2, b"l": 4, b"L": 8}
_STARTS = (b"{L\0\0\0\0\0\0\0\x07learner", b"{i\x07learner", b"{U\x07learner", b"{l\0\0\0\x07learner")


def looks_like_xgboost(head: bytes) -> bool:
    """Whether the bytes begin like a model of XGBoost in UBJSON."""
    return head.startswith(_STARTS)


def read_xgboost(source: ByteSource) -> Artifact:
    """The verdict on a model of XGBoost in UBJSON."""
    window = Window(source)
    try:
        _walk(window)
        if window.remaining:
            raise EndOfData
    except EndOfData:
        return single(
            "xgboost", Loading.UNREADABLE, "broken-ubjson", "The XGBoost model cannot be read to its end."
        )
    return Artifact("xgboost", Loading.DATA_ONLY)


def _walk(window: Window) -> None:
    """Steps over one value. ``open_parts`` holds (is an object, values left or None, their type or None)."""
    values = 0
    open_parts: list[tuple[bool, int | None, bytes | None]] = []
    _value(window, window.take(1), open_parts)
    while open_parts:
        values += 1
        if values > _MAX_VALUES or len(open_parts) > 500:
            raise EndOfData
        is_object, left, kind = open_parts[-1]
        if left == 0:
            open_parts.pop()
            continue
        if left is not None:
            open_parts[-1] = (is_object, left - 1, kind)
        elif _closes(window, b"}" if is_object else b"]"):
            open_parts.pop()
            continue
        if is_object:
            window.skip(_length(window, window.take(1)))
        _value(window, kind or window.take(1), open_parts)


def _closes(window: Window, mark: bytes) -> bool:
    while True:
        if not window.fill(1):
            raise EndOfData
        byte = window.buffer[window.pos : window.pos + 1]
        if byte not in (mark, b"N"):
            return False
        window.skip(1)
        if byte == mark:
            return True


def _length(window: Window, kind: bytes) -> int:
    if kind not in _INTEGERS:
        raise EndOfData
    value = int.from_bytes(window.take(_INTEGERS[kind]), "big", signed=kind != b"U")
    if value < 0 or value > window.size:
        raise EndOfData
    return value


def _value(window: Window, kind: bytes, open_parts: list[tuple[bool, int | None, bytes | None]]) -> None:
    if kind in _WIDTHS:
        window.skip(_WIDTHS[kind])
    elif kind in (b"S", b"H"):
        window.skip(_length(window, window.take(1)))
    elif kind in (b"[", b"{"):
        inner: bytes | None = None
        count: int | None = None
        if window.fill(1) and window.buffer[window.pos : window.pos + 1] == b"$":
            window.skip(1)
            inner = window.take(1)
        if window.fill(1) and window.buffer[window.pos : window.pos + 1] == b"#":
            window.skip(1)
            count = _length(window, window.take(1))
        if inner is not None and count is None:
            raise EndOfData
        if kind == b"[" and inner in _WIDTHS and count is not None:
            window.skip(_WIDTHS[inner] * count)
        else:
            open_parts.append((kind == b"{", count, inner))
    else:
        raise EndOfData
