"""The gate at its bounds: each word of its tables, each second of its clocks, each person who signs."""

from __future__ import annotations

from typing import Any

import pytest
from gate_by_hand import KEY, NOW, SECOND, SIGNED, UNTIL, Package, Record, exception, finding, trusted

from inspector.gate import inspector_gate as gate
from inspector.record import dsse

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
