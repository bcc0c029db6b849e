"""What the words of the contract mean, what errors say, and where a graph begins."""

from __future__ import annotations

import pytest

from inspector.provenance import (
    Edge,
    EdgeKind,
    InspectorError,
    Node,
    NodeKind,
    Pin,
    ProvenanceGraph,
    Refused,
    Severity,
    State,
    UnreadableInput,
    WorkIncomplete,
)
from inspector.provenance.words import worse_severity


def test_only_what_moves_or_is_not_named_is_unpinned() -> None:
    assert {pin for pin in Pin if pin.is_unpinned} == {Pin.MOVABLE, Pin.NONE}


def test_severities_rank_from_info_to_critical() -> None:
    assert [one.rank for one in Severity] == [4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("one", "other", "worse"),
    [
        (Severity.LOW, Severity.HIGH, Severity.HIGH),
        (Severity.CRITICAL, Severity.INFO, Severity.CRITICAL),
        (None, Severity.INFO, Severity.INFO),
        (Severity.LOW, None, Severity.LOW),
        (None, None, None),
    ],
)
def test_the_graver_severity_wins_and_none_says_nothing(
    one: Severity | None, other: Severity | None, worse: Severity | None
) -> None:
    assert worse_severity(one, other) is worse


def test_which_states_need_a_reason_and_which_a_date() -> None:
    reasons = {State.ACCEPTED, State.FALSE_POSITIVE, State.NOT_APPLICABLE}
    assert {state for state in State if state.needs_reason} == reasons
    assert {state for state in State if state.needs_expiry} == {State.ACCEPTED}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InspectorError("It is so.", "Do this."), 2),
        (UnreadableInput("It is so.", "Do this."), 2),
        (WorkIncomplete("It is so.", "Do this."), 3),
        (Refused("word", "It is so.", "Do this."), 1),
    ],
)
def test_an_error_has_a_sentence_a_next_step_and_an_exit_code(error: InspectorError, code: int) -> None:
    assert (error.exit_code, error.sentence, error.next_step) == (code, "It is so.", "Do this.")
    assert str(error) == "It is so. Do this."


def _node(name: str, **attributes: object) -> Node:
    return Node(name, NodeKind(name.partition(":")[0]), name, attributes=attributes)  # type: ignore[arg-type]


def test_the_root_is_the_node_that_says_so_else_the_project() -> None:
    project, marked = _node("project:p"), _node("model:m", root=True)
    assert ProvenanceGraph().root is None
    assert ProvenanceGraph([_node("model:x"), project]).root == project
    assert ProvenanceGraph([project, marked]).root == marked


def test_a_node_is_put_in_the_place_of_another_and_found_by_its_id() -> None:
    graph = ProvenanceGraph([_node("model:m"), _node("project:p")])
    graph.replace_node(_node("model:m", known=True))
    found = graph.node("model:m")
    assert found is not None and found.attributes == {"known": True}
    assert (len(graph), "model:m" in graph, "model:n" in graph) == (2, True, False)
    assert graph.node("model:n") is None
    assert [one.id for one in graph.nodes(NodeKind.MODEL)] == ["model:m"]


@pytest.mark.parametrize("kind", list(EdgeKind))
def test_an_edge_goes_to_json_and_back_and_only_lineage_says_whether_it_agrees(kind: EdgeKind) -> None:
    edge = Edge("model:a", "model:b", kind, ({"line": 3},), True if kind is EdgeKind.DERIVED_FROM else None)
    value = edge.as_json()
    assert ("agree" in value) is (kind is EdgeKind.DERIVED_FROM)
    assert Edge.from_json(value) == edge
