"""Where a result goes: whole or not at all, and never in the place of a device."""

from __future__ import annotations

import json
import os
import stat
import threading
import tracemalloc
from pathlib import Path

import pytest

from inspector.cli.output import write_result
from inspector.cli.scan import json_bytes
from inspector.provenance import UnreadableInput

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")


def test_a_file_is_replaced_whole(tmp_path: Path):
    out = tmp_path / "out.json"
    out.write_bytes(b"older and longer")
    write_result(b"new", str(out))
    assert out.read_bytes() == b"new" and list(tmp_path.iterdir()) == [out]


@needs_pipes
def test_a_named_pipe_is_written_into_and_stays_one(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_result(b"x" * 200_000, str(pipe))
    reader.join(10)
    assert read == [b"x" * 200_000]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_result(b"new", str(link))
    assert link.is_symlink() and target.read_bytes() == b"new"


def test_a_folder_is_refused_with_a_sentence(tmp_path: Path):
    with pytest.raises(UnreadableInput, match="cannot be written"):
        write_result(b"new", str(tmp_path))


def test_the_null_device_takes_a_result():
    before = os.stat(os.devnull)
    write_result(b"new", os.devnull)
    assert stat.S_ISREG(before.st_mode) == stat.S_ISREG(os.stat(os.devnull).st_mode)


@needs_pipes
def test_neither_the_gates_report_nor_a_conversion_takes_a_pipes_place(tmp_path: Path):
    from inspector import InspectorError, convert
    from inspector.gate.inspector_gate import replace_file

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    replace_file(str(pipe), b"report")
    reader.join(10)
    assert read == [b"report"] and stat.S_ISFIFO(pipe.stat().st_mode)
    source = Path(__file__).parents[1] / "artifacts" / "data"
    checkpoint = next(source.glob("*.pt"), None) or next(source.glob("*.pth"))
    with pytest.raises(InspectorError, match="no file"):
        convert(checkpoint, pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_json_is_the_same_text_as_the_librarys_and_is_made_in_little_memory() -> None:
    rows = [
        {"b": number, "a": [f"näme\u2028{number}", None, 1.5, {}], "c": {"d": []}} for number in range(4000)
    ]
    for value in (rows, {"rows": rows[:2], "": ""}, [], "x", {"lone": "\udc80"}):
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ": "), indent=1)
        assert json_bytes(value, indent=1) == text.encode("utf-8", "backslashreplace") + b"\n"
    assert json_bytes({"b": 1, "a": [1, 2]}) == b'{"a":[1,2],"b":1}\n'
    tracemalloc.start()
    try:
        made = json_bytes(rows, indent=1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * len(made)
