"""Pickles behind the end of formats whose readers step over what follows.

No loader of the format reads those bytes, but nobody puts them there by chance, and a program that knows the
place does. So the file is not what it says it is.
"""

from __future__ import annotations

import re

from inspector.artifacts.bytesource import SliceSource
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_SEARCHED = 1 << 20
# The mark of a protocol; and the first opcode of an older pickle, behind padding.
_MARKED = re.compile(rb"\x80[\x02-\x05]")
_BARE = re.compile(rb"(?<=\0)[(c\[\]{}VSUXNIKJ]")
_MAX_STARTS = 64
_ZIP = b"PK\x03\x04"  # the archive is judged by itself


def judge_behind(source: ByteSource, at: int, judgement: Judgement) -> None:
    """States a pickle that begins behind ``at``, the end of all that the reader has seen: within the
    next few bytes, behind a zero, or with the mark of a protocol. It has to import what is on no list."""
    length = min(source.size - at, _SEARCHED)
    data = source.read_at(at, length) if length > 0 else b""
    bare = data.lstrip(b"\0")
    if not bare or bare.startswith(_ZIP):
        return
    from inspector.artifacts.pickles.file import read_pickle
    from inspector.artifacts.polyglot import OPENERS, reads_as_pickle

    starts = {*range(min(len(data), _MAX_STARTS))}
    for pattern in (_BARE, _MARKED):
        starts.update(
            match.start() for match, _ in zip(pattern.finditer(data), range(_MAX_STARTS), strict=False)
        )
    for start in sorted(starts):
        if data[start] not in OPENERS:
            continue
        part = SliceSource(source, at + start, source.size - at - start)
        if reads_as_pickle(part)[0]:
            names = read_pickle(part).imports
            judgement.imports(names)
            judgement.note(
                Loading.UNREADABLE,
                "bytes-after-end",
                f"A pickle follows the end of the model; it imports {plain(', '.join(names[:5]), 300)}.",
                at + start,
            )
            return
