"""``inspector scan`` of a hub target as a command: the token by its standard input, the wait in words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

TOKEN = "hf_" + "onstdinput" * 3


def command(home: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "inspector", "scan", "hf://acme/x", "--no-audit", "--jobs", "1", *arguments],
        input=given,
        capture_output=True,
        env={**os.environ, "INSPECTOR_HOME": str(home)},
        timeout=60,
        check=False,
    )


def test_the_token_comes_by_standard_input_and_opens_what_is_private(hub: Any, tmp_path: Path) -> None:
    hub.tokens.add(TOKEN)
    hub.organization("acme")
    hub.model("acme/x", {"config.json": b"{}"}, private=True)
    without = command(tmp_path, "--format", "json")
    assert without.returncode in (2, 3) and b"acme/x" in without.stderr
    given = command(tmp_path, "--format", "json", "--token-stdin", given=TOKEN.encode() + b"\n")
    assert given.returncode == 0, given.stderr
    assert json.loads(given.stdout)["target"]["name"] == "acme/x"
    assert TOKEN.encode() not in given.stdout + given.stderr


def test_an_empty_standard_input_is_refused_in_a_sentence(hub: Any, tmp_path: Path) -> None:
    hub.model("acme/x")
    refused = command(tmp_path, "--token-stdin")
    assert refused.returncode == 2 and b"can be no token" in refused.stderr
    assert not hub.authorizations()


def test_a_limit_longer_than_the_patience_ends_with_its_sentence(hub: Any, tmp_path: Path) -> None:
    hub.model("acme/x")
    hub.fault("/api/models/", status=429, headers={"ratelimit": '"api";r=0;t=200'})
    ended = command(tmp_path, "--hub-patience", "1")
    assert ended.returncode in (2, 3)
    assert b"limit" in ended.stderr and b"Traceback" not in ended.stderr


def test_a_file_that_cannot_be_judged_within_the_bounds_is_not_fine(
    hub: Any, hub_standin: Any, large: Any, tmp_path: Path
) -> None:
    files = {
        "words.gguf": large.gguf(2, 51_000_000, tokens=30_000),
        "many.pt": large.torch_zip(2_000, 60_000),
    }
    for name, body in files.items():
        hub.model("acme/x", {name: hub_standin.File(hub_standin.Sparse(*body), True)})
        before = hub.sent
        ended = command(tmp_path, "--format", "json", "--fail-on", "critical")
        result = json.loads(ended.stdout)
        assert ended.returncode == 3 and hub.sent - before <= body[0] // 500
        assert [file["loading"] for file in result["files"]] == ["unreadable"]
        (unread,) = result["coverage"]["not_analysed"]
        assert "would have to be fetched; not inspected" in unread["why"]
        assert any(one["severity"] in ("high", "medium") for one in result["findings"])
