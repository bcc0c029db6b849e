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

    @pytest.mark.parametrize("algorithm", ["blake3", "sha3-512", "\u202e", ""])
    def test_digests_that_are_not_computed_here_are_said_not_to_be_compared(
        self, tmp_path: Path, key: Any, algorithm: str
    ) -> None:
        trust(key)
        said = statement(FILES)
        for one in said["predicate"]["resources"]:
            one["algorithm"] = algorithm
        item, _ = scanned(written(tmp_path / "m", bundle(said, key)))
        assert (item["signature"], item["content"]) == ("valid", "not-checked")
        shown = "\\u202e" if algorithm == "\u202e" else algorithm.partition("-")[0]
        assert item["why"] == (
            f"2 of its files were not compared: no digest of this kind ({shown}) is computed here."
        )
        (tmp_path / "m" / "more.bin").write_bytes(b"x")
        assert scanned(tmp_path / "m")[0]["content"] == "differs"

    def test_of_parts_with_such_digests_it_is_told_that_they_end_elsewhere(
        self, tmp_path: Path, key: Any
    ) -> None:
        said = statement({})
        rows = [{"name": "w.bin:0:10", "algorithm": "blake3-sharded-10", "digest": "ab" * 32}]
        said["predicate"]["resources"] = rows
        said["predicate"]["serialization"]["method"] = "shards"
        said["subject"][0]["digest"]["sha256"] = hashlib.sha256(bytes.fromhex("ab" * 32)).hexdigest()
        folder = written(tmp_path / "m", bundle(said, key), {"w.bin": b"0" * 10})
        assert scanned(folder)[0]["content"] == "not-checked"
        (folder / "w.bin").write_bytes(b"0" * 11)
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


class TestHostileOnes:
    """Each costs its own verdict: the rest of the scan is as it would be without it."""

    @staticmethod
    def item(folder: Path) -> dict[str, Any]:
        item, result = scanned(folder)
        read = {one["path"] for one in result["files"]} - {"model.sig"}
        assert read == set(FILES)
        return item

    @pytest.mark.parametrize(
        "body",
        [
            b"[" * 900_000,
            b'{"a":' * 150_000,
            b'{"dsseEnvelope": ' + b"[" * 17 + b"]" * 17 + b"}",
            b'"' + b'\\"' * 400_000,
        ],
        ids=["lists", "maps", "a little too deep", "quotes"],
    )
    def test_deep_json_is_no_signature(self, tmp_path: Path, body: bytes) -> None:
        assert self.item(written(tmp_path / "m", body))["signature"] == "invalid"

    def test_depth_inside_of_a_text_is_none(self, key: Any) -> None:
        said = statement(FILES)
        said["predicate"]["serialization"]["ignore_paths"] = ["[" * 40 + '\\"{' * 40]
        assert parse(bundle(said, key)).ignore

    def test_a_deep_payload_is_no_signature(self, key: Any) -> None:
        with pytest.raises(NotASignature, match="deeper"):
            parse(bundle(b"[" * 100_000, key))

    def test_more_than_a_mebibyte_is_not_read(self, tmp_path: Path, key: Any) -> None:
        folder = written(tmp_path / "m", bundle(statement(FILES), key) + b" " * (1 << 20))
        found = self.item(folder)
        assert (found["signature"], found["content"]) == ("not-checked", "not-checked")
        assert "too large" in found["why"]

    def test_a_giant_certificate_is_not_parsed(self, tmp_path: Path, key: Any) -> None:
        giant = certificate(key) + bytes(200_000)
        found = self.item(written(tmp_path / "m", bundle(statement(FILES), key, chain(giant))))
        assert found["signature"] == "invalid" and "larger than any real one" in found["why"]

    def test_a_long_list_that_leads_out_is_refused_whole(self, tmp_path: Path, key: Any) -> None:
        (tmp_path / "secret").write_bytes(b"x")
        names = {f"{'../' * (1 + number % 9)}secret{number}": b"x" for number in range(1_000)}
        found = self.item(written(tmp_path / "m", bundle(statement({**FILES, **names}), key)))
        assert (found["signature"], found["missing"]) == ("invalid", [])

    def test_a_path_longer_than_any_is_refused(self, key: Any) -> None:
        with pytest.raises(NotASignature, match="too long"):
            parse(bundle(statement({"a" * 5_000: b"x"}), key))

    def test_of_too_many_signatures_the_rest_is_said_not_to_be_checked(
        self, tmp_path: Path, key: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from inspector.scan import signatures

        monkeypatch.setattr(signatures, "_MOST", 1)
        for name in ("a", "b"):
            written(tmp_path / "p" / name, bundle(statement(FILES), key))
        result = run_scan(ScanOptions(str(tmp_path / "p"), audit=False, jobs=1, use_cache=False))
        items = [one for node in result["nodes"] for one in node["attributes"].get("signatures", ())]
        assert [one["content"] for one in items] == ["matches", "not-checked"]

    def test_a_file_is_not_read_again_for_each_of_many_signatures(
        self, tmp_path: Path, key: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from inspector.scan import signatures

        monkeypatch.setattr(signatures, "_SMALL", 0)
        hashed, digest_of = [], signatures._digest
        monkeypatch.setattr(signatures, "_digest", lambda *of: hashed.append(of) or digest_of(*of))
        body = b"weights"
        folders = ["a", "a/b", "a/b/c", "a/b/c/d"]
        for folder in folders:
            said = statement({})
            inner = "a/b/c/d/w.bin"[len(folder) + 1 :]
            digest = hashlib.blake2b(body).hexdigest()
            said["predicate"]["resources"] = [{"name": inner, "algorithm": "blake2b", "digest": digest}]
            root = hashlib.sha256(bytes.fromhex(digest)).hexdigest()
            said["subject"][0]["digest"]["sha256"] = root
            written(tmp_path / "p" / folder, bundle(said, key), {})
        (tmp_path / "p/a/b/c/d/w.bin").write_bytes(body)
        result = run_scan(ScanOptions(str(tmp_path / "p"), audit=False, jobs=1, use_cache=False))
        items = [one for node in result["nodes"] for one in node["attributes"].get("signatures", ())]
        assert len(items) == 4 and all(one["changed"] == [] for one in items)
        assert len(hashed) == 2
