"""OpenSSF model signatures: one per folder with weights, the record's digests, verified by model-signing."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from inspector.gate.inspector_gate import pae
from inspector.record.keys import FileKey
from inspector.record.signing import sign_review

# The tool pins other versions of what we use, so it lives in an environment of its own.
TOOL = os.environ.get("MODEL_SIGNING") or shutil.which("model_signing")


@pytest.fixture
def signed(review: Any, key: FileKey, tmp_path: Path, times: Any) -> Callable[..., Any]:
    def run(**options: Any) -> Any:
        review.rescan()
        settings = {
            "key": key,
            "decision": "approved",
            "reviewer": "Ana",
            "model_signatures": True,
            **options,
        }
        out = tmp_path / f"signed{len(list(tmp_path.iterdir()))}"
        return sign_review(review, out=out, valid_until=times.valid_until, now=times.now, **settings)

    return run


def signatures(package: Any) -> dict[str, dict[str, Any]]:
    """The statements by file name, each with its signature verified by the key of the package."""
    (public,) = (package.folder / "keys").glob("*.pub")
    found = {}
    for path in (package.folder / "model-signatures").glob("*.sig"):
        bundle = json.loads(path.read_text())
        envelope = bundle["dsseEnvelope"]
        payload = base64.b64decode(envelope["payload"])
        spki = base64.b64decode("".join(public.read_text().splitlines()[1:-1]))
        verifier = load_der_public_key(spki)
        assert isinstance(verifier, ec.EllipticCurvePublicKey)
        signature = base64.b64decode(envelope["signatures"][0]["sig"])
        verifier.verify(signature, pae(envelope["payloadType"], payload), ec.ECDSA(hashes.SHA256()))
        hint = bundle["verificationMaterial"]["publicKey"]["hint"]
        assert hint == hashlib.sha256(public.read_bytes()).hexdigest()
        found[path.name] = json.loads(payload)
    return found


def test_each_folder_with_weights_has_its_signature(signed: Any, project: Path) -> None:
    package = signed()
    found = signatures(package)
    assert sorted(found) == ["assistant.sig", "weights.sig"]
    (resource,) = found["weights.sig"]["predicate"]["resources"]
    content = (project / "weights" / "layer.safetensors").read_bytes()
    assert resource == {
        "name": "layer.safetensors",
        "algorithm": "sha256",
        "digest": hashlib.sha256(content).hexdigest(),
    }
    root = hashlib.sha256(bytes.fromhex(resource["digest"])).hexdigest()
    assert found["weights.sig"]["subject"] == [{"name": "weights", "digest": {"sha256": root}}]
    names = [one["name"] for one in found["assistant.sig"]["predicate"]["resources"]]
    assert "weights/layer.safetensors" in names and "app.py" in names
    assert not any(name.startswith(".git") for name in names)


def test_without_being_asked_for_there_is_none(signed: Any) -> None:
    assert not (signed(model_signatures=False).folder / "model-signatures").exists()


def test_the_record_is_the_same_with_and_without(signed: Any) -> None:
    assert signed().payload_sha256 == signed(model_signatures=False).payload_sha256


def test_a_rejected_model_is_not_signed(signed: Any) -> None:
    package = signed(decision="rejected")
    assert not (package.folder / "model-signatures").exists()
    assert "rejected" in package.warnings[0][1]


def test_with_an_ed25519_key_the_record_is_signed_without_them(signed: Any) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    package = signed(key=FileKey(Ed25519PrivateKey.generate()))
    assert (package.folder / "review-record.dsse.json").is_file()
    assert not (package.folder / "model-signatures").exists()
    assert package.warnings[0][0] == "model-signatures" and "Ed25519" in package.warnings[0][1]


def test_a_link_to_a_folder_leaves_that_folder_unsigned_and_says_so(signed: Any, project: Path) -> None:
    (project / "latest").symlink_to("weights")
    package = signed()
    assert sorted(signatures(package)) == ["weights.sig"]
    assert "latest is a link to a folder" in package.warnings[0][1]


def test_folders_of_like_names_have_files_of_their_own(signed: Any, project: Path) -> None:
    for folder in ("a/b", "a--b", "A--b", "\u202e", "é"):
        (project / "models" / folder).mkdir(parents=True)
        (project / "models" / folder / "w.safetensors").write_bytes(folder.encode())
    package = signed()
    found = signatures(package)
    assert len(found) == 7
    assert len({name.casefold() for name in found}) == 7
    digests = [found[name]["subject"][0]["digest"]["sha256"] for name in found]
    assert len(set(digests)) == 7
    notes = (package.folder / "model-signatures" / "README.md").read_text()
    assert notes.count("model_signing verify key") == 7 and "\u202e" not in notes


@pytest.mark.skipif(
    TOOL is None, reason="model_signing is not on the path and MODEL_SIGNING does not name it"
)
def test_model_signing_verifies_each_and_sees_what_was_done(
    signed: Any, project: Path, tmp_path: Path
) -> None:
    (project / "weights" / "again.safetensors").symlink_to("layer.safetensors")
    (project / "weights" / "sub").mkdir()
    (project / "weights" / "sub" / "naïve.json").write_text("{}")
    (project / "weights" / ".gitattributes").write_text("* -text\n")
    package = signed()
    (public,) = (package.folder / "keys").glob("*.pub")

    def verify(name: str, folder: Path) -> int:
        command = [TOOL, "verify", "key", "--public_key", public, "--allow_symlinks", "--signature"]
        command += [package.folder / "model-signatures" / name, folder]
        return subprocess.run(list(map(str, command)), capture_output=True, timeout=60).returncode

    assert verify("assistant.sig", project) == 0
    assert verify("weights.sig", project / "weights") == 0
    (project / "weights" / "layer.safetensors").write_bytes(b"other")
    assert verify("weights.sig", project / "weights") != 0
