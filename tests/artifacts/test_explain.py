"""Explain: words first, then calls, source and opcodes; always an answer."""

from __future__ import annotations

import base64
import gzip
import io
import json
import struct
import sys
import tarfile
import zipfile
from collections.abc import Callable

import pytest

from inspector.artifacts import BytesSource
from inspector.artifacts import explain as explain_module
from inspector.artifacts.explain import MAX_LISTING, explain
from inspector.artifacts.pickles import decompile

SYSTEM = b"cposix\nsystem\n(S'echo x'\ntR."
KEYS = ["schema", "path", "format", "loading", "summary", "calls", "imports", "source", "listing"]


def test_a_call_is_told_in_words_and_shown() -> None:
    told = explain(BytesSource(SYSTEM), "model.pkl")
    assert list(told) == KEYS
    assert told["schema"] == "provenance-inspector/explain/1"
    assert any("posix.system" in line and "'echo x'" in line for line in told["summary"])
    assert told["calls"] == [
        {"callable": "posix.system", "arguments": ["'echo x'"], "offset": 26, "member": None}
    ]
    assert told["listing"][0] == {"offset": 0, "op": "GLOBAL", "argument": "posix system"}
    assert told["listing"][-1]["op"] == "STOP"


def test_small_streams_are_decompiled_in_a_child() -> None:
    pytest.importorskip("fickling")
    assert "system('echo x')" in (explain(BytesSource(SYSTEM), "model.pkl")["source"] or "")


def test_of_an_old_torch_file_the_pickle_of_the_object_is_decompiled() -> None:
    number = (0x1950A86A20F9469CFC6C).to_bytes(10, "little")
    lead = b"\x80\x02\x8a\x0a" + number + b"." + b"\x80\x02M\xe9\x03." + b"\x80\x02}."
    told = explain(BytesSource(lead + SYSTEM + b"\x80\x02]." + bytes(2 << 20)), "model.pt")
    assert "system('echo x')" in (told["source"] or "")


def test_the_decompiler_is_confined_before_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[object] = []

    class Standard:
        buffer = io.BytesIO(SYSTEM)

        def __getattribute__(self, name: str) -> object:
            order.append(name)
            return object.__getattribute__(self, name)

    monkeypatch.setattr("inspector.confinement.confine", lambda **limits: order.append(limits))
    monkeypatch.setattr(sys, "stdin", Standard())
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO()))
    assert decompile.main() == 0
    assert order == [{"memory_bytes": 512 << 20, "cpu_seconds": 3}, "buffer"]


def test_without_the_decompiler_there_is_our_own_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain_module, "_decompiled", lambda stream, ops: None)
    told = explain(BytesSource(SYSTEM), "model.pkl")
    assert told["source"] is None and told["listing"]


def test_members_of_an_archive_are_named(fixture_file: Callable[[str], bytes]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("m/data.pkl", SYSTEM)
        archive.writestr("m/version", b"3")
    told = explain(BytesSource(out.getvalue()), "model.pt")
    assert told["calls"][0]["member"] == "m/data.pkl"
    legacy = explain(BytesSource(fixture_file("state_legacy.pt")), "model.pt")
    assert any(call["callable"] == "torch._utils._rebuild_tensor_v2" for call in legacy["calls"])


def test_every_kind_of_file_gets_an_answer(
    fixture_file: Callable[[str], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain_module, "_decompiled", lambda stream, ops: None)
    names = ["forest_zlib.joblib", "objects.joblib", "script.pt", "module_legacy.pt", "frame.pkl"]
    for data in (
        *map(fixture_file, names),
        b"",
        b"hello",
        b"\x80\x04",
        b"PK\x03\x04",
        SYSTEM[:20],
        b"(" * 99,
    ):
        told = explain(BytesSource(data), "model.pkl")
        assert told["summary"]
        json.dumps(told)


def test_a_long_listing_is_cut_with_a_word_about_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain_module, "_decompiled", lambda stream, ops: None)
    told = explain(BytesSource(b"\x80\x02" + b"N0" * 20_000 + b"N."), "model.pkl")
    assert len(told["listing"]) == MAX_LISTING
    assert any("20000" in line for line in told["summary"])


def test_what_comes_from_the_file_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain_module, "_decompiled", lambda stream, ops: None)
    stream = "\x80\x04".encode("latin-1") + b"\x8c\x05\xe2\x80\xaeab\x8c\x04\x1b[2J\x93."
    text = json.dumps(explain(BytesSource(stream), "model\u202e.pkl"), ensure_ascii=False)
    assert "\u202e" not in text and "\x1b" not in text


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "member"),
    [
        (tarred("in/a.pkl", SYSTEM), "in/a.pkl"),
        (gzip.compress(SYSTEM), None),
        (gzip.compress(tarred("a.pkl", SYSTEM)), "a.pkl"),
        (zipped({"b.zip": zipped({"a.pkl": SYSTEM})}), "b.zip/a.pkl"),
        (zipped({"b.pt": zipped({"m/data.pkl": SYSTEM, "m/version": b"3"})}), "b.pt/m/data.pkl"),
    ],
)
def test_a_call_is_shown_wherever_it_lies(
    data: bytes, member: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain_module, "_decompiled", lambda stream, ops: None)
    told = explain(BytesSource(data), "model.bin")
    assert told["calls"] == [
        {"callable": "posix.system", "arguments": ["'echo x'"], "offset": 26, "member": member}
    ]
    assert [row["op"] for row in told["listing"]] == ["GLOBAL", "MARK", "STRING", "TUPLE", "REDUCE", "STOP"]


def test_what_runs_is_the_first_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain_module, "_decompiled", lambda stream, ops: None)
    first, second = explain(BytesSource(SYSTEM), "model.pkl")["summary"]
    assert first == "Imports posix.system and calls it with 'echo x': it reaches the operating system."
    assert second.startswith("Opening this file in its usual loader can run code")


def short(value: str) -> bytes:
    return b"z" + bytes([len(value)]) + value.encode()


def some(*values: bytes) -> bytes:
    return b")" + bytes([len(values)]) + b"".join(values)


def bytes_of(value: bytes) -> bytes:
    return b"s" + struct.pack("<i", len(value)) + value


def code(numbers: int, *, is_new: bool, constant: bytes = b"") -> bytes:
    """A code object as the versions since 3.11 write it, or those before; its instructions mean nothing."""
    head = b"\xe3" + struct.pack("<i", 1) + bytes(4 * (numbers - 1)) + bytes_of(b"\x97\0" * 4)
    body = some(b"N", short("echo x"), *([constant] if constant else [])) + some(short("os"), short("system"))
    if is_new:
        tail = some(short("x")) + bytes_of(b"\0") + short("a.py") + short("<lambda>") + short("<lambda>")
        return head + body + tail + bytes(4) + bytes_of(b"") + bytes_of(b"")
    tail = some(short("x")) + some() + some() + short("a.py") + short("<lambda>")
    return head + body + tail + bytes(4) + bytes_of(b"")


def keras_model(byte_code: bytes) -> bytes:
    layer = {
        "class_name": "Lambda",
        "config": {
            "function": {
                "class_name": "__lambda__",
                "config": {"code": base64.encodebytes(byte_code).decode()},
            }
        },
    }
    config = {"class_name": "Sequential", "config": {"layers": [layer]}}
    return zipped({"config.json": json.dumps(config).encode(), "metadata.json": b"{}"})


@pytest.mark.parametrize(
    ("byte_code", "form"),
    [
        (code(5, is_new=True), "Python 3.11 or later"),
        (code(6, is_new=False), "Python 3.8 to 3.10"),
        (code(5, is_new=False), "Python 3.7 or earlier"),
        (code(5, is_new=True, constant=code(5, is_new=True)), "Python 3.11 or later"),
    ],
)
def test_a_lambda_layer_is_taken_apart_and_not_run(byte_code: bytes, form: str) -> None:
    told = explain(BytesSource(keras_model(byte_code)), "model.keras")
    assert told["loading"] == "runs-code"
    source = told["source"] or ""
    assert form in source and "config.json" in source
    for shown in ("function <lambda> (1 argument", "os, system", "'echo x'", "9700 9700"):
        assert shown in source


@pytest.mark.parametrize(
    "byte_code",
    [
        b"\xe3" + bytes(60),
        code(5, is_new=True)[:-3],
        code(5, is_new=True).replace(b"N", b"r", 1),
        b"\xe3\x01\0\0\0" + b"\xa9\x01" * 200,
        b"c" + bytes(16) + b"(" + struct.pack("<i", 1 << 30) + bytes(40),
    ],
)
def test_code_that_no_python_wrote_is_said_to_be_so(byte_code: bytes) -> None:
    source = explain(BytesSource(keras_model(byte_code)), "model.keras")["source"] or ""
    assert "function" not in source and "os" not in source.split("#")[0]


def test_constants_that_unfold_without_end_are_shown_bounded() -> None:
    """Thirty tuples, each of which holds the one before it twice by reference."""
    laughs = b"\xa9\0" + b"".join(
        b"\xa9\x02" + 2 * (b"r" + struct.pack("<i", place)) for place in range(1, 31)
    )
    doubled = b")\x1f" + laughs
    told = explain(BytesSource(keras_model(code(5, is_new=True, constant=doubled))), "model.keras")
    assert len(told["source"] or "") < 20_000
