"""Facts made by hand: a target with one root node and whatever a test adds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from inspector.artifacts.interface import Artifact, Reason
from inspector.provenance import Loading, Node, NodeKind, Pin, ProvenanceGraph, node_id
from inspector.references.interface import Reference
from inspector.rules import Facts, FileFact
from inspector.sources.interface import Entry, EntryKind, Target

ROOT = "project:p"


@pytest.fixture
def facts() -> Callable[..., Facts]:
    def make(**parts: Any) -> Facts:
        graph = ProvenanceGraph([Node(ROOT, NodeKind.PROJECT, "p", Pin.LOCAL, attributes={"root": True})])
        for file in parts.get("files", ()):
            graph.add_node(Node(node_id(NodeKind.MODEL_FILE, file.path), NodeKind.MODEL_FILE, file.path))
        for node in parts.pop("nodes", ()):
            graph.add_node(node)
        for edge in parts.pop("edges", ()):
            graph.add_edge(edge)
        return Facts(Target("folder", "p", root="p"), graph, ROOT, **parts)

    return make


@pytest.fixture
def file() -> Callable[..., FileFact]:
    def make(path: str, loading: Loading, *, kind: EntryKind = EntryKind.FILE, **more: Any) -> FileFact:
        code = more.pop("code", "code")
        reasons = tuple(Reason(code, message, 7) for message in more.pop("reasons", ("why",)))
        artifact = Artifact("pickle", loading, reasons, is_pickle=more.pop("pickle", True))
        entry = Entry(
            path, kind, 10, detail=more.pop("detail", ""), undecodable=more.pop("undecodable", False)
        )
        return FileFact(entry, artifact, more.pop("sha256", "0" * 64), **more)

    return make


@pytest.fixture
def reference() -> Callable[..., Reference]:
    def make(ref: str | None = "acme/base", **more: Any) -> Reference:
        values: dict[str, Any] = {
            "path": "train.py",
            "line": 3,
            "end_line": 3,
            "kind": "model",
            "call": "AutoModel.from_pretrained",
            "ref": ref,
            "revision": None,
            "pin": Pin.NONE,
            "safe": None,
            "text": f"AutoModel.from_pretrained({ref!r})",
        }
        return Reference(**{**values, **more})

    return make
