"""From facts to the provenance graph: what speaks of the same thing becomes one node.

Files that a model loader opens are model-file nodes, below the folder's model node where the folder is a
model; data files are dataset-file nodes; code, configurations and container files appear when something
was found in them. What the code names becomes a model, a dataset or an image, with its owner.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from inspector.datasets.interface import DatasetFacts
from inspector.dependencies.interface import Manifest, Package
from inspector.provenance import Edge, EdgeKind, Loading, Node, NodeKind, Pin, ProvenanceGraph, node_id
from inspector.references.interface import Reference
from inspector.rules.interface import FileFact

if TYPE_CHECKING:
    from inspector.dependencies import Tree

_LOADED = {
    Loading.DATA_ONLY,
    Loading.ALLOW_LISTED,
    Loading.LIBRARY,
    Loading.UNKNOWN_IMPORT,
    Loading.RUNS_CODE,
    Loading.UNREADABLE,
}
# A folder with one of these beside weights is a model, not a heap of files.
_MODEL_CARDS = {
    "adapter_config.json",
    "config.json",
    "mlmodel",
    "model.safetensors.index.json",
    "model_index.json",
    "modules.json",
    "pytorch_model.bin.index.json",
    "tokenizer_config.json",
}
_REFERENCED = {"model": NodeKind.MODEL, "dataset": NodeKind.DATASET, "image": NodeKind.CONTAINER_IMAGE}
_HUBS_WITH_OWNERS = {"hf", "modelscope", "kaggle", "ollama"}
_DATA_FORMATS = {"jsonl", "json", "csv", "tsv", "parquet", "arrow"}


class GraphBuilder:
    """Builds the graph of one target. ``root`` is the node id everything else hangs on."""

    def __init__(self, root: Node) -> None:
        self.graph = ProvenanceGraph()
        self.root = root.id
        self.graph.add_node(root)
        self._model_folders: set[str] = set()
        self._paths: dict[str, str] = {}  # path -> node id of the file
        self._folders: set[str] = set()
        self._files: dict[str, FileFact] = {}
        self._revisions: dict[str, list[str]] = {}  # node id -> what its references name, "" for nothing

    # -- files ---------------------------------------------------------------------------------

    def add_files(self, files: Sequence[FileFact], datasets: Sequence[DatasetFacts]) -> None:
        """Model files, the folders that are models, and data files."""
        data = {item.path: item for item in datasets}
        self._files = {file.path: file for file in files}
        weights = [file for file in files if self._is_model_file(file, data)]
        named = {
            posixpath.dirname(file.path)
            for file in files
            if posixpath.basename(file.path).lower() in _MODEL_CARDS
        }
        self._model_folders = {posixpath.dirname(file.path) for file in weights} & named - {""}
        for file in files:
            self._folders.update(_parents(file.path))
        for file in weights:
            self._add_model_file(file)
        self._mark_model_root(weights)
        for file in files:
            if file.path in data and file.path not in self._paths:
                self._add_data_file(file, data[file.path])

    def sha256_of(self, path: str) -> str | None:
        """The digest of the bytes of a file that was read; None for every other path."""
        file = self._files.get(path)
        return file.sha256 if file is not None else None

    def _mark_model_root(self, weights: Sequence[FileFact]) -> None:
        """A hub model is pickle-based as soon as one of its files is, read or only listed."""
        root = self.graph.node(self.root)
        if root is not None and root.kind is NodeKind.MODEL and weights:
            pickled = any(file.artifact.is_pickle for file in weights)
            self.graph.replace_node(replace(root, attributes={**root.attributes, "pickle": pickled}))

    def _is_model_file(self, file: FileFact, data: Mapping[str, DatasetFacts]) -> bool:
        if file.artifact.loading not in _LOADED:
            return False
        facts = data.get(file.path)
        return facts is None or file.artifact.is_pickle or facts.format not in _DATA_FORMATS

    def _add_model_file(self, file: FileFact) -> None:
        node = Node(
            node_id(NodeKind.MODEL_FILE, file.path),
            NodeKind.MODEL_FILE,
            file.path,
            pin=Pin.LOCAL if file.entry.kind.value != "remote" else None,
            loading=file.artifact.loading,
            attributes=_file_attributes(file),
        )
        self.graph.add_node(node)
        self._paths[file.path] = node.id
        self._contain(self._owner_of(file), node.id)

    def _owner_of(self, file: FileFact) -> str:
        folder = posixpath.dirname(file.path)
        if folder not in self._model_folders:
            return self.root
        key = node_id(NodeKind.MODEL, folder)
        self.graph.add_node(
            Node(
                key,
                NodeKind.MODEL,
                folder,
                pin=Pin.LOCAL,
                loading=file.artifact.loading,
                attributes={"local": True, "pickle": file.artifact.is_pickle or self._is_pickle(key)},
            )
        )
        self._contain(self.root, key)
        return key

    def _is_pickle(self, key: str) -> bool:
        node = self.graph.node(key)
        return node is not None and node.attributes.get("pickle") is True

    def _add_data_file(self, file: FileFact, facts: DatasetFacts) -> None:
        if facts.format not in _DATA_FORMATS:
            return
        attributes = {**_file_attributes(file), "rows": facts.rows, "columns": list(facts.columns)}
        node = Node(
            node_id(NodeKind.DATASET_FILE, file.path),
            NodeKind.DATASET_FILE,
            file.path,
            pin=Pin.LOCAL if file.entry.kind.value != "remote" else None,
            loading=file.artifact.loading,
            attributes=attributes,
        )
        self.graph.add_node(node)
        self._paths[file.path] = node.id
        self._contain(self.root, node.id)

    # -- references ----------------------------------------------------------------------------

    def add_references(self, references: Sequence[Reference]) -> None:
        for reference in references:
            code = self._code(reference.path)
            if reference.kind in _REFERENCED and reference.ref:
                self._add_named(code, reference, _REFERENCED[reference.kind])
            elif reference.kind == "load-call" and reference.ref:
                self._add_load(code, reference)

    def _code(self, path: str) -> str:
        known = self._paths.get(path)
        if known is not None:
            return known
        key = node_id(NodeKind.CODE, path)
        self.graph.add_node(Node(key, NodeKind.CODE, path, pin=Pin.LOCAL))
        self._paths[path] = key
        self._contain(self.root, key)
        return key

    def _add_named(self, code: str, reference: Reference, kind: NodeKind) -> None:
        ref = reference.ref or ""
        evidence = (_where(reference),)
        if reference.pin is Pin.LOCAL or reference.hub == "local":
            self._add_local(code, reference, ref, EdgeKind.LOADS)
            return
        key = node_id(kind, ref)
        named = self._revisions.setdefault(key, [])
        if (reference.revision or "") not in named:
            named.append(reference.revision or "")
        attributes: dict[str, Any] = {"hub": reference.hub, "revisions": sorted(filter(None, named))}
        if len(named) == 1 and reference.revision:
            attributes["revision"] = reference.revision
        else:
            attributes["revision"] = None  # several are named: none of them speaks for all
        self.graph.add_node(Node(key, kind, ref, pin=reference.pin, attributes=attributes))
        self.graph.add_edge(Edge(code, key, EdgeKind.REFERENCES, evidence))
        owner = ref.partition("/")[0] if "/" in ref and reference.hub in _HUBS_WITH_OWNERS else ""
        if owner and kind is not NodeKind.CONTAINER_IMAGE:
            self.add_owner(key, owner, {"hub": reference.hub, "checked": False})

    def _add_load(self, code: str, reference: Reference) -> None:
        self._add_local(code, reference, reference.ref or "", EdgeKind.LOADS)

    def _add_local(self, code: str, reference: Reference, ref: str, kind: EdgeKind) -> None:
        """An edge to the file or folder that ``ref`` names; what is not there is a node marked missing."""
        for path in _candidates(ref, reference.path):
            target = self._paths.get(path)
            if target is None and path in self._model_folders:
                target = node_id(NodeKind.MODEL, path)
            if target is not None:
                self.graph.add_edge(Edge(code, target, kind, (_where(reference),)))
                return
            if path in self._files and reference.kind == "dataset":
                self.graph.add_edge(Edge(code, self._add_data_path(path), kind, (_where(reference),)))
            if path in self._files or path in self._folders:
                return
        if reference.kind == "dataset" and _is_plain_relative(ref):
            key = node_id(NodeKind.DATASET_FILE, posixpath.normpath(ref))
            self.graph.add_node(
                Node(
                    key,
                    NodeKind.DATASET_FILE,
                    posixpath.normpath(ref),
                    pin=Pin.LOCAL,
                    attributes={"missing": True},
                )
            )
            self.graph.add_edge(Edge(code, key, kind, (_where(reference),)))

    def _add_data_path(self, path: str) -> str:
        """A data file that code names and that no reader of data recognised."""
        file = self._files[path]
        key = node_id(NodeKind.DATASET_FILE, path)
        attributes = _file_attributes(file)
        self.graph.add_node(
            Node(key, NodeKind.DATASET_FILE, path, Pin.LOCAL, file.artifact.loading, attributes=attributes)
        )
        self._paths[path] = key
        self._contain(self.root, key)
        return key

    def add_owner(self, published: str, name: str, attributes: Mapping[str, Any]) -> None:
        key = node_id(NodeKind.OWNER, name)
        self.graph.add_node(Node(key, NodeKind.OWNER, name, attributes=dict(attributes)))
        self.graph.add_edge(Edge(published, key, EdgeKind.PUBLISHED_BY))

    def add_influences(self, influences: Iterable[Mapping[str, Any]]) -> None:
        """The code that writes what users send stands in the graph even where it names no model."""
        for influence in influences:
            self._code(influence["path"])
            if influence.get("joined_with"):
                self._code(influence["joined_with"])

    # -- packages ------------------------------------------------------------------------------

    def add_dependencies(self, manifests: Sequence[Manifest], packages: Sequence[Package]) -> None:
        for manifest in manifests:
            key = node_id(NodeKind.MANIFEST, manifest.path)
            attributes = {"format": manifest.format, "lock": manifest.is_lock}
            self.graph.add_node(
                Node(key, NodeKind.MANIFEST, manifest.path, pin=Pin.LOCAL, attributes=attributes)
            )
            self._contain(self.root, key)
        if not packages:
            return
        from inspector.dependencies import Tree

        tree = Tree(packages)
        ways = tree.ways()
        for package in packages:
            self._add_package(package, tree, ways.get(tree.key(package)))
        root = self.graph.node(self.root)
        if root is not None and packages:
            attributes = {**root.attributes, "dependencies": tree.facts()}
            self.graph.replace_node(replace(root, attributes=attributes))

    def _add_package(self, package: Package, tree: Tree, way: tuple[int, list[str]] | None) -> None:
        from inspector.rules.dependencies import package_node

        key = package_node(package)
        self.graph.add_node(
            Node(
                key,
                NodeKind.PACKAGE,
                f"{package.name} {package.version}" if package.version else package.name,
                pin=package.pin,
                attributes=_package_attributes(package, way),
            )
        )
        if package.direct or not package.required_by:
            self.graph.add_edge(Edge(self.root, key, EdgeKind.DEPENDS_ON))
        for path, line, text in package.declared_in:
            evidence = ({"path": path, "line": line, "text": text},)
            self.graph.add_edge(Edge(key, node_id(NodeKind.MANIFEST, path), EdgeKind.DECLARED_IN, evidence))
        for required in tree.required(package):
            self.graph.add_edge(Edge(key, package_node(required), EdgeKind.DEPENDS_ON))

    def _contain(self, outer: str, inner: str) -> None:
        self.graph.add_edge(Edge(outer, inner, EdgeKind.CONTAINS))


def _package_attributes(package: Package, way: tuple[int, list[str]] | None) -> dict[str, Any]:
    """``depth`` is 1 for what is asked for itself, None where nothing is known to ask for it; ``way`` are
    the packages by which it comes in, the last of them itself."""
    attributes: dict[str, Any] = {
        "package": package.name,
        "ecosystem": package.ecosystem,
        "version": package.version,
        "audit": package.audit.value,
        "direct": package.direct,
        "depth": way[0] if way else None,
        "way": way[1] if way else [],
    }
    if package.index is not None:
        attributes["index"] = dict(package.index)
    return attributes


def _file_attributes(file: FileFact) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "format": file.artifact.format,
        "size": file.entry.size,
        "sha256": file.sha256,
        "pickle": file.artifact.is_pickle,
    }
    if file.artifact.imports:
        attributes["imports"] = list(file.artifact.imports[:200])
    if file.artifact.facts:
        attributes["facts"] = dict(file.artifact.facts)
    return attributes


def _where(reference: Reference) -> dict[str, Any]:
    return {"path": reference.path, "line": reference.line, "text": reference.text, "call": reference.call}


def _candidates(ref: str, code_path: str) -> list[str]:
    """The paths of the target that a relative ``ref`` in ``code_path`` may mean."""
    if not _is_plain_relative(ref):
        return []
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(code_path), ref))
    return list(
        dict.fromkeys(path for path in (posixpath.normpath(ref), beside) if not path.startswith("../"))
    )


def _is_plain_relative(ref: str) -> bool:
    return bool(ref) and not ref.startswith(("/", "~", "$")) and "://" not in ref and "\0" not in ref


def _parents(path: str) -> Iterable[str]:
    folder = posixpath.dirname(path)
    while folder.strip("/"):  # "/" is its own parent
        yield folder
        folder = posixpath.dirname(folder)
