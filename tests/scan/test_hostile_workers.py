"""A reader that crashes, hangs, fills memory or is taken over costs its own file and nothing else."""

import contextlib
import sys
from pathlib import Path

import pytest

from inspector.scan import process
from inspector.scan.answers import believed
from inspector.scan.pool import WorkerPool
from inspector.scan.work import Outcome, Work
from inspector.sources import open_target

HOSTILE = (sys.executable, str(Path(__file__).with_name("hostile_worker.py")))
CRASHED, NONSENSE = "The reader crashed on it.", "The reader's answer made no sense."
EXPECTED = {
    "segfault": CRASHED,
    "exit": CRASHED,
    "loop": "Reading it took longer than 1 seconds.",
    "chatter": NONSENSE,
    "garbage": NONSENSE,
    "nested": NONSENSE,
    "stranger": NONSENSE,
    "asks": NONSENSE,
    "flood": NONSENSE,
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What came of a folder where every second file takes its reader over."""
    folder = tmp_path_factory.mktemp("hostile")
    for number, name in enumerate((*EXPECTED, "forged", "bomb", "prints")):
        (folder / name).write_text("{}")
        (folder / f"good{number}.json").write_text("{}")
    source = open_target(str(folder))
    pool = WorkerPool(
        {"target": str(folder), "exclude": [], "readable": [str(folder)]}, jobs=2, seconds=1, command=HOSTILE
    )
    with pytest.MonkeyPatch.context() as patch, contextlib.closing(source), contextlib.closing(pool):
        patch.setattr(process, "LONGEST_LINE", 1 << 20)
        works = [Work(entry) for entry in source.entries()]
        outcomes = {one.entry.path: one for one in pool.run(works) if isinstance(one, Outcome)}
    return {path: (believed(outcome), outcome) for path, outcome in outcomes.items()}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_reader_does_costs_one_part_of_one_file(found, name):
    told, outcome = found[name]
    assert outcome.failures == {"artifact": EXPECTED[name]}
    assert told.artifact is None and len(told.sha256) == 64


def test_a_verdict_of_no_known_form_is_no_verdict(found):
    told, outcome = found["forged"]
    assert told.artifact is None and outcome.failures["artifact"] == NONSENSE


def test_the_files_beside_it_are_read(found):
    good = [told.artifact.format for path, (told, _) in found.items() if path.startswith("good")]
    assert good == ["json"] * (len(EXPECTED) + 3)


def test_memory_that_a_reader_fills_is_the_workers_own(found):
    _, outcome = found["bomb"]
    assert outcome.failures["artifact"] in (CRASHED, "Reading it needs more memory than a reader is given.")


def test_what_a_library_prints_is_no_answer(found):
    assert not found["prints"][1].failures
