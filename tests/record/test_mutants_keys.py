"""Key files, where a change of their code went unseen: modes, folders without hard links, odd keys."""

from __future__ import annotations

import base64
import os
import stat
import struct
from pathlib import Path

import pytest

from inspector.gate.inspector_gate import signature_holds
from inspector.provenance import UnreadableInput
from inspector.record import dsse, keys
from inspector.record.keys import FileKey, load_key, load_public, new_key, save_key


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
@pytest.mark.parametrize(("mask", "public"), [(0, 0o644), (0o022, 0o644), (0o077, 0o600)])
def test_a_private_key_is_its_owner_s_and_a_public_one_is_everybody_s(
    tmp_path: Path, mask: int, public: int
) -> None:
    before = os.umask(mask)
    try:
        written = save_key(new_key(), tmp_path / "a.pem", None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(written.stat().st_mode) == public


def test_a_key_pair_is_written_where_there_are_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    key = new_key()
    save_key(key, tmp_path / "a.pem", None)
    assert sorted(os.listdir(tmp_path)) == ["a.pem", "a.pub"]
    assert load_key(tmp_path / "a.pem", None).public == load_public(tmp_path / "a.pub") == key.public


def test_a_folder_that_is_not_there_takes_no_key(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="cannot be written: No such file") as caught:
        save_key(new_key(), tmp_path / "none" / "a.pem", None)
    assert caught.value.next_step == "Choose another place for the key."
    assert os.listdir(tmp_path) == []


def test_each_kind_of_key_signs() -> None:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    for key in (new_key(), FileKey(ed25519.Ed25519PrivateKey.generate())):
        assert signature_holds(key.public.spki, dsse.sign(b"payload", key))


def _text(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def test_a_cipher_that_is_not_known_is_said_to_be_that(tmp_path: Path) -> None:
    body = b"openssh-key-v1\0" + _text(b"nonesuch-ctr") + _text(b"bcrypt")
    body += _text(_text(b"salt") + struct.pack(">I", 16)) + struct.pack(">I", 1)
    body += _text(_text(b"ssh-ed25519") + _text(bytes(32))) + _text(bytes(64))
    lines = base64.encodebytes(body).decode()
    path = tmp_path / "key"
    path.write_text(f"-----BEGIN OPENSSH PRIVATE KEY-----\n{lines}-----END OPENSSH PRIVATE KEY-----\n")
    with pytest.raises(UnreadableInput, match="encrypted in a way that is not read here"):
        load_key(path, b"word")


def test_a_key_that_only_says_it_is_encrypted_does_not_open(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(b"Not ENCRYPTED at all\n" + new_key().private_pem(None))
    with pytest.raises(UnreadableInput, match="The passphrase does not open the key"):
        load_key(path, b"word")


def test_a_public_key_of_an_unknown_kind_is_none(tmp_path: Path) -> None:
    spki = new_key().public.spki
    curve = bytes.fromhex("06082a8648ce3d030107")  # prime256v1
    assert spki.count(curve) == 1
    for odd in (curve[:-1] + b"\x7f", bytes.fromhex("06082a0304050607087f")):
        for name, content in (
            ("key.der", spki.replace(curve, odd)),
            ("key.pub", b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(spki.replace(curve, odd))),
        ):
            (tmp_path / name).write_bytes(content + b"-----END PUBLIC KEY-----\n" * name.endswith("b"))
            with pytest.raises(UnreadableInput, match=r"is not a public key that can be read\."):
                load_public(tmp_path / name)
    assert keys.public_path(Path("a.pem")).name == "a.pub"
