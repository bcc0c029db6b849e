"""Focus, paths, lineage, the map's child process, and the network under them all."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest

from inspector.provenance import Edge, EdgeKind, Node, NodeKind, ProvenanceGraph
from inspector.views import focus, hot_path, lineage, paths, whole
from inspector.views.bands import bands
from inspector.views.layout_process import answer, main
from inspector.views.network import Network
from inspector.views.whole import numbered

BASE = "model:acme/support-7b-instruct"


def test_focus_shows_what_stands_around_a_node(project: tuple[ProvenanceGraph, Any]) -> None:
    graph, _ = project
    view = focus(graph, "model:quiet-forge/base-7b-merge")
    assert {node.id for node in view.nodes} == {
        "model:quiet-forge/base-7b-merge",
        BASE,
        "model:open-lab/base-7b",
        "owner:quiet-forge",
    }
    assert view.heading == "Around quiet-forge/base-7b-merge: 4 of 105 nodes"


def test_what_needs_the_node_stands_left_of_it_and_what_it_needs_right(
    project: tuple[ProvenanceGraph, Any],
) -> None:
    view = focus(project[0], BASE)
    here = view.node(BASE)
    assert here is not None
    for edge in view.edges:
        other = view.node(edge.source if edge.target == BASE else edge.target)
        if BASE in (edge.source, edge.target):
            assert other is not None
            assert (other.x < here.x) == (edge.target == BASE)


def test_focus_on_a_hub_stacks_and_counts(large: tuple[ProvenanceGraph, Any]) -> None:
    root = Node("project:p", NodeKind.PROJECT, "p", attributes={"root": True})
    leaves = [Node(f"package:{n:03}", NodeKind.PACKAGE, f"{n:03}") for n in range(380)]
    graph = ProvenanceGraph([root, *leaves], [Edge(root.id, leaf.id, EdgeKind.DEPENDS_ON) for leaf in leaves])
    view = focus(graph, root.id)
    stack = next(node for node in view.nodes if node.stack)
    assert stack.label == "+378 packages"
    assert view.heading == "Around p: 3 of 381 nodes"
    opened = focus(graph, root.id, expanded=[stack.id])
    assert len(opened.nodes) <= 60
    rest = next(node for node in opened.nodes if node.stack)
    assert opened.shown + rest.stack == 381


@pytest.mark.parametrize("hops", [1, 2, 3])
@pytest.mark.parametrize("cap", [10, 60])
def test_focus_never_shows_more_than_its_cap(large: tuple[ProvenanceGraph, Any], hops: int, cap: int) -> None:
    graph, findings = large
    for key in ("project:big-project", findings[0].node, findings[-1].node):
        view = focus(graph, key, hops, cap, findings=findings)
        assert len(view.nodes) <= cap
        assert view.node(key) is not None
        assert f"{view.shown:,} of 2,000 nodes" in view.heading


def test_paths_are_all_shortest_ways_and_nothing_else(project: tuple[ProvenanceGraph, Any]) -> None:
    graph, _ = project
    view = paths(graph, "package:tzdata")
    import networkx

    ways = list(
        networkx.all_shortest_paths(
            networkx.DiGraph(graph.network()), "project:support-assistant", "package:tzdata"
        )
    )
    assert {node.id for node in view.nodes} == {key for way in ways for key in way}
    assert view.heading == f"{len(ways)} shortest ways to tzdata 2.20.1: {len(view.nodes)} of 105 nodes"
    assert hot_path(view, "package:tzdata")


def test_a_step_with_very_many_nodes_is_cut_and_stacked() -> None:
    root = Node("project:p", NodeKind.PROJECT, "p", attributes={"root": True})
    middle = [Node(f"package:{n:03}", NodeKind.PACKAGE, f"{n:03}") for n in range(300)]
    end = Node("package:end", NodeKind.PACKAGE, "end")
    edges = [Edge(root.id, node.id, EdgeKind.DEPENDS_ON) for node in middle]
    edges += [Edge(node.id, end.id, EdgeKind.DEPENDS_ON) for node in middle]
    view = paths(ProvenanceGraph([root, *middle, end], edges), end.id)
    stack = next(node for node in view.nodes if node.stack)
    assert view.shown + stack.stack == 302
    assert view.heading.startswith("300 shortest ways to end")


def test_paths_to_an_unreachable_node_say_so(project: tuple[ProvenanceGraph, Any]) -> None:
    graph = ProvenanceGraph(project[0].nodes(), project[0].edges())
    graph.add_node(Node("model:lost/one", NodeKind.MODEL, "lost/one"))
    assert (
        paths(graph, "model:lost/one").heading == "No way leads from the project to lost/one: 1 of 106 nodes"
    )


def test_lineage_tells_relation_owner_commit_licence_and_gate(project: tuple[ProvenanceGraph, Any]) -> None:
    view = lineage(project[0], BASE)
    parent = view.node("model:open-lab/base-7b")
    assert parent is not None
    assert parent.details == ("owner open-lab", "commit 9f1c2d7be49f", "licence other · gated manual")
    labels = {(edge.source, edge.target): edge.label for edge in view.edges}
    assert labels[BASE, "model:quiet-forge/base-7b-merge"] == "finetune / adapter, sources differ"
    assert labels["model:quiet-forge/base-7b-merge", "model:open-lab/base-7b"] == "merge"
    assert labels[BASE, "dataset:acme/support-dialogues"] == "trained on"


def test_a_branch_is_never_called_a_commit(project: tuple[ProvenanceGraph, Any]) -> None:
    base = lineage(project[0], BASE).node(BASE)
    assert base is not None
    assert base.details[1] == "revision main, not a commit"


def test_what_nobody_stated_of_a_lineage_step_is_called_unknown(project: tuple[ProvenanceGraph, Any]) -> None:
    view = lineage(project[0], BASE)
    merge = view.node("model:quiet-forge/base-7b-merge")
    assert merge is not None
    assert merge.details[1:] == ("commit unknown", "licence unknown · gated unknown")


def test_a_very_long_lineage_stops_at_its_cap() -> None:
    nodes = [Node(f"model:o/{n:03}", NodeKind.MODEL, f"o/{n:03}") for n in range(200)]
    edges = [Edge(a.id, b.id, EdgeKind.DERIVED_FROM) for a, b in pairwise(nodes)]
    edges.append(Edge(nodes[-1].id, nodes[0].id, EdgeKind.DERIVED_FROM))
    view = lineage(ProvenanceGraph(nodes, edges), nodes[0].id)
    assert view.shown == 60 and "60 of 200 nodes" in view.heading


@pytest.mark.parametrize("make", [focus, paths, lineage])
def test_a_node_that_is_gone_gives_an_empty_view(make: Any, project: tuple[ProvenanceGraph, Any]) -> None:
    view = make(project[0], "model:gone")
    assert view.nodes == ()
    assert "0 of 105 nodes" in view.heading


def test_hostile_names_are_plain_in_every_text_of_every_view(samples: ModuleType) -> None:
    nodes, edges, findings = samples.hostile()
    graph = ProvenanceGraph(nodes, edges)
    for node in nodes:
        for view in (
            focus(graph, node.id, findings=findings),
            paths(graph, node.id, findings=findings),
            lineage(graph, node.id, findings=findings),
            whole(graph, findings),
        ):
            texts = [view.heading]
            for placed in view.nodes:
                texts += [placed.label, placed.sublabel, placed.name, placed.spoken, *placed.details]
            texts += [edge.label for edge in view.edges]
            for text in texts:
                assert len(text) < 700
                assert not set(text) & set("\n\t\x1b\u202e\u200b\u2066")


def test_a_manifest_leads_to_the_packages_declared_in_it() -> None:
    nodes = [
        Node("project:p", NodeKind.PROJECT, "p", attributes={"root": True}),
        Node("manifest:m", NodeKind.MANIFEST, "m"),
        Node("package:x", NodeKind.PACKAGE, "x"),
    ]
    edges = [
        Edge("project:p", "manifest:m", EdgeKind.CONTAINS),
        Edge("package:x", "manifest:m", EdgeKind.DECLARED_IN),
    ]
    assert Network.of(ProvenanceGraph(nodes, edges)).way_to("package:x") == [
        "project:p",
        "manifest:m",
        "package:x",
    ]


def test_the_layout_process_answers_as_the_function_does(samples: ModuleType) -> None:
    nodes, edges, _ = samples.random_graph(400)
    count, links, first = numbered(Network.of(ProvenanceGraph(nodes, edges)))
    question = {"count": count, "links": [n for link in links for n in link], "first": first}
    done = subprocess.run(
        [sys.executable, "-I", "-m", "inspector.views.layout_process"],
        input=json.dumps(question) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    flat = json.loads(done.stdout)
    assert list(zip(flat[::2], flat[1::2])) == [(round(x), round(y)) for x, y in bands(count, links, first)]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        '{"count": 2}',
        '{"count": -1, "links": [], "first": null}',
        '{"count": 2, "links": [0, 7], "first": 0}',
        '{"count": 100000000, "links": [], "first": 0}',
    ],
)
def test_the_layout_process_refuses_nonsense(line: str) -> None:
    sink = io.StringIO()
    assert main(io.StringIO(line + "\n"), sink) == 2
    assert sink.getvalue() == ""


def test_an_empty_graph_has_an_empty_layout() -> None:
    assert answer({"count": 0, "links": [], "first": None}) == []
