"""Texts in another encoding than UTF-8 that loaders read all the same."""

from __future__ import annotations

_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Which of the first four bytes are other than zero, where two plain characters begin the text (RFC 4627, 3).
_BY_ZEROS: dict[tuple[bool, ...], str] = {
    (True, False, True, False): "utf-16-le",
    (False, True, False, True): "utf-16-be",
    (True, False, False, False): "utf-32-le",
    (False, False, False, True): "utf-32-be",
}


def utf8(raw: bytes) -> bytes:
    """``raw`` in UTF-8 where its first bytes mark another form of Unicode; else as it is.

    YAML and Python's json module decode by that mark (or by the zeros of the first two characters)."""
    name = next((name for mark, name in _MARKS if raw.startswith(mark)), "")
    name = name or _BY_ZEROS.get(tuple(map(bool, raw[:4])), "")
    return raw.decode(name, "replace").encode("utf-8", "replace") if name else raw
