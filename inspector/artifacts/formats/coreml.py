"""Core ML models (.mlmodel; the protocol buffers of coremltools 8) and the weights beside them.

A model calculates. A custom layer or a custom model names a class of the program that loads it, and the file
of a linked model or of the weights is named by a path.
"""

from __future__ import annotations

from inspector.artifacts.formats.onnx import leaves_folder
from inspector.artifacts.formats.protobuf import BadProto, Schema, text, walk
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource, ReadFailure

_NETWORKS = dict.fromkeys((303, 403, 500), "network")
_PIPELINES = {200: "classifier", 201: "classifier", 202: "pipeline"}
_SCHEMA: Schema = {
    "model": {**_NETWORKS, **_PIPELINES, 502: "program", 555: "custom", 556: "linked"},
    "classifier": {1: "pipeline"},
    "pipeline": {1: "model"},
    "network": {1: "layer"},
    "layer": {500: "custom"},
    "custom": {10: ""},
    "linked": {1: "string", 2: "string"},
    "string": {1: ""},
    "program": {2: "functions"},
    "functions": {2: "function"},
    "function": {3: "blocks"},
    "blocks": {2: "block"},
    "block": {3: "operation"},
    "operation": {1: "", 2: "inputs", 4: "block", 5: "attributes"},
    "inputs": {2: "argument"},
    "argument": {1: "binding"},
    "binding": {2: "value"},
    "attributes": {2: "value"},
    "value": {5: "blob"},
    "blob": {1: ""},
}
# Kinds of models: fields of the top message from 200 on (Model.proto).
_FIRST_KIND, _LAST_KIND = 200, 3100
_ENTRY = 64  # bytes of the header of the weights, and of each of its entries
_SENTINEL = 0xDEADBEEF


def looks_like_coreml(source: ByteSource, head: bytes) -> bool:
    """Whether a file without the name is a model: its version, its description, and one kind of model."""
    if len(head) < 8 or head[0] != 0x08 or not 1 <= head[1] <= 20 or head[2] not in (0x12, 0x50):
        return False
    kinds = 0
    try:
        for item in walk(source, "top", {}):
            if _FIRST_KIND <= item.number <= _LAST_KIND:
                kinds += 1
            elif item.number not in (0, 1, 2, 10, 11):
                return False
    except BadProto:
        return False
    return kinds == 1


def read_coreml(source: ByteSource) -> Artifact:
    """The verdict on one model."""
    judgement = Judgement()
    kinds = 0
    operators: set[str] = set()
    try:
        for item in walk(source, "model", _SCHEMA):
            if item.message == "model" and _FIRST_KIND <= item.number <= _LAST_KIND:
                kinds += 1
            elif item.message == "custom" and item.number == 10:
                judgement.note(
                    Loading.UNREADABLE,
                    "custom-layer",
                    f"The model needs the class {plain(text(item.value), 200)!r} of the loading program.",
                    item.offset,
                )
            elif item.message in ("string", "blob") and item.number == 1:
                _path(text(item.value), item.offset, judgement)
            elif item.message == "operation" and item.number == 1:
                operators.add(text(item.value)[:100])
        if not kinds:
            judgement.note(Loading.UNREADABLE, "broken-coreml", "The Core ML file holds no model.")
    except BadProto as bad:
        judgement.note(
            Loading.UNREADABLE, "broken-coreml", f"The Core ML model cannot be read to its end. {bad}"
        )
    return judgement.artifact("coreml", Loading.DATA_ONLY, {"operators": len(operators)})


def _path(place: str, offset: int, judgement: Judgement) -> None:
    inside = (
        place.removeprefix("@model_path/").removeprefix("$BUNDLE_MAIN/").removeprefix("$BUNDLE_IDENTIFIER")
    )
    if inside and leaves_folder(inside):
        judgement.note(
            Loading.UNREADABLE,
            "external-data",
            f"The model reads the file {plain(place, 300)!r}, outside of its own folder.",
            offset,
        )


def looks_like_coreml_weights(source: ByteSource, head: bytes) -> bool:
    """Whether a .bin file is the weights of an ML program: a version, zeros, then an entry's mark."""
    return (
        source.size >= 2 * _ENTRY
        and head[4:8] == b"\x02\0\0\0"
        and not any(head[8:_ENTRY])
        and head[_ENTRY : _ENTRY + 4] == _SENTINEL.to_bytes(4, "little")
    )


def read_coreml_weights(source: ByteSource) -> Artifact:
    """The verdict on the weights of an ML program (MIL's blob storage, version 2): entries to their end."""
    judgement = Judgement()
    count = int.from_bytes(source.read_at(0, 4), "little")
    at = end = _ENTRY
    try:
        for _ in range(min(count, 1_000_000)):
            entry = source.read_at(at, _ENTRY)
            size, start = (int.from_bytes(entry[place : place + 8], "little") for place in (8, 16))
            if int.from_bytes(entry[:4], "little") != _SENTINEL or start != at + _ENTRY:
                raise ReadFailure("An entry is not where it should be.")
            end = start + size
            at = -(-end // _ENTRY) * _ENTRY
            if end > source.size:
                raise ReadFailure("An entry is cut off.")
        if source.size not in (end, at):
            raise ReadFailure("Bytes follow the last entry.")
    except ReadFailure as failure:
        judgement.note(
            Loading.UNREADABLE, "broken-coreml", f"The Core ML weights cannot be read to their end: {failure}"
        )
    return judgement.artifact("coreml-weights", Loading.DATA_ONLY, {"tensors": count})
