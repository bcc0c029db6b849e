"""Signing with a key that an ssh-agent holds: with the real agent, and with agents that lie."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inspector.cli import keys as key_commands
from inspector.gate.inspector_gate import signature_holds
from inspector.provenance import UnreadableInput
from inspector.record import dsse, ssh_agent, trust
from inspector.record.keys import PublicKey, load_public
from inspector.record.verify import verify_record

HAS_AGENT = all(shutil.which(name) for name in ("ssh-agent", "ssh-add", "ssh-keygen"))
needs_agent = pytest.mark.skipif(not HAS_AGENT, reason="OpenSSH's ssh-agent is not here")


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], Path]]:
    """A running agent; the function makes a key of a type, adds it and gives its .pub file."""
    path = tmp_path / "a"
    running = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.PIPE)
    assert running.stdout is not None
    running.stdout.readline()  # it says where it listens when it does
    monkeypatch.setenv("SSH_AUTH_SOCK", str(path))

    def add(kind: str, comment: str) -> Path:
        private = tmp_path / f"{kind}-{comment.replace(' ', '')}"
        bits = ["-b", "256"] if kind == "ecdsa" else []
        make = ["ssh-keygen", "-q", "-t", kind, *bits, "-N", "", "-C", comment, "-f", str(private)]
        subprocess.run(make, check=True)
        subprocess.run(["ssh-add", "-q", str(private)], check=True)
        private.unlink()
        return private.with_name(f"{private.name}.pub")

    yield add
    running.terminate()
    running.communicate()


@needs_agent
@pytest.mark.parametrize("kind", ["ecdsa", "ed25519"])
def test_a_record_signed_by_the_agent_verifies(
    agent: Any, sign: Any, project: Path, tmp_path: Path, kind: str
) -> None:
    public = load_public(agent(kind, "ana@laptop"))
    key = ssh_agent.chosen("ssh-agent")
    assert key.public == public
    store = tmp_path / "store.txt"
    trust.add(store, public, name="Ana Suárez", roles=["reviewer"])
    assert verify_record(sign(key=key), trust.load(store), root=project).ok


@needs_agent
def test_a_key_is_named_by_id_fingerprint_or_comment(agent: Any, tmp_path: Path) -> None:
    one, two = load_public(agent("ecdsa", "work key")), load_public(agent("ed25519", "home"))
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", tmp_path / "r"], check=True
    )
    subprocess.run(["ssh-add", "-q", tmp_path / "r"], check=True)
    with pytest.raises(UnreadableInput, match="More than one key"):
        ssh_agent.chosen("ssh-agent")
    for word in (one.keyid, one.keyid[:8], one.keyid[:8].upper(), "work key"):
        assert ssh_agent.chosen(f"ssh-agent:{word}").public == one
    fingerprint = next(item.fingerprint for item in ssh_agent.identities() if item.public == two)
    listed = subprocess.run(["ssh-add", "-l"], capture_output=True, text=True, check=True).stdout
    assert fingerprint in listed
    assert ssh_agent.chosen(f"ssh-agent:{fingerprint}").public == two
    for word in ("", "nobody", one.keyid[:7], "work"):
        with pytest.raises(UnreadableInput):
            ssh_agent.chosen(f"ssh-agent:{word}")


@needs_agent
def test_the_command_line_takes_and_lists_it(
    agent: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import argparse

    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "home"))
    public = load_public(agent("ecdsa", "ana\x1b[31m"))
    assert key_commands.opened_key(Path(f"ssh-agent:{public.keyid[:8]}"), None).public == public
    parser = argparse.ArgumentParser()
    key_commands.register(parser.add_subparsers())
    arguments = parser.parse_args(["key", "list"])
    arguments.run(arguments)
    said = capsys.readouterr().out
    assert f"ssh-agent:{public.keyid[:8]}\tP-256\t{public.keyid}" in said and "\x1b" not in said
    arguments = parser.parse_args(["key", "show", "ssh-agent"])
    arguments.run(arguments)
    assert public.pem.decode() in capsys.readouterr().out


@needs_agent
def test_a_record_too_large_for_an_agent_is_said_to_be(agent: Any) -> None:
    agent("ecdsa", "k")
    key = ssh_agent.chosen("ssh-agent")
    fits = 255 << 10
    assert dsse.sign(b"x" * fits, key).payload == b"x" * fits
    with pytest.raises(UnreadableInput, match="256 KiB"):
        key.sign(b"x" * (256 << 10))


# --- Agents that lie ---------------------------------------------------------------------------------------


@pytest.fixture
def liar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], None]]:
    """Answers every request with the bytes it is given, then hangs up."""
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(tmp_path)  # the path of a socket may have 108 bytes
    listening.bind("l")
    os.chdir(here)
    listening.listen()
    monkeypatch.setenv("SSH_AUTH_SOCK", os.path.relpath(tmp_path / "l"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SSH_AUTH_SOCK", "l")
    answers: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                stream, _ = listening.accept()
            except OSError:
                return
            with stream:
                stream.recv(1 << 20)
                if answers:
                    stream.sendall(answers[0])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield lambda answer: answers.insert(0, answer)
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(60)


def framed(kind: int, body: bytes) -> bytes:
    return struct.pack(">IB", len(body) + 1, kind) + body


def text(raw: bytes) -> bytes:
    return struct.pack(">I", len(raw)) + raw


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0\0",
        struct.pack(">I", 0),
        struct.pack(">I", 0xFFFFFFFF) + b"x" * 100,
        framed(5, b""),
        framed(12, b""),
        framed(12, struct.pack(">I", 0xFFFFFFFF)),
        framed(12, struct.pack(">I", 1)),
        framed(12, struct.pack(">I", 1) + struct.pack(">I", 0x7FFFFFFF) + b"abc"),
        framed(12, struct.pack(">I", 2) + text(b"a") + text(b"b")),
    ],
)
def test_nonsense_is_a_sentence(liar: Any, answer: bytes) -> None:
    liar(answer)
    with pytest.raises(UnreadableInput):
        ssh_agent.identities()


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        text(b"ssh-rsa") + text(b"\1\0\1"),
        text(b"ssh-ed25519") + text(b"short"),
        text(b"ecdsa-sha2-nistp256") + text(b"nistp384") + text(b"\4" * 65),
        text(b"ecdsa-sha2-nistp256") + text(b"nistp256") + text(b"\2" * 33),
        text(b"sk-ecdsa-sha2-nistp256@openssh.com") + text(b"nistp256") + text(b"\4" * 65),
    ],
)
def test_a_key_of_another_kind_is_none_to_sign_with(liar: Any, blob: bytes) -> None:
    liar(framed(12, struct.pack(">I", 1) + text(blob) + text(b"odd")))
    assert [one.public for one in ssh_agent.identities()] == [None]
    with pytest.raises(UnreadableInput, match="holds no P-256"):
        ssh_agent.chosen("ssh-agent")
    with pytest.raises(UnreadableInput):
        ssh_agent.chosen("ssh-agent:odd")


@pytest.mark.parametrize(
    "signature",
    [
        text(b"ssh-ed25519") + text(b"x" * 64),
        text(b"ssh-ed25519") + text(b"x"),
        text(b"ecdsa-sha2-nistp256") + text(text(b"\1") + text(b"\1")),
        text(b"ecdsa-sha2-nistp256") + text(text(b"\xff") + text(b"\1")),
        text(b"ssh-rsa") + text(b"x" * 256),
        b"",
    ],
)
def test_a_signature_that_is_none_is_never_written(liar: Any, key: Any, signature: bytes) -> None:
    point = b"\4" + key.public.spki[-64:]
    blob = text(b"ecdsa-sha2-nistp256") + text(b"nistp256") + text(point)
    held = ssh_agent.AgentKey(ssh_agent.Identity(blob, "k", PublicKey(key.public.spki)))
    liar(framed(14, text(signature)))
    with pytest.raises(UnreadableInput):
        dsse.sign(b"{}", held)
    liar(framed(5, b""))
    with pytest.raises(UnreadableInput, match="did not sign"):
        dsse.sign(b"{}", held)


def test_without_an_agent_the_sentence_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with pytest.raises(UnreadableInput, match="not set"):
        ssh_agent.chosen("ssh-agent")
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "nobody"))
    with pytest.raises(UnreadableInput, match="cannot be reached"):
        ssh_agent.chosen("ssh-agent")


def test_what_is_signed_is_verified_before_it_is_given_out(key: Any, second_key: Any) -> None:
    class Swapped:
        public = key.public

        def sign(self, message: bytes) -> bytes:
            return second_key.sign(message)

    with pytest.raises(UnreadableInput, match="no signature of the key"):
        dsse.sign(b"{}", Swapped())
    assert signature_holds(key.public.spki, dsse.sign(b"{}", key))
