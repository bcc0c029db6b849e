"""TensorFlow Lite models (schema 3): the table of operators, read out of the flatbuffer with bounds.

Built-in operators only calculate. A "Flex" operator is one of TensorFlow's own; any other custom operator
needs native code that the loading program brings.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.artifacts.formats.behind import judge_behind
from inspector.artifacts.formats.flatbuffer import BadFlatbuffer, Flatbuffer
from inspector.artifacts.formats.tensorflow_graph import OPERATORS, is_foreign
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource, ReadFailure

# Fields by number (tensorflow/lite/schema/schema.fbs).
_OPERATOR_CODES, _GRAPHS, _BUFFERS = 1, 2, 4  # of the model
_CUSTOM_CODE = 1  # of an operator code
_TENSORS, _INPUTS, _OUTPUTS, _OPERATORS = 0, 1, 2, 3  # of a graph
_SHAPE, _NAME = 0, 3  # of a tensor
_DATA, _OFFSET, _SIZE = 0, 1, 2  # of a buffer; a large one lies behind the flatbuffer


def read_tflite(source: ByteSource) -> Artifact:
    """The verdict on one file."""
    judgement = Judgement()
    count = 0
    try:
        buffer = Flatbuffer(source)
        for name in _custom_operators(buffer):
            count += 1
            if name is not None:
                _judge(name, judgement)
        judge_behind(source, _step_through(buffer, source.size), judgement)
    except (BadFlatbuffer, ReadFailure):
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


def _custom_operators(buffer: Flatbuffer) -> Iterator[str | None]:
    """For each operator its custom name, or None for a built-in one."""
    for code in buffer.tables(buffer.root(), _OPERATOR_CODES):
        yield buffer.text(code, _CUSTOM_CODE)


def _step_through(buffer: Flatbuffer, size: int) -> int:
    """Every tensor, operator and buffer lies inside of the file. Gives where the last of them ends."""
    end = 0
    root = buffer.root()
    for graph in buffer.tables(root, _GRAPHS):
        for tensor in buffer.tables(graph, _TENSORS):
            buffer.vector(tensor, _SHAPE)
            buffer.text(tensor, _NAME)
        for operator in buffer.tables(graph, _OPERATORS):
            buffer.vector(operator, _INPUTS)
            buffer.vector(operator, _OUTPUTS)
    for part in buffer.tables(root, _BUFFERS):
        buffer.vector(part, _DATA, 1)
        offset, length = (buffer.scalar(part, number, 8) or 0 for number in (_OFFSET, _SIZE))
        if offset > 1 and offset + length > size:
            raise BadFlatbuffer
        end = max(end, offset + length if offset > 1 else 0)
    return max(end, buffer.reach)
