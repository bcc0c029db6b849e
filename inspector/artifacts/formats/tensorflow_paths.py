"""Files that a graph of TensorFlow names in its constants and attributes, outside of the model's folder.

``InitializeTableFromTextFile`` reads the file that its second input names; a SavedModel carries such files in
``assets`` and puts their place in when it is loaded (``asset_file_def`` of MetaGraphDef). ``PrintV2`` appends
to a file where its ``output_stream`` begins with ``file://`` (tensorflow/core/kernels/logging_ops.cc, 2.18).
``CacheDataset`` keeps its rows in files where its second input is no empty text, and some operators name a
file in an attribute.
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
# Operators that write files under the name that an input gives, and nothing where it is empty.
CACHES: dict[str, int] = {"CacheDataset": 1, "CacheDatasetV2": 1}
# Operators that read the file that an attribute names; the other texts of theirs are no paths.
ATTRIBUTES = frozenset(
    ("FixedUnigramCandidateSampler", "DecodeProtoV2", "EncodeProto"),
)
NAMING = frozenset((*READERS, *CACHES, *ATTRIBUTES, PRINTER))
# Texts that begin so name no file: descriptors of DecodeProtoV2 in the program or in the graph, and the
# places of other nodes (the attribute ``_class``).
_NO_FILE = ("local://", "bytes://", "loc:@")
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
_MAX_PASSING = 100_000
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
    empty: set[str] = field(default_factory=set)  # constants without a text
    readers: list[Node] = field(default_factory=list)
    is_overfull: bool = False

    def origin(self, name: str, known: dict[str, str]) -> str:
        """The node whose value the node ``name`` hands on; ``known`` keeps what was found before."""
        way: dict[str, None] = {}
        while name in self.passing and name not in known and name not in way:
            way[name] = None
            name = self.passing[name]
        name = known.get(name, name)
        known.update(dict.fromkeys(way, name))
        return name


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
        if node.operator in ATTRIBUTES:
            for held in node.texts:
                if _leads_out(held):
                    self._note(held, node.offset)
        if node.operator == "Const":
            place = next((held for held in node.texts if _leads_out(held)), "")
            scope.is_overfull |= len(scope.places) >= _MAX_KEPT and bool(place)
            if place and len(scope.places) < _MAX_KEPT:
                scope.places[node.name] = place
            if not any(node.texts) and len(scope.empty) < _MAX_KEPT:
                scope.empty.add(node.name)
        elif node.operator in READERS or node.operator in CACHES:
            scope.is_overfull |= len(scope.readers) >= _MAX_KEPT
            if len(scope.readers) < _MAX_KEPT:
                scope.readers.append(node)
        elif node.operator in _PASSING and node.inputs:
            scope.is_overfull |= len(scope.passing) >= _MAX_PASSING
            if len(scope.passing) < _MAX_PASSING:
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
        known: dict[str, str] = {}
        for reader in scope.readers:
            place = READERS.get(reader.operator, CACHES.get(reader.operator, 0))
            name = _bare(reader.inputs[place]) if len(reader.inputs) > place else ""
            name = scope.origin(name, known)
            if reader.operator in CACHES:
                if name not in scope.empty:
                    self._note_cache(reader)
            elif name in scope.places and name not in assets:
                self._note(scope.places[name], reader.offset)
        if scope.readers and scope.is_overfull:
            self._judgement.note(
                Loading.UNREADABLE,
                "over-limit",
                "The graph has more constants and readers of files than were followed.",
            )

    def _note_cache(self, node: Node) -> None:
        self._judgement.note(
            Loading.RUNS_CODE,
            "graph-operator",
            f"The graph has the operator {plain(node.operator, 100)}, which keeps its rows in files of the "
            "loading machine.",
            node.offset,
        )

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
            if item.number and isinstance(item.value, int):
                continue  # a number where a text belongs is an unknown field to every parser
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


def _leads_out(held: str) -> bool:
    return bool(held) and leaves_folder(held) and not held.startswith(_NO_FILE)


def _keep(node: Node, held: str) -> None:
    """Of many texts those that lead out of the folder are kept before the others."""
    if held and (len(node.texts) < 100 or (len(node.texts) < 200 and _leads_out(held))):
        node.texts.append(held)


def unpacked(content: bytes) -> str:
    """The one text in ``tensor_content`` of a tensor of texts: its length, seven bits a byte, and itself."""
    at = 0
    while at < min(len(content), 5) and content[at] >= 0x80:
        at += 1
    return content[at + 1 :].decode("utf-8", "backslashreplace") if at < len(content) else ""
