"""A folder, a cache and a store are read without a socket: not here, and not in the processes that read."""

from __future__ import annotations

import hashlib
import json
import pickle
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.scan.pool import WorkerPool

# What a worker runs instead of itself: the same, watched. An audit hook sees what C code asks for too, and
# cannot be taken away again. The log is open before the walls of the worker stand.
_WATCHED = """
import os, runpy, sys
log = os.open(sys.argv.pop(1), os.O_WRONLY | os.O_APPEND)
def told(event, _):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.")):
        os.write(log, event.encode() + b"\\n")
sys.addaudithook(told)
os.write(log, b"worker\\n")
runpy.run_module("inspector.scan.worker", run_name="__main__", alter_sys=True)
"""
_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 3\n" % (b"a" * 64)


@pytest.fixture
def watched(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """What this process and its workers ask of the network from now on, and how many workers there were."""
    log = tmp_path_factory.mktemp("log") / "events"
    log.touch()
    command = (sys.executable, "-I", "-c", _WATCHED, str(log))
    monkeypatch.setitem(WorkerPool.__init__.__kwdefaults__ or {}, "command", command)
    here: list[object] = []

    class Counted(socket.socket):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            here.append(arguments)
            super().__init__(*arguments, **named)

    monkeypatch.setattr(socket, "socket", Counted)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **_: here.append(asked) or [])
    return lambda: (here, log.read_text().split())


def project(root: Path) -> Path:
    (root / "app.py").write_text(
        "from transformers import AutoModel\nAutoModel.from_pretrained('acme/base', revision='main')\n"
    )
    (root / "data.json").write_text('{"url": "https://example.com/x", "base_model": "acme/base"}')
    (root / "requirements.txt").write_text("requests\n--index-url https://example.com/simple\n")
    (root / "card.md").write_text("---\nbase_model: acme/base\n---\n[x](https://example.com)\n")
    (root / "model.pkl").write_bytes(b"\x80\x02curllib.request\nurlopen\nX\x08\x00\x00\x00http://x\x85R.")
    (root / "plain.pkl").write_bytes(pickle.dumps({"a": 1}, 2))
    (root / "model.dvc").write_text("outs:\n- md5: 0123456789abcdef0123456789abcdef\n  size: 1\n  path: x\n")
    return root


def clone(root: Path) -> Path:
    project(root)
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text(
        '[remote "origin"]\n url = https://huggingface.co/acme/base\n[lfs]\n'
    )
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (root / "weights.bin").write_bytes(_POINTER)
    return root


def cache(root: Path) -> Path:
    repository = root / "models--acme--base"
    body = pickle.dumps([1], 2)
    digest = hashlib.sha256(body).hexdigest()
    snapshot = repository / "snapshots" / ("c" * 40)
    for folder in (repository / "blobs", repository / "refs", snapshot):
        folder.mkdir(parents=True)
    (repository / "blobs" / digest).write_bytes(body)
    (repository / "refs" / "main").write_text("c" * 40)
    (snapshot / "model.pkl").symlink_to(Path("..", "..", "blobs", digest))
    (snapshot / "config.json").symlink_to(Path("..", "..", "blobs", "e" * 40))
    return root


def ollama(root: Path) -> Path:
    body = b"GGUF\x03\0\0\0" + b"\0" * 16
    digest = hashlib.sha256(body).hexdigest()
    manifest = root / "manifests" / "registry.ollama.ai" / "library" / "base"
    manifest.mkdir(parents=True)
    layer = {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}", "size": 24}
    (manifest / "latest").write_text(json.dumps({"layers": [layer]}))
    (root / "blobs").mkdir()
    (root / "blobs" / f"sha256-{digest}").write_bytes(body)
    return root


@pytest.mark.parametrize("made", [project, clone, cache, ollama])
def test_what_is_on_this_machine_is_read_without_one(
    made: Callable[[Path], Path], tmp_path: Path, scan_of: Callable[..., Any], watched: Callable[[], Any]
) -> None:
    target = made(tmp_path)
    scan = scan_of(target, use_cache=False)
    here, workers = watched()
    assert scan["coverage"]["files"] > 0
    assert workers and set(workers) == {"worker"} and here == []


def test_a_worker_that_asked_for_one_would_be_seen(
    tmp_path: Path, scan_of: Callable[..., Any], watched: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = (WorkerPool.__init__.__kwdefaults__ or {})["command"]
    asking = command[3].replace(
        "runpy.run_module", "import socket; socket.getservbyname('http')\nrunpy.run_module"
    )
    changed = (*command[:3], asking, *command[4:])
    monkeypatch.setitem(WorkerPool.__init__.__kwdefaults__ or {}, "command", changed)
    scan_of(project(tmp_path), use_cache=False)
    assert "socket.getservbyname" in watched()[1]
