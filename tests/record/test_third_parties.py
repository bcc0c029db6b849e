"""Others verify what we write: openssl with jq, coreutils, securesystemslib, in-toto-attestation."""

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
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from inspector.record.keys import FileKey

Sign = Callable[..., Path]
HAS_PROGRAMS = all(shutil.which(name) for name in ("openssl", "jq", "sha256sum", "sh"))


def by_script(package: Path, *arguments: Path) -> tuple[int, str]:
    """verify.sh for real; where openssl or jq is missing, its signature and digest checks by the library."""
    if HAS_PROGRAMS:
        command = ["sh", str(package / "verify.sh"), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr
    keys = [one for one in arguments if one.is_file()] or list((package / "keys").glob("*.pub"))
    envelope = json.loads((package / "review-record.dsse.json").read_text())
    payload = base64.b64decode(envelope["payload"])
    message = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)
    public = load_pem_public_key(keys[0].read_bytes())
    assert isinstance(public, ec.EllipticCurvePublicKey)
    try:
        public.verify(base64.b64decode(envelope["signatures"][0]["sig"]), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return 1, "refused: the key does not verify the record"
    for item in json.loads(payload)["predicate"]["manifest"]["files"]:
        for root in (one for one in arguments if one.is_dir()):
            if hashlib.sha256((root / item["name"]).read_bytes()).hexdigest() != item["sha256"]:
                return 1, "refused: files are not the approved ones"
    return 0, "Verified OK"


def test_openssl_jq_and_coreutils_are_enough(sign: Sign, project: Path, key: FileKey, tmp_path: Path) -> None:
    package = sign()
    public = tmp_path / "reviewer.pub"
    public.write_bytes(key.public.pem)
    status, said = by_script(package, public, project)
    assert status == 0 and said.rstrip().endswith("Verified OK"), said
    assert by_script(package)[0] == 0


def test_openssl_jq_and_coreutils_see_what_was_done(
    sign: Sign, project: Path, second_key: FileKey, tmp_path: Path
) -> None:
    package = sign()
    public = tmp_path / "other.pub"
    public.write_bytes(second_key.public.pem)
    assert by_script(package, public)[0] == 1
    (project / "app.py").write_text("print('other')\n")
    assert by_script(package, project)[0] == 1


@pytest.mark.skipif(not HAS_PROGRAMS, reason="the script itself needs openssl, jq and sha256sum")
def test_the_script_sees_extra_files_edits_and_expiry(sign: Sign, project: Path) -> None:
    package = sign()
    (project / "__pycache__").mkdir()
    (project / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert by_script(package, project)[0] == 0
    (project / "new\nname.pkl").write_bytes(b"x")
    status, said = by_script(package, project)
    assert status == 1 and "not in the record" in said
    (package / "report.html").write_text("all fine")
    assert "was changed" in by_script(package)[1]
    (project / "new\nname.pkl").unlink()
    assert "valid until" in by_script(sign(valid_until="2026-05-29"))[1]
    assert "the decision is: rejected" in by_script(sign(decision="rejected"))[1]


@pytest.mark.skipif(not HAS_PROGRAMS, reason="the script itself needs openssl, jq and sha256sum")
@pytest.mark.parametrize("outcome", ["rejected", "deferred"])
def test_the_script_compares_the_files_before_it_says_the_outcome(
    sign: Sign, project: Path, outcome: str
) -> None:
    package = sign(decision=outcome)
    status, said = by_script(package, project)
    assert status == 1
    assert said.index("bytes: every listed file") < said.index(f"refused: the decision is: {outcome}")
    (project / "app.py").write_text("print('other')\n")
    status, said = by_script(package, project)
    assert status == 1 and "not the listed ones" in said
    assert "the decision is" not in said


@pytest.mark.skipif(not HAS_PROGRAMS, reason="the script itself needs openssl, jq and sha256sum")
def test_the_script_looks_at_the_printed_report_too(sign: Sign, tmp_path: Path, key: FileKey) -> None:
    from inspector.record.interface import Attachment

    public = tmp_path / "reviewer.pub"
    public.write_bytes(key.public.pem)
    pdf = Attachment("review-report.pdf", "application/pdf", b"%PDF-1.4 pages")
    package = sign(after_signing=lambda signed: [pdf])
    status, said = by_script(package)
    assert status == 0 and "package: the printed report" in said
    other = sign(after_signing=lambda signed: [pdf], now=1_780_000_100)
    for spoil, expected in (
        (lambda: (package / "review-report.pdf").write_bytes(b"%PDF-1.4 other"), "was changed"),
        (lambda: shutil.copy(other / "package-files.dsse.json", package), "nothing that was signed"),
        (lambda: (package / "package-files.dsse.json").unlink(), "nothing that was signed"),
        (lambda: (package / "review-report.pdf").unlink(), "Verified OK"),
        (lambda: shutil.rmtree(package / "keys"), "Verified OK"),
    ):
        spoil()
        status, said = by_script(package, public)
        assert expected in said and status == (1 if expected == "was changed" else 0)
    bare = sign()
    (bare / "review-report.pdf").write_bytes(b"%PDF-1.4 added")
    status, said = by_script(bare)
    assert status == 1 and "added after signing" in said


@pytest.mark.skipif(not HAS_PROGRAMS, reason="the script itself needs openssl, jq and sha256sum")
def test_the_script_does_not_read_through_links(sign: Sign, review: Any, project: Path) -> None:
    (project / "latest").symlink_to("weights")
    (project / "current.bin").symlink_to("model.bin")
    review.rescan()
    package = sign()
    status, said = by_script(package, project)
    assert status == 0, said
    (project / "current.bin").unlink()
    (project / "current.bin").symlink_to("app.py")
    status, said = by_script(package, project)
    assert status == 1 and "links under" in said
    (project / "current.bin").unlink()
    (project / "current.bin").symlink_to("model.bin")
    copy = (project / "model.bin").rename(project.parent / "elsewhere.bin")
    (project / "model.bin").symlink_to(copy)
    status, said = by_script(package, project)
    assert status == 1 and "model.bin" in said


def test_sha256sum_takes_the_list(sign: Sign, project: Path) -> None:
    package = sign()
    command = ["sha256sum", "--strict", "--quiet", "-c", str(package / "SHA256SUMS")]
    if shutil.which("sha256sum"):
        assert subprocess.run(command, cwd=project, timeout=60).returncode == 0
    for line in (package / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.removeprefix("\\").split("  ", 1)
        if line.startswith("\\"):
            name = name.replace("\\n", "\n").replace("\\\\", "\\")
        assert hashlib.sha256((project / name).read_bytes()).hexdigest() == digest


def test_securesystemslib_verifies_the_envelope(sign: Sign, key: FileKey, second_key: FileKey) -> None:
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer import SSlibKey

    envelope = Envelope.from_dict(json.loads((sign() / "review-record.dsse.json").read_text()))
    public = load_pem_public_key(key.public.pem)
    other = load_pem_public_key(second_key.public.pem)
    assert envelope.verify([SSlibKey.from_crypto(public, keyid=key.public.keyid)], 1)
    with pytest.raises(VerificationError):
        envelope.verify([SSlibKey.from_crypto(other, keyid=key.public.keyid)], 1)


NODE_SCRIPT = """
const { bundleFromJSON } = require("@sigstore/bundle");
const { Verifier, toSignedEntity } = require("@sigstore/verify");
const fs = require("fs");
const [bundlePath, keyPath] = process.argv.slice(2);
const publicKey = require("crypto").createPublicKey(fs.readFileSync(keyPath));
const trust = { publicKey: () => ({ publicKey, validFor: () => true }),
  certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
const none = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
const bundle = bundleFromJSON(JSON.parse(fs.readFileSync(bundlePath)));
new Verifier(trust, none).verify(toSignedEntity(bundle));
console.log("verified");
"""


def node_modules() -> Path | None:
    """Where npm put @sigstore/verify: the folder in NODE_PATH, or that of all users. Nothing is fetched."""
    places = [Path(one) for one in os.environ.get("NODE_PATH", "").split(os.pathsep) if one]
    places += [Path("/usr/lib/node_modules"), Path("/usr/local/lib/node_modules")]
    return next((one for one in places if (one / "@sigstore" / "verify").is_dir()), None)


@pytest.mark.skipif(
    shutil.which("node") is None or node_modules() is None,
    reason="node with @sigstore/verify and @sigstore/bundle (in NODE_PATH) is not here",
)
@pytest.mark.parametrize("kind", ["P-256", "Ed25519"])
def test_sigstore_in_node_verifies_the_bundle(
    sign: Sign, second_key: FileKey, tmp_path: Path, kind: str
) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    signer = second_key if kind == "P-256" else FileKey(Ed25519PrivateKey.generate())
    package = sign(key=signer)
    script, public = tmp_path / "verify.cjs", tmp_path / "key.pub"
    script.write_text(NODE_SCRIPT)
    public.write_bytes(signer.public.pem)
    bundle = package / "review-record.sigstore.json"
    command = ["node", str(script), str(bundle), str(public)]
    environment = {**os.environ, "NODE_PATH": str(node_modules())}

    def verdict() -> tuple[int, str]:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
        return done.returncode, done.stdout + done.stderr

    assert verdict() == (0, "verified\n")
    value = json.loads(bundle.read_text())
    payload = base64.b64decode(value["dsseEnvelope"]["payload"]).replace(b'"approved"', b'"deferred"')
    value["dsseEnvelope"]["payload"] = base64.b64encode(payload).decode()
    bundle.write_text(json.dumps(value))
    status, said = verdict()
    assert status != 0 and "VerificationError" in said


def test_in_toto_takes_the_statement(sign: Sign) -> None:
    from google.protobuf import json_format
    from in_toto_attestation.v1 import statement_pb2
    from in_toto_attestation.v1.statement import Statement

    envelope = json.loads((sign() / "review-record.dsse.json").read_text())
    message = json_format.Parse(base64.b64decode(envelope["payload"]), statement_pb2.Statement())
    Statement.copy_from_pb(message).validate()


def test_the_bundle_holds_the_same_signature(sign: Sign, key: FileKey, payload_of: Any) -> None:
    package = sign()
    envelope = json.loads((package / "review-record.dsse.json").read_text())
    bundle = json.loads((package / "review-record.sigstore.json").read_text())
    assert bundle["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json"
    assert bundle["dsseEnvelope"] == envelope
    assert bundle["verificationMaterial"]["tlogEntries"] == []
    hint = hashlib.sha256(key.public.pem).hexdigest()
    assert bundle["verificationMaterial"]["publicKey"] == {"hint": hint}
    assert len(payload_of(package)["subject"]) <= 1024


def test_the_attestation_bundle_is_one_envelope_a_line(sign: Sign) -> None:
    package = sign()
    (line,) = (package / "review.intoto.jsonl").read_text().splitlines()
    assert json.loads(line) == json.loads((package / "review-record.dsse.json").read_text())


def test_verify_md_names_key_and_project(sign: Sign, key: FileKey) -> None:
    text = (sign() / "VERIFY.md").read_text()
    assert key.public.keyid in text and "assistant" in text and "{" + "KEYID" not in text


TSA_SETTINGS = """
[tsa]
default_tsa = here
[here]
serial = {place}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[request]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
[stamp]
extendedKeyUsage = critical,timeStamping
"""


@pytest.mark.skipif(not HAS_PROGRAMS, reason="an authority is made with openssl")
def test_a_timestamp_over_the_signature_is_verified_by_openssl_and_by_us(
    sign: Sign, tmp_path: Path, trust_file: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The commands of docs/record.md, with an authority made here (RFC 3161)."""
    place = tmp_path / "authority"
    place.mkdir()
    (place / "serial").write_text("01\n")
    (place / "settings").write_text(TSA_SETTINGS.format(place=place))

    def openssl(*words: object, code: int = 0) -> None:
        done = subprocess.run(
            ["openssl", *map(str, words)], cwd=place, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == code, done.stderr

    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    made = ("-config", "settings", "-days", 30)
    root = ("-subj", "/CN=root", "-keyout", "root.key", "-out", "root.pem", "-extensions", "root")
    openssl("req", "-x509", *new_key, *made, *root)
    openssl("req", *new_key, "-config", "settings", "-subj", "/CN=stamp", "-keyout", "k", "-out", "csr")
    signed_by = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial")
    stamp = ("-extfile", "settings", "-extensions", "stamp", "-days", 30, "-out", "cert")
    openssl("x509", "-req", "-in", "csr", *signed_by, *stamp)

    package = sign()
    envelope = json.loads((package / "review-record.dsse.json").read_text())
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    (place / "signature.bin").write_bytes(signature)
    openssl("ts", "-query", "-data", "signature.bin", "-sha256", "-cert", "-out", "request.tsq")
    reply = ("-queryfile", "request.tsq", "-signer", "cert", "-inkey", "k", "-out", "response.tsr")
    openssl("ts", "-reply", "-config", "settings", "-section", "here", *reply)
    verify = ("ts", "-verify", "-in", "response.tsr", "-data", "signature.bin", "-CAfile", "root.pem")
    openssl(*verify)
    (place / "signature.bin").write_bytes(signature + b"x")
    openssl(*verify, code=1)

    from inspector.cli import run

    def ours(record: Path, *more: str) -> tuple[int, str]:
        capsys.readouterr()
        code = run(["verify", str(record), "--trust", str(trust_file), *more])
        return code, capsys.readouterr().err

    shutil.copyfile(place / "response.tsr", package / "response.tsr")
    code, said = ours(package)
    assert code == 0 and "warning: timestamp: Not checked" in said
    stamped = ("--timestamp", str(place / "response.tsr"), "--authority", str(place / "root.pem"))
    code, said = ours(package, *stamped)
    assert code == 0 and "timestamp" not in said
    code, said = ours(sign(now=1_780_000_100), *stamped)  # another record
    assert code == 1 and "refused: timestamp: No named authority" in said
    openssl("req", "-x509", *new_key, *made, *root[:-4], "-out", "other.pem", "-extensions", "root")
    code, said = ours(package, *stamped[:3], str(place / "other.pem"))
    assert code == 1 and "refused: timestamp: No named authority" in said
    assert ours(package, *stamped[:2])[0] == 2
    assert ours(package, *stamped[:3], str(place / "nowhere"))[0] == 2
    monkeypatch.setattr("inspector.record.timestamp.seconds_of", lambda report: 2**33)
    code, said = ours(package, *stamped)
    assert code == 1 and "before the time of signing" in said
