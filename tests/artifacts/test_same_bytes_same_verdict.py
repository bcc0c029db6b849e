"""The verdict hangs on the bytes alone: not on how they are fed, not on the file's neighbours."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.artifacts import BytesSource, bytesource, read
from inspector.artifacts.bytesource import SliceSource, Window
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.sources.interface import ReadFailure

FILES = sorted((Path(__file__).parent / "data").iterdir())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
@pytest.mark.parametrize("chunk", [1, 7, 301, 650])
def test_the_verdict_is_the_same_for_every_chunking(
    path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = path.read_bytes()
    expected = read(BytesSource(data), path.name)
    monkeypatch.setattr(Window.__init__, "__defaults__", (0, chunk))
    padded = SliceSource(BytesSource(b"x" * 13 + data + b"y" * 5), 13, len(data))
    assert read(padded, path.name) == expected


def test_fast_and_slow_path_agree_on_a_long_stream() -> None:
    value = [
        (f"row {number}", number, -number, number / 7, None, "é" * (number % 90)) for number in range(2000)
    ]
    for protocol in range(6):
        data = pickle.dumps([value, {str(number): number for number in range(3000)}], protocol)
        whole = PickleMachine(BytesSource(data))
        outcome = whole.run()
        assert outcome.ended and outcome.end == len(data) and not outcome.problems
        tiny = PickleMachine(BytesSource(data))
        tiny.window = Window(BytesSource(data), 0, 1)
        assert tiny.run() == outcome or tiny.outcome.ops == outcome.ops


def test_a_file_that_shrinks_while_read_is_unreadable() -> None:
    class Shrinking(BytesSource):
        def read_at(self, offset: int, length: int) -> bytes:
            raise ReadFailure("The file became shorter while it was read.")

    artifact = read(Shrinking(b"\x80\x04N."), "model.pkl")
    assert artifact.loading.value == "unreadable"
    assert artifact.reasons[0].code == "read-failed"


def test_a_defect_of_a_reader_is_never_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(source: object) -> None:
        raise KeyError("a defect")

    monkeypatch.setattr("inspector.artifacts.table._READ_SAFETENSORS", fails)
    artifact = read(BytesSource(b"x"), "model.safetensors")
    assert artifact.loading.value == "unreadable"
    assert artifact.reasons[0].code == "reader-failed"


def test_a_window_reads_skips_and_stops_at_the_end() -> None:
    window = Window(BytesSource(b"abcdefgh\nij"), 1, 2)
    assert window.take(2) == b"bc"
    window.skip(3)
    assert window.line(100) == b"gh"
    assert window.remaining == 2
    for attempt in (lambda: window.take(3), lambda: window.skip(3), lambda: window.line(100)):
        with pytest.raises(bytesource.EndOfData):
            attempt()
    assert window.take(2) == b"ij"


def test_a_slice_gives_nothing_of_its_neighbours() -> None:
    part = SliceSource(BytesSource(b"0123456789"), 2, 3)
    assert part.read_at(0, 3) == b"234"
    for offset, length in ((0, 4), (-1, 1), (3, 1)):
        with pytest.raises(ReadFailure):
            part.read_at(offset, length)


def test_json_form_carries_everything(judge: Callable[[bytes, str], object]) -> None:
    from inspector.artifacts import Artifact

    for path in FILES:
        artifact = read(BytesSource(path.read_bytes()), path.name)
        assert Artifact.from_json(artifact.as_json()) == artifact
