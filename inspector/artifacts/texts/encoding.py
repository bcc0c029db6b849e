"""Texts in another encoding than UTF-8 that loaders read all the same."""

from __future__ import annotations

_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def utf8(raw: bytes) -> bytes:
    """``raw`` in UTF-8 where its first bytes mark another form of Unicode; else as it is.

    YAML and Python's json module decode by that mark (or by the zeros of the first two characters)."""
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return raw.decode(name, "replace").encode("utf-8", "replace")
    if len(raw) >= 4 and raw[0] and not raw[1] and raw[2] and not raw[3]:
        return raw.decode("utf-16-le", "replace").encode("utf-8", "replace")
    if len(raw) >= 4 and not raw[0] and raw[1] and not raw[2] and raw[3]:
        return raw.decode("utf-16-be", "replace").encode("utf-8", "replace")
    return raw
