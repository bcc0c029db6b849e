"""The list of files and hashes whose digest names a whole tree.

The format is that of coreutils ``sha256sum``: ``<hex>  <path>`` and a line feed, sorted bytewise by path;
a name with a backslash, line feed or carriage return is escaped and its line begins with a backslash. For
a tree without such names its sha256 equals in-toto's dirHash1
(``find . -type f | cut -c3- | LC_ALL=C sort | xargs -r sha256sum | sha256sum``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def sums_bytes(files: Iterable[tuple[str, str]]) -> bytes:
    """The list for ``(path, sha256 as hex)`` pairs, as bytes."""
    rows = sorted((path.encode("utf-8"), digest) for path, digest in files)
    return b"".join(_line(path, digest) for path, digest in rows)


def tree_digest(files: Iterable[tuple[str, str]]) -> str:
    """sha256 (hex) of the list: one name for the whole tree."""
    return hashlib.sha256(sums_bytes(files)).hexdigest()


def _line(path: bytes, digest: str) -> bytes:
    shown = path.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    mark = b"\\" if shown != path else b""
    return mark + digest.encode("ascii") + b"  " + shown + b"\n"
