"""Files that are written to while they are read."""

from inspector.artifacts.interface import Artifact
from inspector.provenance import Loading
from inspector.scan import ScanOptions
from inspector.scan.reading import Reading
from inspector.scan.work import Outcome
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
