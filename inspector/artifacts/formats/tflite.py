"""TensorFlow Lite models (schema 3): the table of operators, read out of the flatbuffer with bounds.

Built-in operators only calculate. A "Flex" operator is one of TensorFlow's own; any other custom operator
needs native code that the loading program brings.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.artifacts.formats.tensorflow_graph import OPERATORS, is_foreign
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource, ReadFailure

MAGIC = b"TFL3"
_MAX_OPERATORS = 10_000
_OPERATOR_CODES = 1  # field of the root table
_CUSTOM_CODE = 1  # field of an operator code


class _Broken(Exception):
    """The flatbuffer points outside of itself."""


def read_tflite(source: ByteSource) -> Artifact:
    """The verdict on one file."""
    judgement = Judgement()
    count = 0
    try:
        for name in _custom_operators(source):
            count += 1
            if name is not None:
                _judge(name, judgement)
    except (_Broken, ReadFailure):
        judgement.note(
            Loading.UNREADABLE,
            "broken-tflite",
            "The TensorFlow Lite file cannot be read: it points outside of itself.",
        )
    if not count and not judgement.has_reasons:
        judgement.note(Loading.UNREADABLE, "broken-tflite", "The TensorFlow Lite file names no operator.")
    return judgement.artifact("tflite", Loading.DATA_ONLY, {"operators": count})


def _judge(name: str, judgement: Judgement) -> None:
    operator = name.removeprefix("Flex")
    if operator in OPERATORS:
        judgement.note(
            Loading.RUNS_CODE,
            "graph-operator",
            f"The model has the operator {plain(operator, 100)}, which {OPERATORS[operator]}.",
        )
    elif not name.startswith("TFLite_") and (not name.startswith("Flex") or is_foreign(operator)):
        judgement.note(
            Loading.UNREADABLE,
            "custom-operator",
            f"The model needs native code from elsewhere for its operator {plain(name, 100)!r}.",
        )


def _custom_operators(source: ByteSource) -> Iterator[str | None]:
    """For each operator its custom name, or None for a built-in one."""
    root = _number(source, 0, 4)
    codes = _field(source, root, _OPERATOR_CODES)
    if codes is None:
        return
    vector = codes + _number(source, codes, 4)
    length = _number(source, vector, 4)
    if length > _MAX_OPERATORS:
        raise _Broken
    for place in range(vector + 4, vector + 4 + 4 * length, 4):
        table = place + _number(source, place, 4)
        custom = _field(source, table, _CUSTOM_CODE)
        if custom is None:
            yield None
            continue
        start = custom + _number(source, custom, 4)
        size = _number(source, start, 4)
        if size > 4096:
            raise _Broken
        yield _bytes(source, start + 4, size).decode("utf-8", "backslashreplace")


def _field(source: ByteSource, table: int, number: int) -> int | None:
    """Where field ``number`` of ``table`` stands; None where the table leaves it out."""
    vtable = table - int.from_bytes(_bytes(source, table, 4), "little", signed=True)
    slot = 4 + 2 * number
    if slot + 2 > _number(source, vtable, 2):
        return None
    offset = _number(source, vtable + slot, 2)
    return table + offset if offset else None


def _number(source: ByteSource, at: int, count: int) -> int:
    return int.from_bytes(_bytes(source, at, count), "little")


def _bytes(source: ByteSource, at: int, count: int) -> bytes:
    if at < 0 or at + count > source.size:
        raise _Broken
    return source.read_at(at, count)
