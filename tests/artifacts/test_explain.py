"""Explain: words first, then calls, source and opcodes; always an answer."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import pytest

from inspector.artifacts import BytesSource
from inspector.artifacts import explain as explain_module
from inspector.artifacts.explain import MAX_LISTING, explain

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
