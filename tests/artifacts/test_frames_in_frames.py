"""A FRAME that ends inside of the next FRAME's length, and the work of streams that break."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact, limits
from inspector.artifacts.bytesource import BytesSource
from inspector.artifacts.limits import EFFECT_WORK, MAX_WORK, OPCODE_WORK, PICKLE_WORK, Budget
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]


def frame(length: int) -> bytes:
    return b"\x95" + struct.pack("<Q", length)


def two_streams(inside: int = 7) -> bytes:
    """Read whole, None. Where the bytes before the first frame's end are lost, a call of os.system, which
    stands in a byte string of the other reading. The second length as the C unpickler reads it is 0x4700;
    read whole, its bytes but the first are those of a BINFLOAT."""
    payload = b"0cos\nsystem\n(S'echo x'\ntR." + bytes(20_000)
    length = struct.pack("<Q", 0x4700)
    rest = length[1:] + b"C\x05" + b"B" + struct.pack("<I", len(payload)) + payload + b"00N."
    return (
        b"\x80\x04" + frame(1 + inside) + b"\x95" + struct.pack("<Q", len(rest))[:inside] + length[:1] + rest
    )


class Recorder(pickle.Unpickler):
    """The C unpickler of a file, with a stub for every import."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self.asked: list[tuple[str, str]] = []

    def find_class(self, module: str, name: str) -> object:
        self.asked.append((module, name))
        return lambda *arguments: None


def test_a_call_behind_a_length_that_is_read_twice_is_named(judge: Judge) -> None:
    artifact = judge(two_streams(), "model.pkl")
    assert artifact.loading is Loading.RUNS_CODE
    assert {reason.code for reason in artifact.reasons} == {"hidden-import", "frame-misaligned"}
    assert "os.system" in artifact.imports


@pytest.mark.parametrize("inside", range(9))
def test_whatever_the_c_unpickler_imports_is_seen_in_either_reading(inside: int) -> None:
    for length in range(1, 40):
        raw = b"\x80\x04" + frame(1 + inside) + frame(length)[: 1 + inside] + frame(length)[1:]
        raw += b"cbuiltins\nprint\n0N." * 4
        recorder = Recorder(raw)
        try:
            recorder.load()
        except Exception:  # noqa: BLE001 - most of these streams break
            pass
        first, second = PickleMachine(BytesSource(raw)), PickleMachine(BytesSource(raw), drops=True)
        outcome = first.run()
        second.run()
        is_told = any(reason.code == "frame-misaligned" for _, reason in outcome.problems)
        seen = set(first.imports) | (set(second.imports) if is_told else set())
        assert set(recorder.asked) <= seen
        if 0 < inside < 8:
            assert is_told or not outcome.ended


@pytest.mark.parametrize("end", [b"\xff", b"0", b"\x8c\x01\xff", b"Ix\n", b"\x80\x09", b""])
def test_a_stream_that_breaks_has_cost_what_was_read_of_it(end: bytes) -> None:
    """Also where it breaks long before the end of what was read at once."""
    pairs = 20_000
    for behind in (b"\xff" * 5000, b""):
        budget = Budget()
        token = limits.CURRENT.set(budget)
        try:
            outcome = PickleMachine(BytesSource(b"N0" * pairs + end + behind)).run()
        finally:
            limits.CURRENT.reset(token)
        assert not outcome.ended
        assert MAX_WORK - budget.work >= PICKLE_WORK + pairs * (2 * OPCODE_WORK + EFFECT_WORK)


def test_members_that_break_use_the_work_of_their_archive_up(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_WORK", limits.MAX_WORK // 100)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(8):
            archive.writestr(f"{number}.pkl", b"\x80\x04" + b"N0" * 4_000 + b"N\xff" + b"\xff" * 1000)
    assert "over-limit" in {reason.code for reason in judge(out.getvalue(), "models.zip").reasons}
