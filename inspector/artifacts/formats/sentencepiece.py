"""SentencePiece vocabularies (sentencepiece_model.proto 0.2): pieces with scores, read to their end."""

from __future__ import annotations

from inspector.artifacts.formats.protobuf import BadProto, Schema, walk
from inspector.artifacts.interface import Artifact
from inspector.provenance import Loading
from inspector.sources.interface import ByteSource

_SCHEMA: Schema = {"model": {1: "piece"}, "piece": {1: ""}}


def read_sentencepiece(source: ByteSource) -> Artifact | None:
    """The verdict, or None where the file is no such vocabulary."""
    if source.size > 64 << 20 or source.read_at(0, 1) != b"\x0a":
        return None
    pieces = texts = 0
    parts: set[int] = set()
    try:
        for item in walk(source, "model", _SCHEMA):
            if item.message == "model":
                parts.add(item.number)
                pieces += item.number == 1
            elif item.message == "piece" and item.number == 1:
                texts += 1
            elif item.message == "piece" and item.number > 3:
                return None
    except BadProto:
        return None
    if pieces < 3 or texts != pieces or not parts <= {0, 1, 2, 3, 4, 5} or 2 not in parts:
        return None
    return Artifact("sentencepiece", Loading.DATA_ONLY, facts={"pieces": pieces})
