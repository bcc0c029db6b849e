"""Answers of a worker that are JSON and make no sense: each costs what it was about, and nothing else."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

import pytest

from inspector.scan.answers import answers
from inspector.scan.interface import PARTS
from inspector.scan.pool import WorkerPool
from inspector.scan.work import Outcome, Work
from inspector.sources.interface import Entry, EntryKind

SCRIPTED = (sys.executable, str(Path(__file__).with_name("scripted_worker.py")))
NONSENSE = "The reader's answer made no sense."


def outcome(name: str) -> Outcome:
    pool = WorkerPool({"target": None, "exclude": []}, jobs=1, seconds=30, command=SCRIPTED)
    with contextlib.closing(pool):
        works = [Work(Entry(one, EntryKind.FILE, 4)) for one in (name, "after")]
        found = {one.entry.path: one for one in pool.run(works) if isinstance(one, Outcome)}
    assert set(found["after"].values) == set(PARTS) and not found["after"].failures
    return found[name]


@pytest.mark.parametrize("name", ["list", "no-value", "hashed-far", "hashed-back"])
def test_a_message_of_another_form_costs_the_part_that_was_due(name: str) -> None:
    found = outcome(name)
    assert found.failures == {PARTS[0]: NONSENSE}
    assert set(found.values) == set(PARTS) - {PARTS[0]}


@pytest.mark.parametrize("name", ["identity", "unsaid"])
def test_an_end_of_another_form_is_no_end(name: str) -> None:
    assert outcome(name).failures == {PARTS[0]: NONSENSE}


def test_a_part_that_is_answered_twice_costs_the_one_after_it() -> None:
    found = outcome("twice")
    assert found.failures == {PARTS[1]: NONSENSE}


def test_what_a_worker_leaves_out_is_told_for_each_part() -> None:
    found = outcome("early")
    assert found.failures == dict.fromkeys(PARTS[1:], NONSENSE)


def test_a_sign_of_life_is_no_answer() -> None:
    found = outcome("signs")
    assert set(found.values) == set(PARTS) and not found.failures


@pytest.mark.parametrize(
    "values",
    [
        {"artifact": {}},
        {"artifact": {"loading": "fine"}},
        {"hash": "ab"},
        {"hash": "Z" * 64},
        {"hash": 7},
        {"imports": [["not a name", 1, False]]},
        {"imports": [["os", "x", False]]},
        {"imports": 7},
        {"index": ["x"]},
    ],
)
def test_values_of_another_form_are_no_facts(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no |unknown form"):
        answers(values)
