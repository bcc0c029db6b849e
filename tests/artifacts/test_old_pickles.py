"""Pickles of protocol 0 and 1, which have no magic: several in one file, behind a long beginning, or ones
that only import. A list of words that reads as opcodes is none of them."""

from __future__ import annotations

import bz2
import gzip
import itertools
import pickletools
import random
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.artifacts.bytesource import BytesSource, Window
from inspector.artifacts.limits import CURRENT, Budget, OverLimit
from inspector.artifacts.pickles.file import looks_like_old_pickle
from inspector.artifacts.pickles.machine import PickleMachine
from inspector.artifacts.pickles.opcodes import OPCODES
from inspector.artifacts.pickles.walk import walk
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
RUNS = b"cos\nsystem\n(S'x'\ntR."
UNKNOWN = b"cevil.mod\nrun\n(S'x'\ntR."
MAGIC = b"L119547037146038801333356L\n."

SEVERAL: dict[str, tuple[bytes, Loading]] = {
    "a number": (b"I5\n." + RUNS, Loading.RUNS_CODE),
    "none": (b"N." + RUNS, Loading.RUNS_CODE),
    "an empty list": (b"]." + RUNS, Loading.RUNS_CODE),
    "a list": (b"(lp0\nI1\na." + RUNS, Loading.RUNS_CODE),
    "a carriage return": (b"I1\r\n." + RUNS, Loading.RUNS_CODE),
    "bytes behind": (b"I5\n." + RUNS + b"\xff\xfe rest", Loading.RUNS_CODE),
    "no end": (b"I5\n." + RUNS[:-1], Loading.RUNS_CODE),
    "the sixth": (b"N." * 5 + RUNS, Loading.RUNS_CODE),
    "the five-thousandth": (b"N." * 5000 + RUNS, Loading.UNREADABLE),
    "an unknown one": (b"N." + UNKNOWN, Loading.UNREADABLE),
    "an unknown one, and blanks": (b"N." + UNKNOWN + b"\n", Loading.UNREADABLE),
    "an unknown one, and a text": (UNKNOWN + b"a text", Loading.UNREADABLE),
    "an unknown one without an end": (UNKNOWN[:-1], Loading.UNREADABLE),
    "an unknown one kept, without an end": (b"cevil.mod\nrun\np0\n(S'x'\np1\ntp2\nRp3\n", Loading.UNREADABLE),
    "an unknown one by INST, and a text": (b"(S'x'\nievil.mod\nrun\n.a text", Loading.UNREADABLE),
    "twice an unknown one": (UNKNOWN * 2, Loading.UNREADABLE),
    "torch's magic": (MAGIC + b"I1001\n." + RUNS * 2 + b"(l.", Loading.RUNS_CODE),
    "torch's magic, the object": (MAGIC + b"I1001\n.(d." + RUNS + b"(l.", Loading.RUNS_CODE),
    "a long one first": (b"N0" * 110_000 + b"N." + RUNS, Loading.RUNS_CODE),
    "only imports": (b"cevil.mod\nx\n." * 3, Loading.UNREADABLE),
    "only imports, none, blanks": (b"cevil.mod\nx\n.N.\n\n", Loading.UNREADABLE),
}
NAMES = ("m.bin", "m.th", "m", "m.csv", "m.json")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", SEVERAL)
def test_a_pickle_behind_a_harmless_one_is_seen(judge: Judge, case: str, name: str) -> None:
    data, expected = SEVERAL[case]
    assert judge(data, name).loading is expected


def test_what_an_unknown_second_pickle_imports_is_named(judge: Judge) -> None:
    artifact = judge(b"N." + UNKNOWN, "m.dat")
    assert [reason.code for reason in artifact.reasons] == ["bytes-after-stop", "unknown-import"]
    assert artifact.imports == ("evil.mod.run",)


@pytest.mark.parametrize(("pack", "name"), [(gzip.compress, "m.txt.gz"), (bz2.compress, "m.bz2")])
def test_a_pickle_behind_another_is_seen_in_a_compressed_file(
    judge: Judge, pack: Callable[[bytes], bytes], name: str
) -> None:
    assert judge(pack(b"I5\n." + RUNS), name).loading is Loading.RUNS_CODE


LONG: dict[str, bytes] = {
    "put and taken": b"N0" * 110_000 + RUNS,
    "numbers": b"I1\n0" * 110_000 + RUNS,
    "kept once more": b"N" + b"p1\n" * 210_000 + RUNS,
    "one line": b"V" + b"x" * 5_000_000 + b"\n0" + RUNS,
    "several lines": (b"V" + b"x" * 1_500_000 + b"\n0") * 3 + RUNS,
    "without an end": b"N0" * 110_000 + RUNS[:-1],
}


@pytest.mark.parametrize("case", LONG)
def test_a_long_beginning_hides_nothing(judge: Judge, case: str) -> None:
    assert judge(LONG[case], "m.csv").loading is Loading.RUNS_CODE


OVER: dict[str, bytes] = {
    "values": b"N0" * 2_000_000 + RUNS,
    "values, an unknown import": b"N0" * 2_000_000 + UNKNOWN,
    "values, only an import": b"N0" * 2_000_000 + b"cevil.mod\nx\n.",
    "lines": b"I1\n0" * 600_000 + RUNS,
}


@pytest.mark.parametrize("case", OVER)
def test_a_beginning_beyond_the_limits_is_unreadable(judge: Judge, case: str) -> None:
    artifact = judge(OVER[case], "m.csv")
    assert artifact.loading is Loading.UNREADABLE
    assert "over-limit" in {reason.code for reason in artifact.reasons}


def test_a_walk_beyond_the_limits_counts_as_a_pickle() -> None:
    budget = Budget()
    budget.work = 10_000
    token = CURRENT.set(budget)
    try:
        with pytest.raises(OverLimit):
            walk(Window(BytesSource(b"P1\n" * 10_000)))
        assert looks_like_old_pickle(BytesSource(b"P1\n" * 10_000), textual=True)
    finally:
        CURRENT.reset(token)


def test_more_streams_than_are_read_count_as_a_pickle() -> None:
    few, many = (b"ccollections\nOrderedDict\n." * count + b"\xff" for count in (3, 4100))
    assert not looks_like_old_pickle(BytesSource(few), textual=True)
    assert looks_like_old_pickle(BytesSource(many), textual=True)


def test_a_stop_that_ends_nothing_is_no_end() -> None:
    assert walk(Window(BytesSource(b".N."))).end is None
    assert walk(Window(BytesSource(b"N."))).end == 2


BARE: dict[str, tuple[bytes, Loading]] = {
    "unknown": (b"cevil.mod\nx\n.", Loading.UNKNOWN_IMPORT),
    "dangerous": (b"cos\nsystem\n.", Loading.RUNS_CODE),
    "a module that acts": (b"cantigravity\nx\n.", Loading.RUNS_CODE),
    "thrown away": (b"cevil.mod\nx\n0N.", Loading.UNKNOWN_IMPORT),
    "in a list": (b"(lp0\ncos\nsystem\na.", Loading.RUNS_CODE),
}


@pytest.mark.parametrize("name", ["m", "m.bin", "m.sav", "m.txt", "m.csv"])
@pytest.mark.parametrize("case", BARE)
def test_a_whole_pickle_that_only_imports_is_one(judge: Judge, case: str, name: str) -> None:
    data, expected = BARE[case]
    assert judge(data, name).loading is expected


def test_blanks_behind_it_hide_no_import(judge: Judge) -> None:
    artifact = judge(b"cevil.mod\nx\n.\n", "m.txt")
    assert {"unknown-import", "bytes-after-stop"} == {reason.code for reason in artifact.reasons}


def test_what_only_the_c_unpickler_finds_behind_a_broken_frame_is_seen(judge: Judge) -> None:
    # The length of the text crosses the frame's end: read in one, the text covers the call.
    length = (len(RUNS) + 2).to_bytes(4, "little")
    data = b"\x95" + (3).to_bytes(8, "little") + b"X" + length + b"\0\0" + RUNS + b"\xff"
    for name in ("m.dat", "m.txt", "m"):
        assert judge(data, name).loading is Loading.RUNS_CODE


@pytest.mark.parametrize("name", ["m.dat", "m.bin", "m"])
def test_numbers_that_begin_as_a_frame_are_numbers(judge: Judge, name: str) -> None:
    data = b"\x95" + (64).to_bytes(8, "little") + b"N(]N" + bytes(range(100, 200))
    assert judge(data, name).loading is Loading.NOT_UNDERSTOOD


def _lines(start: str, count: int = 250_000) -> bytes:
    return "".join(f"{start}{number}\n" for number in range(count)).encode()


LISTS: dict[str, bytes] = {
    "patients": _lines("P"),
    "vertices": _lines("V"),
    "features": _lines("F"),
    "items": _lines("I"),
    "customers": _lines("c"),
    "customers and a boat": _lines("c", 20_000) + b"boat\n",
    "vertices and a cat": _lines("V", 60_000) + b"cat\ndog\nbar\n",
    "nothing known": b"N" * 400_000,
    "one long line": b"Pa text. " * 600_000,
    "a long line, then lines": b"V" + b"x" * 3_000_000 + b"\ncat\ndog\nand so on.\n",
}


@pytest.mark.parametrize("textual", [True, False])
@pytest.mark.parametrize("case", LISTS)
def test_a_list_that_reads_as_opcodes_is_no_pickle(case: str, *, textual: bool) -> None:
    token = CURRENT.set(Budget())
    try:
        assert not looks_like_old_pickle(BytesSource(LISTS[case]), textual=textual)
    finally:
        CURRENT.reset(token)


HONEST: dict[str, bytes] = {
    "names of patients": _lines("P", 1000),
    "sentences": b"N. Bohr wrote it.\nI. Newton did not.\n",
    "a bracket": b"(in the year\nof the cat\n. and so on\n",
    "a bracket and its end": b"(introduction\nto it\n.\n\nText.\n",
    "names that call": b"cat\ndog\nVermont\nRhode Island\n",
    "names": b"cat\ndog\n\n",
    "two names and a stop": b"cat and\ndog\n.",
    "a key, and a memo index": b'config: "a.yaml"\n\nrule a:\n    b\n',
    "full stops": b"N." * 300,
    "numbers with stops": b"I5\n.I6\n.I7\n.",
    "a stop and packages": b"N.cpickle\ncryptography\ncython\n",
}


@pytest.mark.parametrize("name", ["words.txt", "words.csv", "words.vocab", "words"])
@pytest.mark.parametrize("case", HONEST)
def test_a_text_that_reads_as_opcodes_is_a_text(judge: Judge, case: str, name: str) -> None:
    assert judge(HONEST[case], name).loading is Loading.NO_LOADER


def _soup(seed: int) -> bytes:
    """Opcodes with their arguments in a random order, now and then with a byte that is none."""
    chance = random.Random(seed)
    texts = {"line": b"12\n", "lines": b"os\nsystem\n", "-": b"", "float8": b"12345678"}
    sizes = {"u1": 1, "u2": 2, "u4": 4, "u8": 8, "i4": 4}
    out = [chance.choice((b"N", b"(", b"]", b"I1\n", b"cos\nsystem\n"))]
    for _ in range(chance.randrange(1, 30)):
        opcode = chance.choice([each for each in OPCODES.values() if each.code not in (0x80, 0x95)])
        out.append(bytes([opcode.code]))
        if opcode.argument in sizes:
            out.append(chance.randbytes(sizes[opcode.argument]))
        elif opcode.argument.startswith(("bytes", "signed")):
            length = chance.randrange(5)
            out.append(length.to_bytes(int(opcode.argument[-1]), "little") + b"abcde"[:length])
        else:
            out.append(texts[opcode.argument])
        if chance.random() < 0.02:
            out.append(b"\xfe")
    return b"".join(out) + b"N."


@pytest.mark.parametrize("first", range(0, 3000, 1000))
def test_the_walk_gets_as_far_as_the_machine_and_misses_no_call(first: int) -> None:
    ended = 0
    for data in map(_soup, range(first, first + 1000)):
        stream = walk(Window(BytesSource(data)))
        machine = PickleMachine(BytesSource(data), joblib=False)
        outcome = machine.run()
        if outcome.ended:
            ended += 1
            assert stream.end == outcome.end
        assert stream.imports or not machine.imports
        assert stream.calls or not any(found.call_count for found in machine.imports.values())
    assert ended > 10


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
def test_the_walk_steps_as_pickletools_does_however_the_bytes_come(size: int) -> None:
    whole = 0
    for data in itertools.islice(map(_soup, itertools.count(5000)), 300):
        try:
            operations = list(pickletools.genops(data))
        except ValueError:
            continue
        last = operations[-1][2]
        assert last is not None
        whole += 1
        stream = walk(Window(BytesSource(data), chunk=size))
        assert stream.end == last + 1
        names = [operation[0].name for operation in operations]
        assert stream.imports == any(
            name in ("GLOBAL", "INST", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4") for name in names
        )
    assert whole > 50
