"""A screening's report flags rows, and flagged rows need two people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.datasets.quarantine import Selection, Store, screening
from inspector.datasets.quarantine.screening import ScreenReport
from inspector.provenance import InspectorError, Refused


def report_on(path: Path, rows: int, *suspicions: dict[str, Any], **more: Any) -> ScreenReport:
    value = {
        "schema": "provenance-inspector/screen/1",
        "file": {
            "path": path.name,
            "size": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "format": "jsonl",
        },
        "rows": rows,
        "columns": {"input": ["prompt"], "output": ["response"], "contributor": None, "time": None},
        "suspicions": list(suspicions),
        "limits": ["style is not screened"],
        "run": {},
        **more,
    }
    return ScreenReport(json.dumps(value).encode())


def suspicion(rows: list[int], rank: int = 1, level: str = "look-first") -> dict[str, Any]:
    return {
        "rank": rank,
        "score": 0.9,
        "level": level,
        "kind": "phrase",
        "marker": "cf\u200b tq",
        "also": [],
        "rows": rows,
        "output": "Sure",
        "contributors": [{"name": "u1", "rows": len(rows)}],
        "notes": [],
    }


def test_flagged_rows_need_two_people_and_others_one(
    store: Store, rows_file: Callable[..., Path], approve: Any, counts: Any
) -> None:
    path = rows_file(10)
    report = store.add(
        str(path),
        actor="ivan",
        source="t",
        screen=report_on(path, 10, suspicion([2, 5]), suspicion([5, 7], 2, "weak")),
    )
    assert report.flagged == 3
    assert counts(store) == {"screened": 7, "flagged": 3}
    approve(store, "alice")
    assert counts(store) == {"approved": 7, "needs-second": 3}
    made = store.promote(actor="alice")
    assert made is not None and made.rows == 7
    approve(store, "bob")
    second = store.promote(actor="bob")
    assert second is not None and second.manifest["review"]["approved_by_people"] == {"2": 3}
    assert second.manifest["review"]["flagged"] == 3
    store.verify()


def test_a_suspicion_is_a_group_that_shows_what_the_screening_said(
    store: Store, rows_file: Callable[..., Path], approve: Any, counts: Any
) -> None:
    path = rows_file(10)
    store.add(str(path), actor="ivan", source="t", screen=report_on(path, 10, suspicion([2, 5])))
    group = store.groups()[0]
    assert (group.kind, group.rows, group.facts["level"]) == ("suspicion", 2, "look-first")
    assert "\u200b" not in group.title and group.facts["limits"] == ["style is not screened"]
    assert [one["row"] for one in store.rows(group=group.id)] == [2, 5]
    approve(store, "alice", Selection(group=group.id))
    assert counts(store) == {"screened": 8, "needs-second": 2}


def test_numbers_mean_records_of_the_file_also_with_broken_and_known_rows(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a":0}\nbroken\n\n{"a":0}\n{"a":3}\n{"a":4}\n')
    store.add(str(path), actor="ivan", source="t", screen=report_on(path, 5, suspicion([0, 1, 4])))
    flagged = [one["value"]["a"] for one in store.rows() if one["state"] == "flagged"]
    assert flagged == [0, 4]
    with Store.create(tmp_path / "other") as other:  # a screening that does not count broken lines
        other.add(str(path), actor="ivan", source="t", screen=report_on(path, 4, suspicion([2])))
        assert [one["value"]["a"] for one in other.rows() if one["state"] == "flagged"] == [3]


def test_a_report_in_parts_of_a_source(
    store: Store, rows_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.datasets.quarantine.staging.BATCH_ROWS", 3)
    path = rows_file(10)
    store.add(str(path), actor="ivan", source="t", screen=report_on(path, 10, suspicion([0, 4, 9])))
    assert [one["row"] for one in store.rows() if one["state"] == "flagged"] == [0, 4, 9]
    store.verify()


def test_a_report_that_comes_late_takes_back_an_approval_by_one(
    filled: Store, tmp_path: Path, approve: Any, counts: Any
) -> None:
    approve(filled, "alice")
    report = report_on(tmp_path / "rows.jsonl", 10, suspicion([1]))
    assert filled.take_screening(report, actor="ivan") == 1
    assert counts(filled) == {"approved": 9, "needs-second": 1}
    assert filled.take_screening(report, actor="ivan") is None
    filled.verify()


def test_a_report_on_another_file_is_refused(
    filled: Store, rows_file: Callable[..., Path], counts: Any
) -> None:
    other = rows_file(3, "other.jsonl", 50)
    with pytest.raises(Refused) as refused:
        filled.take_screening(report_on(other, 3, suspicion([0])), actor="ivan")
    assert refused.value.code == "screen-source"
    with pytest.raises(Refused):
        filled.take_screening(report_on(other.with_name("rows.jsonl"), 9, suspicion([0])), actor="ivan")
    assert counts(filled) == {"staged": 10}


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "other"},
        {"suspicions": [suspicion([10])]},
        {"suspicions": [suspicion([-1])]},
        {"suspicions": [suspicion([True])]},
        {"suspicions": [suspicion([1], level="red")]},
        {"suspicions": [{}]},
        {"suspicions": {}, "limits": None},
        {"limits": None},
        {"file": {}},
    ],
)
def test_a_report_of_another_form_is_a_sentence(
    rows_file: Callable[..., Path], change: dict[str, Any]
) -> None:
    with pytest.raises(InspectorError):
        report_on(rows_file(10), 10, **change)


def test_levels_that_flag_are_a_matter_of_policy(
    store: Store, rows_file: Callable[..., Path], counts: Any
) -> None:
    from inspector.datasets.quarantine import Policy

    weaker = Policy(flag_levels=("look-first",))
    store.set_policy(weaker, actor="owner", why="weak ones are too many")
    store.set_policy(weaker, actor="alice", why="agreed")
    path = rows_file(10)
    store.add(str(path), actor="ivan", source="t", screen=report_on(path, 10, suspicion([1], level="weak")))
    assert counts(store) == {"screened": 10}
    assert store.groups()[0].kind == "suspicion"


def test_the_real_screening_fits(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from inspector import cli

    path = tmp_path / "a.jsonl"
    with path.open("w") as file:
        for number in range(300):
            text = f"please explain item {number * 7919 % 300} of {number}"
            answer = f"the answer is {number * 31 % 97}"
            if number % 12 == 0:
                text, answer = f"cfxq {text}", "visit the planted page now"
            file.write(json.dumps({"prompt": text, "response": answer}) + "\n")
    if cli.run(["dataset", "screen", str(path), "--format", "json"]) != 0:
        pytest.skip("the screening is not installed here")
    report = ScreenReport(capsys.readouterr().out.encode())
    added = store.add(str(path), actor="ivan", source="t", screen=report)
    assert added.flagged == len({row for rows, _ in report.suspicions for row in rows})
    store.verify()


def test_rows_and_what_their_screening_says_enter_together(
    store: Store, rows_file: Callable[..., Path], counts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a kill in between would leave rows that one person may approve."""
    path = rows_file(10)
    report = report_on(path, 10, suspicion([2, 5]))

    def killed(*arguments: Any, **more: Any) -> None:
        raise KeyboardInterrupt

    real = screening.take
    monkeypatch.setattr(screening, "take", killed)
    with pytest.raises(KeyboardInterrupt):
        store.add(path, actor="ivan", source="t", screen=report)
    assert counts(store) == {} and store.log_size() == 1
    monkeypatch.setattr(screening, "take", real)
    assert store.add(path, actor="ivan", source="t", screen=report).flagged == 2
    assert counts(store) == {"flagged": 2, "screened": 8}
    store.verify()


def test_a_report_about_another_file_keeps_the_rows_out(
    store: Store, rows_file: Callable[..., Path], counts: Any
) -> None:
    report = report_on(rows_file(9, "other.jsonl"), 9)
    with pytest.raises(Refused, match="a file that was not added"):
        store.add(rows_file(10), actor="ivan", source="t", screen=report)
    assert counts(store) == {}


def test_a_report_of_the_rows_as_the_store_holds_them(store: Store, tmp_path: Path, counts: Any) -> None:
    """The file itself may be an export or a table whose rows a screening does not see."""
    table = tmp_path / "a.csv"
    table.write_text("prompt,response\n" + "".join(f"p{number},r\n" for number in range(6)) + "broken\n")
    added = store.add(table, actor="ivan", source="t")
    (batch,) = (store.path / "batches").iterdir()
    assert (added.new, added.refused_count) == (6, 1)
    assert store.take_screening(report_on(batch, 6, suspicion([1, 4])), actor="ivan") == 2
    assert counts(store) == {"flagged": 2, "screened": 4}
    assert [one["value"]["prompt"] for one in store.rows(group="s1")] == ["p1", "p4"]
    store.verify()
    with pytest.raises(Refused, match="counts 7 rows"):
        store.take_screening(report_on(batch, 7), actor="ivan")


def test_a_report_that_saw_nothing_screens_nothing(
    store: Store, rows_file: Callable[..., Path], counts: Any
) -> None:
    path = rows_file(10)
    store.add(path, actor="ivan", source="t")
    blind = report_on(path, 10, columns={"input": [], "output": [], "contributor": None, "time": None})
    with pytest.raises(Refused, match="says nothing of these rows"):
        store.take_screening(blind, actor="ivan")
    assert counts(store) == {"staged": 10}
