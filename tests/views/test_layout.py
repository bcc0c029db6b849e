"""The layout: nothing overlaps, nothing is hidden, the same input gives the same picture."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.provenance import Edge, EdgeKind, Node, NodeKind, ProvenanceGraph
from inspector.views import PlacedEdge, View, focus, lineage, paths, story, whole
from inspector.views.bands import bands
from inspector.views.compose import compose, joins_between
from inspector.views.layered import Wire, arrange
from inspector.views.marks import card
from inspector.views.network import Network
from inspector.views.rank import longest_ways, open_cycles


def _views(graph: ProvenanceGraph, findings: Any) -> list[View]:
    some = next(iter(findings)).node
    return [
        story(graph, findings),
        story(graph, findings, selected=some),
        focus(graph, some, hops=2, findings=findings),
        paths(graph, some, findings=findings),
        lineage(graph, some, findings=findings),
    ]


@pytest.mark.parametrize("seed", range(8))
def test_cards_and_chips_never_overlap(samples: ModuleType, geometry: ModuleType, seed: int) -> None:
    nodes, edges, findings = samples.random_graph(240, seed)
    for view in _views(ProvenanceGraph(nodes, edges), findings):
        assert geometry.overlaps(view) == [], view.name


@pytest.mark.parametrize("seed", range(8))
def test_no_line_runs_under_a_card(samples: ModuleType, geometry: ModuleType, seed: int) -> None:
    nodes, edges, findings = samples.random_graph(240, seed)
    for view in _views(ProvenanceGraph(nodes, edges), findings):
        assert geometry.lines_under_cards(view) == set(), view.name


def test_the_usual_project_has_no_overlap_in_any_view(
    project: tuple[ProvenanceGraph, Any], geometry: ModuleType
) -> None:
    graph, findings = project
    views = [
        *_views(graph, findings),
        lineage(graph, "model:acme/support-7b-instruct"),
        whole(graph, findings),
    ]
    for view in views:
        assert geometry.overlaps(view) == [], view.name


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 18), st.data())
def test_any_graph_is_laid_out_without_overlap(count: int, data: st.DataObject) -> None:
    pairs = data.draw(
        st.lists(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda p: p[0] != p[1]),
            max_size=40,
            unique=True,
        )
    )
    wires = [Wire(a, b, data.draw(st.sampled_from([0.0, 0.0, 70.0]))) for a, b in pairs]
    sizes = [(200.0, data.draw(st.sampled_from([56.0, 82.0]))) for _ in range(count)]
    plan = arrange(sizes, wires, first=0)
    boxes = [(x, y, x + w, y + h) for (x, y), (w, h) in zip(plan.corners, sizes)]
    boxes += [(x - 35, y - 12, x + 35, y + 12) for x, y in filter(None, plan.chips)]
    for place, one in enumerate(boxes):
        assert one[0] >= 0 and one[1] >= 0 and one[2] <= plan.width and one[3] <= plan.height
        for other in boxes[place + 1 :]:
            assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]
    for wire, course in zip(wires, plan.courses):
        assert len(course) % 3 == 1
        for end, point in ((wire.source, course[0]), (wire.target, course[-1])):
            left, top, right, bottom = boxes[end]
            assert point[0] in (left, right) and top <= point[1] <= bottom


def test_a_root_with_many_children_has_one_trunk(geometry: ModuleType) -> None:
    plan = arrange([(200.0, 56.0)] * 9, [Wire(0, n) for n in range(1, 9)], first=0)
    turns = {round(x, 3) for course in plan.courses for (x, _), (x2, _) in pairwise(course) if x == x2}
    assert len({course[0] for course in plan.courses}) == 1
    assert len(turns) == 1


def test_the_same_graph_gives_the_same_view_in_whatever_order_it_comes(samples: ModuleType) -> None:
    nodes, edges, findings = samples.project()
    first = _views(ProvenanceGraph(nodes, edges), findings)
    shuffle = random.Random(3)
    for items in (nodes, edges):
        shuffle.shuffle(items)
    again = _views(ProvenanceGraph(nodes, edges), findings)
    assert first == again
    assert whole(ProvenanceGraph(nodes, edges)) == whole(ProvenanceGraph(nodes[::-1], edges[::-1]))


def test_cycles_are_laid_out(geometry: ModuleType) -> None:
    nodes = [Node(f"package:{n}", NodeKind.PACKAGE, str(n)) for n in range(6)]
    nodes.append(Node("project:p", NodeKind.PROJECT, "p", attributes={"root": True}))
    ring = [Edge(f"package:{n}", f"package:{(n + 1) % 6}", EdgeKind.DEPENDS_ON) for n in range(6)]
    ring += [
        Edge("package:3", "package:0", EdgeKind.DEPENDS_ON),
        Edge("package:2", "package:2", EdgeKind.DEPENDS_ON),
    ]
    graph = ProvenanceGraph(nodes, [*ring, Edge("project:p", "package:0", EdgeKind.DEPENDS_ON)])
    for view in (story(graph, []), whole(graph), focus(graph, "package:0"), paths(graph, "package:5")):
        assert geometry.overlaps(view) == []
        assert geometry.lines_under_cards(view) == set()


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda p: p[0] != p[1]), max_size=50)
)
def test_turning_links_opens_every_cycle(pairs: list[tuple[int, int]]) -> None:
    turned = open_cycles(12, pairs, 0)
    straight = [(b, a) if back else (a, b) for (a, b), back in zip(pairs, turned)]
    layer = longest_ways(12, straight, None)
    assert all(layer[a] < layer[b] for a, b in straight)


def test_a_very_deep_graph_needs_no_recursion() -> None:
    count = 30_000
    assert len(bands(count, [(n, n + 1) for n in range(count - 1)] + [(count - 1, 0)], 0)) == count


@pytest.mark.parametrize("seed", range(3))
def test_the_map_shows_every_node_once_and_apart(samples: ModuleType, seed: int) -> None:
    nodes, edges, findings = samples.random_graph(700, seed)
    view = whole(ProvenanceGraph(nodes, edges), findings)
    assert view.heading == "700 nodes"
    assert {node.id for node in view.nodes} == {node.id for node in nodes}
    taken = {(node.x, node.y) for node in view.nodes}
    assert len(taken) == 700
    by_column: dict[float, list[float]] = {}
    for node in view.nodes:
        by_column.setdefault(node.x, []).append(node.y)
    columns = sorted(by_column)
    assert all(b - a >= 280 for a, b in pairwise(columns))
    for heights in by_column.values():
        assert all(b - a >= 82 for a, b in pairwise(sorted(heights)))
    assert 0.4 < view.width / view.height < 6


def test_ten_times_the_nodes_take_about_ten_times_the_work(samples: ModuleType) -> None:
    """Counted in calls, not in seconds: machines differ. Anything quadratic would show a hundredfold."""

    def spent(count: int) -> int:
        nodes, edges, _ = samples.random_graph(count, 5)
        network = Network.of(ProvenanceGraph(nodes, edges))
        calls = 0

        def count_call(*_: object) -> None:
            nonlocal calls
            calls += 1

        sys.setprofile(count_call)
        try:
            whole(network)
        finally:
            sys.setprofile(None)
        return calls

    assert spent(10_000) < 20 * spent(1_000)


def _dot(
    names: list[str], pairs: list[tuple[str, str]]
) -> tuple[list[list[tuple[float, float]]], list[tuple[str, str]]]:
    number = {name: f"n{place}" for place, name in enumerate(names)}
    name = {value: key for key, value in number.items()}
    text = "digraph{rankdir=LR;node[shape=box,fixedsize=true,width=3,height=0.8];"
    text += "".join(f"{node};" for node in number.values())
    text += "".join(f"{number[a]}->{number[b]};" for a, b in pairs) + "}"
    plain = subprocess.run(["dot", "-Tplain"], input=text, capture_output=True, text=True, check=True).stdout
    lines, ends = [], []
    for words in (line.split() for line in plain.splitlines()):
        if words[0] == "edge":
            count = int(words[3])
            points = tuple((float(words[4 + 2 * n]), float(words[5 + 2 * n])) for n in range(count))
            lines.append(points)
            ends.append((name[words[1]], name[words[2]]))
    return lines, ends  # type: ignore[return-value]


@pytest.mark.skipif(shutil.which("dot") is None, reason="graphviz is not installed")
def test_lines_cross_at_most_a_quarter_more_than_graphviz_dot_lets_them(
    samples: ModuleType, geometry: ModuleType
) -> None:
    ours = theirs = 0
    for seed in range(4):
        for degree in (1.3, 1.8):
            nodes, edges, _ = samples.random_graph(60, seed, degree)
            network = Network.of(ProvenanceGraph(nodes, edges))
            view = compose(
                "test",
                [card(node) for node in network.nodes.values()],
                joins_between(network, list(network.nodes)),
                heading="",
                shown=60,
                total=60,
                first=network.root,
            )
            ends = [(edge.source, edge.target) for edge in view.edges]
            ours += geometry.crossings([list(geometry.along(edge, 4)) for edge in view.edges], ends)
            lines, dot_ends = _dot(list(network.nodes), ends)
            drawn = [list(geometry.along(PlacedEdge("", "", "", tuple(points)), 6)) for points in lines]
            theirs += geometry.crossings(drawn, dot_ends)
    assert ours <= 1.25 * theirs + 2


def test_cards_of_one_column_keep_their_distance(large: tuple[ProvenanceGraph, Any]) -> None:
    view = story(*large)
    columns: dict[float, list[Any]] = {}
    for node in view.nodes:
        columns.setdefault(node.x, []).append(node)
    for column in columns.values():
        column.sort(key=lambda node: node.y)
        assert all(below.y - (above.y + above.h) >= 15.9 for above, below in pairwise(column))


def test_a_network_is_the_same_in_whatever_order_it_is_filled(samples: ModuleType) -> None:
    nodes, edges, findings = samples.project()
    views = []
    for step in (1, -1):
        network = Network()
        for _ in network.fill(nodes[::step], edges[::step]):
            pass
        views.append([story(network, findings), whole(network, findings), network.way_to("package:tzdata")])
    assert views[0] == views[1]
