"""Files that a graph of TensorFlow names in its constants and attributes, outside of the model's folder.

``InitializeTableFromTextFile`` reads the file that its second input names; a SavedModel carries such files in
``assets`` and puts their place in when it is loaded (``asset_file_def`` of MetaGraphDef). ``PrintV2`` appends
to a file where its ``output_stream`` begins with ``file://`` (tensorflow/core/kernels/logging_ops.cc, 2.18).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from inspector.artifacts.formats.onnx import leaves_folder
from inspector.artifacts.formats.protobuf import BadProto, Schema, text, walk
from inspector.artifacts.judgement import Judgement
from inspector.provenance import Loading, plain
from inspector.sources.interface import ByteSource

# Operators that read the file that an input names, and which of their inputs that is.
READERS: dict[str, int] = {"InitializeTableFromTextFile": 1, "InitializeTableFromTextFileV2": 1}
PRINTER = "PrintV2"
NAMING = frozenset((*READERS, PRINTER))
_FILE = "file://"
_PASSING = frozenset(("Identity", "IdentityN", "StopGradient", "PlaceholderWithDefault"))
_NODE = {1: "", 2: "", 3: "", 5: "attr"}
_VALUE: Schema = {
    "attr": {1: "", 2: "value"},
    "value": {1: "list", 2: "", 8: "tensor"},
    "list": {2: ""},
    "tensor": {4: "", 8: ""},
}
_GRAPH: Schema = {
    **_VALUE,
    "graph": {1: "node", 2: "library"},
    "library": {1: "function"},
    "function": {3: "inner"},
    "node": _NODE,
    "inner": _NODE,
}
_SCHEMA: Schema = {
    **_GRAPH,
    "saved": {2: "meta"},
    "meta": {2: "graph", 6: "asset"},
    "asset": {1: "info", 2: ""},
    "info": {1: ""},
}
_MAX_KEPT = 10_000
_MAX_STEPS = 20  # from an operator to the constant behind it
_MAX_NAMED = 20


@dataclass(slots=True)
class Node:
    """One operator of a graph, as far as files go."""

    name: str = ""
    operator: str = ""
    inputs: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # of its attributes and constants
    offset: int | None = None


@dataclass(slots=True)
class _Scope:
    """The nodes of one graph or function that count."""

    places: dict[str, str] = field(default_factory=dict)
    passing: dict[str, str] = field(default_factory=dict)
    readers: list[Node] = field(default_factory=list)


class Paths:
    """Collects the nodes of the graphs of one file, and states which files they name."""

    def __init__(self, judgement: Judgement) -> None:
        self._judgement = judgement
        self._scope = _Scope()
        self._inner = _Scope()
        self._assets: set[str] = set()
        self._prints = False
        self._streams: dict[str, int | None] = {}

    def node(self, node: Node, *, is_inner: bool = False) -> None:
        """Takes in one node; ``is_inner`` where it is of a function."""
        scope = self._inner if is_inner else self._scope
        self._prints = self._prints or node.operator == PRINTER
        for held in node.texts:
            if held.startswith(_FILE) and len(self._streams) < _MAX_KEPT:
                self._streams.setdefault(held, node.offset)
        if node.operator == "Const" and len(scope.places) < _MAX_KEPT:
            scope.places.update((node.name, held) for held in node.texts[:1] if held and leaves_folder(held))
        elif node.operator in READERS and len(scope.readers) < _MAX_KEPT:
            scope.readers.append(node)
        elif node.operator in _PASSING and node.inputs and len(scope.passing) < _MAX_KEPT:
            scope.passing[node.name] = _bare(node.inputs[0])

    def asset(self, tensor: str, file: str) -> None:
        """Takes in a file of ``assets`` and the constant that its place is put into."""
        self._assets.add(_bare(tensor))
        if file and leaves_folder(file):
            self._note(file, None)

    def end_function(self) -> None:
        self._end(self._inner, frozenset())
        self._inner = _Scope()

    def end_graph(self) -> None:
        """States what the graph read so far names; what follows is another graph."""
        self._end(self._scope, self._assets)
        self._scope = _Scope()
        for stream, offset in list(self._streams.items())[:_MAX_NAMED] if self._prints else ():
            self._judgement.note(
                Loading.RUNS_CODE,
                "graph-operator",
                f"The graph has the operator PrintV2, which writes to {plain(stream, 200)!r} on the loading "
                "machine.",
                offset,
            )

    def _end(self, scope: _Scope, assets: frozenset[str] | set[str]) -> None:
        for reader in scope.readers[: _MAX_NAMED * 10]:
            place = READERS[reader.operator]
            name = _bare(reader.inputs[place]) if len(reader.inputs) > place else ""
            for _ in range(_MAX_STEPS):
                if name in scope.places and name not in assets:
                    self._note(scope.places[name], reader.offset)
                if name not in scope.passing:
                    break
                name = scope.passing[name]

    def _note(self, place: str, offset: int | None) -> None:
        self._judgement.note(
            Loading.UNREADABLE,
            "external-data",
            f"The graph reads the file {plain(place, 200)!r} of the loading machine, outside of the model's "
            "folder.",
            offset,
        )


def _bare(name: str) -> str:
    """The node behind an input or a tensor: ``^x``, ``x:0`` and ``x:output:0`` are of the node x."""
    return name.lstrip("^").partition(":")[0]


def judge_paths(source: ByteSource, message: str, judgement: Judgement) -> None:
    """States which files the graphs in ``source`` name: a "saved", "meta" or "graph" message."""
    paths = Paths(judgement)
    node, tensor, file = Node(), "", ""
    try:
        for item in walk(source, message, _SCHEMA):
            match item.message, item.number:
                case (("node" | "inner"), 1):
                    node.name = text(item.value)
                case (("node" | "inner"), 2):
                    node.operator, node.offset = text(item.value), item.offset
                case (("node" | "inner"), 3):
                    if len(node.inputs) < 4:
                        node.inputs.append(text(item.value))
                case (("node" | "inner"), 0):
                    paths.node(node, is_inner=item.message == "inner")
                    node = Node()
                case (("value" | "list"), 2):
                    _keep(node, text(item.value))
                case "tensor", 8:
                    _keep(node, text(item.value))
                case "tensor", 4:
                    _keep(node, unpacked(item.value if isinstance(item.value, bytes) else b""))
                case "function", 0:
                    paths.end_function()
                case "info", 1:
                    tensor = text(item.value)
                case "asset", 2:
                    file = text(item.value)
                case "asset", 0:
                    paths.asset(tensor, file)
                    tensor = file = ""
                case "meta", 0:
                    paths.end_graph()
    except BadProto as bad:
        judgement.note(
            Loading.UNREADABLE, "broken-graph", f"The files that the graph names cannot be read. {bad}"
        )
    paths.end_graph()


def _keep(node: Node, held: str) -> None:
    if held and len(node.texts) < 100:
        node.texts.append(held)


def unpacked(content: bytes) -> str:
    """The one text in ``tensor_content`` of a tensor of texts: its length, seven bits a byte, and itself."""
    at = 0
    while at < min(len(content), 5) and content[at] >= 0x80:
        at += 1
    return content[at + 1 :].decode("utf-8", "backslashreplace") if at < len(content) else ""
