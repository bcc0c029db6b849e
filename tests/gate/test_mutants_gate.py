"""The gate at its bounds: each word of its tables, each second of its clocks, each byte of its forms."""

from __future__ import annotations

import base64
import contextlib
import gc
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from inspector.gate import inspector_gate as gate
from inspector.gate.inspector_gate import Refusal, TrustedKey, Unreadable
from inspector.record import dsse
from inspector.record.keys import FileKey, PublicKey, new_key

SIGNED = gate.seconds("2026-05-28T20:26:40Z")
UNTIL = gate.seconds("2026-12-31T00:00:00Z")
NOW = gate.seconds("2026-06-01T00:00:00Z")
KEY = new_key()
SECOND = new_key()


def trusted(key: FileKey = KEY, name: str = "Ana", **more: Any) -> TrustedKey:
    line = TrustedKey(name, ("reviewer",), None, None, key.public.keyid, key.public.spki)
    return line._replace(**more)


class Package:
    """A record in memory, with what lies beside it."""

    def __init__(self, record: bytes, beside: dict[str, bytes], *, whole: bool) -> None:
        self._files = {gate.RECORD_NAME: record, **beside}
        self._whole = whole

    def record(self) -> tuple[str, bytes]:
        return gate.RECORD_NAME, self._files[gate.RECORD_NAME]

    def names(self) -> list[str]:
        return sorted(self._files)

    def read(self, name: str, limit: int) -> bytes | None:
        return self._files.get(name)

    def is_whole(self) -> bool:
        return self._whole


def digest_of(files: dict[str, tuple[int, str]]) -> str:
    lines = b"".join(gate.sums_line(files[name][1], name) for name in sorted(files, key=str.encode))
    return hashlib.sha256(lines).hexdigest()


class Record:
    """A record by hand: a test changes what it is about and asks what comes of it."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[int, str]] = {"model.bin": (3, "ab" * 32)}
        self.links: list[dict[str, str]] = []
        self.beside: dict[str, bytes] = {}
        self.whole = False
        self.predicate: dict[str, Any] = {
            "schemaVersion": "1.0",
            "critical": [],
            "recordId": "r-1",
            "serial": 7,
            "supersedes": [],
            "project": {"id": "acme/assistant"},
            "decision": "approved",
            "signedAt": gate.shown_time(SIGNED),
            "validUntil": gate.shown_time(UNTIL),
            "reviewers": [{"name": "Ana"}],
            "separationOfDuties": {},
            "scope": {},
            "findings": [],
            "exceptions": [],
            "checklist": {"items": []},
            "tool": {},
            "attachments": [],
        }

    def payload(self) -> bytes:
        digest = digest_of(self.files)
        both = {"sha256": digest, "dirHash1": digest}
        rows = [{"name": name, "size": size, "sha256": sha} for name, (size, sha) in self.files.items()]
        manifest = {"format": "sha256sum", "files": rows, "digest": {"sha256": digest}, "links": self.links}
        statement = {
            "_type": gate.STATEMENT_TYPE,
            "predicateType": gate.REVIEW_TYPE,
            "subject": [{"name": gate.SUMS_NAME, "digest": both}],
            "predicate": {**self.predicate, "manifest": manifest},
        }
        return dsse.canonical_bytes(statement)

    def countersigned(self, *, key: FileKey = SECOND, at: int = SIGNED + 60, **change: Any) -> None:
        digest = hashlib.sha256(self.payload()).hexdigest()
        predicate = {
            "schemaVersion": "1.0",
            "role": "reviewer",
            "decision": self.predicate["decision"],
            "statement": "Seen.",
            "signedAt": gate.shown_time(at),
            "name": "Ben",
            "keyid": key.public.keyid,
            **change,
        }
        statement = {
            "_type": gate.STATEMENT_TYPE,
            "predicateType": gate.COUNTERSIGNATURE_TYPE,
            "subject": [{"name": "record", "digest": {"sha256": digest}}],
            "predicate": predicate,
        }
        envelope = dsse.sign(dsse.canonical_bytes(statement), key)
        name = f"countersignature-{len(self.beside)}.dsse.json"
        self.beside[name] = dsse.envelope_bytes(envelope)

    def judged(self, *, now: int = NOW, trust: list[TrustedKey] | None = None, **options: Any) -> gate.Report:
        raw = dsse.envelope_bytes(dsse.sign(self.payload(), KEY))
        package = Package(raw, self.beside, whole=self.whole)
        keys = [trusted()] if trust is None else trust
        return gate.Verification(package, keys, now=now, **options).run()

    def codes(self, **options: Any) -> list[str]:
        return [check.code for check in self.judged(**options).refusals]

    def warnings(self, **options: Any) -> list[str]:
        return [check.code for check in self.judged(**options).warnings]


@pytest.fixture
def record() -> Record:
    return Record()


def finding(**change: str) -> dict[str, str]:
    return {"id": "F-1", "severity": "low", "state": "fixed", "because": "Seen.", **change}


def exception(**change: Any) -> dict[str, Any]:
    ends = gate.shown_time(UNTIL)
    known = {"id": "E-1", "rationale": "Why.", "owner": "Ana", "expires": ends, "findings": ["F-1"]}
    return {**known, **change}


# --- Words -------------------------------------------------------------------------------------


def test_a_record_by_hand_is_approved(record: Record) -> None:
    assert record.codes() == []
    assert record.warnings() == ["no-root"]


@pytest.mark.parametrize(
    "name", ["manifest", "manifest.links", "scope", "scope.leftOut", "validUntil", "exceptions"]
)
def test_each_field_that_is_understood_may_be_a_must(record: Record, name: str) -> None:
    record.predicate["critical"] = [name]
    assert record.codes() == []
    record.predicate["critical"] = [name, "new"]
    assert record.codes() == ["critical"]


@pytest.mark.parametrize(
    ("decision", "codes"),
    [
        ("approved", []),
        ("approved-with-exceptions", []),
        ("rejected", ["not-approved"]),
        ("deferred", ["not-approved"]),
        ("fine", ["schema"]),
    ],
)
def test_each_decision_is_a_known_word(record: Record, decision: str, codes: list[str]) -> None:
    record.predicate["decision"] = decision
    assert record.codes() == codes


@pytest.mark.parametrize("severity", ["critical", "high", "medium", "low", "info"])
@pytest.mark.parametrize(
    "state", ["open", "confirmed", "fixed", "accepted", "false-positive", "not-applicable"]
)
def test_each_severity_and_state_means_what_it_says(record: Record, severity: str, state: str) -> None:
    record.predicate["findings"] = [finding(severity=severity, state=state)]
    record.predicate["exceptions"] = [exception()]
    grave = severity in ("critical", "high")
    bad = grave and state in ("open", "confirmed", "accepted")
    assert record.codes() == (["incomplete"] if bad else [])
    record.predicate["decision"] = "approved-with-exceptions"
    assert record.codes() == (["incomplete"] if bad and state != "accepted" else [])


@pytest.mark.parametrize("state", ["false-positive", "not-applicable"])
@pytest.mark.parametrize("because", ["", " ", None])
def test_a_finding_is_set_aside_with_a_reason(record: Record, state: str, because: Any) -> None:
    record.predicate["findings"] = [{**finding(state=state), "because": because}]
    assert record.codes() == ["incomplete"]


@pytest.mark.parametrize("change", [{"severity": "grave"}, {"state": "new"}, {"severity": "open"}])
def test_a_finding_in_other_words_is_refused(record: Record, change: dict[str, str]) -> None:
    record.predicate["findings"] = [finding(**change)]
    assert record.codes() == ["schema"]


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        *(("yes", []), ("no", []), ("partial", []), ("n/a", [])),
        *(("unknown", ["incomplete"]), (None, ["incomplete"]), ("perhaps", ["schema"])),
    ],
)
def test_each_answer_to_a_required_question(record: Record, answer: Any, codes: list[str]) -> None:
    record.predicate["checklist"]["items"] = [{"id": "Q1", "required": True, "answer": answer}]
    assert record.codes() == codes
    record.predicate["checklist"]["items"] = [{"id": "Q1", "required": False, "answer": answer}]
    assert record.codes() == [code for code in codes if code == "schema"]


@pytest.mark.parametrize("field", sorted({*gate.REVIEW_FIELDS, "manifest"}))
def test_each_field_of_the_record_must_be_there(record: Record, field: str) -> None:
    if field == "manifest":
        payload = record.payload().replace(b'"manifest":{', b'"other":{')
        raw = dsse.envelope_bytes(dsse.sign(payload, KEY))
        report = gate.Verification(Package(raw, {}, whole=False), [trusted()], now=NOW).run()
        assert [check.code for check in report.refusals] == ["schema"]
        return
    for value in (None, 1.5, True):
        record.predicate[field] = "x" if value is None else value
        if value == 1.5:
            del record.predicate[field]
        elif value is None and isinstance(Record().predicate[field], str):
            record.predicate[field] = 5
        assert record.codes() == ["schema"]


def test_there_are_as_many_fields_as_the_schema_requires(record: Record) -> None:
    assert set(gate.REVIEW_FIELDS) == {*record.predicate, "manifest"}


@pytest.mark.parametrize(
    "field", ["schemaVersion", "role", "decision", "statement", "signedAt", "name", "keyid"]
)
def test_each_field_of_a_countersignature_must_be_there(record: Record, field: str) -> None:
    record.countersigned(**{field: 5})
    both = [trusted(), trusted(SECOND, "Ben")]
    assert record.codes(trust=both, require=2) == ["four-eyes"]
    assert "countersignature" in record.warnings(trust=both)


@pytest.mark.parametrize("name", ["id", "rationale", "owner", "expires"])
def test_an_exception_says_each_of_its_things(record: Record, name: str) -> None:
    record.predicate["exceptions"] = [exception(**{name: " "})]
    assert record.codes() == ["incomplete"]


def test_an_accepted_finding_needs_an_exception_of_its_own(record: Record) -> None:
    record.predicate["findings"] = [finding(state="accepted"), finding(id="F-2", state="accepted")]
    record.predicate["exceptions"] = [exception()]
    assert record.codes() == ["incomplete"]
    record.predicate["exceptions"] = [exception(), exception(findings=["F-2"])]
    assert record.codes() == []


# --- Clocks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("late", "codes"), [(0, []), (1, ["expired"])])
def test_the_last_second_of_a_record_counts(record: Record, late: int, codes: list[str]) -> None:
    assert record.codes(now=UNTIL + late) == codes


@pytest.mark.parametrize(("late", "codes"), [(0, []), (1, ["exception-expired"])])
def test_the_last_second_of_an_exception_counts(record: Record, late: int, codes: list[str]) -> None:
    record.predicate["exceptions"] = [exception(expires=gate.shown_time(NOW))]
    assert record.codes(now=NOW + late) == codes


@pytest.mark.parametrize(("early", "codes"), [(0, []), (300, []), (301, ["signed-in-future"])])
def test_clocks_may_differ_by_five_minutes(record: Record, early: int, codes: list[str]) -> None:
    assert record.codes(now=SIGNED - early) == codes


@pytest.mark.parametrize(("length", "codes"), [(0, []), (-1, ["schema"])])
def test_a_record_does_not_end_before_it_was_signed(record: Record, length: int, codes: list[str]) -> None:
    record.predicate["validUntil"] = gate.shown_time(SIGNED + length)
    assert record.codes(now=SIGNED - 100) == codes


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        *((SIGNED - 301, False), (SIGNED - 300, True), (SIGNED, True)),
        *((NOW + 300, True), (NOW + 301, False)),
    ],
)
def test_a_countersignature_lies_between_the_record_and_now(record: Record, at: int, counts: bool) -> None:
    record.countersigned(at=at)
    both = [trusted(), trusted(SECOND, "Ben")]
    assert record.codes(trust=both, require=2) == ([] if counts else ["four-eyes"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"valid_after": SIGNED}, None),
        ({"valid_after": SIGNED + 1}, "key-not-yet-valid"),
        ({"valid_before": SIGNED + 1}, None),
        ({"valid_before": SIGNED}, "key-expired"),
        ({"revoked": "superseded", "revoked_at": SIGNED + 1}, None),
        ({"revoked": "superseded", "revoked_at": SIGNED}, "key-revoked"),
        ({"revoked": "compromised"}, "key-revoked"),
        ({"valid_after": 0}, None),
        ({"valid_before": 0}, "key-expired"),
    ],
)
def test_a_key_speaks_from_its_first_second_to_before_its_last(
    change: dict[str, Any], code: str | None
) -> None:
    refusal = gate.why_not_trusted(trusted(**change), SIGNED)
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        *(("1970-01-01", 0), ("1970-01-01T00:00:01Z", 1), ("1970-01-01T01:01:00Z", 3660)),
        *(("2026-02-28T23:59:59Z", 1772323199), ("1969-12-31T23:59:59Z", -1)),
    ],
)
def test_a_time_is_seconds_since_1970(text: str, moment: int) -> None:
    assert gate.seconds(text) == moment
    if "T" in text:
        assert gate.shown_time(moment) == text


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-1-1", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00", "", "٢"]
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError):
        gate.seconds(text)


# --- Persons -------------------------------------------------------------------------------------


def test_a_second_key_of_one_person_is_no_second_person(record: Record) -> None:
    record.countersigned()
    assert record.codes(trust=[trusted(), trusted(SECOND, "Ben")], require=2) == []
    for name in ("ana", "ANA", "A\u200bna", " Ana ", "Ａna"):
        assert record.codes(trust=[trusted(), trusted(SECOND, name)], require=2) == ["four-eyes"]


def test_one_key_that_signs_twice_is_one_signer(record: Record) -> None:
    record.countersigned(key=KEY)
    report = record.judged()
    assert [one.keyid for one in report.signers] == [KEY.public.keyid]


def test_a_role_is_held_by_any_who_signed(record: Record) -> None:
    record.countersigned()
    both = [trusted(), trusted(SECOND, "Ben", roles=("legal", "security"))]
    assert record.codes(trust=both, roles=["legal", "reviewer"]) == []
    assert record.codes(trust=both, roles=["legal", "owner"]) == ["role"]


def test_a_countersignature_of_another_decision_stops_everything(record: Record) -> None:
    record.countersigned(decision="rejected")
    assert record.codes(trust=[trusted(), trusted(SECOND, "Ben")]) == ["countersignature-disagrees"]


@pytest.mark.parametrize(("more", "codes"), [(0, []), (1, ["four-eyes"])])
def test_so_many_countersignatures_and_no_more(record: Record, more: int, codes: list[str]) -> None:
    record.beside = {f"countersignature-{n}.dsse.json": b"{}" for n in range(64 + more)}
    record.beside["countersignature-x.txt"] = record.beside["other.dsse.json"] = b"{}"
    assert record.codes() == codes


def test_a_name_that_is_not_the_key_s_is_said(record: Record) -> None:
    record.predicate["reviewers"] = [{"name": "Eve"}]
    assert record.warnings() == ["reviewer-name", "no-root"]
    told = [check.result for check in record.judged().checks if check.check == "trust"]
    assert told == ["warning", "passed"]
    assert record.judged().signers[0].principal == "Ana"


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("64", 64), ("007", 7)])
def test_how_many_must_sign(text: str, number: int) -> None:
    assert gate.count(text) == number


@pytest.mark.parametrize("text", ["0", "65", "-1", "", "1.0", "²", "0064", "one"])
def test_what_is_no_number_of_persons(text: str) -> None:
    import argparse

    with pytest.raises(argparse.ArgumentTypeError):
        gate.count(text)


# --- Keys and signatures ------------------------------------------------------------------------------------

SMALL_ORDER = [
    "00" * 32,
    "01" + "00" * 31,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ec" + "ff" * 30 + "7f",
    "ed" + "ff" * 30 + "7f",
    "ee" + "ff" * 30 + "7f",
]


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_a_key_under_which_anybody_can_sign_is_no_key(point: str) -> None:
    raw = bytes.fromhex(point)
    assert gate.key_kind(gate.ED25519_PREFIX + raw) == ""
    assert gate.key_kind(gate.ED25519_PREFIX + raw[:31] + bytes([raw[31] | 0x80])) == ""


def test_a_key_has_one_length() -> None:
    p256, ed25519 = KEY.public.spki, gate.ED25519_PREFIX + b"\x07" * 32
    assert (gate.key_kind(p256), gate.key_kind(ed25519)) == ("P-256", "Ed25519")
    for whole in (p256, ed25519):
        assert gate.key_kind(b"\x31" + whole[1:]) == ""
        assert gate.key_kind(whole[:-1]) == gate.key_kind(whole + b"\0") == gate.key_kind(b"\0" + whole) == ""


def _der(first: int, second: int) -> bytes:
    body = b"\x02" + bytes([first]) + b"\1" * first + b"\x02" + bytes([second]) + b"\1" * second
    return b"\x30" + bytes([len(body)]) + body


@pytest.mark.parametrize(
    ("signature", "holds"),
    [
        *((_der(1, 1), True), (_der(33, 33), True), (_der(32, 33), True), (_der(33, 34), False)),
        *((_der(1, 0), False), (_der(0, 1), False)),
        (_der(33, 33) + b"\0", False),
        (_der(33, 33)[:-1], False),
        (_der(8, 0), False),
        (b"\x30\x47" + _der(33, 33)[2:], False),
        (b"\x31" + _der(33, 33)[1:], False),
        (_der(33, 33)[:2] + b"\x03" + _der(33, 33)[3:], False),
        (b"\x30\x08\x02\x02\1\1\x03\x02\1\1", False),
        (b"\x30\x08\x02\x02\1\1\x02\x03\1\1", False),
        (b"\x30\x08\x02\x02\1\1\x02\x01\1\1", False),
        (b"\x30\x08\x02\x04\1\1\1\1\1\1", False),
        (b"\x30\x08\x02\xff\1\1\1\1\1\1", False),
        (b"", False),
    ],
)
def test_a_signature_of_p256_has_one_form(signature: bytes, holds: bool) -> None:
    assert gate.is_well_formed("P-256", signature) is holds


def test_a_signature_of_ed25519_has_one_length() -> None:
    assert [gate.is_well_formed("Ed25519", bytes(size)) for size in (63, 64, 65)] == [False, True, False]
    assert gate.is_well_formed("", bytes(64)) is False


def test_the_bytes_that_are_signed() -> None:
    assert gate.pae("application/x", b"abc") == b"DSSEv1 13 application/x 3 abc"
    assert gate.pae("ü", b"") == "DSSEv1 2 ü 0 ".encode()


def test_the_hint_of_the_signer_is_tried_first_and_no_more(record: Record) -> None:
    others = [trusted(new_key(), f"P{n}") for n in range(3)]
    assert record.codes(trust=[*others, trusted()]) == []
    assert record.codes(trust=others) == ["signature"]
    assert record.codes(trust=[]) == ["signature"]


# --- JSON -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"9007199254740991", 2**53 - 1),
        (b"-9007199254740991", -(2**53) + 1),
        (b"0", 0),
        (b'"\\ud83d\\ude00"', "😀"),
        (b"[[],{}]", [[], {}]),
        (b"true", True),
    ],
)
def test_what_every_reader_reads_alike_is_read(text: bytes, value: Any) -> None:
    assert gate.strict_json(text, "it", items=3) == value


@pytest.mark.parametrize(
    "text",
    [
        *(b"9007199254740992", b"-9007199254740992", b"1" * 17, b"1" * 18, b"1" * 5000),
        *(b"-0", b"1.0", b"1e3", b"NaN", b"Infinity", b"-Infinity"),
        *(
            b'{"a":1,"a":1}',
            b'"\\ud83d"',
            b'"\\uDE00"',
            b'"\xff"',
            b"\xef\xbb\xbf1",
            b"[[],[],[]]",
            b"[{},{},{}]",
        ),
    ],
)
def test_what_readers_read_differently_is_refused(text: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        gate.strict_json(text, "it", items=3)
    assert caught.value.code == "json"


@pytest.mark.parametrize("text", ["QQ==", "QUI=", "QUJD"])
def test_base64_in_its_one_spelling(text: str) -> None:
    assert gate._base64(text, "it") == base64.b64decode(text)


@pytest.mark.parametrize("text", ["", "QR==", "QQ", "QQ=", "Q Q==", "QQ==\n", "ÄÄÄÄ", "-_-_", "===="])
def test_base64_in_any_other_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="canonical"):
        gate._base64(text, "it")


def test_an_envelope_holds_so_many_brackets(record: Record) -> None:
    value = dsse.envelope_object(dsse.sign(record.payload(), KEY))
    here = dsse.canonical_bytes(value).count(b"{") + dsse.canonical_bytes(value).count(b"[")
    value["more"] = [[] for _ in range(2000 - here - 1)]
    assert gate.envelope_of(dsse.canonical_bytes(value), "it").payload == record.payload()
    value["more"].append([])
    with pytest.raises(Refusal, match="nested"):
        gate.envelope_of(dsse.canonical_bytes(value), "it")


# --- Names and trees -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        *(("a", True), ("a/b", True), ("...", True), ("a..b", True), ("ü", True), ("a\nb", True)),
        *(("", False), ("/a", False), ("a/", False), ("a//b", False), (".", False), ("..", False)),
        *(("a/../b", False), ("./a", False), ("a\0", False), ("\udc80", False)),
    ],
)
def test_a_clean_name(name: str, clean: bool) -> None:
    assert gate.clean_name(name) is clean


@pytest.mark.parametrize(
    ("name", "target", "inside"),
    [
        *(("a", "b", True), ("a", "../b", False), ("d/a", "../b", True), ("d/a", "../../b", False)),
        *(("a", "x/../b", True), ("a", "x/../../b", False), ("a", "./b", True), ("a", ".", True)),
        *(
            ("d/a", "..", True),
            ("a", "..", False),
            ("a", "/etc", False),
            ("a", "\\x", False),
            ("a", "", False),
        ),
        *(
            ("a", "x\0", False),
            ("d/a", "../x/../../y/..", False),
            ("d/e/a", "../../b", True),
            ("a", "x//../b", True),
        ),
    ],
)
def test_a_link_that_stays_inside(name: str, target: str, inside: bool) -> None:
    assert gate._stays_inside(name, target) is inside


def test_a_line_of_sha256sum() -> None:
    assert gate.sums_line("ab", "x y") == b"ab  x y\n"
    for char, shown in (("\\", b"\\\\"), ("\n", b"\\n"), ("\r", b"\\r")):
        assert gate.sums_line("ab", f"x{char}") == b"\\ab  x" + shown + b"\n"


@pytest.mark.parametrize("name", [".git", ".hg", ".svn", "__pycache__"])
def test_each_folder_that_a_rule_leaves_out(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "x").write_bytes(b"")
    rule = "byte-code" if name == "__pycache__" else "version-control"
    assert gate.walk(str(tmp_path), [rule], {}, {}).left_out == {name: rule}
    assert gate.walk(str(tmp_path), ["virtual-environment"], {}, {}).files == {f"{name}/x": 0}
    assert gate.walk(str(tmp_path), [rule], {}, {f"{name}/x": gate.ListedFile(0, "ab" * 32)}).files == {
        f"{name}/x": 0
    }


@pytest.mark.parametrize("name", [".venv", "venv", ".env", "env", ".virtualenv", "virtualenv", "other"])
def test_each_usual_name_of_an_environment(tmp_path: Path, name: str) -> None:
    rule = "virtual-environment"
    (tmp_path / name).mkdir()
    assert gate.walk(str(tmp_path), [rule], {}, {}).left_out == {}
    (tmp_path / name / "pyvenv.cfg").mkdir()
    assert gate.walk(str(tmp_path), [rule], {}, {}).left_out == {}
    (tmp_path / name / "pyvenv.cfg").rmdir()
    (tmp_path / name / "pyvenv.cfg").write_bytes(b"x")
    left = {} if name == "other" else {name: rule}
    assert gate.walk(str(tmp_path), [rule], {}, {}).left_out == left
    assert gate.walk(str(tmp_path), ["byte-code"], {}, {}).left_out == {}


def test_what_a_walk_puts_where(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(b"123")
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "named").mkdir()
    (tmp_path / "one").write_bytes(b"1")
    os.mkfifo(tmp_path / "pipe")
    tree = gate.walk(str(tmp_path), [], {"named": "excluded", "one": "excluded"}, {})
    assert tree.files == {"a/b/file": 3}
    assert tree.links == {"link": "a"}
    assert (tree.special, tree.denied) == (["pipe"], [])
    assert tree.left_out == {"named": "excluded", "one": "excluded"}
    assert gate.walk(str(tmp_path / "none"), [], {}, {}).denied == ["."]


@pytest.mark.parametrize(
    "suffix",
    [
        *(".pkl", ".pickle", ".pt", ".pth", ".bin", ".ckpt", ".joblib", ".npy", ".npz", ".h5", ".keras"),
        *(".py", ".pyc", ".so", ".dll", ".dylib", ".onnx", ".gguf", ".nemo", ".safetensors", ".mar", ".PT"),
    ],
)
def test_each_suffix_that_a_loader_opens(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "out").mkdir()
    for name in (f"out/a{suffix}", "out/a.txt", f"b{suffix}", "b.txt"):
        (tmp_path / name).write_bytes(b"")
    assert gate._loadable(str(tmp_path), "out") == [f"out/a{suffix}"]
    assert gate._loadable(str(tmp_path), f"b{suffix}") == [f"b{suffix}"]
    assert gate._loadable(str(tmp_path), "b.txt") == []


def test_a_look_at_what_was_left_out_has_an_end(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / "out" / str(number)).mkdir(parents=True)
        (tmp_path / "out" / str(number) / "a.py").write_bytes(b"")
    assert gate._loadable(str(tmp_path), "out", 29) == [f"out/{number}/a.py" for number in range(9)]
    assert gate._loadable(str(tmp_path), "out", 10) == ["out/0/a.py"]
    assert gate._loadable(str(tmp_path), "out", 13) == ["out/0/a.py", "out/1/a.py"]


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_a_file_is_hashed_to_its_stated_size(tmp_path: Path, size: int) -> None:
    content = b"\5" * size
    path = tmp_path / "file"
    path.write_bytes(content)
    whole = gate.ListedFile(size, hashlib.sha256(content).hexdigest())
    assert gate.changed_files(str(tmp_path), {"file": whole}, workers=1) == []
    for wrong in (
        whole._replace(size=size + 1),
        whole._replace(size=size - 1),
        whole._replace(sha256="0" * 64),
    ):
        assert gate.changed_files(str(tmp_path), {"file": wrong}) == ["file"]
    assert gate.changed_files(str(tmp_path), {"none": whole}) == ["none"]


def test_every_one_of_many_files_is_hashed(tmp_path: Path) -> None:
    listed = {}
    for number in range(405):
        content = b"%d" % number
        (tmp_path / str(number)).write_bytes(content)
        listed[str(number)] = gate.ListedFile(len(content), hashlib.sha256(content).hexdigest())
    large = b"x" * ((1 << 20) + 1)
    (tmp_path / "large").write_bytes(large)
    listed["large"] = gate.ListedFile(len(large), hashlib.sha256(large).hexdigest())
    for name in ("0", "199", "200", "399", "400", "404", "large"):
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-1] + b"!")
    for workers in (1, 3, None):
        found = gate.changed_files(str(tmp_path), listed, workers)
        assert sorted(found) == ["0", "199", "200", "399", "400", "404", "large"]


# --- Reading and writing -----------------------------------------------------------------------------------


def test_a_file_of_a_package_has_a_limit(tmp_path: Path) -> None:
    (tmp_path / gate.RECORD_NAME).write_bytes(b"12345")
    package = gate.FolderPackage(str(tmp_path))
    assert package.read(gate.RECORD_NAME, 5) == b"12345"
    with pytest.raises(Refusal) as caught:
        package.read(gate.RECORD_NAME, 4)
    assert caught.value.code == "too-large"
    assert package.read("none", 5) is None
    with pytest.raises(Unreadable):
        package.read(".", 5)


@pytest.mark.parametrize(("size", "taken"), [(1 << 20, True), ((1 << 20) + 1, False)])
def test_a_trust_store_has_a_limit(tmp_path: Path, size: int, taken: bool) -> None:
    path = tmp_path / "trust.txt"
    path.write_bytes(b"#" * size)
    if taken:
        assert gate.read_trust(str(path)) == []
        return
    with pytest.raises(Unreadable, match="larger than 1 MiB"):
        gate.read_trust(str(path))


@pytest.mark.parametrize("raw", [b"\xff", b"nobody", None])
def test_a_trust_store_that_cannot_be_read(tmp_path: Path, raw: bytes | None) -> None:
    path = tmp_path / "trust.txt"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(Unreadable):
        gate.read_trust(str(path))


def test_a_file_is_replaced_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    for content in (b"old", b"new"):
        gate.replace_file(str(path), content)
        assert path.read_bytes() == content
    assert os.stat(path).st_mode & 0o777 == 0o644 & ~os.umask(os.umask(0))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        gate.replace_file(str(path), b"half")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["file"]


def test_a_name_that_misleads_is_escaped_and_cut() -> None:
    assert gate.plain("a" * 200) == "a" * 200
    assert gate.plain("a" * 201) == "a" * 199 + "…"
    assert gate.plain("ü b") == "ü b"
    assert gate.plain("\x1b[2J\n\u202e\u200b\ue000\u2028\u2029\ud800") == (
        "\\x1b[2J\\x0a\\u202e\\u200b\\ue000\\u2028\\u2029\\ud800"
    )
    assert gate._some(["b", "a"]) == "a, b"
    assert gate._some("abcde") == "a, b, c, d, e"
    assert gate._some("abcdefg") == "a, b, c, d, e and 2 more"


# --- State -------------------------------------------------------------------------------------


def test_a_record_older_than_the_last_is_refused(record: Record, tmp_path: Path) -> None:
    state = str(tmp_path / "state.json")
    assert record.codes(state=state) == []
    again = record.judged(state=state)
    assert [(check.result, check.words) for check in again.checks if check.check == "serial"] == [
        ("passed", "serial 7, last seen 7")
    ]
    record.predicate["recordId"] = "r-2"
    assert record.codes(state=state) == ["older-serial"]
    record.predicate["serial"] = 6
    assert record.codes(state=state) == ["older-serial"]
    record.predicate["serial"] = 8
    assert record.codes(state=state) == []
    record.predicate["serial"] = 1
    record.predicate["project"] = {"id": "another"}
    assert record.codes(state=state) == []
    assert set(gate._read_state(state)) == {"acme/assistant", "another"}
    assert gate._read_state(state)["acme/assistant"]["serial"] == 8


def test_what_was_refused_is_not_remembered(record: Record, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    record.predicate["decision"] = "rejected"
    assert record.codes(state=str(state)) == ["not-approved"]
    assert not state.exists()


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", '{"projects":[1]}', '{"projects":{"a":{"serial":"1","payload_sha256":"x"}}}'),
        *(
            '{"projects":{"a":{"serial":1,"payload_sha256":2}}}',
            '{"projects":{"a":{"serial":1}}}',
            '{"projects":1}',
        ),
        '{"projects":{},"projects":{}}',
    ],
)
def test_a_damaged_state_is_no_fresh_start(record: Record, tmp_path: Path, text: str) -> None:
    state = tmp_path / "state.json"
    state.write_text(text)
    with pytest.raises(Unreadable, match="damaged"):
        record.judged(state=str(state))
    assert state.read_text() == text


# --- The report -------------------------------------------------------------------------------------


def test_one_line_for_a_log(record: Record) -> None:
    report = record.judged()
    digest = hashlib.sha256(record.payload()).hexdigest()
    assert report.summary() == (
        "approved: acme/assistant, signed by Ana (reviewer), valid until 2026-12-31T00:00:00Z, record r-1, "
        f"sha256:{digest}"
    )
    told = report.as_json()
    assert (told["ok"], told["record"]["serial"], told["record"]["project"]) == (True, 7, "acme/assistant")
    assert told["signers"][0]["roles"] == ["reviewer"]
    record.predicate["decision"] = "rejected"
    assert record.judged().summary() == "refused"
    assert gate.Report().ok is False


def test_the_checks_stop_at_the_first_refusal(record: Record) -> None:
    record.predicate["decision"] = "rejected"
    report = record.judged()
    assert [check.check for check in report.checks] == [
        *("envelope", "signature", "schema", "critical", "trust", "project", "decision")
    ]
    assert [check.result for check in report.checks] == [*["passed"] * 5, "skipped", "failed"]
    assert gate.say(report)[0].startswith("refused: not-approved: ")


def test_another_project_is_refused(record: Record) -> None:
    assert record.codes(project="acme/assistant") == []
    assert record.codes(project="acme/other") == ["project"]


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX path")
def test_a_public_key_is_called_by_its_digest() -> None:
    key = PublicKey(KEY.public.spki)
    text = f"Ana reviewer - - {key.keyid} {base64.b64encode(key.spki).decode()}"
    assert gate.parse_trust(text)[0] == trusted(line=1)
    for worse in (
        text.replace(key.keyid, "0" * 64),
        text + " more",
        f"{text}\n{text}",
        text.replace("- -", "- x"),
    ):
        with pytest.raises(Unreadable):
            gate.parse_trust(worse)


# --- Where one check holds what another would let through --------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "taken"),
    [
        *(
            ("2026-01-01 2026-01-02", True),
            ("2026-01-01 2026-01-01", False),
            ("2026-01-02 2026-01-01", False),
        ),
        *(("- 2026-01-01", True), ("2026-01-01 -", True), ("- -", True), ("-", False), ("- - -", False)),
    ],
)
def test_from_when_until_when_a_line_says(fields: str, taken: bool) -> None:
    key = KEY.public
    text = f"Ana reviewer {fields} {key.keyid} {base64.b64encode(key.spki).decode()}"
    for line in (text, text + " revoked:compromised", text + " revoked:superseded@2026-01-01"):
        if taken:
            assert gate.parse_trust(line)[0].principal == "Ana"
        else:
            with pytest.raises(Unreadable, match="Line 1 of the trust store"):
                gate.parse_trust(line)


@pytest.mark.parametrize(
    "text",
    [
        *("revoked:superseded", "revoked:compromised@2026-01-01", "revoked:lost", "superseded@2026-01-01"),
        *("revoked:", "revoked:superseded@", "revoked:superseded@soon"),
    ],
)
def test_a_line_is_revoked_in_one_of_two_ways(text: str) -> None:
    key = KEY.public
    with pytest.raises(Unreadable):
        gate.parse_trust(f"Ana reviewer - - {key.keyid} {base64.b64encode(key.spki).decode()} {text}")


def _ed25519() -> FileKey:
    from cryptography.hazmat.primitives.asymmetric import ed25519

    return FileKey(ed25519.Ed25519PrivateKey.generate())


@pytest.mark.parametrize("make", [new_key, _ed25519])
def test_openssl_and_the_library_know_a_signature_alike(make: Any) -> None:
    key, other = make(), make()
    envelope = dsse.sign(b"payload", key)
    for way in (gate.signature_holds, gate._openssl_holds):
        assert way(key.public.spki, envelope) is True
        assert way(other.public.spki, envelope) is False
        assert way(key.public.spki, envelope._replace(payload=b"Payload")) is False
        assert way(key.public.spki, envelope._replace(payload_type="x")) is False


def test_a_build_without_ed25519_asks_openssl(monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ed25519

    class None_:
        @staticmethod
        def from_public_bytes(raw: bytes) -> Any:
            raise UnsupportedAlgorithm("not in this build")

    key = _ed25519()
    envelope = dsse.sign(b"payload", key)
    monkeypatch.setattr(ed25519, "Ed25519PublicKey", None_)
    assert gate.signature_holds(key.public.spki, envelope) is True
    assert gate.signature_holds(key.public.spki, envelope._replace(payload=b"x")) is False


def test_without_library_and_program_nothing_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    envelope = dsse.sign(b"payload", KEY)
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    assert gate.signature_holds(KEY.public.spki, envelope) is True  # by openssl
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Refusal) as caught:
        gate.signature_holds(KEY.public.spki, envelope)
    assert caught.value.code == "no-verifier"


def test_a_record_named_without_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.json").write_bytes(b"{}")
    monkeypatch.chdir(tmp_path)
    package = gate.FolderPackage("x.json")
    assert (package.record(), package.names(), package.is_whole()) == (("x.json", b"{}"), ["x.json"], False)
    (tmp_path / "x.json").unlink()
    with pytest.raises(Unreadable, match=r"There is no record x\.json"):
        package.record()


def test_a_folder_that_went_away_cannot_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / gate.RECORD_NAME).write_bytes(b"{}")
    package = gate.FolderPackage(str(folder))
    (folder / gate.RECORD_NAME).unlink()
    folder.rmdir()
    with pytest.raises(Unreadable, match="cannot be read"):
        package.names()


def test_only_a_regular_file_is_opened_and_nothing_stays_open(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    with gate.open_regular(str(tmp_path / "link"), follow=True) as stream:
        assert stream.read() == b"x"
    gc.collect()
    before = len(os.listdir("/dev/fd"))
    for name in ("link", "pipe", ".", "none"):
        with pytest.raises(OSError):
            gate.open_regular(str(tmp_path / name))
    assert len(os.listdir("/dev/fd")) == before


@pytest.mark.parametrize("signature", [None, 5, True, [], {}, ""])
def test_a_signature_that_is_no_text_is_none(signature: Any) -> None:
    value = dsse.envelope_object(dsse.sign(b"payload", KEY))
    value["signatures"][0]["sig"] = signature
    with pytest.raises(Refusal) as caught:
        gate.envelope_of(dsse.canonical_bytes(value), "it")
    assert caught.value.code == "unsigned"


def _large() -> dict[str, Any]:
    return dsse.envelope_object(dsse.sign(b"{}" + b" " * (1 << 20), KEY))


def test_a_large_payload_is_lifted_out_and_nothing_else_is() -> None:
    value = _large()
    raw = dsse.canonical_bytes(value)
    assert gate.envelope_of(bytearray(raw), "it").payload == b"{}" + b" " * (1 << 20)
    # The long text stands elsewhere, and what is put in its place stands where the payload should be.
    value["more"], value["payload"] = value["payload"], gate._LIFTED
    with pytest.raises(Refusal):
        gate.envelope_of(bytearray(dsse.canonical_bytes(value)), "it")
    value["payload"] = "e30="
    with pytest.raises(Refusal, match="long text that is not its payload"):
        gate.envelope_of(bytearray(dsse.canonical_bytes(value)), "it")


@pytest.mark.parametrize("where", ["outside", "inside"])
@pytest.mark.parametrize("name", ["Payload", "payload_type", "SIGNATURES", "dsse_envelope"])
def test_a_key_spelt_in_another_way_is_refused(where: str, name: str) -> None:
    envelope = dsse.envelope_object(dsse.sign(b"payload", KEY))
    bundle = {"mediaType": gate.BUNDLE_TYPE, "dsseEnvelope": envelope}
    gate.envelope_of(dsse.canonical_bytes(bundle), "it")
    (bundle if where == "outside" else envelope)[name] = "x"
    with pytest.raises(Refusal, match="differ"):
        gate.envelope_of(dsse.canonical_bytes(bundle), "it")


def test_names_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = [gate._stays_inside("d/a", target) for target in ("b", "C:b", "..\\b", "..\\..\\b")]
    assert inside == [True, True, True, True]
    monkeypatch.setattr(os, "name", "nt")
    clean = [gate.clean_name(name) for name in ("a/b", "a\\b", "C:a", "a")]
    inside = [gate._stays_inside("d/a", target) for target in ("b", "C:b", "..\\b", "..\\..\\b")]
    monkeypatch.undo()
    assert clean == [True, False, False, True]
    assert inside == [True, False, True, False]


def test_a_row_of_another_make_is_read_as_a_row_or_refused(record: Record) -> None:
    payload = record.payload()
    row = b'{"name":"model.bin","sha256":"' + b"ab" * 32 + b'","size":3}'
    assert row in payload

    def codes(other: bytes) -> list[str]:
        raw = dsse.envelope_bytes(dsse.sign(payload.replace(row, other), KEY))
        for given in (raw, bytearray(raw)):
            report = gate.Verification(Package(given, {}, whole=False), [trusted()], now=NOW).run()
        return [check.code for check in report.refusals]

    ours = row.replace(b',"sha256"', b',"role":"weights","sha256"')
    assert codes(ours) == codes(row.replace(b'"size"', b'"more":1,"role":"weights","size"')) == []
    for wrong in (
        ours.replace(b'"model.bin"', b"7"),
        ours.replace(b":3}", b':"3"}'),
        ours.replace(b":3}", b":true}"),
        ours.replace(b'"' + b"ab" * 32 + b'"', b"7"),
        ours.replace(b"ab", b"AB", 1),
    ):
        assert codes(wrong) == ["schema"]


def test_what_went_away_or_may_not_be_looked_at_is_denied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    (tmp_path / "file").write_bytes(b"x")
    scan = os.scandir

    def no_link(path: Any) -> str:
        raise PermissionError(13, "Permission denied")

    def no_folder(path: Any) -> Any:
        if str(path).endswith("folder"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "readlink", no_link)
    monkeypatch.setattr(os, "scandir", no_folder)
    tree = gate.walk(str(tmp_path), [], {}, {})
    monkeypatch.undo()
    assert sorted(tree.denied) == ["folder", "link"]
    assert tree.files == {"file": 1}


def test_each_check_says_what_it_found(record: Record, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"abc")
    record.files = {"model.bin": (3, hashlib.sha256(b"abc").hexdigest())}
    record.countersigned()
    report = record.judged(
        trust=[trusted(), trusted(SECOND, "Ben")],
        root=str(tmp_path),
        require=2,
        project="acme/assistant",
        state=str(tmp_path.parent / f"{tmp_path.name}.state"),
    )
    digest = digest_of(record.files)
    assert {check.check: check.words for check in report.checks} == {
        "envelope": "review-record.dsse.json is a DSSE envelope with one signature",
        "signature": f"signed with the key {KEY.public.keyid} of Ana",
        "schema": "an in-toto statement with a complete review predicate",
        "critical": "every must-understand field is understood",
        "trust": "the trust store names Ana for this key at 2026-05-28T20:26:40Z",
        "project": "it is about acme/assistant",
        "decision": "approved",
        "completeness": "nothing grave is open, and every exception has reason, owner and expiry",
        "expiry": "valid until 2026-12-31T00:00:00Z",
        "four eyes": "2 of 2 required, by Ana, Ben",
        "serial": "the first record of this project seen here, serial 7",
        "manifest": f"1 files, list sha256:{digest}",
        "package": "",
        "bytes": "1 files are the approved ones, and nothing else lies there",
        "packages": "",
    }
    assert {check.result for check in report.checks} == {"passed", "skipped"}


@pytest.mark.parametrize(
    ("spoil", "codes"),
    [
        (lambda root: (root / "a").write_bytes(b"abd"), ["changed"]),
        (lambda root: (root / "a").write_bytes(b"abcd"), ["changed"]),
        (lambda root: (root / "a").unlink(), ["missing"]),
        (lambda root: (root / "b").write_bytes(b""), ["extra"]),
        (lambda root: (root / "l").unlink(), ["link"]),
        (lambda root: ((root / "l").unlink(), (root / "l").symlink_to("d/x")), ["link"]),
        (lambda root: (root / "m").symlink_to("a"), ["link"]),
        (lambda root: os.mkfifo(root / "p"), ["special"]),
        (lambda root: ((root / "a").unlink(), os.mkfifo(root / "a")), ["special"]),
        (lambda root: ((root / "a").unlink(), (root / "a").symlink_to("d/x")), ["link"]),
        (lambda root: ((root / "a").write_bytes(b"x"), (root / "b").write_bytes(b"")), ["changed", "extra"]),
        (lambda root: ((root / "d" / "x").unlink(), (root / "d").rmdir()), ["missing"]),
    ],
)
def test_each_way_a_tree_is_another(record: Record, tmp_path: Path, spoil: Any, codes: list[str]) -> None:
    root = tmp_path / "root"
    (root / "d").mkdir(parents=True)
    for name in ("a", "d/x"):
        (root / name).write_bytes(b"abc")
    (root / "l").symlink_to("a")
    record.files = {name: (3, hashlib.sha256(b"abc").hexdigest()) for name in ("a", "d/x")}
    record.links = [{"name": "l", "target": "a"}]
    assert record.codes(root=str(root)) == []
    spoil(root)
    assert record.codes(root=str(root)) == codes
    told = [check.result for check in record.judged(root=str(root)).checks if check.check == "bytes"]
    assert told == ["failed"] * len(codes)


@pytest.mark.parametrize(
    ("links", "code"),
    [
        ([{"name": "l", "target": "../a"}], "manifest-path"),
        ([{"name": "../l", "target": "a"}], "manifest-path"),
        ([{"name": "model.bin", "target": "a"}], "manifest-path"),
        ([{"name": "/l", "target": "a"}], "manifest-path"),
        ([{"name": "d//l", "target": "a"}], "manifest-path"),
        ([{"name": "", "target": "a"}], "manifest-path"),
        ([{"name": "l"}], "schema"),
        ([5], "schema"),
        ([{"name": "model.bin/l", "target": "../x"}], "manifest"),
        ([{"name": "l", "target": "a"}, {"name": "l/m", "target": "x"}], "manifest"),
    ],
)
def test_a_link_that_a_record_cannot_list(record: Record, links: list[Any], code: str) -> None:
    record.links = links
    assert record.codes() == [code]


@pytest.mark.parametrize(
    ("name", "row", "code"),
    [
        *(("../a", (1, "ab" * 32), "manifest-path"), ("a//b", (1, "ab" * 32), "manifest-path")),
        *(("a", (-1, "ab" * 32), "schema"), ("a", (0, "ab" * 31), "schema"), ("a", (0, "AB" * 32), "schema")),
        *(("a", (0, "ab" * 32), None), ("model.bin/a", (1, "ab" * 32), "manifest")),
    ],
)
def test_a_file_that_a_record_cannot_list(record: Record, name: str, row: Any, code: str | None) -> None:
    record.files[name] = row
    assert record.codes() == ([code] if code else [])


@pytest.mark.parametrize(
    ("left_out", "codes"),
    [
        ([{"path": "x", "rule": "excluded"}], []),
        ([{"path": "../x", "rule": "excluded"}], ["manifest-path"]),
        ([{"path": "x"}], ["schema"]),
        ([{"rule": "excluded"}], ["schema"]),
        ("x", ["schema"]),
        (None, []),
    ],
)
def test_what_a_scope_leaves_out(record: Record, left_out: Any, codes: list[str]) -> None:
    record.predicate["scope"] = {"leftOut": left_out}
    assert record.codes() == codes


def _edited(record: Record, edit: Any) -> list[str]:
    statement = json.loads(record.payload())
    edit(statement)
    raw = dsse.envelope_bytes(dsse.sign(dsse.canonical_bytes(statement), KEY))
    report = gate.Verification(Package(raw, {}, whole=False), [trusted()], now=NOW).run()
    return [check.code for check in report.refusals]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda s: s.update(_type="x"), "schema"),
        (lambda s: s.update(predicateType=gate.PACKAGE_TYPE), "schema"),
        (lambda s: s.update(subject=[]), "schema"),
        (lambda s: s.pop("subject"), "schema"),
        (lambda s: s["subject"][0].pop("name"), "schema"),
        (lambda s: s["subject"][0].update(name="SUMS"), "subject"),
        (lambda s: s["subject"][0].pop("digest"), "schema"),
        (lambda s: s["subject"][0]["digest"].pop("dirHash1"), "subject"),
        (lambda s: s["subject"][0]["digest"].update(sha256="0" * 64), "subject"),
        (lambda s: s["subject"][0]["digest"].update(sha256="0" * 63), "schema"),
        (lambda s: s["subject"].append({"name": "x", "digest": {"sha256": "ab" * 32}}), "subject"),
        (lambda s: s["subject"].append({"name": "model.bin", "digest": {"sha256": "cd" * 32}}), "subject"),
        (lambda s: s["subject"].append({"name": "model.bin", "digest": {"sha256": "ab" * 32}}), None),
        (lambda s: s["subject"].append({"name": "model.bin", "digest": {"sha512": "ab" * 32}}), "schema"),
        (lambda s: s["subject"].append("x"), "schema"),
        (lambda s: s.pop("predicate"), "schema"),
        (lambda s: s.update(predicate=[]), "schema"),
        (lambda s: s["predicate"].update(project={}), "schema"),
        (lambda s: s["predicate"].update(checklist={}), "schema"),
        (lambda s: s["predicate"]["checklist"].update(items=[{}]), "schema"),
        (lambda s: s["predicate"]["checklist"].update(items=["x"]), "schema"),
        (lambda s: s["predicate"].update(validUntil="2026-12-31"), "schema"),
        (lambda s: s["predicate"].update(signedAt="soon"), "schema"),
        (lambda s: s["predicate"].update(schemaVersion="2.0"), "schema"),
        (lambda s: s["predicate"].update(schemaVersion="1.9"), None),
        (lambda s: s["predicate"].update(findings=[{"severity": "low", "state": "fixed"}]), "schema"),
        (lambda s: s["predicate"].update(findings=["x"]), "schema"),
        (lambda s: s["predicate"].update(exceptions=[exception(expires="soon")]), "schema"),
        (lambda s: s["predicate"].update(exceptions=[exception(findings="F-1")]), "schema"),
        (lambda s: s["predicate"].update(reviewers=["Ana"]), "schema"),
        (lambda s: s["predicate"].update(critical=[5]), "critical"),
        (lambda s: s["predicate"]["manifest"].update(format="md5sum"), "schema"),
        (lambda s: s["predicate"]["manifest"].pop("digest"), "schema"),
        (lambda s: s["predicate"]["manifest"]["digest"].update(sha256="0" * 64), "subject"),
        (lambda s: s["predicate"]["manifest"]["files"].append("x"), "schema"),
        (
            lambda s: s["predicate"]["manifest"]["files"].append(
                dict(s["predicate"]["manifest"]["files"][0])
            ),
            "manifest",
        ),
        (lambda s: s["predicate"].update(scope={"exclude": "x"}), "schema"),
        (lambda s: s["predicate"].update(scope={"exclude": [5]}), "schema"),
    ],
)
def test_each_part_of_a_statement(record: Record, edit: Any, code: str | None) -> None:
    assert _edited(record, edit) == ([code] if code else [])


def test_what_is_left_out_is_warned_of_and_not_compared(record: Record, tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("model.bin", "data/x.pt", "__pycache__/y.pyc", "notes"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"abc")
    record.files = {"model.bin": (3, hashlib.sha256(b"abc").hexdigest())}
    assert record.codes(root=str(root)) == ["extra"]
    left = [{"path": name, "rule": "excluded"} for name in ("data", "notes")]
    record.predicate["scope"] = {"leftOut": left, "exclude": ["byte-code"]}
    report = record.judged(root=str(root))
    assert report.refusals == []
    assert [check.words for check in report.warnings] == [
        "Not reviewed (byte-code): __pycache__. Files that can be loaded lie there: __pycache__/y.pyc.",
        "Not reviewed (excluded): data, notes. Files that can be loaded lie there: data/x.pt.",
    ]
    record.predicate["scope"] = {"leftOut": left}
    assert record.codes(root=str(root)) == ["extra"]


def test_the_other_files_of_a_package(record: Record) -> None:
    record.whole = True
    envelope = dsse.sign(record.payload(), KEY)
    line = "".join(f"{sha}  {name}\n" for name, (_, sha) in record.files.items()).encode()
    other = dsse.sign(b"{}", KEY)
    good = {
        gate.SUMS_NAME: line,
        gate.BUNDLE_NAME: dsse.bundle_bytes(envelope, KEY.public),
        gate.LINES_NAME: dsse.envelope_bytes(envelope) + b"more\n",
    }
    bad = {
        gate.SUMS_NAME: line + b"x",
        gate.BUNDLE_NAME: dsse.bundle_bytes(other, KEY.public),
        gate.LINES_NAME: dsse.envelope_bytes(other),
    }
    mixed = (envelope._replace(payload=b"{}"), envelope._replace(signature=other.signature))

    def judged(beside: dict[str, bytes]) -> gate.Report:
        package = Package(dsse.envelope_bytes(envelope), beside, whole=True)
        return gate.Verification(package, [trusted()], now=NOW).run()

    assert [check.code for check in judged(good).warnings] == ["no-root"]
    assert [check.code for check in judged(good).refusals] == []
    for name in good:
        without = judged({key: value for key, value in good.items() if key != name})
        assert [check.code for check in without.warnings] == ["package-incomplete", "no-root"]
        assert name in without.warnings[0].words
        for content in (bad[name], b"no JSON", *(dsse.envelope_bytes(one) for one in mixed)):
            assert [check.code for check in judged({**good, name: content}).refusals] == ["package"]


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff"])
def test_a_countersignature_that_cannot_be_read_does_not_count(record: Record, content: bytes | None) -> None:
    record.beside["countersignature-1.dsse.json"] = content  # type: ignore[assignment]
    assert record.codes() == []
    assert record.warnings() == ["countersignature", "no-root"]


def test_a_report_is_whole_before_anything_was_read() -> None:
    told = gate.Report().as_json()
    assert (told["ok"], told["record"]["payload_sha256"], told["checks"]) == (False, "", [])


@pytest.mark.parametrize("raw", [b'["dsseEnvelope"]', b'"dsseEnvelope"', b"5", b"null", b"{}", b"[]"])
def test_what_is_no_envelope_is_said_so(raw: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        gate.envelope_of(raw, "it")
    assert caught.value.code == "envelope"


@pytest.mark.parametrize("name", ["Payload", "payload_type", "SIGNATURES", "payloadtype"])
def test_an_envelope_alone_spells_its_keys_in_one_way(name: str) -> None:
    envelope = dsse.envelope_object(dsse.sign(b"payload", KEY))
    with pytest.raises(Refusal, match="differ"):
        gate.envelope_of(dsse.canonical_bytes({**envelope, name: "x"}), "it")
    envelope["signatures"] = [5]
    with pytest.raises(Refusal, match="exactly one signature"):
        gate.envelope_of(dsse.canonical_bytes(envelope), "it")


@pytest.mark.parametrize("name", ["Subject", "PREDICATE", "predicate_type", "PredicateType", "type", "_Type"])
def test_a_statement_spells_its_keys_in_one_way(record: Record, name: str) -> None:
    assert _edited(record, lambda statement: statement.update({name: "x"})) != []


@pytest.mark.parametrize(
    ("links", "inside"),
    [
        *(({"l": "a"}, True), ({"l": ".."}, False), ({"d/l": ".."}, True), ({"d/l": "../.."}, False)),
        *(({"a": "d/e", "l": "a/../x"}, True), ({"a": ".", "l": "a/../x"}, False)),
        *(({"a": "d", "l": "a/../../x"}, False), ({"l": "l"}, False), ({"l": "m", "m": "l"}, False)),
        *(({"d/e/l": "../f", "d/f": "../../x"}, False), ({"d/e/l": "../f", "d/f": "../x"}, True)),
    ],
)
def test_a_link_is_followed_through_other_links(links: dict[str, str], inside: bool) -> None:
    name = next((one for one in links if one.endswith("l")), "l")
    assert gate._ends_inside(name, links) is inside


@pytest.mark.parametrize(("length", "inside"), [(39, True), (40, True), (41, False)])
def test_so_many_links_are_followed(length: int, inside: bool) -> None:
    links = {f"l{number}": f"l{number + 1}" for number in range(length)}
    assert gate._ends_inside("l0", links) is inside


def test_a_link_of_windows_is_split_at_either_stroke(monkeypatch: pytest.MonkeyPatch) -> None:
    links = {"d/l": "..\\..\\x"}
    assert gate._ends_inside("d/l", links) is True
    monkeypatch.setattr(os, "name", "nt")
    found = gate._ends_inside("d/l", links)
    monkeypatch.undo()
    assert found is False


def test_only_a_record_of_a_cache_lets_links_lead_to_blobs(record: Record, tmp_path: Path) -> None:
    top = tmp_path / "hub" / "models--a--b"
    (top / "blobs").mkdir(parents=True)
    (top / "blobs" / "00").write_bytes(b"abc")
    (top / "snapshots").mkdir()
    (top / "snapshots" / "model.bin").symlink_to("../blobs/00")
    name = "models--a--b/snapshots/model.bin"
    record.files = {name: (3, hashlib.sha256(b"abc").hexdigest())}
    left = [{"path": "models--a--b/blobs", "rule": "hub-cache-blobs"}]
    record.predicate["scope"] = {"leftOut": left}
    assert record.codes(root=str(top.parent)) == ["link"]
    record.predicate["scope"] = {"leftOut": left, "symlinks": "hf-cache"}
    (top / "here").symlink_to("snapshots")
    record.links = [{"name": "models--a--b/here", "target": "snapshots"}]
    assert record.codes(root=str(top.parent)) == []
    assert record.codes(root=str(top)) == []
    (top / "blobs" / "00").write_bytes(b"abd")
    assert record.codes(root=str(top)) == ["changed"]


def test_a_timestamp_is_not_checked_and_said_so(record: Record) -> None:
    record.whole = True
    record.beside["review.tsr"] = b"x"
    words = [check.words for check in record.judged().warnings if check.code == "timestamp"]
    assert words == ["Not checked: review.tsr. `openssl ts -verify` checks a timestamp."]


class Companions:
    """A package whose statement about its files a test can spoil."""

    def __init__(self, record: Record) -> None:
        record.whole = True
        record.predicate["packageFiles"] = "package-files.dsse.json"
        self.record = record
        self.files = {"keys/a.pub": b"key"}
        self.listed = dict(self.files)
        self.about: str | None = None
        self.key = KEY

    def judged(self) -> tuple[list[str], list[str]]:
        about = self.about or hashlib.sha256(self.record.payload()).hexdigest()
        statement = {
            "_type": gate.STATEMENT_TYPE,
            "predicateType": gate.PACKAGE_TYPE,
            "subject": [
                {"name": name, "digest": {"sha256": hashlib.sha256(content).hexdigest()}}
                for name, content in self.listed.items()
            ],
            "predicate": {"record": about},
        }
        signed = dsse.envelope_bytes(dsse.sign(dsse.canonical_bytes(statement), self.key))
        self.record.beside = {**self.files, gate.PACKAGE_NAME: signed}
        report = self.record.judged()
        warned = [
            check.code for check in report.warnings if check.code not in ("no-root", "package-incomplete")
        ]
        return [check.code for check in report.refusals], warned


def test_a_statement_about_the_package_binds_its_files(record: Record) -> None:
    package = Companions(record)
    assert package.judged() == ([], [])
    package.files["keys/a.pub"] = b"other"
    assert package.judged() == (["attachment"], [])
    del package.files["keys/a.pub"]
    assert package.judged() == ([], [])
    assert any("keys/a.pub" in check.words for check in record.judged().warnings)
    package.listed["../up"] = b"x"
    assert package.judged() == (["manifest-path"], [])


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("whose", ["the record's", "another", "of another record"])
def test_a_printed_report_is_bound_or_warned_of(record: Record, listed: bool, whose: str) -> None:
    package = Companions(record)
    package.files[gate.REPORT_NAME] = b"pdf"
    if listed:
        package.listed[gate.REPORT_NAME] = b"pdf"
    if whose == "another":
        package.key = SECOND
    if whose == "of another record":
        package.about = "ab" * 32
    expected = ([], []) if listed else (["attachment"], [])
    assert package.judged() == (expected if whose == "the record's" else ([], ["report-unbound"]))


# --- Installed packages -------------------------------------------------------------------------------------


class Site:
    """A tree with a lock file, and an installed package."""

    def __init__(self, record: Record, tmp_path: Path) -> None:
        self.record, self.root, self.site = record, tmp_path / "root", tmp_path / "site"
        self.root.mkdir()
        self.site.mkdir()
        self.locks = {"requirements.txt": b"one==1.0\n"}
        self.names = ["requirements.txt"]

    def install(self, name: str, version: str) -> None:
        folder = self.site / f"{name}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")

    def judged(self, *, root: bool = True, **options: Any) -> list[tuple[str, str]]:
        for name, content in self.locks.items():
            (self.root / name).write_bytes(content)
        self.record.files = {
            name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in self.locks.items()
        }
        self.record.predicate["lockfiles"] = [{"name": name} for name in self.names]
        report = self.record.judged(root=str(self.root) if root else None, packages=str(self.site), **options)
        return [(check.result, check.code) for check in report.checks if check.check == "packages"]


def test_what_is_installed_is_what_is_locked(record: Record, tmp_path: Path) -> None:
    site = Site(record, tmp_path)
    site.install("one", "1.0")
    assert site.judged() == [("passed", "")]
    assert site.judged(root=False) == [("failed", "lock")]
    assert site.judged(locks=["requirements.txt"]) == [("passed", "")]
    assert site.judged(locks=["other.txt"]) == [("failed", "lock")]
    site.install("pip", "24")
    assert site.judged() == [("warning", "package-tool"), ("passed", "")]
    site.install("two", "2.0")
    assert site.judged() == [("failed", "package-unlocked"), ("warning", "package-tool")]
    site.locks["requirements.txt"] = b"one==1.1\ntwo==2.0\npip==24\n"
    assert site.judged() == [("failed", "package-version")]


def test_each_lock_file_counts_unless_one_is_named(record: Record, tmp_path: Path) -> None:
    site = Site(record, tmp_path)
    site.install("one", "1.0")
    site.locks = {"requirements.txt": b"one==1.0\n", "requirements-b.txt": b"two==2.0\n", "notes.md": b"x"}
    site.names = ["notes.md", "requirements-b.txt", "requirements.txt"]
    assert site.judged() == [("passed", "")]
    assert site.judged(locks=["requirements-b.txt"]) == [("failed", "package-unlocked")]
    assert site.judged(locks=["notes.md"]) == [("failed", "lock")]
    site.names = ["requirements.txt"]
    assert site.judged(locks=["requirements-b.txt"]) == [("failed", "lock")]  # in the tree, and no lock file
    site.names = ["gone.txt"]
    assert site.judged() == [("failed", "lock")]
    site.names = []
    assert site.judged() == [("failed", "lock")]


def test_a_lock_that_was_exchanged_after_the_bytes_were_compared(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(record, tmp_path)
    site.install("one", "9.9")
    compare = gate.Verification._check_bytes

    def compare_and_exchange(self: gate.Verification) -> str:
        words = compare(self)
        (site.root / "requirements.txt").write_bytes(b"one==9.9\n")
        return words

    monkeypatch.setattr(gate.Verification, "_check_bytes", compare_and_exchange)
    assert site.judged() == [("failed", "lock")]


@pytest.mark.parametrize("name", ["notes.txt", "requirements.toml", "requirements", "a.lock"])
def test_what_is_no_lock_file(name: str) -> None:
    assert gate.locked_versions(name, b"one==1.0\n") is None


def test_an_old_package_says_its_name_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "one.egg-info").mkdir()
    (tmp_path / "one.egg-info" / "PKG-INFO").write_text("Name: One\nVersion: 1\n")
    (tmp_path / "two.egg-info").write_text("Name: two\nVersion: 2\n")
    assert gate.installed_packages(str(tmp_path)) == {"one": {"1"}, "two": {"2"}}
    with pytest.raises(Unreadable, match="There is no folder"):
        gate.installed_packages(str(tmp_path / "none"))


# --- Command -------------------------------------------------------------------------------------


@pytest.fixture
def command(record: Record, tmp_path: Path) -> list[str]:
    """The arguments of a gate that lets the record pass."""
    package, root, trust = tmp_path / "package", tmp_path / "root", tmp_path / "trust.txt"
    package.mkdir()
    root.mkdir()
    (root / "model.bin").write_bytes(b"abc")
    record.files = {"model.bin": (3, hashlib.sha256(b"abc").hexdigest())}
    record.predicate["validUntil"] = "2999-12-31T00:00:00Z"
    (package / gate.RECORD_NAME).write_bytes(dsse.envelope_bytes(dsse.sign(record.payload(), KEY)))
    key = KEY.public
    trust.write_text(f"Ana reviewer - - {key.keyid} {base64.b64encode(key.spki).decode()}\n")
    return [str(package), "--root", str(root), "--trust", str(trust)]


def test_the_command_says_yes_and_why(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    assert gate.main([*command, "--report", str(report)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("approved: acme/assistant, signed by Ana (reviewer)")
    assert said.out.count("\n") == 1
    assert said.err.startswith("warning: package-incomplete: ")
    assert json.loads(report.read_text())["ok"] is True
    assert gate.main([*command, "--watch-list"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [str(tmp_path / "root" / "model.bin")]


def test_the_command_says_no_and_what_to_do(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "root" / "model.bin").write_bytes(b"abd")
    report = tmp_path / "report.json"
    assert gate.main([*command, "--report", str(report)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "refused: changed: Not the approved bytes, under the root: model.bin. Put back" in said.err
    assert json.loads(report.read_text())["ok"] is False


def test_the_command_says_what_it_cannot_read_or_write(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for wrong in (
        [str(tmp_path / "none"), *command[1:]],
        [*command[:2], str(tmp_path / "none"), *command[3:]],
        [*command[:4], str(tmp_path / "none")],
        [*command, "--report", str(tmp_path / "none" / "report.json")],
    ):
        assert gate.main(wrong) == 2
        said = capsys.readouterr()
        assert (said.out, said.err[:7]) == ("", "error: ")


def test_a_pipe_is_written_into_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR)
    try:
        gate.replace_file(str(pipe), b"text")
        assert os.read(reader, 10) == b"text"
    finally:
        os.close(reader)
    assert os.listdir(tmp_path) == ["pipe"]


def test_a_link_that_may_not_be_read_is_not_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").write_bytes(b"x")
    (tmp_path / "b").symlink_to("a")
    scan = os.scandir

    def in_order(path: Any) -> Any:
        return contextlib.nullcontext(sorted(scan(path), key=lambda entry: entry.name))

    def no_link(path: Any) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", in_order)
    monkeypatch.setattr(os, "readlink", no_link)
    tree = gate.walk(str(tmp_path), [], {}, {})
    monkeypatch.undo()
    assert (tree.files, tree.denied) == ({"a/file": 1}, ["b"])


@pytest.mark.parametrize("content", [b"no JSON", b"{}", b"PK\x03\x04"])
def test_a_statement_about_the_package_that_cannot_be_read_binds_nothing(
    record: Record, content: bytes
) -> None:
    package = Companions(record)
    package.judged()
    record.beside[gate.PACKAGE_NAME] = content
    record.beside[gate.REPORT_NAME] = b"pdf"
    assert record.codes() == []
    assert "report-unbound" in record.warnings()


def test_an_attachment_that_is_not_there_is_named(record: Record) -> None:
    record.whole = True
    digest = {"sha256": hashlib.sha256(b"x").hexdigest()}
    record.predicate["attachments"] = [{"name": "a.txt", "digest": digest}]
    assert any("a.txt" in check.words for check in record.judged().warnings)
    record.beside["a.txt"] = b"x"
    assert not any("a.txt" in check.words for check in record.judged().warnings)
    record.beside["a.txt"] = b"y"
    assert record.codes() == ["attachment"]


def test_an_error_of_the_system_is_no_yes(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(self: gate.Verification) -> gate.Report:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(gate.Verification, "run", broken)
    assert gate.main(command) == 2
    assert capsys.readouterr().err == "error: [Errno 5] Input/output error\n"


def test_the_gate_is_never_run_without_a_tree_or_a_trust_store(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for given in (command[:1] + command[3:], command[:3], command[:1], []):
        with pytest.raises(SystemExit) as caught:
            gate.main(given)
        assert caught.value.code == 2
        assert capsys.readouterr().out == ""
