"""A review file keeps what it was given and tells it back."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.provenance import Edge, EdgeKind, Node, Severity, State, UnreadableInput
from inspector.review import Review, ReviewFile, schema


def test_a_review_is_a_review_file(empty: Review) -> None:
    held: ReviewFile = empty
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", held.record_id)


def test_a_new_review_has_no_scan_and_says_so(empty: Review) -> None:
    assert empty.scan() is None
    assert empty.findings() == [] and empty.nodes() == [] and empty.edges() == []
    assert "no finished scan" in empty.blockers()[0]


def test_identity_target_and_options_survive_reopening(path: Path, empty: Review) -> None:
    record_id, project = empty.record_id, empty.project
    empty.close()
    with Review.open(path) as again:
        assert (again.record_id, again.project) == (record_id, project) == (record_id, "shop")
        assert again.target["root"] == "somewhere"
        assert again.options == {"exclude": [], "offline": True, "no_audit": True}


def test_a_project_may_be_named(path: Path) -> None:
    with Review.create(path, {"kind": "folder", "name": "shop"}, project="PAY-7", options={}) as review:
        assert review.project == "PAY-7"


def test_the_scan_comes_back_equal(
    empty: Review, a_scan: Callable[..., Any], file_of: Callable[..., Any]
) -> None:
    scan = a_scan(
        files=[file_of("b.bin"), file_of("a\udcff\n\u202e.bin", None)], extra={"deep": [1, 2.5, None]}
    )
    del scan["packages"]
    empty.take_scan(scan)
    assert empty.scan() == scan
    assert "packages" not in (empty.scan() or {})


def test_a_second_scan_replaces_the_first(empty: Review, a_scan: Callable[..., Any]) -> None:
    empty.take_scan(a_scan())
    second = a_scan(findings=[], files=[])
    empty.take_scan(second)
    assert empty.scan() == second
    assert empty.findings() == []


def test_the_scan_names_the_target_and_the_root_stays(empty: Review, a_scan: Callable[..., Any]) -> None:
    empty.take_scan(a_scan(target={"kind": "hub-model", "name": "org/m", "revision": "c" * 40}, run={}))
    assert empty.target == {"kind": "hub-model", "name": "org/m", "revision": "c" * 40, "root": "somewhere"}


def test_nodes_and_edges_are_the_nouns(review: Review) -> None:
    assert all(isinstance(node, Node) for node in review.nodes())
    assert {node.id for node in review.nodes()} >= {"project:shop", "dataset:tickets"}
    assert Edge("project:shop", "dataset:tickets", EdgeKind.CONTAINS) in review.edges()


def test_findings_stand_worst_first_then_by_node(empty: Review, a_scan: Any, finding: Any) -> None:
    empty.take_scan(
        a_scan(
            [
                finding("r.b", "code:z", severity="high"),
                finding("r.c", "code:a", severity="info"),
                finding("r.a", "code:a", severity="high"),
                finding("r.a", "code:m", severity="critical"),
            ]
        )
    )
    shown = [(item.finding.severity, item.finding.node) for item in empty.findings()]
    assert shown == [
        (Severity.CRITICAL, "code:m"),
        (Severity.HIGH, "code:a"),
        (Severity.HIGH, "code:z"),
        (Severity.INFO, "code:a"),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        {"findings": [{"id": "x"}]},
        {"findings": ["text"]},
        {"nodes": [{"id": "n", "kind": "no-such-kind", "name": "n"}]},
        {"edges": [{"source": "a"}]},
    ],
)
def test_a_scan_of_another_form_is_refused_and_the_old_one_stays(
    review: Review, a_scan: Any, broken: Any
) -> None:
    before = review.scan()
    with pytest.raises(UnreadableInput, match="not stored"):
        review.take_scan({**a_scan(), **broken})
    assert review.scan() == before
    assert len(review.findings()) == 3


def test_create_never_overwrites(path: Path, empty: Review) -> None:
    empty.remember("here", 1)
    with pytest.raises(UnreadableInput, match="there already"):
        Review.create(path, {"name": "other"}, options={})
    assert empty.recalled("here") == 1
    assert sorted(item.name for item in path.parent.iterdir() if item.name.endswith(".new")) == []


def test_create_in_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="cannot be made"):
        Review.create(tmp_path / "no" / "x.review", {"name": "n"}, options={})


def test_create_where_links_are_not_to_be_had_still_works(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", no_links)
    Review.create(path, {"name": "n"}, options={}).close()
    with pytest.raises(UnreadableInput, match="there already"):
        Review.create(path, {"name": "n"}, options={})
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_names_that_mean_something_in_an_address_are_only_names(tmp_path: Path) -> None:
    for name in ("a?mode=memory.review", "50%25.review", "x#y.review", "weiß é.review"):
        Review.create(tmp_path / name, {"name": name}, options={}).close()
        with Review.open(tmp_path / name) as review:
            assert review.project == name


def test_a_closed_review_leaves_one_file_behind(path: Path, review: Review) -> None:
    review.close()
    review.close()
    with Review.open(path, read_only=True):
        pass
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_what_the_window_remembers_comes_back_and_is_no_step(path: Path, review: Review) -> None:
    steps = len(review.history())
    review.remember("place", {"tab": "Findings", "node": "a\udcff", "rows": [1, 2]})
    review.remember("place", {"tab": "Graph"})
    assert review.recalled("place") == {"tab": "Graph"}
    assert review.recalled("never", "default") == "default"
    assert len(review.history()) == steps
    assert review._connection.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_the_file_says_what_it_is(path: Path, empty: Review) -> None:
    empty.close()
    head = path.read_bytes()[:100]
    assert head.startswith(b"SQLite format 3\0")
    assert head[68:72] == b"PvIn" and int.from_bytes(head[60:64], "big") == 1
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    connection.close()


def test_decisions_wait_for_the_disk(empty: Review) -> None:
    assert empty._connection.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    assert empty._connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_nothing_in_the_file_is_a_pickle(path: Path, review: Review) -> None:
    review.decide([review.findings()[0].finding.id], State.CONFIRMED)
    values = review._connection.execute("SELECT value FROM kept UNION ALL SELECT value FROM fact").fetchall()
    assert values and all(json.loads(value) is not None for (value,) in values)


@pytest.mark.bounded
def test_twenty_thousand_findings_are_stored_and_read_in_seconds(
    empty: Review, a_scan: Any, finding: Any
) -> None:
    scan = a_scan([finding(node=f"model-file:{number}.bin") for number in range(20_000)], nodes=[])
    empty.take_scan(scan)
    assert len(empty.findings()) == 20_000
    empty.decide([item["id"] for item in scan["findings"]], State.CONFIRMED)
    assert {item.state for item in empty.findings()} == {State.CONFIRMED}
    empty.undo()


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_appears_meanwhile_is_not_overwritten(
    path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """Another program makes a file of that name while ours is being built."""
    real = schema._fill

    def slow(made: Path, facts: Any) -> None:
        real(made, facts)
        path.write_bytes(b"somebody's work")

    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(schema, "_fill", slow)
    if not links:
        monkeypatch.setattr("os.link", no_links)
    with pytest.raises(UnreadableInput, match="there already"):
        Review.create(path, {"name": "n"}, options={})
    assert path.read_bytes() == b"somebody's work"
    assert [item.name for item in path.parent.iterdir()] == [path.name]
