"""The gate at its bounds: what it reads at most, the next step it names, and who signed as what."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from pathlib import Path
from typing import Any

import pytest
from gate_by_hand import KEY, SECOND, Package, Record, trusted

from inspector.gate import inspector_gate as gate
from inspector.gate.inspector_gate import Refusal, Unreadable
from inspector.record import dsse

DOCS = Path(__file__).resolve().parents[2] / "docs" / "record.md"


class Noting(Package):
    """A package that remembers how much was asked for."""

    asked: dict[str, int]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.asked = {}

    def read(self, name: str, limit: int) -> bytes | None:
        self.asked[name] = limit
        return super().read(name, limit)


# --- Refusals -----------------------------------------------------------------------------------


def test_each_refusal_that_the_documents_name_has_a_next_step() -> None:
    table = DOCS.read_text(encoding="utf-8").partition("| check | codes |")[2].partition("\n\n")[0]
    codes = {code for row in table.splitlines() for code in re.findall(r"`([a-z-]+)`", row.partition("|")[2])}
    codes -= {"verify", "packages", "--packages", "--timestamp"}
    assert set(gate.NEXT_STEPS) == codes
    assert all(step.endswith(".") and step[0].isupper() for step in gate.NEXT_STEPS.values())


def test_a_refusal_is_its_sentence() -> None:
    refusal = Refusal("code", "One sentence.")
    assert (str(refusal), refusal.code, refusal.sentence) == ("One sentence.", "code", "One sentence.")


def test_every_refusal_is_said_with_its_next_step() -> None:
    report = gate.Report()
    for code in gate.NEXT_STEPS:
        report.checks.append(gate.Check("bytes", "failed", "Words.", code))
    said = [f"refused: {code}: Words. {step}" for code, step in gate.NEXT_STEPS.items()]
    assert gate.say(report) == said


# --- Persons ------------------------------------------------------------------------------------


def test_who_signed_and_who_countersigned(record: Record) -> None:
    record.countersigned()
    report = record.judged(trust=[trusted(), trusted(SECOND, "Ben")])
    assert [(one.principal, one.countersigned) for one in report.signers] == [("Ana", False), ("Ben", True)]
    words = [check.words for check in report.checks if check.check == "four eyes"]
    assert words == ["2 of 1 required, by Ana, Ben"]


@pytest.mark.parametrize("asks", [True, "yes", None, 0])
def test_a_record_may_ask_for_a_second_person_and_no_third(record: Record, asks: Any) -> None:
    record.predicate["separationOfDuties"] = {"required": asks}
    both = [trusted(), trusted(SECOND, "Ben")]
    assert record.codes(trust=both) == ["four-eyes"]
    record.countersigned()
    assert record.codes(trust=both) == []
    assert record.codes(trust=both, require=3) == ["four-eyes"]


@pytest.mark.parametrize("name", ["Sig", "SIG", "s_ig", "KeyId", "key_id", "KEYID"])
def test_a_signature_spells_its_keys_in_one_way(name: str) -> None:
    value = dsse.envelope_object(dsse.sign(b"payload", KEY))
    value["signatures"][0][name] = "x"
    with pytest.raises(Refusal, match="differ"):
        gate.envelope_of(dsse.canonical_bytes(value), "it")


def test_openssl_says_nothing_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    """What is written to standard output is the gate's one line."""
    envelope = dsse.sign(b"payload", KEY)
    assert gate._openssl_holds(KEY.public.spki, envelope)
    assert not gate._openssl_holds(KEY.public.spki, envelope._replace(payload=b"x"))
    assert capfd.readouterr() == ("", "")


def test_a_signature_of_another_length_is_none() -> None:
    envelope = dsse.sign(b"payload", KEY)
    for signature in (b"", envelope.signature + b"\0", envelope.signature[:-1]):
        assert gate.signature_holds(KEY.public.spki, envelope._replace(signature=signature)) is False


# --- What is read -------------------------------------------------------------------------------


def test_what_is_read_at_most(record: Record) -> None:
    record.countersigned()
    record.predicate["attachments"] = [{"name": "report.pdf", "digest": {"sha256": "ab" * 32}}]
    record.predicate["packageFiles"] = {}
    raw = dsse.envelope_bytes(dsse.sign(record.payload(), KEY))
    package = Noting(raw, record.beside, whole=True)
    gate.Verification(
        package, [trusted(), trusted(SECOND, "Ben")], now=gate.seconds("2026-06-01T00:00:00Z")
    ).run()
    assert package.asked["countersignature-0.dsse.json"] == 1 << 20
    assert package.asked[gate.SUMS_NAME] == package.asked[gate.BUNDLE_NAME] == 64 << 20
    assert package.asked[gate.LINES_NAME] == 128 << 20  # the record and 64 countersignatures
    assert package.asked[gate.PACKAGE_NAME] == 64 << 20
    assert package.asked["report.pdf"] == 256 << 20


def test_no_more_is_read_than_asked_for() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size if size is not None and size >= 0 else 2, 2))

    for limit in range(6):
        stream = Slow(b"abcdefgh")
        assert gate._read_up_to(stream, limit) == b"abcdefgh"[:limit]
        assert stream.tell() == limit


def test_a_package_and_a_trust_store_may_lie_behind_links(tmp_path: Path) -> None:
    """Volumes of Kubernetes show every file as a link."""
    key = KEY.public
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x").write_bytes(b"{}")
    line = f"Ana reviewer - - {key.keyid} {base64.b64encode(key.spki).decode()}\n"
    (tmp_path / "data" / "trust").write_text(line)
    (tmp_path / gate.RECORD_NAME).symlink_to("data/x")
    (tmp_path / "trust").symlink_to("data/trust")
    assert gate.FolderPackage(str(tmp_path)).record() == (gate.RECORD_NAME, b"{}")
    assert [one.principal for one in gate.read_trust(str(tmp_path / "trust"))] == ["Ana"]
    # The state file is written to, and no link is followed there.
    (tmp_path / "state").symlink_to("data/x")
    with pytest.raises(Unreadable):
        gate._read_state(str(tmp_path / "state"))


@pytest.mark.parametrize(
    ("target", "inside"),
    [
        *(("./x", True), ("./../x", False), ("a//../x", True), ("a//../../x", False), ("a/./../../x", False)),
        *(("a/../x", True), (".", True), ("..", False), ("a/..", True), ("a/../..", False)),
    ],
)
def test_a_part_that_names_no_folder_leads_nowhere(target: str, inside: bool) -> None:
    assert gate._stays_inside("l", target) is inside


def test_a_key_knows_its_line_in_the_trust_store() -> None:
    lines = [
        f"{name} reviewer - - {key.public.keyid} {base64.b64encode(key.public.spki).decode()}\n"
        for name, key in (("Ana", KEY), ("Ben", SECOND))
    ]
    assert [one.line for one in gate.parse_trust("# keys\n\n" + "".join(lines))] == [3, 4]
    public = KEY.public
    assert gate.TrustedKey("Ana", (), None, None, public.keyid, public.spki).line == 0  # in no store yet


# --- Installed packages -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pip", "setuptools", "wheel", "uv"])
def test_each_installer_is_warned_of(record: Record, tmp_path: Path, name: str) -> None:
    root, site = tmp_path / "root", tmp_path / "site"
    root.mkdir()
    for package, version in (("one", "1.0"), (name, "2.0")):
        folder = site / f"{package}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Name: {package}\nVersion: {version}\n")
    lock = b"one==1.0\n"
    (root / "requirements.txt").write_bytes(lock)
    record.files = {"requirements.txt": (len(lock), hashlib.sha256(lock).hexdigest())}
    record.predicate["lockfiles"] = [{"name": "requirements.txt"}]
    report = record.judged(root=str(root), packages=str(site))
    assert [(one.result, one.code) for one in report.checks if one.check == "packages"] == [
        ("warning", "package-tool"),
        ("passed", ""),
    ]


def test_a_lock_file_lies_in_any_folder() -> None:
    for name in ("requirements.txt", "a/requirements.txt", "a/b/requirements-dev.txt"):
        assert gate.locked_versions(name, b"one==1.0\n") == {"one": {"1.0"}}
    for name in ("uv.lock", "a/uv.lock", "a/b/pylock.toml"):
        table = b'[[package]]\nname = "one"\nversion = "1.0"\n'
        assert gate.locked_versions(name, table) == {"one": {"1.0"}}
