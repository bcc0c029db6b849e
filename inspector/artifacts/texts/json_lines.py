"""Lines of JSON: rows of data, of which only what jsonpickle would decode is looked for."""

from __future__ import annotations

import re

from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.artifacts.limits import MAX_JSON
from inspector.artifacts.texts.config_files import read_json
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_PIECE = 1 << 20
_MAX_ROWS = 2_000  # with such a key
# A key of jsonpickle, as it stands in the notation: in a text of a row its quotes are escaped.
_KEY = re.compile(rb'(?<!\\)"(?:py|p\\u0079|\\u0070y|\\u0070\\u0079)\\?/[a-z_]{1,20}"\s*:')
_MARKS = (b'"py/', b'"py\\/', b"\\u0079", b"\\u0070y")  # one of them stands in every such key


def read_json_lines(source: ByteSource) -> Artifact:
    """The verdict on rows of JSON: ``no-loader`` unless a row is a jsonpickle.

    Up to 64 MB are looked at, a row with such a key as a JSON text of its own; what screens training data
    reads the rest."""
    judgement = Judgement()
    start = found = 0
    rest = b""
    size = min(source.size, MAX_JSON)
    for at in range(0, size, _PIECE):
        text = rest + source.read_at(at, min(_PIECE, size - at))
        end = len(text) if at + _PIECE >= size else text.rfind(b"\n") + 1
        whole, rest = text[:end], text[end:]
        if any(mark in whole for mark in _MARKS):
            place = start
            for line in whole.split(b"\n"):
                if found < _MAX_ROWS and _KEY.search(line):
                    found += 1
                    _row(line, place, judgement)
                place += len(line) + 1
        start += end
    if source.size > size:
        judgement.note(
            Loading.NO_LOADER,
            "over-limit",
            "Rows behind the first 64 MB were not looked through for what jsonpickle would decode.",
        )
    return judgement.artifact("jsonl", Loading.NO_LOADER)


def _row(line: bytes, start: int, judgement: Judgement) -> None:
    inner = read_json(BytesSource(line), "row.json")
    for reason in inner.reasons:
        if reason.code == "jsonpickle":
            judgement.note(inner.loading, reason.code, reason.message, start)
    judgement.imports(inner.imports)
