"""Files that code names, links and devices, requirements of packages, and caches: what the graph holds."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from inspector.provenance import Node, NodeKind, Pin, ProvenanceGraph
from inspector.scan.byname import unread
from inspector.scan.stores import add_stored
from inspector.sources.othercaches import Stored

CODE = """
from datasets import load_dataset
from transformers import AutoModel
import torch
load_dataset("csv", data_files="rows/odd.bin")
load_dataset("csv", data_files="rows/gone.csv")
AutoModel.from_pretrained("./weights")
AutoModel.from_pretrained("./empty")
torch.load("weights/model.safetensors")
torch.load("/outside/model.pt")
"""
LOCK = """version = 1
[[package]]
name = "app"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "one" }]
[[package]]
name = "one"
version = "1.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "two" }]
[[package]]
name = "two"
version = "2.0"
source = { registry = "https://pypi.org/simple" }
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, scan_of: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    root = tmp_path_factory.mktemp("project")
    for folder in ("rows", "weights", "empty"):
        (root / folder).mkdir()
    (root / "train.py").write_text(CODE)
    (root / "uv.lock").write_text(LOCK)
    (root / "rows" / "odd.bin").write_bytes(b"\x00\x01\x02 nothing that is known")
    (root / "empty" / "note.txt").write_text("x")
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    (root / "weights" / "model.safetensors").write_bytes(
        len(header).to_bytes(8, "little") + header + bytes(4)
    )
    (root / "weights" / "config.json").write_text('{"model_type": "bert"}')
    (root / "inside").symlink_to("train.py")
    (root / "nowhere").symlink_to("gone.txt")
    (root / "away").symlink_to("/etc/hostname")
    os.mkfifo(root / "pipe")
    return scan_of(root)


def test_what_code_names_is_tied_to_the_file_or_folder_that_is_there(found: dict[str, Any]) -> None:
    edges = {(one["source"], one["target"]) for one in found["edges"] if one["kind"] == "loads"}
    code = "code:train.py"
    assert (code, "dataset-file:rows/odd.bin") in edges
    assert (code, "dataset-file:rows/gone.csv") in edges
    assert (code, "model:weights") in edges
    assert not any("outside" in target or "empty" in target for _, target in edges)
    nodes = {one["id"]: one for one in found["nodes"]}
    assert "missing" not in nodes["dataset-file:rows/odd.bin"]["attributes"]
    assert nodes["dataset-file:rows/gone.csv"]["attributes"]["missing"] is True


def test_a_package_is_tied_to_what_it_requires(found: dict[str, Any]) -> None:
    edges = {(one["source"], one["target"]) for one in found["edges"] if one["kind"] == "depends-on"}
    assert ("package:one==1.0", "package:two==2.0") in edges
    assert not any(source.startswith("project:") and "two" in target for source, target in edges)


@pytest.mark.parametrize(
    ("path", "loading", "form"),
    [
        ("inside", "no-loader", "link"),
        ("nowhere", "no-loader", "link"),
        ("away", "not-understood", "link"),
        ("pipe", "not-understood", "special-file"),
    ],
)
def test_what_has_no_bytes_to_read_is_named_and_never_opened(
    found: dict[str, Any], path: str, loading: str, form: str
) -> None:
    (file,) = [one for one in found["files"] if one["path"] == path]
    assert (file["loading"], file["format"], file["sha256"]) == (loading, form, None)
    left = {one["path"] for one in found["coverage"]["not_analysed"]}
    assert (path in left) is (loading == "not-understood")


@pytest.mark.parametrize(
    ("path", "loading"),
    [
        ("a/model.PT", "unreadable"),
        ("a/.gitignore", "no-loader"),
        ("a.png", "no-loader"),
        ("a.xyz", "not-understood"),
        ("a", "not-understood"),
    ],
)
def test_what_was_not_read_is_judged_by_its_name(path: str, loading: str) -> None:
    found = unread(path, "not-read", "It was not read.")
    assert found.loading.value == loading


def test_the_versions_of_one_model_of_another_hub_are_one_node() -> None:
    graph = ProvenanceGraph(
        [Node("project:p", NodeKind.PROJECT, "p"), Node("model-file:a", NodeKind.MODEL_FILE, "a")]
    )
    for revision, files in (("v1", ("a", "gone")), ("v2", ())):
        add_stored(graph, "project:p", [_stored(revision, files)])
    (node,) = graph.nodes(NodeKind.MODEL)
    assert node.attributes["revisions"] == ["v1", "v2"]
    assert [one.target for one in graph.edges() if one.source == node.id] == ["model-file:a"]


def _stored(revision: str, files: tuple[str, ...]) -> Stored:
    return Stored("model", "modelscope.cn", "o/m", "hub", Pin.LOCAL, revision, files=files)
