"""What is highlighted of a node, and how it is said."""

from __future__ import annotations

import pytest

from inspector.provenance import Loading, Node, NodeKind, Pin, ProvenanceGraph
from inspector.views import accessible_label, marks, story


def _node(**rest: object) -> Node:
    return Node("model:acme/base-7b", NodeKind.MODEL, "acme/base-7b", **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (_node(), ()),
        (_node(loading=Loading.DATA_ONLY, pin=Pin.COMMIT), ()),
        (_node(loading=Loading.ALLOW_LISTED), ("pickle-based",)),
        (_node(loading=Loading.LIBRARY), ("pickle-based",)),
        (_node(loading=Loading.UNKNOWN_IMPORT), ("pickle-based",)),
        (_node(attributes={"pickle": True}), ("pickle-based",)),
        (_node(attributes={"pickle": "yes"}), ()),
        (_node(pin=Pin.NONE), ("unpinned",)),
        (_node(pin=Pin.MOVABLE), ("unpinned",)),
        (_node(pin=Pin.VERSION), ()),
        (_node(pin=Pin.LOCAL), ()),
        (_node(pin=Pin.UNDETERMINED), ("unknown",)),
        (_node(loading=Loading.RUNS_CODE), ("runs code",)),
        (_node(loading=Loading.UNREADABLE), ("unknown",)),
        (_node(loading=Loading.NOT_UNDERSTOOD), ("unknown",)),
        (
            _node(loading=Loading.RUNS_CODE, pin=Pin.NONE, attributes={"pickle": True}),
            ("pickle-based", "unpinned", "runs code"),
        ),
        (
            _node(loading=Loading.UNREADABLE, pin=Pin.MOVABLE, attributes={"pickle": True}),
            ("pickle-based", "unpinned", "unknown"),
        ),
    ],
)
def test_the_marks_that_hold_stand_in_their_order(node: Node, expected: tuple[str, ...]) -> None:
    assert marks(node) == expected


def test_a_node_is_called_by_kind_name_and_marks() -> None:
    node = _node(pin=Pin.NONE, attributes={"pickle": True})
    assert accessible_label(node) == "model acme/base-7b, pickle-based, unpinned"


def test_a_placed_node_is_called_the_same() -> None:
    root = Node("project:p", NodeKind.PROJECT, "p", attributes={"root": True})
    file = Node("model-file:a/b/weights.bin", NodeKind.MODEL_FILE, "a/b/weights.bin", loading=Loading.LIBRARY)
    view = story(ProvenanceGraph([root, file]), [])
    assert {node.spoken for node in view.nodes} == {
        "project p",
        "model-file a/b/weights.bin, pickle-based",
    }


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\u202eb", "a\\u202eb"),
        ("a\x1b[31m", "a\\x1b[31m"),
        ("a\nb", "a\\x0ab"),
        ("<b>x</b>", "<b>x</b>"),
    ],
)
def test_control_and_bidi_characters_are_spoken_escaped(name: str, shown: str) -> None:
    node = Node("package:x", NodeKind.PACKAGE, name, pin=Pin.NONE)
    assert accessible_label(node) == f"package {shown}, unpinned"


def test_a_name_of_a_megabyte_stays_short_and_keeps_its_extension() -> None:
    node = Node("model-file:x", NodeKind.MODEL_FILE, "x" * 1_000_000 + ".safetensors")
    view = story(ProvenanceGraph([node]), [])
    assert len(view.nodes[0].name) <= 300
    assert view.nodes[0].label.endswith(".safetensors")
    assert len(view.nodes[0].label) <= 44


@pytest.mark.parametrize(
    ("name", "version", "label"),
    [("torch", "2.6.0", "torch 2.6.0"), ("torch 2.6.0", "2.6.0", "torch 2.6.0"), ("torch", None, "torch")],
)
def test_a_package_is_shown_with_its_version_once(name: str, version: str | None, label: str) -> None:
    node = Node("package:torch", NodeKind.PACKAGE, name, attributes={"version": version})
    assert story(ProvenanceGraph([node]), []).nodes[0].label == label
