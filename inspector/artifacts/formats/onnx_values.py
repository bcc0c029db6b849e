"""Single ONNX values (onnx.proto of ONNX 1.23): tensors and sequences that stand beside models as .pb files.

A value is data. It is taken for one only where every field is one of a value, with its kind and its length,
so that no reader of graphs finds a graph in the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

from inspector.artifacts.formats.onnx import leaves_folder
from inspector.artifacts.formats.protobuf import BadProto, Schema, text, walk
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_SEGMENT, _ENTRY = {13: "entry", 16: "entry"}, {1: "", 2: ""}
_HELD = {3: "tensor", 4: "sparse", 5: "sequence", 6: "map", 7: "optional"}
_SCHEMA: Schema = {
    "tensor": {**_SEGMENT, 8: "", 12: ""},
    "entry": _ENTRY,
    "sparse": {1: "tensor", 2: "tensor"},
    "sequence": {1: "", **_HELD, 5: "sequence"},
    "optional": {1: "", 3: "tensor", 4: "sparse", 5: "sequence", 6: "map", 7: "optional"},
    "map": {1: "", 5: "sequence"},
}
# Field numbers of each message: those that hold a number, and those that hold bytes.
_NUMBERS = {
    "tensor": {1, 2, 5, 7, 11, 14},
    "sparse": {3},
    "sequence": {2},
    "optional": {2},
    "map": {2, 3},
    "entry": set[int](),
}
_BYTES = {
    "tensor": {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16},
    "sparse": {1, 2, 3},
    "sequence": {1, 3, 4, 5, 6, 7},
    "optional": {1, 3, 4, 5, 6, 7},
    "map": {1, 3, 4, 5},
    "entry": {1, 2},
}
# Bits of one element, by TensorProto.DataType; texts have no fixed length.
_BITS = {
    1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 8: 0, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64,
    15: 128, 16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2, 27: 6, 28: 6,
}  # fmt: skip
_MAX_TENSORS = 200_000


@dataclass(slots=True)
class _Tensor:
    """The tensor that is being read."""

    shape: list[int] = field(default_factory=list)
    kind: int = 0
    raw: int | None = None
    entry: list[bytes] = field(default_factory=lambda: [b"", b""])


def read_onnx_value(source: ByteSource) -> Artifact | None:
    """The verdict on a .pb file that is one ONNX tensor, sequence or optional; None where it is none."""
    for message in ("tensor", "sequence", "optional"):
        judgement = Judgement()
        count = _read(source, message, judgement)
        if count is not None:
            return judgement.artifact("onnx-tensor", Loading.DATA_ONLY, {"tensors": count})
    return None


def _read(source: ByteSource, message: str, judgement: Judgement) -> int | None:
    """How many tensors the value holds; None where the bytes are no such value."""
    tensor = _Tensor()
    count, has_kind = 0, False
    try:
        for item in walk(source, message, _SCHEMA):
            name, number, value = item.message, item.number, item.value
            if number == 0:
                if name == "tensor":
                    if not _fits(tensor):
                        return None
                    tensor = _Tensor()
                    count += 1
                    if count > _MAX_TENSORS:
                        return None
                elif name == "entry":
                    _external(tensor.entry, item.offset, judgement)
                    tensor.entry = [b"", b""]
                continue
            if number not in (_NUMBERS if isinstance(value, int) else _BYTES)[name]:
                return None
            if name == "tensor":
                has_kind = _take(tensor, number, value, item.length) or has_kind
            elif name == "entry" and isinstance(value, bytes):
                tensor.entry[number - 1] = value
            elif number == 2 and name == message:
                has_kind = isinstance(value, int) and 0 <= value <= 4
            if isinstance(value, bytes) and number in _SCHEMA[name] and any(byte < 32 for byte in value):
                return None  # names are texts; a graph in their place would begin with a line feed
    except BadProto:
        return None
    return count if has_kind else None


def _take(tensor: _Tensor, number: int, value: int | bytes | None, length: int) -> bool:
    """Notes one field of a tensor. True where it says what the elements are."""
    if number == 1 and isinstance(value, int):
        tensor.shape.append(value)
    elif number == 2 and isinstance(value, int):
        tensor.kind = value
    elif number == 9:
        tensor.raw = length
    return number == 2


def _fits(tensor: _Tensor) -> bool:
    """Whether the raw bytes of a tensor are as many as its shape and type say."""
    bits = _BITS.get(tensor.kind)
    if bits is None or len(tensor.shape) > 64:
        return False
    return tensor.raw is None or tensor.raw == (prod(tensor.shape) * bits + 7) // 8


def _external(entry: list[bytes], offset: int, judgement: Judgement) -> None:
    place = text(entry[1])
    if entry[0] == b"location" and leaves_folder(place):
        judgement.note(
            Loading.UNREADABLE,
            "external-data",
            f"The tensor is read from the file {plain(place, 300)!r}, outside of its own folder.",
            offset,
        )
