"""Safetensors: the header read strictly, the tensors never (format of safetensors 0.5 to 0.7).

Eight bytes of header length, a JSON object, the tensors one behind the other without hole or overlap to the
last byte. A file that breaks a rule is ``unreadable``: the readers of the format disagree on such files.
"""

from __future__ import annotations

from collections import Counter
from math import prod
from typing import Any

from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import single
from inspector.artifacts.limits import MAX_HEADER, spend_work
from inspector.artifacts.texts.strict_json import BadJson, parse_strict
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_TENSOR_WORK = 3_000
_BYTE_WORK = 25  # of the header, on top of what JSON costs
# Bits of one element, of the data types of the format.
_BITS = {
    "BOOL": 8,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "U8": 8,
    "I8": 8,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "C64": 64,
    "F64": 64,
    "I64": 64,
    "U64": 64,
}


class _Broken(Exception):
    """A rule of the format is broken. The message is a sentence for the reviewer."""


def read_safetensors(source: ByteSource) -> Artifact:
    """The verdict on one file and what its header tells (tensors, parameters, data types, metadata)."""
    try:
        return Artifact("safetensors", Loading.DATA_ONLY, facts=_facts(source))
    except (_Broken, BadJson) as broken:
        return single("safetensors", Loading.UNREADABLE, "broken-safetensors", str(broken))


def _facts(source: ByteSource) -> dict[str, Any]:
    if source.size < 8:
        raise _Broken("The safetensors file is shorter than its header.")
    length = int.from_bytes(source.read_at(0, 8), "little")
    if length > MAX_HEADER:
        raise _Broken("The safetensors header is longer than 100 MB, which no reader accepts.")
    if length < 2 or length > source.size - 8:
        raise _Broken("The safetensors header does not fit into the file.")
    spend_work(length * _BYTE_WORK)
    raw = source.read_at(8, length)
    if not raw.startswith(b"{"):
        raise _Broken("The safetensors header is no JSON object.")
    header = parse_strict(raw)
    metadata = header.pop("__metadata__", None)
    _check_metadata(metadata)
    spans: list[tuple[int, int]] = []
    types: Counter[str] = Counter()
    parameters = 0
    spend_work(len(header) * _TENSOR_WORK)
    for name, tensor in header.items():
        begin, end, dtype, count = _tensor(name, tensor)
        spans.append((begin, end))
        types[dtype] += 1
        parameters += count
    _check_spans(spans, source.size - 8 - length)
    facts: dict[str, Any] = {
        "tensors": len(spans),
        "parameters": parameters,
        "dtypes": dict(sorted(types.items())),
    }
    if metadata:
        facts["metadata"] = {plain(key, 200): plain(value, 500) for key, value in list(metadata.items())[:50]}
    return facts


def _check_metadata(metadata: Any) -> None:
    if metadata is None:
        return
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise _Broken("The safetensors metadata is no map of texts.")


def _natural(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 63


def _tensor(name: str, tensor: Any) -> tuple[int, int, str, int]:
    shown = plain(name, 100)
    if not isinstance(tensor, dict) or set(tensor) != {"dtype", "shape", "data_offsets"}:
        raise _Broken(f"The tensor {shown} is not described by dtype, shape and data_offsets.")
    dtype, shape, offsets = tensor["dtype"], tensor["shape"], tensor["data_offsets"]
    bits = _BITS.get(dtype) if isinstance(dtype, str) else None
    if bits is None:
        raise _Broken(f"The tensor {shown} has an unknown data type.")
    if not isinstance(shape, list) or not all(_natural(size) for size in shape) or len(shape) > 64:
        raise _Broken(f"The tensor {shown} has a shape that is no list of sizes.")
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(_natural(value) for value in offsets):
        raise _Broken(f"The tensor {shown} has broken offsets.")
    count = prod(shape)
    if count >= 1 << 63 or count * bits % 8 or count * bits // 8 != offsets[1] - offsets[0]:
        raise _Broken(f"The tensor {shown} does not have the size that its shape and data type ask for.")
    return offsets[0], offsets[1], dtype, count


def _check_spans(spans: list[tuple[int, int]], available: int) -> None:
    expected = 0
    for begin, end in sorted(spans):
        if begin != expected:
            word = "overlap" if begin < expected else "leave a hole"
            raise _Broken(f"The tensors of the safetensors file {word}.")
        expected = end
    if expected > available:
        raise _Broken("The safetensors file is cut off: tensors lie behind its end.")
    if expected < available:
        raise _Broken("Bytes follow the last tensor of the safetensors file.")
