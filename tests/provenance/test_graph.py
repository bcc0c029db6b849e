"""The graph: nodes that speak of the same thing are one, edges keep their sources, ways are the shortest."""

import subprocess
import sys

import pytest

from inspector.provenance import (
    Edge,
    EdgeKind,
    Evidence,
    Finding,
    Loading,
    Node,
    NodeKind,
    Pin,
    ProvenanceGraph,
    Severity,
    finding_id,
    node_id,
)
from inspector.provenance.words import Confidence, weaker_pin, worse_loading


def model(name: str, **more: object) -> Node:
    return Node(node_id(NodeKind.MODEL, name), NodeKind.MODEL, name, **more)  # type: ignore[arg-type]


def test_what_speaks_of_the_same_thing_becomes_one_node():
    graph = ProvenanceGraph()
    graph.add_node(model("acme/base", pin=Pin.COMMIT, attributes={"a": 1}))
    graph.add_node(model("acme/base", pin=Pin.NONE, loading=Loading.LIBRARY, attributes={"b": 2}))
    (node,) = graph.nodes()
    assert node.pin is Pin.NONE, "one unpinned mention is enough to move"
    assert node.loading is Loading.LIBRARY
    assert node.attributes == {"a": 1, "b": 2}


def test_an_edge_keeps_every_source_once():
    graph = ProvenanceGraph([model("a"), model("b")])
    for line in (3, 9, 3):
        graph.add_edge(Edge("model:a", "model:b", EdgeKind.DERIVED_FROM, ({"line": line},)))
    (edge,) = graph.edges()
    assert [item["line"] for item in edge.evidence] == [3, 9]
    assert edge.as_json()["agree"] is None


def test_an_edge_to_nowhere_is_not_told():
    graph = ProvenanceGraph([model("a")], [Edge("model:a", "model:gone", EdgeKind.LOADS)])
    assert list(graph.edges()) == []


def test_paths_are_the_shortest_and_empty_where_there_is_none():
    graph = ProvenanceGraph([model(name) for name in "abcd"])
    for source, target in ("ab", "bc", "cd", "ad"):
        graph.add_edge(Edge(f"model:{source}", f"model:{target}", EdgeKind.REFERENCES))
    assert graph.shortest_path("model:a", "model:d") == ["model:a", "model:d"]
    assert graph.shortest_path("model:d", "model:a") == []
    assert graph.shortest_path("model:a", "model:nowhere") == []


@pytest.mark.parametrize("word", list(Pin))
def test_none_is_the_weakest_pin(word: Pin):
    assert weaker_pin(word, Pin.NONE) is Pin.NONE
    assert weaker_pin(None, word) is word


def test_runs_code_outweighs_every_other_verdict():
    for word in Loading:
        assert worse_loading(word, Loading.RUNS_CODE) is Loading.RUNS_CODE
    assert worse_loading(Loading.DATA_ONLY, Loading.UNREADABLE) is Loading.UNREADABLE


def test_values_come_back_from_json_as_they_went():
    node = model("x", pin=Pin.MOVABLE, severity=Severity.HIGH, attributes={"k": [1, None]})
    edge = Edge("a", "b", EdgeKind.DERIVED_FROM, ({"source": "card"},), agree=False)
    finding = Finding(
        finding_id("loading.pickle", "model:x"),
        "loading.pickle",
        Severity.INFO,
        Confidence.HIGH,
        "model:x",
        "t",
        "m",
        "r",
        (Evidence("p", 1, 2, 3, "t"),),
        {"cwe": ("CWE-502",)},
        "f",
    )
    assert Node.from_json(node.as_json()) == node
    assert Edge.from_json(edge.as_json()) == edge
    assert Finding.from_json(finding.as_json()) == finding


def test_ids_do_not_change_from_one_release_to_the_next():
    assert finding_id("loading.pickle", "model:x") == "7aab0a88b832"
    assert node_id(NodeKind.MODEL_FILE, "a/b.bin") == "model-file:a/b.bin"


def test_the_nouns_need_no_network_library():
    code = "import sys, inspector.provenance; print('networkx' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "False"
