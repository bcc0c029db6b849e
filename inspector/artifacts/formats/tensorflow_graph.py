"""TensorFlow graphs: ``saved_model.pb``, frozen graphs and Keras metadata, walked for their operators.

A graph is a program for TensorFlow's runtime. Most operators only calculate; some call Python functions of
the process, or read and write files (tensorflow/core/ops, TensorFlow 2.18).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from inspector.artifacts.formats.protobuf import BadProto, Schema, text, walk
from inspector.artifacts.formats.tensorflow_operators import KNOWN
from inspector.artifacts.formats.tensorflow_paths import NAMING, judge_paths
from inspector.artifacts.interface import Artifact
from inspector.artifacts.judgement import Judgement, single
from inspector.artifacts.texts.strict_json import BadJson, parse_pairs
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

_GRAPH: Schema = {
    "graph": {1: "node", 2: "library"},
    "library": {1: "function"},
    "function": {1: "signature", 3: "node"},
    "signature": {1: ""},
    "node": {1: "", 2: ""},
}
_SAVED: Schema = {**_GRAPH, "saved": {2: "meta"}, "meta": {2: "graph"}}
_PYTHON = "calls a Python function of the loading process"
_FILES = "reads or writes files of the loading machine"
_NETWORK = "exchanges data with a server that the graph names"
_NATIVE = "loads or runs native code"
_INNER = "runs a graph that it is handed as a text, which no reader of this one sees"
# One row for each family; the names are TensorFlow's from 1.0 to 2.21.
_FAMILIES: tuple[tuple[str, str], ...] = (
    (_PYTHON, "PyFunc PyFuncStateless EagerPyFunc PyCall NumpyFunction"),
    (_FILES, "ReadFile WriteFile MatchingFiles FileSystemSetConfiguration ImmutableConst DeleteOldDirs"),
    # Readers and datasets of files.
    (_FILES, "WholeFileReader WholeFileReaderV2 TextLineReader TextLineReaderV2 FixedLengthRecordReader"),
    (_FILES, "FixedLengthRecordReaderV2 TFRecordReader TFRecordReaderV2 LMDBReader RecordInput Skipgram"),
    (_FILES, "TextLineDataset TFRecordDataset TFRecordDatasetV2 FixedLengthRecordDataset CSVDataset"),
    (_FILES, "FixedLengthRecordDatasetV2 CSVDatasetV2 ExperimentalCSVDataset ExperimentalCSVDatasetV2"),
    (_FILES, "MatchingFilesDataset ExperimentalMatchingFilesDataset LMDBDataset ExperimentalLMDBDataset"),
    (_FILES, "SqlDataset ExperimentalSqlDataset DatasetToTFRecord ExperimentalDatasetToTFRecord"),
    (_FILES, "SaveDataset SaveDatasetV2 LoadDataset SnapshotDataset SnapshotDatasetV2 DistributedSave"),
    (_FILES, "SnapshotDatasetReader SnapshotNestedDatasetReader SnapshotChunkDataset"),
    (_FILES, "ListSnapshotChunksDataset"),
    # Checkpoints of the first version, and values that a model takes over from another one.
    (_FILES, "Save SaveSlices Restore RestoreSlice GenerateVocabRemapping LoadAndRemapMatrix"),
    # Summaries, debugging and calibration.
    (_FILES, "CreateSummaryFileWriter CreateSummaryDbWriter DebugIdentity DebugIdentityV2 DebugIdentityV3"),
    (_FILES, "DebugNanCount DebugNumericSummary DumpTensor CalibrationStatisticsSaver"),
    (_NETWORK, "DataServiceDataset DataServiceDatasetV2 DataServiceDatasetV3 DataServiceDatasetV4"),
    (_NETWORK, "RegisterDataset RegisterDatasetV2"),
    (_NATIVE, "RpcClient RpcServer RpcServerStart RpcServerRegister RpcCall TryRpc Rpc RemoteCall"),
    (_NATIVE, "XlaLaunch XlaLaunchV2 XlaCustomCall XlaCustomCallV2"),
    (_INNER, "DatasetFromGraph"),
)
OPERATORS: dict[str, str] = {name: does for does, names in _FAMILIES for name in names.split()}
# TF-TRT's own, which its library registers beside TensorFlow's.
_OF_TENSORRT = frozenset(
    ("TRTEngineOp", "CreateTRTResourceHandle", "InitializeTRTResource", "SerializeTRTResource")
)
_LAMBDA = re.compile(rb'"class_name"\s*:\s*"(?:Lambda|__lambda__|TorchModuleWrapper)"')
_LAMBDA_FOUND = "The model has a Lambda layer: Python byte code that Keras runs on load."
CODE_LAYERS = frozenset(("Lambda", "__lambda__", "TorchModuleWrapper"))
_METADATA: Schema = {"metadata": {1: "object"}, "object": {4: "", 5: ""}}
_MAX_NAMED = 20
_MAX_FOREIGN = 20_000
_MAX_FUNCTIONS = 200_000
_STEP = 1 << 20
MAX_SEARCHED = 64 << 20  # half of it at the beginning of a file, half at its end
MAX_GRAPH = 512 << 20


def read_graph(source: ByteSource, path: str) -> Artifact:
    """The verdict on a file that is called .pb."""
    name = path.rsplit("/", 1)[-1].lower()
    judgement = Judgement()
    if name == "fingerprint.pb" and (fingerprint := read_fingerprint(source)) is not None:
        return fingerprint
    if source.size > MAX_GRAPH:
        judgement.note(Loading.UNREADABLE, "over-limit", "The graph is longer than 512 MB and was not read.")
        return judgement.artifact("tensorflow-graph", Loading.UNREADABLE)
    if holds_lambda(source, MAX_GRAPH):
        judgement.note(Loading.RUNS_CODE, "lambda-layer", _LAMBDA_FOUND)
    if name == "keras_metadata.pb":
        try:
            for item in walk(source, "metadata", _METADATA):
                if item.message == "object" and isinstance(item.value, bytes) and item.value[:1] == b"{":
                    _layer(item.value, judgement)
        except BadProto as bad:
            judgement.note(Loading.UNREADABLE, "broken-graph", f"The metadata cannot be read. {bad}")
        return judgement.artifact("keras-metadata", Loading.DATA_ONLY)
    word, readings = _readings(source, name)
    _judge(readings, judgement)
    if readings[0].names_files:
        judge_paths(source, "saved" if word == "tensorflow-saved-model" else "graph", judgement)
    count = max(reading.count for reading in readings)
    if not count and not judgement.has_reasons:
        return _without_operators(source, name, word)
    facts: dict[str, Any] = {"operators": count}
    return judgement.artifact(word, Loading.DATA_ONLY, facts)


def _layer(raw: bytes, judgement: Judgement) -> None:
    """One object of the metadata of Keras, described as JSON: a name in it may be written by escapes."""
    names: list[object] = []
    try:
        parse_pairs(raw, lambda pairs: names.extend(value for key, value in pairs if key == "class_name"))
    except BadJson as bad:
        judgement.note(Loading.UNREADABLE, "broken-json", str(bad))
    if CODE_LAYERS.intersection(name for name in names if isinstance(name, str)):
        judgement.note(Loading.RUNS_CODE, "lambda-layer", _LAMBDA_FOUND)


@dataclass(slots=True)
class _Reading:
    """What one way of reading the bytes finds: how many operators, those of the table, those of nobody."""

    count: int = 0
    operators: dict[str, int] = field(default_factory=dict)
    foreign: dict[str, int] = field(default_factory=dict)
    problem: str = ""
    names_files: bool = False  # some operator may name files in its constants or attributes


def _readings(source: ByteSource, name: str) -> tuple[str, list[_Reading]]:
    """The format, and what is found as a saved model and as a bare graph. The fields of a message may stand
    in any order, so the first byte does not tell the two apart: what either of them finds counts."""
    saved, graph = _read(source, "saved"), _read(source, "graph")
    start = source.read_at(0, min(1, source.size))
    is_saved = name == "saved_model.pb" or start == b"\x08" or bool(saved.count and not graph.count)
    mine, other = (saved, graph) if is_saved else (graph, saved)
    # Bytes of the one kind are rubbish to the other: only what is dangerous in both ways is told of it.
    other.problem, other.foreign = "", {}
    if other.count and not mine.count and not other.operators:
        other.count = 0
    return "tensorflow-saved-model" if is_saved else "tensorflow-graph", [mine, other]


def _judge(readings: list[_Reading], judgement: Judgement) -> None:
    for reading in readings:
        if reading.problem:
            judgement.note(
                Loading.UNREADABLE,
                "broken-graph",
                f"The TensorFlow graph cannot be read to its end. {reading.problem}",
            )
        for operator, offset in list(reading.foreign.items())[:_MAX_NAMED]:
            judgement.note(
                Loading.UNREADABLE,
                "custom-operator",
                foreign_words(operator),
                offset,
            )
        for operator, offset in reading.operators.items():
            judgement.note(
                Loading.RUNS_CODE,
                "graph-operator",
                f"The graph has the operator {plain(operator, 100)}, which {OPERATORS[operator]}.",
                offset,
            )


def _without_operators(source: ByteSource, name: str, word: str) -> Artifact:
    """A .pb file in which no operator was found: a message of another kind, or no message at all."""
    is_message = name != "saved_model.pb" and _is_message(source)
    if is_message:
        return single(
            "protobuf",
            Loading.NOT_UNDERSTOOD,
            "unknown-protobuf",
            "This is a message of protocol buffers of a kind that is not known here; it holds no TensorFlow "
            "graph.",
        )
    return single(
        word,
        Loading.UNREADABLE,
        "broken-graph",
        "No operator of a TensorFlow graph is found in this file: it is of another kind or broken.",
    )


def _is_message(source: ByteSource) -> bool:
    try:
        for item in walk(source, "message", {}):
            if item.number > 10_000:
                return False
    except BadProto:
        return False
    return source.size > 8


def read_meta_graph(source: ByteSource) -> Artifact | None:
    """The verdict on the graph beside a checkpoint of TensorFlow 1 (``.meta``, a MetaGraphDef), or None where
    the file is none. ``tf.train.import_meta_graph`` makes its operators."""
    if source.size > MAX_GRAPH:
        return None
    reading = _read(source, "meta")
    if not reading.count:
        return None
    judgement = Judgement()
    _judge([reading], judgement)
    if reading.names_files:
        judge_paths(source, "meta", judgement)
    return judgement.artifact("tensorflow-graph", Loading.DATA_ONLY, {"operators": reading.count})


def _read(source: ByteSource, message: str) -> _Reading:
    reading = _Reading()
    try:
        reading.count, reading.foreign = _operators(source, message, reading)
    except BadProto as bad:
        reading.problem = str(bad)
    return reading


def _operators(source: ByteSource, message: str, reading: _Reading) -> tuple[int, dict[str, int]]:
    """Fills ``reading`` with the operators of the table above; the number of all operators, and those that
    are neither TensorFlow's nor functions of the graph, with their places."""
    count = 0
    foreign: dict[str, int] = {}
    functions: set[str] = set()
    for item in walk(source, message, _SAVED):
        if item.message == "node" and item.number == 2:
            count += 1
            operator = text(item.value)
            if operator in OPERATORS:
                reading.operators.setdefault(operator, item.offset)
            elif operator in NAMING:
                reading.names_files = True
            elif is_foreign(operator) and len(foreign) < _MAX_FOREIGN:
                foreign.setdefault(operator, item.offset)
        elif item.message == "signature" and item.number == 1 and len(functions) < _MAX_FUNCTIONS:
            functions.add(text(item.value))
    return count, {name: offset for name, offset in foreign.items() if name not in functions}


def is_foreign(operator: str) -> bool:
    """Whether an operator is none that TensorFlow itself registers."""
    return bool(operator) and operator[0] != "_" and operator not in KNOWN


def foreign_words(operator: str) -> str:
    """The sentence on an operator that TensorFlow does not bring."""
    if operator in _OF_TENSORRT:
        return (
            f"The graph has the operator {plain(operator, 100)!r} of TF-TRT: it runs native code out of a "
            "plan of TensorRT, which was not read."
        )
    return (
        f"The graph has the operator {plain(operator, 100)!r}, which is none of TensorFlow's: "
        "loading it needs a native library from elsewhere."
    )


def read_fingerprint(source: ByteSource) -> Artifact | None:
    """The verdict on ``fingerprint.pb`` beside a SavedModel (six numbers and a version), or None."""
    numbers: set[int] = set()
    try:
        for item in walk(source, "fingerprint", {}):
            numbers.add(item.number)
    except BadProto:
        return None
    is_one = source.size < 1024 and numbers <= set(range(9)) and 1 in numbers
    return Artifact("tensorflow-fingerprint", Loading.DATA_ONLY) if is_one else None


def holds_lambda(source: ByteSource, limit: int = MAX_SEARCHED) -> bool:
    """Whether a Lambda layer stands in the Keras configuration that the file holds as text. Of a file longer
    than ``limit`` the middle is left out."""
    at, kept = 0, b""
    while at < source.size:
        if source.size > limit and limit // 2 <= at < source.size - limit // 2:
            at = source.size - limit // 2
        fresh = source.read_at(at, min(_STEP, source.size - at))
        if _LAMBDA.search(kept + fresh):
            return True
        at += len(fresh)
        kept = fresh[-64:]
    return False
