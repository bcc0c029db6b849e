"""PEP 440 versions as bytes that compare as the versions do, so that the database itself can compare.

The order is the one PEP 440 states: epoch, release without trailing zeros, then development and
pre-releases before the release, post-releases and local labels after it. Every part is written so that a
plain comparison of bytes decides, as SQLite compares BLOBs.
"""

from __future__ import annotations

from functools import lru_cache

from packaging.version import InvalidVersion, Version

MAX_TEXT = 200  # characters of a version; the longest of the index has about 60
LOWEST = Version("0.dev0")  # what "introduced: 0" means
_PRE = {"a": b"\1", "b": b"\2", "rc": b"\3"}
_NO_PRE, _DEV_ALONE, _NO_DEV, _END = b"\4", b"\0", b"\xff", b"\0"


@lru_cache(maxsize=50_000)
def parsed(text: str) -> Version | None:
    """The version, None for what PEP 440 does not allow and for what is too long to be one."""
    if len(text) > MAX_TEXT:
        return None
    try:
        return Version(text)
    except InvalidVersion:
        return None


def key_of(version: Version) -> bytes:
    """The bytes of ``version``: of two versions, the lower one has the lower bytes."""
    release = version.release
    last = len(release)
    while last > 1 and release[last - 1] == 0:
        last -= 1
    parts = [_number(version.epoch), *map(_number, release[:last]), _END]
    if version.pre is not None:
        parts += (_PRE[version.pre[0]], _number(version.pre[1]))
    else:
        parts.append(_DEV_ALONE if version.post is None and version.dev is not None else _NO_PRE)
    parts.append(_END if version.post is None else _number(version.post))
    parts.append(_NO_DEV if version.dev is None else _number(version.dev))
    for part in (version.local or "").split(".") if version.local else ():
        # Text comes before numbers, and what has fewer parts before what has more.
        parts.append(b"\2" + _number(int(part)) if part.isdigit() else b"\1" + part.encode() + _END)
    return b"".join(parts)


def _number(value: int) -> bytes:
    # The length first: of two numbers, the longer one is the greater. Never begins with a zero byte.
    digits = (value.bit_length() + 7) // 8
    return bytes([digits + 1]) + value.to_bytes(digits, "big")
