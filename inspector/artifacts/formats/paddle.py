"""PaddlePaddle: programs (.pdmodel; framework.proto of Paddle 3) and their parameters (.pdiparams)."""

from __future__ import annotations

from math import prod

from inspector.artifacts.bytesource import EndOfData, Window
from inspector.artifacts.formats.protobuf import BadProto, Schema, text, varint, walk
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_SCHEMA: Schema = {"program": {1: "block"}, "block": {4: "operator"}, "operator": {3: ""}}
_PYTHON = frozenset({"py_func", "py_layer", "run_program"})
_FILES = frozenset({"save", "save_combine", "load", "load_combine", "read_file", "custom_engine"})
_MAX_TENSORS = 200_000
# Bytes of one element, of the numbers of VarType.Type that tensors have.
_ELEMENTS = {0: 1, 1: 2, 2: 4, 3: 8, 4: 2, 5: 4, 6: 8, 20: 1, 21: 1, 22: 2, 23: 8, 24: 16, 32: 1, 33: 1}


def read_program(source: ByteSource) -> Artifact:
    """The verdict on a .pdmodel file."""
    judgement = Judgement()
    operators: set[str] = set()
    count = 0
    try:
        for item in walk(source, "program", _SCHEMA):
            if item.message == "operator" and item.number == 3:
                count += 1
                operators.add(text(item.value)[:100])
    except BadProto as bad:
        judgement.note(
            Loading.UNREADABLE, "broken-paddle", f"The Paddle program cannot be read to its end. {bad}"
        )
    for name in sorted(operators):
        if name in _PYTHON or name in _FILES:
            what = "calls a Python function" if name in _PYTHON else "reads or writes files"
            judgement.note(
                Loading.RUNS_CODE,
                "graph-operator",
                f"The program has the operator {plain(name, 100)}, which {what} of the loading process.",
            )
    if not count and not judgement.has_reasons:
        judgement.note(Loading.UNREADABLE, "broken-paddle", "The Paddle program holds no operator.")
    return judgement.artifact("paddle", Loading.DATA_ONLY, {"operators": count})


def read_parameters(source: ByteSource) -> Artifact:
    """The verdict on a .pdiparams file: tensors one behind the other, each with its description."""
    window = Window(source)
    count = 0
    try:
        while window.remaining:
            count += 1
            if window.number(4) or count > _MAX_TENSORS:
                raise EndOfData
            for _ in range(min(window.number(8), 100)):
                window.skip(window.number(8))
            if window.number(4):
                raise EndOfData
            kind, shape = _description(window.take(min(window.number(4), 4096)))
            window.skip(_ELEMENTS[kind] * prod(shape))
    except (EndOfData, BadProto, KeyError):
        return single(
            "paddle-parameters",
            Loading.UNREADABLE,
            "broken-paddle",
            "The Paddle parameters cannot be read to their end.",
        )
    return Artifact("paddle-parameters", Loading.DATA_ONLY, facts={"tensors": count})


def _description(raw: bytes) -> tuple[int, list[int]]:
    """Element type and shape out of a VarType.TensorDesc."""
    from inspector.artifacts.bytesource import BytesSource

    window = Window(BytesSource(raw))
    kind, shape = -1, []
    while window.remaining:
        key = varint(window)
        if key == 0x08:
            kind = varint(window)
        elif key == 0x10:
            shape.append(varint(window))
        elif key == 0x12:  # packed
            end = varint(window) + window.offset
            while window.offset < end:
                shape.append(varint(window))
        else:
            raise EndOfData
    return kind, shape
