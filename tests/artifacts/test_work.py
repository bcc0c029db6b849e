"""The work that one file may cost is counted: what costs more is unreadable, and what was seen stands."""

from __future__ import annotations

import bz2
import io
import lzma
import pickle
import random
import zipfile
import zlib
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact, BytesSource, limits, read
from inspector.artifacts.containers import inflate
from inspector.artifacts.limits import MAX_WORK, Budget, OverLimit
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
CALL = b"cos\nsystem\n(S'echo x'\ntR0"


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundredth of the work that a file may cost, so that small files go over it."""
    monkeypatch.setattr(limits, "MAX_WORK", limits.MAX_WORK // 100)


def codes(artifact: Artifact) -> set[str]:
    return {reason.code for reason in artifact.reasons}


def test_a_pickle_of_very_many_opcodes_is_unreadable(judge: Judge, little: None) -> None:
    artifact = judge(b"\x80\x04" + b"N0" * 20_000 + b"N.", "model.pkl")
    assert artifact.loading is Loading.UNREADABLE
    assert "over-limit" in codes(artifact)


def test_what_a_pickle_imports_before_the_limit_stands(judge: Judge, little: None) -> None:
    artifact = judge(b"\x80\x02" + CALL + b"N0" * 20_000 + b"N.", "model.pkl")
    assert artifact.loading is Loading.RUNS_CODE
    assert "over-limit" in codes(artifact)


def test_work_is_counted_over_all_parts_of_a_file(judge: Judge, little: None) -> None:
    one = b"\x80\x04" + b"N0" * 2_000 + b"N."
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(12):
            archive.writestr(f"{number}.pkl", one)
    assert judge(one, "model.pkl").loading is Loading.ALLOW_LISTED
    assert "over-limit" in codes(judge(out.getvalue(), "models.zip"))


@pytest.mark.parametrize(("method", "pack"), [("bzip2", bz2.compress), ("xz", lzma.compress)])
def test_a_slow_method_is_given_up_sooner_than_a_quick_one(
    method: str, pack: Callable[[bytes], bytes]
) -> None:
    budgets = {}
    data = random.Random(1).randbytes(1 << 18)
    for word, packed in ((method, pack(data)), ("zlib", zlib.compress(data))):
        budgets[word] = budget = Budget()
        unpacker = inflate.Unpacker(BytesSource(packed), word, budget, several=False)
        while unpacker.next():
            pass
    assert MAX_WORK - budgets[method].work > 3 * (MAX_WORK - budgets["zlib"].work)


def test_a_spent_budget_stops_the_unpacking() -> None:
    budget = Budget()
    budget.work = 1_000
    unpacker = inflate.Unpacker(BytesSource(bz2.compress(bytes(100_000))), "bzip2", budget, several=False)
    with pytest.raises(OverLimit):
        while unpacker.next():
            pass


def test_a_file_is_not_charged_for_the_one_before(judge: Judge, little: None) -> None:
    assert judge(b"\x80\x04" + b"N0" * 20_000 + b"N.", "a.pkl").loading is Loading.UNREADABLE
    assert judge(pickle.dumps([1, 2]), "b.pkl").loading is Loading.ALLOW_LISTED


def test_a_name_of_very_many_parts_is_no_work(judge: Judge) -> None:
    for name in (b"a\n" + b"a." * 100_000 + b"a", b"a." * 100_000 + b"a\nb.c"):
        artifact = judge(b"\x80\x02c" + name + b"\nN.", "model.pkl")
        assert artifact.loading not in (Loading.ALLOW_LISTED, Loading.LIBRARY)


def test_texts_too_long_to_be_parsed_are_not_called_fine(judge: Judge) -> None:
    long = b"a: 1\n" * (17 << 20 >> 2)
    assert judge(long, "settings.yaml").loading is Loading.NO_LOADER
    assert judge(long + b"b: !!python/name:os.system\n", "settings.yaml").loading is Loading.UNREADABLE
    assert judge(b"{{ a }}\n" * (17 << 17), "chat_template.jinja").loading is Loading.UNREADABLE
    rows = b"[" + b'{"a": 1},' * (65 << 17)
    assert judge(rows + b'{"b": 1}]', "rows.json").loading is Loading.NO_LOADER
    assert judge(rows + b'{"py/object": "a.b"}]', "rows.json").loading is Loading.UNREADABLE


def test_a_short_file_is_read_once() -> None:
    reads = 0

    class Counting(BytesSource):
        def read_at(self, offset: int, length: int) -> bytes:
            nonlocal reads
            reads += 1
            return super().read_at(offset, length)

    read(Counting(pickle.dumps({"a": 1})), "model.pkl")
    assert reads == 1
