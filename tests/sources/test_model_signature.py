"""OpenSSF model signatures found by a scan: who signed, and whether these are the files that were signed."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from inspector import places
from inspector.scan import ScanOptions, run_scan
from inspector.sources.model_signature import KnownKey, NotASignature, check, is_ignored, parse

KIND = "application/vnd.in-toto+json"
FILES = {"config.json": b'{"model_type": "x"}', "sub/model.safetensors": b"\x08\0\0\0\0\0\0\0{}      "}
IGNORED = ["model.sig", ".git", ".gitattributes", ".github", ".gitignore"]


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: Any) -> bytes:
    held: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return held


def spki(key: Any) -> bytes:
    held: bytes = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return held


def statement(files: dict[str, bytes], **changes: Any) -> dict[str, Any]:
    rows = [
        {"name": name, "algorithm": "sha256", "digest": hashlib.sha256(body).hexdigest()}
        for name, body in sorted(files.items())
    ]
    root = hashlib.sha256(b"".join(bytes.fromhex(row["digest"]) for row in rows)).hexdigest()
    made: dict[str, Any] = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "m", "digest": {"sha256": root}}],
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": {
            "serialization": {
                "method": "files",
                "hash_type": "sha256",
                "allow_symlinks": False,
                "ignore_paths": IGNORED,
            },
            "resources": rows,
        },
    }
    return {**made, **changes}


def bundle(said: dict[str, Any] | bytes, key: Any, material: dict[str, Any] | None = None) -> bytes:
    payload = said if isinstance(said, bytes) else json.dumps(said).encode()
    digest = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}[key.curve.key_size]
    encoded = b"DSSEv1 %d %s %d %s" % (len(KIND), KIND.encode(), len(payload), payload)
    signature = key.sign(encoded, ec.ECDSA(digest))
    hint = {"publicKey": {"hint": hashlib.sha256(pem(key)).hexdigest()}, "tlogEntries": []}
    return json.dumps(
        {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": material or hint,
            "dsseEnvelope": {
                "payload": base64.b64encode(payload).decode(),
                "payloadType": KIND,
                "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": ""}],
            },
        }
    ).encode()


def certificate(key: Any, usage: bool = True, name: str = "Ana") -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else [])
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.KeyUsage(usage, *[False] * 8), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name("ana@acme.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.DER)


def chain(*certificates: bytes, tlog: bool = False) -> dict[str, Any]:
    rows = [{"rawBytes": base64.b64encode(one).decode()} for one in certificates]
    return {"x509CertificateChain": {"certificates": rows}, "tlogEntries": [{}] if tlog else []}


def written(folder: Path, signature: bytes, files: dict[str, bytes] = FILES) -> Path:
    for name, body in {**files, "model.sig": signature}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    return folder


def trust(key: Any, revoked: str = "") -> None:
    held = spki(key)
    places.trust_store().parent.mkdir(parents=True, exist_ok=True)
    keyid = hashlib.sha256(held).hexdigest()
    line = f"Ana reviewer - - {keyid} {base64.b64encode(held).decode()}{revoked}\n"
    places.trust_store().write_text(line)


def scanned(target: Path | str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The one item of ``attributes.signatures``, on a model's node, and the result."""
    result = run_scan(ScanOptions(str(target), audit=False, jobs=1, use_cache=False))
    (node,) = [node for node in result["nodes"] if node["attributes"].get("signatures")]
    assert node["kind"] == "model"
    (item,) = node["attributes"]["signatures"]
    return item, result


def findings(result: dict[str, Any]) -> list[str]:
    return [item["severity"] for item in result["findings"] if item["rule"] == "integrity.claim-differs"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "home"))


class TestInAScan:
    def test_a_key_of_the_trust_store_made_it(self, tmp_path: Path, key: Any) -> None:
        trust(key)
        item, result = scanned(written(tmp_path / "m", bundle(statement(FILES), key)))
        assert item == {
            "path": "model.sig",
            "format": "openssf-model-signing",
            "method": "key",
            "signature": "valid",
            "signer": {"subject": "Ana", "keyid": hashlib.sha256(spki(key)).hexdigest()},
            "trusted": True,
            "why": "",
            "content": "matches",
            "changed": [],
            "missing": [],
            "unlisted": [],
            "ignored": [],
        }
        assert findings(result) == []

    def test_a_key_that_nobody_knows_is_neither_right_nor_wrong(self, tmp_path: Path, key: Any) -> None:
        item, result = scanned(written(tmp_path / "p" / "m", bundle(statement(FILES), key)).parent)
        assert (item["path"], item["signature"], item["trusted"]) == ("m/model.sig", "not-checked", None)
        assert item["content"] == "matches" and findings(result) == []

    def test_a_key_that_was_revoked_is_not_trusted(self, tmp_path: Path, key: Any) -> None:
        trust(key, " revoked:compromised")
        item, _ = scanned(written(tmp_path / "m", bundle(statement(FILES), key)))
        assert (item["signature"], item["trusted"]) == ("valid", False)

    def test_what_was_changed_taken_away_added_or_left_out_is_named(self, tmp_path: Path, key: Any) -> None:
        folder = written(tmp_path / "m", bundle(statement(FILES), key))
        (folder / "config.json").write_bytes(b"{}")
        (folder / "sub/model.safetensors").unlink()
        (folder / "extra.pkl").write_bytes(b"N.")
        (folder / ".github").mkdir()
        (folder / ".github/x.pkl").write_bytes(b"N.")
        item, result = scanned(folder)
        assert item["content"] == "differs"
        assert (item["changed"], item["missing"]) == (["config.json"], ["sub/model.safetensors"])
        assert (item["unlisted"], item["ignored"]) == (["extra.pkl"], [".github/x.pkl"])
        assert findings(result) == ["high"]

    def test_a_signature_that_was_changed_is_a_grave_finding(self, tmp_path: Path, key: Any) -> None:
        trust(key)
        made = json.loads(bundle(statement(FILES), key))
        other = json.loads(bundle(statement({**FILES, "config.json": b"{}"}), key))
        made["dsseEnvelope"]["payload"] = other["dsseEnvelope"]["payload"]
        folder = written(tmp_path / "m", json.dumps(made).encode(), {**FILES, "config.json": b"{}"})
        item, result = scanned(folder)
        assert (item["signature"], item["content"]) == ("invalid", "matches")
        assert findings(result) == ["high"]

    def test_what_is_no_signature_is_called_invalid(self, tmp_path: Path) -> None:
        item, result = scanned(written(tmp_path / "m", b'{"mediaType": "x"}'))
        assert (item["method"], item["signature"]) == ("unknown", "invalid")
        assert findings(result) == ["high"]

    def test_a_certificate_proves_itself_and_trust_is_the_stores_to_say(self, tmp_path: Path) -> None:
        owner = ec.generate_private_key(ec.SECP384R1())
        folder = written(tmp_path / "m", bundle(statement(FILES), owner, chain(certificate(owner))))
        item, result = scanned(folder)
        assert (item["method"], item["signature"], item["trusted"]) == ("certificate", "valid", False)
        assert item["signer"]["subject"] == "CN=Ana" and findings(result) == []

    def test_parts_of_files_are_read_once_more(self, tmp_path: Path, key: Any) -> None:
        body = bytes(range(256)) * 10
        rows = [
            {
                "name": f"w.bin:{at}:{min(at + 1000, 2560)}",
                "algorithm": "sha256-sharded-1000",
                "digest": hashlib.sha256(body[at : at + 1000]).hexdigest(),
            }
            for at in range(0, 2560, 1000)
        ]
        said = statement({})
        said["predicate"]["resources"] = rows
        said["predicate"]["serialization"].update(method="shards", shard_size=1000.0)
        root = hashlib.sha256(b"".join(bytes.fromhex(row["digest"]) for row in rows)).hexdigest()
        said["subject"][0]["digest"]["sha256"] = root
        folder = written(tmp_path / "m", bundle(said, key), {"w.bin": body})
        assert scanned(folder)[0]["content"] == "matches"
        (folder / "w.bin").write_bytes(body + b"more")
        assert scanned(folder)[0]["changed"] == ["w.bin"]

    def test_on_a_hub_its_word_for_a_digest_is_no_proof(self, hub: Any, key: Any) -> None:
        files = {"config.json": b"{}", "model.bin": b"N." + bytes(300_000)}
        hub.model("acme/x", {**files, "model.sig": bundle(statement(files), key)})
        item, _ = scanned("hf://acme/x")
        assert (item["content"], item["changed"]) == ("not-checked", [])
        other = {**files, "model.bin": b"other"}
        hub.model("acme/y", {**files, "model.sig": bundle(statement(other), key)})
        assert scanned("hf://acme/y")[0]["changed"] == ["model.bin"]


class TestOneSignature:
    @pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
    def test_each_curve_has_its_digest(self, curve: Any) -> None:
        owner = ec.generate_private_key(curve)
        signed = parse(bundle(statement(FILES), owner))
        assert check(signed, [KnownKey("Ana", spki(owner))]).signature == "valid"
        stranger = KnownKey("Bo", spki(ec.generate_private_key(curve)))
        assert check(signed, [stranger]).signature == "not-checked"

    def test_a_key_without_a_name_for_it_is_looked_for(self, key: Any) -> None:
        signed = parse(bundle(statement(FILES), key, {"publicKey": {}}))
        assert check(signed, [KnownKey("Ana", spki(key))]).subject == "Ana"

    def test_a_certificate_that_is_not_made_for_signing_or_of_another_key(self, key: Any) -> None:
        signed = parse(bundle(statement(FILES), key, chain(certificate(key, usage=False))))
        assert "not made for signing" in check(signed, []).why
        other = ec.generate_private_key(ec.SECP256R1())
        signed = parse(bundle(statement(FILES), key, chain(certificate(other))))
        assert check(signed, []).signature == "invalid"
        assert (
            check(parse(bundle(statement(FILES), key, chain(b"no certificate"))), []).signature == "invalid"
        )

    def test_the_keyless_way_is_told_from_a_certificate_of_ones_own(self, key: Any) -> None:
        signed = parse(bundle(statement(FILES), key, chain(certificate(key, name=""), tlog=True)))
        assert signed.method == "sigstore"
        found = check(signed, [])
        assert (found.signature, found.subject, found.trusted) == ("valid", "ana@acme.example", False)

    def test_an_old_one_is_read_and_checked(self, key: Any) -> None:
        said = {
            "_type": "https://in-toto.io/Statement/v1",
            "predicateType": "https://model_signing/Digests/v0.1",
            "subject": [{"name": "a.bin", "digest": {"sha256": "ab" * 32}}],
            "predicate": {"unused": "Unused"},
        }
        payload = json.dumps(said).encode()
        old = f"DSSEV1 {len(KIND)} {KIND} {len(payload)} {payload!r}".encode()
        made = json.loads(bundle(said, key))
        made["dsseEnvelope"]["payload"] = base64.b64encode(payload).decode()
        signature = key.sign(old, ec.ECDSA(hashes.SHA256()))
        made["dsseEnvelope"]["signatures"][0]["sig"] = base64.b64encode(signature).decode()
        signed = parse(json.dumps(made).encode())
        assert [one.name for one in signed.resources] == ["a.bin"]
        assert check(signed, [KnownKey("Ana", spki(key))]).signature == "valid"

    @pytest.mark.parametrize(
        "said",
        [
            statement(FILES, predicateType="https://slsa.dev/provenance/v1"),
            statement(FILES, _type="https://in-toto.io/Statement/v0.1"),
            statement(FILES, subject=[]),
            statement(FILES, subject=[{"name": "m", "digest": {"sha256": "00" * 32}}]),
            statement({"../up": b"x"}),
            statement({"/etc/passwd": b"x"}),
            statement({"a//b": b"x"}),
            statement({"lone\ud800": b"x"}),
            statement(FILES, predicate={"resources": 7, "serialization": {"method": "files"}}),
            statement(FILES, predicate=None),
            b"[" * 100_000,
            b'{"_type": 1, "_type": 2}',
            b"",
        ],
    )
    def test_what_contradicts_itself_is_none(self, key: Any, said: Any) -> None:
        with pytest.raises(NotASignature):
            parse(bundle(said, key))

    @pytest.mark.parametrize(
        "body", [b"", b"\0" * 50, b"{}", b"[]", b"null", b'{"a": 1, "a": 1}', b"7" * 9000]
    )
    def test_what_is_no_bundle_is_none(self, body: bytes) -> None:
        with pytest.raises(NotASignature):
            parse(body)

    def test_two_signatures_in_one_envelope_are_none(self, key: Any) -> None:
        made = json.loads(bundle(statement(FILES), key))
        made["dsseEnvelope"]["signatures"] *= 2
        with pytest.raises(NotASignature):
            parse(json.dumps(made).encode())

    def test_an_ignored_folder_takes_what_is_in_it_along(self) -> None:
        assert is_ignored(".github/x.pkl", [".github"]) and is_ignored("a", ["a"])
        assert not is_ignored(".githubx", [".github"]) and not is_ignored("a", ["", ".", "./"])
