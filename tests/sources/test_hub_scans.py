"""Whole scans of repositories on a hub: what is read is told, and what is not read is never fine."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from inspector.scan import ScanOptions, run_scan

PICKLE = b"\x80\x02cposix\nsystem\nX\x04\x00\x00\x00echo\x85R."
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0:~\x9bU\0\0\0\0IEND\xaeB`\x82"
HEADER = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
TENSORS = struct.pack("<Q", len(HEADER)) + HEADER + bytes(8)


def scan(target: str = "hf://acme/x") -> dict[str, Any]:
    return run_scan(ScanOptions(target, audit=False, jobs=1))


def usual(hub_standin: Any) -> dict[str, Any]:
    """What lies in an ordinary repository of a language model."""
    return {
        ".gitattributes": b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n",
        "LICENSE": b"Apache License\n",
        "README.md": b"---\nlicense: apache-2.0\n---\n# x\n",
        "config.json": b'{"model_type": "llama"}',
        "generation_config.json": b"{}",
        "merges.txt": b"a b\n" * 50_000,
        "model.safetensors": TENSORS,
        "model.safetensors.index.json": b'{"weight_map": {"w": "model.safetensors"}}',
        "special_tokens_map.json": b"{}",
        "tokenizer.json": hub_standin.File(b'{"model": {"vocab": {"a": 0}}}', True),
        "tokenizer_config.json": b'{"chat_template": "{{ messages }}"}',
        "vocab.json": b'{"a": 0}',
        "images/logo.png": hub_standin.File(PNG, True),
    }


def loadings(result: dict[str, Any]) -> dict[str, str]:
    return {file["path"]: file["loading"] for file in result["files"]}


def test_an_ordinary_repository_is_read_to_its_end(hub: Any, hub_standin: Any) -> None:
    hub.organization("acme", isVerified=True)
    hub.model("acme/x", usual(hub_standin))
    result = scan()
    assert result["coverage"]["not_analysed"] == [] and result["incomplete"] == []
    assert result["coverage"]["analysed"] == 13
    found = loadings(result)
    assert found["images/logo.png"] == "no-loader" and found["model.safetensors"] == "data-only"
    assert found["LICENSE"] == "no-loader"
    assert hub.count("/api/") == 3  # facts, list, owner; the bytes of files are counted apart
    assert hub.sent < 300_000


def test_a_pickle_under_a_harmless_name_is_found(hub: Any, hub_standin: Any) -> None:
    names = ["logo.png", "vocab.txt", "LICENSE", "rows.csv", "paper.pdf", "tokenizer.json"]
    hub.model("acme/x", {name: hub_standin.File(PICKLE, True) for name in names})
    assert loadings(scan()) == dict.fromkeys(names, "runs-code")


@pytest.mark.parametrize("fault", ["whole", "short", "packed", "wrong-range", "html"])
def test_a_picture_or_a_text_that_could_not_be_read_is_not_fine(
    hub: Any, hub_standin: Any, fault: str
) -> None:
    names = {
        "logo.png": PNG + bytes(200_000),
        "vocab.txt": b"word\n" * 60_000,
        "tokenizer.json": b"[" + b"1," * 99_000 + b"1]",
    }
    hub.model("acme/x", {name: hub_standin.File(body, True) for name, body in names.items()})
    hub.fault("/lfs/", fault)
    result = scan()
    unread = {item["path"] for item in result["coverage"]["not_analysed"]}
    assert unread == set(names) and result["incomplete"]


def test_of_a_thousand_texts_the_unread_ones_are_said_to_be(hub: Any) -> None:
    hub.model("acme/x", {f"notes/{number:04}.txt": b"note" for number in range(200)})
    result = scan()
    assert len(result["files"]) == 200 and len(result["coverage"]["not_analysed"]) == 136
    assert result["incomplete"]


def test_a_repository_named_by_hostile_hands_keeps_to_its_place(hub: Any, hub_standin: Any) -> None:
    names = ["../up.py", "/etc/passwd", "a\\b.py", "a//b.py", "a\0b.py", "./c.py", "x\u202eyp.exe", "n\nl.py"]
    files = {name: hub_standin.File(b"x = 1\n", False) for name in names}
    hub.model("acme/x", {**files, "config.json": b"{}"})
    result = scan()
    asked = {seen.path for seen in hub.requests if "/resolve/" in seen.path}
    assert not [path for path in asked if ".." in path or "//" in path or "%00" in path or "%5C" in path]
    unread = {item["path"] for item in result["coverage"]["not_analysed"]}
    assert unread == {
        "\\x2e\\x2e/up.py",
        "\\x2f/etc/passwd",
        "a\\b.py",
        "a/\\x2f/b.py",
        "a\\x00b.py",
        "\\x2e/c.py",
    }
    assert len(result["files"]) == len(names) + 1
