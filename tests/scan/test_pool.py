"""Workers that hang, die or answer nonsense cost one part of one file."""

import contextlib
import sys
from pathlib import Path

import pytest

from inspector.scan.interface import PARTS
from inspector.scan.pool import WorkerPool
from inspector.scan.work import Work
from inspector.sources.interface import Entry, EntryKind

FAKE = (sys.executable, str(Path(__file__).with_name("fake_worker.py")))


def outcomes(names, *, jobs=2, seconds=1.0):
    works = [Work(Entry(name, EntryKind.FILE, 1)) for name in names]
    pool = WorkerPool({"target": None, "exclude": []}, jobs=jobs, seconds=seconds, command=FAKE)
    with contextlib.closing(pool):
        return {item.entry.path: item for item in pool.run(works) if item is not None}


def test_every_file_is_answered_once_whatever_the_number_of_workers():
    names = [f"f{number}" for number in range(50)]
    for jobs in (1, 3):
        found = outcomes(names, jobs=jobs)
        assert sorted(found) == sorted(names)
        assert all(set(item.values) == set(PARTS) and not item.failures for item in found.values())


@pytest.mark.parametrize("part", PARTS)
def test_a_hang_costs_one_part_of_one_file(part):
    found = outcomes(["before", f"hang-{part}", "after", "last"], jobs=1, seconds=0.5)
    hung = found[f"hang-{part}"]
    assert set(hung.failures) == {part} and "longer than 0.5 seconds" in hung.failures[part]
    assert set(hung.values) == set(PARTS) - {part}
    assert not found["after"].failures and not found["last"].failures


@pytest.mark.parametrize("part", PARTS)
def test_a_crash_costs_one_part_of_one_file(part):
    found = outcomes(["before", f"crash-{part}", "after"], jobs=1, seconds=30)
    crashed = found[f"crash-{part}"]
    assert crashed.failures == {part: "The reader crashed on it."}
    assert set(crashed.values) == set(PARTS) - {part}
    assert not found["after"].failures


def test_many_crashes_end():
    names = [f"crash-{part}" for part in PARTS] + [f"ok{number}" for number in range(10)]
    found = outcomes(names, jobs=2, seconds=30)
    assert len(found) == len(names)
    assert sum(bool(item.failures) for item in found.values()) == len(PARTS)


def test_a_failure_that_the_reader_tells_is_kept_with_its_sentence():
    assert outcomes(["fail-index"])["fail-index"].failures == {"index": "It failed."}


def test_a_file_that_changed_is_said_to_have_changed():
    found = outcomes(["changed", "still"])
    assert found["changed"].changed and not found["still"].changed
