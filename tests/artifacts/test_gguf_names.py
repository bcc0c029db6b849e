"""GGUF: names that readers fail at, and chat templates that stand in a list."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from inspector.artifacts import Artifact
from inspector.provenance import Loading

Judge = Callable[[bytes, str], Artifact]
PLAIN = b"{% for m in messages %}{{ m['content'] }}{% endfor %}"
HOSTILE = b"{{ ''.__class__.__mro__[1].__subclasses__() }}"


def text(raw: bytes) -> bytes:
    return struct.pack("<Q", len(raw)) + raw


def gguf(key: bytes, value: bytes, tensor: bytes = b"") -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", 3, 1 if tensor else 0, 1) + text(key) + value
    if not tensor:
        return head
    head += text(tensor) + struct.pack("<IQIQ", 1, 8, 0, 0)
    return head + bytes(-len(head) % 32) + bytes(32)


def texts(*held: bytes) -> bytes:
    return struct.pack("<IIQ", 9, 8, len(held)) + b"".join(text(one) for one in held)


@pytest.mark.parametrize("name", [b"\xff\xfe", b"a\x80", b"\xed\xa0\x80"])
def test_a_name_that_is_no_utf8_is_unreadable(name: bytes, judge: Judge) -> None:
    number = struct.pack("<IB", 0, 1)
    for data in (gguf(name, number), gguf(b"a", number, name)):
        artifact = judge(data, "m.gguf")
        assert artifact.loading is Loading.UNREADABLE
        assert [reason.code for reason in artifact.reasons] == ["broken-gguf"]
    assert judge(gguf("ключ".encode(), number, "été".encode()), "m.gguf").loading is Loading.DATA_ONLY
    assert judge(gguf(b"a", struct.pack("<I", 8) + text(name)), "m.gguf").loading is Loading.DATA_ONLY


@pytest.mark.parametrize("key", [b"tokenizer.chat_template", b"tokenizer.chat_templates"])
@pytest.mark.parametrize("held", [(HOSTILE,), (PLAIN, HOSTILE), (*[PLAIN] * 40, HOSTILE)])
def test_a_template_in_a_list_is_looked_at(key: bytes, held: tuple[bytes, ...], judge: Judge) -> None:
    artifact = judge(gguf(key, texts(*held), b"t"), "m.gguf")
    assert artifact.loading is Loading.RUNS_CODE
    assert {reason.code for reason in artifact.reasons} == {"template-reaches-out"}


def test_names_of_templates_and_lists_of_tokens_are_data(judge: Judge) -> None:
    for key, held in (
        (b"tokenizer.chat_templates", (b"tool_use", b"rag")),
        (b"tokenizer.chat_template", (PLAIN, PLAIN)),
        (b"tokenizer.ggml.tokens", (HOSTILE, b"eval")),
    ):
        assert judge(gguf(key, texts(*held)), "m.gguf").loading is Loading.DATA_ONLY


def test_a_crowd_of_templates_ends(judge: Judge) -> None:
    crowd = texts(*[b""] * 20_000, HOSTILE)
    assert judge(gguf(b"tokenizer.chat_template", crowd), "m.gguf").loading is not Loading.DATA_ONLY
