"""The reviewer's token reaches a scan of its own process by a pipe, and is seen nowhere else."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inspector.provenance.errors import InspectorError, UnreadableInput
from inspector.scan import ScanOptions
from inspector.sources.hub.endpoint import endpoint_in_use
from inspector.sources.hub.tokens import token_from

TOKEN = "hf_" + "pipedpiped" * 3
CHILD = """
import json, sys
from inspector.provenance.errors import InspectorError
from inspector.scan import ScanOptions, scan_events
from inspector.sources.hub.tokens import token_from
tokens = token_from(sys.stdin.buffer)
try:
    for event in scan_events(ScanOptions("hf://acme/x", audit=False, jobs=1, hub_tokens=tokens), sys.argv):
        print(json.dumps(event), flush=True)
except InspectorError as error:
    print(error, file=sys.stderr)
"""


def started(home: Path) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "INSPECTOR_HOME": str(home)},
        cwd=home,
    )
    assert child.stdin
    child.stdin.write(TOKEN.encode() + b"\n")
    child.stdin.close()
    child.stdin = None
    return child


def family_of(parent: int) -> Iterator[Path]:
    """The folders below /proc of a process and of those that it started."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    wanted = {parent}
    while more := {one for one, above in parents.items() if above in wanted} - wanted:
        wanted |= more
    return (Path("/proc", str(one)) for one in wanted)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc here")
def test_a_piped_token_opens_the_repository_and_is_seen_in_no_other_place(hub: Any, tmp_path: Path) -> None:
    hub.tokens.add(TOKEN)
    hub.organization("acme")
    hub.model("acme/x", {"config.json": b"{}", "model.bin": b"N."}, private=True, gated="manual")
    child = started(tmp_path)
    assert child.stdout and child.stderr
    looked_at = set()
    lines = []
    for line in child.stdout:  # it stands still at each line as long as we look
        lines.append(line)
        for folder in family_of(child.pid):
            for name in ("environ", "cmdline"):
                try:
                    held = (folder / name).read_bytes()
                except OSError:
                    continue
                looked_at.add(folder.name)
                assert TOKEN.encode() not in held
    errors = child.stderr.read()
    with child:
        assert child.wait(10) == 0
    assert len(looked_at) >= 2  # the scan and its worker
    done = json.loads(lines[-1])
    assert done["event"] == "done" and done["coverage"]["not_analysed"] == [], errors
    assert {origin for origin, _ in hub.authorizations()} == {"hub"}
    assert {value for _, value in hub.authorizations()} == {f"Bearer {TOKEN}"}
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files  # what was answered is saved, without it
    for text in (*lines, errors, *(file.read_bytes() for file in files)):
        assert TOKEN.encode() not in text and b"piped" not in text


def test_a_token_that_the_hub_refuses_is_not_told_either(hub: Any, tmp_path: Path) -> None:
    hub.model("acme/x")
    child = started(tmp_path)
    out, errors = child.communicate(timeout=60)
    assert b"The hub refused your token." in errors
    assert b"piped" not in out + errors


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"two words\n", b"\xff\xfe\n", b"a\x1b[0m\n", b"a" * 5000, "häß".encode()]
)
def test_what_can_be_no_token_is_refused_without_being_repeated(hub: Any, line: bytes) -> None:
    stream = io.BytesIO(line)
    with pytest.raises(UnreadableInput, match="can be no token") as caught:
        token_from(stream)
    assert stream.closed
    shown = "".join(traceback.format_exception(caught.value)) + str(caught.value.next_step)
    assert "two words" not in shown and "aaaa" not in shown


def test_only_the_first_line_is_read_and_the_stream_is_closed(hub: Any) -> None:
    stream = io.BytesIO(f"{TOKEN}\r\nmore\n".encode())
    store = token_from(stream)
    token = store.get(endpoint_in_use())
    assert stream.closed and token is not None
    assert token.headers_for(f"{hub.endpoint}/x") == {"authorization": f"Bearer {TOKEN}"}


def test_no_token_goes_to_an_endpoint_over_plain_http_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.example")
    with pytest.raises(InspectorError, match="begins with http"):
        token_from(io.BytesIO(TOKEN.encode()))


def test_options_do_not_show_the_token(hub: Any) -> None:
    options = ScanOptions("hf://acme/x", hub_tokens=token_from(io.BytesIO(TOKEN.encode())))
    assert "piped" not in repr(options) and options == ScanOptions("hf://acme/x")
