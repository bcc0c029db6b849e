"""Pointers of Git LFS in a clone, and the objects that they name (git-lfs, docs/spec.md and docs/api).

A pointer names its content by sha256 and size; what was fetched lies under ``.git/lfs/objects/ab/cd/OID``.
Only objects that a pointer names are looked up: the rest of ``.git`` is left out of the review. An object
whose bytes are others than its name says would be put in the pointer's place by the next checkout.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from inspector.provenance.text import plain
from inspector.sources.interface import ByteSource, Entry, EntryKind, ReadFailure

BEGINNING = b"version https://git-lfs.github.com/spec/v1"
SMALLEST = 100  # a pointer without its last digits has more bytes
LARGEST = 1_023  # "Pointer files must be less than 1024 bytes"
MAX_LOOKED_AT = 20_000  # small files of a clone; which are pointers is told by their bytes alone
MAX_HASHED = 1 << 30  # bytes of objects: this happens before the first verdict
_OID = re.compile(rb"^oid sha256:([0-9a-f]{64})\r?$", re.MULTILINE)
_SIZE = re.compile(rb"^size (\d{1,18})\r?$", re.MULTILINE)
_CHUNK = 1 << 20


def may_be_pointer(entry: Entry) -> bool:
    """Whether a file has the size of a pointer."""
    return entry.kind is EntryKind.FILE and SMALLEST <= (entry.size or 0) <= LARGEST


def lfs_claims(
    files: Mapping[str, Entry],
    opened: Callable[[Entry], ByteSource],
    object_of: Callable[[str], ByteSource | None],
) -> dict[str, dict[str, Any]]:
    """By path of a pointer its attributes: ``lfs`` with the claimed ``sha256`` and ``size`` and the ``state``
    of the object (``equal``, ``differs``, ``absent``, ``not-compared``), with ``why``. ``object_of`` gives
    the bytes that git keeps under an id, None where there are none."""
    found: dict[str, dict[str, Any]] = {}
    states: dict[tuple[str, int], tuple[str, str]] = {}
    left = MAX_HASHED
    small = sorted(path for path, entry in files.items() if may_be_pointer(entry))
    for path in small[:MAX_LOOKED_AT]:
        claim = _read(opened, files[path])
        if claim is None:
            continue
        if claim not in states:
            states[claim], spent = _compared(object_of, *claim, left)
            left -= spent
        state, why = states[claim]
        if state == "absent":
            why = f'It was not fetched: `git lfs pull --include="{plain(path, 200)}"` fetches it.'
        elif state == "equal":
            why = "Its object lies in the clone: `git lfs checkout` puts it in its place."
        found[path] = {"lfs": {"sha256": claim[0], "size": claim[1], "state": state, "why": why}}
    return found


def _read(opened: Callable[[Entry], ByteSource], entry: Entry) -> tuple[str, int] | None:
    """Digest and size that a pointer claims; None where the file is none."""
    try:
        data = opened(entry)
        try:
            if data.size > LARGEST or data.size < len(BEGINNING):
                return None
            body = data.read_at(0, data.size)
        finally:
            data.close()
    except ReadFailure:
        return None
    return pointer_in(body)


def pointer_in(body: bytes) -> tuple[str, int] | None:
    """Digest and size that the pointer in ``body`` claims; None where it is none."""
    oid, size = _OID.search(body), _SIZE.search(body)
    if not body.startswith(BEGINNING) or oid is None or size is None:
        return None
    return oid[1].decode("ascii"), int(size[1])


def _compared(
    object_of: Callable[[str], ByteSource | None], sha256: str, size: int, left: int
) -> tuple[tuple[str, str], int]:
    """State and reason of the object, and how many bytes were hashed for it."""
    try:
        data = object_of(sha256)
        if data is None:
            return ("absent", ""), 0
        try:
            if data.size != size:
                return ("differs", f"Its object has {data.size:,} bytes, the pointer says {size:,}."), 0
            if size > left:
                return ("not-compared", f"More than {MAX_HASHED:,} bytes would have to be hashed."), 0
            digest = hashlib.sha256()
            for at in range(0, size, _CHUNK):
                digest.update(data.read_at(at, min(_CHUNK, size - at)))
        finally:
            data.close()
    except ReadFailure as failure:
        return ("not-compared", str(failure)), 0
    if digest.hexdigest() == sha256:
        return ("equal", ""), size
    return ("differs", f"sha256 of the bytes of its object: {digest.hexdigest()}."), size
