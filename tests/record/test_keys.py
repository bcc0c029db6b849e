"""Keys are strong at rest, readable by others, and refused with a sentence where we do not sign with them."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from inspector.provenance import UnreadableInput
from inspector.record import keys
from inspector.record.keys import load_key, load_public, new_key, passphrase_from, public_path, save_key

SECRET = "grün, twelve & a half".encode()


def opened_by_openssl(path: Path, passphrase: bytes | None) -> bytes | None:
    """The DER public key as the openssl program reads it, or None where there is no such program."""
    if shutil.which("openssl") is None:
        return None
    command = ["openssl", "pkey", "-in", str(path), "-pubout", "-outform", "DER"]
    if passphrase is not None:
        command += ["-passin", "env:THE_SECRET"]
    environment = {**os.environ, "THE_SECRET": os.fsdecode(passphrase or b"")}
    return subprocess.run(command, env=environment, capture_output=True, check=True).stdout


@pytest.mark.parametrize("passphrase", [None, SECRET])
def test_a_new_key_is_read_by_openssl_and_by_us(tmp_path: Path, passphrase: bytes | None) -> None:
    made = new_key()
    path = tmp_path / "me.pem"
    public = save_key(made, path, passphrase)
    assert public == tmp_path / "me.pub"
    assert load_public(public) == made.public == load_key(path, passphrase).public
    assert opened_by_openssl(path, passphrase) in (None, made.public.spki)


def test_the_private_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "me.pem"
    save_key(new_key(), path, None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_passphrase_is_stretched_by_600000_rounds(tmp_path: Path) -> None:
    path = tmp_path / "me.pem"
    save_key(new_key(), path, SECRET)
    der = form.load_pem_private_key  # what reads it must find the rounds in the file itself
    assert der(path.read_bytes(), SECRET)
    import base64

    body = base64.b64decode(b"".join(path.read_bytes().split(b"\n")[1:-2]))
    assert (600_000).to_bytes(3, "big") in body
    assert bytes.fromhex("2a864886f70d01050c") in body  # PBKDF2
    assert bytes.fromhex("2a864886f70d0209") in body  # with HMAC-SHA-256


def test_two_files_of_one_key_share_no_bytes_of_secret() -> None:
    made = new_key()
    assert made.private_pem(SECRET) != made.private_pem(SECRET)


def test_a_wrong_passphrase_is_said_as_such(tmp_path: Path) -> None:
    path = tmp_path / "me.pem"
    save_key(new_key(), path, SECRET)
    with pytest.raises(UnreadableInput, match="passphrase does not open"):
        load_key(path, b"wrong")
    with pytest.raises(UnreadableInput, match="needs its passphrase"):
        load_key(path, None)


def test_no_key_is_ever_written_over(tmp_path: Path) -> None:
    path = tmp_path / "me.pem"
    save_key(new_key(), path, None)
    before = path.read_bytes()
    with pytest.raises(UnreadableInput, match="exists already"):
        save_key(new_key(), path, None)
    (tmp_path / "other.pub").write_bytes(b"")
    with pytest.raises(UnreadableInput, match="exists already"):
        save_key(new_key(), tmp_path / "other.pem", None)
    assert path.read_bytes() == before
    assert not (tmp_path / "other.pem").exists()


@pytest.mark.parametrize("kind", ["p256", "ed25519"])
@pytest.mark.parametrize("shape", ["pkcs8", "pkcs8-encrypted", "pkcs8-der", "openssh", "sec1"])
def test_keys_of_other_programs_are_taken(tmp_path: Path, kind: str, shape: str) -> None:
    private = (
        ec.generate_private_key(ec.SECP256R1()) if kind == "p256" else ed25519.Ed25519PrivateKey.generate()
    )
    if shape == "sec1" and kind == "ed25519":
        shape = "pkcs8"
    formats = {"openssh": form.PrivateFormat.OpenSSH, "sec1": form.PrivateFormat.TraditionalOpenSSL}
    encryption = form.BestAvailableEncryption(SECRET) if shape == "pkcs8-encrypted" else form.NoEncryption()
    encoding = form.Encoding.DER if shape == "pkcs8-der" else form.Encoding.PEM
    path = tmp_path / "theirs"
    path.write_bytes(
        private.private_bytes(encoding, formats.get(shape, form.PrivateFormat.PKCS8), encryption)
    )
    loaded = load_key(path, SECRET if shape == "pkcs8-encrypted" else None)
    spki = private.public_key().public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    assert loaded.public.spki == spki
    assert loaded.public.keyid == hashlib.sha256(spki).hexdigest()
    assert loaded.public.kind == ("P-256" if kind == "p256" else "Ed25519")


def test_public_keys_of_other_programs_are_taken(tmp_path: Path) -> None:
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    path = tmp_path / "id.pub"
    found = set()
    for encoding, shape in (
        (form.Encoding.OpenSSH, form.PublicFormat.OpenSSH),
        (form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo),
        (form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo),
    ):
        path.write_bytes(public.public_bytes(encoding, shape))
        found.add(load_public(path))
    assert len(found) == 1


@pytest.mark.parametrize(
    "private", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())]
)
def test_other_kinds_of_key_are_refused(
    tmp_path: Path, private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
) -> None:
    path = tmp_path / "theirs.pem"
    pem = form.Encoding.PEM
    path.write_bytes(private.private_bytes(pem, form.PrivateFormat.PKCS8, form.NoEncryption()))
    with pytest.raises(UnreadableInput, match="neither P-256 nor Ed25519"):
        load_key(path, None)
    path.write_bytes(private.public_key().public_bytes(pem, form.PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(UnreadableInput, match="neither P-256 nor Ed25519"):
        load_public(path)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_key_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.pem"
    path.write_bytes(content)
    with pytest.raises(UnreadableInput):
        load_key(path, None)
    with pytest.raises(UnreadableInput):
        load_public(path)


def test_a_private_key_is_not_taken_for_a_public_one(tmp_path: Path) -> None:
    save_key(new_key(), tmp_path / "me.pem", None)
    with pytest.raises(UnreadableInput, match="is a private key"):
        load_public(tmp_path / "me.pem")


def test_a_key_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "big.pem"
    with path.open("wb") as stream:
        stream.truncate(1 << 30)
    with pytest.raises(UnreadableInput, match="too large"):
        load_key(path, None)


def test_the_passphrase_comes_from_the_file_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(keys.PASSPHRASE_VARIABLE, "from the environment")
    file = tmp_path / "pass"
    file.write_bytes(b"from the file\r\nsecond line\n")
    assert passphrase_from(file) == b"from the file"
    assert passphrase_from(None) == b"from the environment"
    monkeypatch.delenv(keys.PASSPHRASE_VARIABLE)
    assert passphrase_from(None) is None
    file.write_bytes(b"\n")
    with pytest.raises(UnreadableInput, match="empty"):
        passphrase_from(file)


def test_the_public_half_lies_beside_the_private_one() -> None:
    assert public_path(Path("a/me.pem")) == Path("a/me.pub")
    assert public_path(Path("a/me")) == Path("a/me.pub")
