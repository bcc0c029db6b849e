"""CatBoost models (.cbm; catboost/libs/model/flatbuffers/model.fbs): trees of numbers in a flatbuffer.

Behind it stand the parts that it names: tables of counters, or functions of text features. All are numbers.
"""

from __future__ import annotations

from inspector.artifacts.formats.flatbuffer import BadFlatbuffer, Flatbuffer
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource, ReadFailure

_VERSION, _TREES, _PARTS = 0, 1, 3  # fields of the core
_COUNTERS = "static_provider_v1"
_MAX_TABLES = 100_000


def read_catboost(source: ByteSource) -> Artifact:
    """The verdict on one model."""
    length = int.from_bytes(source.read_at(4, 4), "little") if source.size >= 8 else source.size
    if length + 8 > source.size:
        return single("catboost", Loading.UNREADABLE, "broken-catboost", "The CatBoost model is cut off.")
    judgement = Judgement()
    parts: list[str] = []
    try:
        buffer = Flatbuffer(source, 8, 8 + length)
        root = buffer.root()
        version = buffer.text(root, _VERSION) or ""
        if buffer.table(root, _TREES) is None or not version.startswith("FlabuffersModel_v"):
            raise BadFlatbuffer
        parts = [*buffer.texts(root, _PARTS)]
    except (BadFlatbuffer, ReadFailure):
        judgement.note(Loading.UNREADABLE, "broken-catboost", "The CatBoost model cannot be read to its end.")
    if not parts and 8 + length != source.size and not judgement.has_reasons:
        judgement.note(
            Loading.UNREADABLE, "bytes-after-end", "Bytes follow the end of the CatBoost model.", 8 + length
        )
    if parts == [_COUNTERS] and not _ends_with_counters(source, 8 + length):
        judgement.note(
            Loading.UNREADABLE, "broken-catboost", "The counters of the CatBoost model cannot be read."
        )
    for part in parts[:50]:
        if part != _COUNTERS:
            judgement.note(
                Loading.NOT_UNDERSTOOD,
                "unknown-part",
                f"A part of the kind {plain(part, 100)!r} is not read.",
            )
    return judgement.artifact("catboost", Loading.DATA_ONLY)


def _ends_with_counters(source: ByteSource, at: int) -> bool:
    """Whether the counters (their number, then each with its length) fill the file to its end."""
    if at + 4 > source.size:
        return False
    count = int.from_bytes(source.read_at(at, 4), "little")
    at += 4
    for _ in range(min(count, _MAX_TABLES)):
        if at + 4 > source.size:
            return False
        at += 4 + int.from_bytes(source.read_at(at, 4), "little")
    return at == source.size
