"""Files that are written to while they are read."""

import contextlib

from inspector.artifacts.interface import Artifact
from inspector.provenance import Loading
from inspector.scan import ScanOptions
from inspector.scan.pool import WorkerPool
from inspector.scan.reading import Reading
from inspector.scan.work import Outcome, Work
from inspector.sources import open_target


def test_a_file_that_changed_under_the_reader_is_never_counted_as_analysed(tmp_path):
    (tmp_path / "m.safetensors").write_bytes(b"x")
    source = open_target(str(tmp_path))
    (entry,) = source.entries()
    reading = Reading(source, ScanOptions(str(tmp_path)))
    values = {"artifact": Artifact("safetensors", Loading.DATA_ONLY).as_json(), "hash": "0" * 64}
    list(reading._take(Outcome(entry, values, changed=True)))
    list(reading._take(Outcome(entry, values)))
    changed, still = reading.files
    assert changed.changed and "changed while it was read" in changed.not_analysed
    assert still.not_analysed is None
    source.close()


def test_a_file_that_is_another_one_when_it_is_hashed_has_changed(tmp_path):
    """Between the verdict on a large file and its hash lie the verdicts on all the others."""
    (tmp_path / "m.bin").write_bytes(b"x")
    source = open_target(str(tmp_path))
    (entry,) = source.entries()
    with source.open(entry) as file:
        now = file.identity()
    pool = WorkerPool(
        {"target": str(tmp_path), "exclude": [], "readable": [str(tmp_path)]}, jobs=1, seconds=20
    )
    works = [Work(entry, ("hash",), known_of=state) for state in (now, (*now[:4], now[4] - 1), None)]
    with contextlib.closing(pool), contextlib.closing(source):
        found = [one.changed for one in pool.run(works) if isinstance(one, Outcome)]
    assert found == [False, True, False]
