"""The story view: what it shows of a graph, and how much it says it shows."""

from __future__ import annotations

import re
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest

from inspector.provenance import Edge, EdgeKind, Node, NodeKind, ProvenanceGraph, Severity
from inspector.views import hot_path, story, with_hot_path


def test_a_small_graph_is_shown_whole(samples: ModuleType) -> None:
    nodes, edges, findings = samples.small()
    view = story(ProvenanceGraph(nodes, edges), findings)
    assert {node.id for node in view.nodes} == {node.id for node in nodes}
    assert view.heading == f"{len(findings)} of {len(findings)} findings, {len(nodes)} of {len(nodes)} nodes"
    assert {(edge.source, edge.target) for edge in view.edges} == {
        (edge.source, edge.target) for edge in edges
    }


def test_the_heading_counts_what_is_shown(large: tuple[ProvenanceGraph, Any]) -> None:
    graph, findings = large
    view = story(graph, findings)
    said = re.fullmatch(r"([\d,]+) of ([\d,]+) findings, ([\d,]+) of 2,000 nodes", view.heading)
    assert said is not None
    shown = {node.id for node in view.nodes if not node.stack}
    assert int(said[1]) == sum(item.node in shown for item in findings)
    assert int(said[2].replace(",", "")) == len(findings)
    assert int(said[3]) == len(shown) == view.shown
    assert view.total == 2000


def test_a_large_graph_is_told_in_about_twenty_five_nodes(large: tuple[ProvenanceGraph, Any]) -> None:
    graph, findings = large
    assert 15 <= len(story(graph, findings).nodes) <= 28


def test_the_project_stands_at_the_left(project: tuple[ProvenanceGraph, Any]) -> None:
    view = story(*project)
    root = view.node("project:support-assistant")
    assert root is not None
    assert all(node.x > root.x + root.w for node in view.nodes if node is not root)
    assert view.anchor == root.id


def test_the_gravest_findings_are_told_before_lesser_ones(large: tuple[ProvenanceGraph, Any]) -> None:
    graph, findings = large
    view = story(graph, findings)
    critical = {item.node for item in findings if item.severity is Severity.CRITICAL}
    shown = {node.id for node in view.nodes}
    told = {item.node for item in findings if item.node in shown}
    assert len(critical) >= 10
    assert told >= critical or len(told & critical) >= 10


def test_every_shown_node_hangs_together_with_the_project(large: tuple[ProvenanceGraph, Any]) -> None:
    view = story(*large)
    for node in view.nodes:
        assert node.id == view.anchor or hot_path(view, node.id), node.id


def _chain(length: int) -> tuple[ProvenanceGraph, list[Any]]:
    from inspector.provenance import Confidence, Finding

    nodes = [Node("project:p", NodeKind.PROJECT, "p", attributes={"root": True})]
    nodes += [Node(f"code:{n:03}", NodeKind.CODE, f"{n:03}.py") for n in range(length)]
    edges = [Edge(a.id, b.id, EdgeKind.REFERENCES) for a, b in pairwise(nodes)]
    finding = Finding("f", "r", Severity.HIGH, Confidence.HIGH, nodes[-1].id, "t", "m", "r")
    return ProvenanceGraph(nodes, edges), [finding]


def test_a_run_of_dull_nodes_becomes_one_chip_that_counts_its_hops() -> None:
    graph, findings = _chain(40)
    view = story(graph, findings)
    assert [node.id for node in view.nodes if node.severity] == ["code:039"]
    assert [edge.label for edge in view.edges] == ["40 hops"]
    assert view.edges[0].hops == 40
    assert len(view.edges[0].edges) == 40


def test_no_chip_says_one_hop(large: tuple[ProvenanceGraph, Any]) -> None:
    for edge in story(*large).edges:
        assert edge.hops != 1 or edge.label == ""
        assert edge.hops == 1 or edge.label == f"{edge.hops} hops"


def _fan(count: int) -> tuple[ProvenanceGraph, list[Any]]:
    from inspector.provenance import Confidence, Finding

    root = Node("project:p", NodeKind.PROJECT, "p", attributes={"root": True})
    leaves = [Node(f"package:{n:03}", NodeKind.PACKAGE, f"{n:03}") for n in range(count)]
    edges = [Edge(root.id, leaf.id, EdgeKind.DEPENDS_ON) for leaf in leaves]
    findings = [
        Finding(f"f{n}", "r", Severity.LOW, Confidence.HIGH, leaf.id, "t", "m", "r")
        for n, leaf in enumerate(leaves)
    ]
    return ProvenanceGraph([root, *leaves], edges), findings


def test_siblings_alike_become_a_stack_that_says_how_many() -> None:
    graph, findings = _fan(380)
    view = story(graph, findings)
    stack = next(node for node in view.nodes if node.stack)
    assert stack.stack == 378 == len(stack.members)
    assert stack.label == "+378 packages"
    assert view.heading == "2 of 380 findings, 3 of 381 nodes"


def test_an_opened_stack_shows_its_members() -> None:
    graph, findings = _fan(40)
    stack = next(node for node in story(graph, findings).nodes if node.stack)
    view = story(graph, findings, expanded=[stack.id])
    assert not [node for node in view.nodes if node.stack]
    assert view.shown == 41


def test_the_selected_node_is_always_told(large: tuple[ProvenanceGraph, Any]) -> None:
    graph, findings = large
    dull = next(node.id for node in graph.nodes() if node.severity is None and node.id > "m")
    assert story(graph, findings).node(dull) is None
    view = story(graph, findings, selected=dull)
    assert view.node(dull) is not None
    assert any(edge.hot for edge in view.edges)


def test_exactly_the_way_from_the_project_to_the_selected_node_is_hot(
    project: tuple[ProvenanceGraph, Any],
) -> None:
    view = story(*project, selected="model:quiet-forge/base-7b-merge")
    hot = [edge for edge in view.edges if edge.hot]
    here = view.anchor
    while here != "model:quiet-forge/base-7b-merge":
        (step,) = [edge for edge in hot if edge.source == here]
        hot.remove(step)
        here = step.target
    assert hot == []


def test_cooling_takes_all_heat_away(project: tuple[ProvenanceGraph, Any]) -> None:
    view = story(*project, selected="model:quiet-forge/base-7b-merge")
    assert not any(edge.hot for edge in with_hot_path(view, None).edges)


def test_no_findings_are_said_to_be_none(samples: ModuleType) -> None:
    nodes, edges, _ = samples.small()
    assert story(ProvenanceGraph(nodes, edges), []).heading == "No findings, 10 of 10 nodes"


def test_an_empty_graph_gives_an_empty_view() -> None:
    view = story(ProvenanceGraph(), [])
    assert view.nodes == () and view.edges == ()
    assert view.heading == "No findings, 0 of 0 nodes"


def test_a_large_graph_without_findings_still_shows_where_it_begins(samples: ModuleType) -> None:
    nodes, edges, _ = samples.random_graph(300)
    view = story(ProvenanceGraph(nodes, edges), [])
    assert [node.id for node in view.nodes] == ["project:big-project"]
    assert "more" in view.nodes[0].sublabel


def test_findings_of_nodes_that_are_not_there_are_counted_but_break_nothing(samples: ModuleType) -> None:
    nodes, edges, findings = samples.random_graph(100)
    lost = [samples.finding(Node("model:gone", NodeKind.MODEL, "gone"), "r", Severity.CRITICAL)]
    view = story(ProvenanceGraph(nodes, edges), [*findings, *lost])
    assert f"of {len(findings) + 1:,} findings" in view.heading


@pytest.mark.parametrize("seed", range(6))
def test_an_island_with_a_finding_is_told_too(samples: ModuleType, seed: int) -> None:
    nodes, edges, findings = samples.random_graph(120, seed)
    lonely = Node("model:island/only", NodeKind.MODEL, "island/only")
    worst = samples.finding(lonely, "r", Severity.CRITICAL)
    view = story(ProvenanceGraph([*nodes, lonely], edges), [*findings, worst])
    assert view.node(lonely.id) is not None
