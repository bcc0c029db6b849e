"""What may be signed, what is refused, and that a package is whole or not there."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from inspector import resources
from inspector.provenance import Refused, Severity, State, UnreadableInput
from inspector.record import dsse, package, trust
from inspector.record.countersigning import countersign
from inspector.record.interface import Attachment
from inspector.record.keys import FileKey, load_key
from inspector.record.verify import verify_record

Sign = Callable[..., Path]


def refused(sign: Sign, **options: Any) -> str:
    with pytest.raises(Refused) as caught:
        sign(**options)
    assert caught.value.exit_code == 1
    return caught.value.code


def schema(name: str) -> dict[str, Any]:
    return json.loads(resources.path("schemas", name).read_text(encoding="utf-8"))


def test_the_statement_follows_our_published_schema(
    sign: Sign, review: Any, payload_of: Any, make_finding: Any
) -> None:
    review.reviewed = [make_finding(Severity.CRITICAL, State.ACCEPTED), make_finding(Severity.LOW, rule="b")]
    statement = payload_of(sign(decision="approved-with-exceptions"))
    validator = jsonschema.Draft202012Validator(schema("review-v1.json"))
    assert [error.message for error in validator.iter_errors(statement)] == []
    del statement["predicate"]["exceptions"][0]["owner"]
    assert not validator.is_valid(statement)


def test_the_record_says_what_was_found_and_decided(
    sign: Sign, review: Any, payload_of: Any, make_finding: Any
) -> None:
    review.reviewed = [make_finding(Severity.HIGH, State.ACCEPTED), make_finding(Severity.LOW, rule="b.c")]
    predicate = payload_of(sign(decision="approved-with-exceptions"))["predicate"]
    assert [(one["severity"], one["state"]) for one in predicate["findings"]] == [
        ("high", "accepted"),
        ("low", "open"),
    ]
    (exception,) = predicate["exceptions"]
    assert exception["findings"] == [predicate["findings"][0]["id"]]
    assert exception["rationale"] == "Only read in a sandbox"
    assert exception["expires"] == "2999-01-31T23:59:59Z"
    assert exception["owner"] == "Ana Suárez"
    assert predicate["recordId"] == review.record_id
    assert predicate["scope"]["exclude"] == ["version-control", "byte-code", "virtual-environment"]
    assert predicate["scope"]["leftOut"] == [{"path": ".git", "rule": "version-control"}]


def test_the_subject_is_the_list_and_then_what_gets_loaded(sign: Sign, payload_of: Any) -> None:
    folder = sign()
    statement = payload_of(folder)
    digest = hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()
    assert statement["subject"][0] == {"name": "SHA256SUMS", "digest": {"sha256": digest, "dirHash1": digest}}
    assert [one["name"] for one in statement["subject"][1:3]] == ["model.bin", "weights/layer.safetensors"]


def test_the_payload_is_canonical_and_the_same_each_time(
    sign: Sign, monkeypatch: pytest.MonkeyPatch, payload_of: Any
) -> None:
    import base64

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    raw = [
        base64.b64decode(json.loads((sign(now=None) / "review-record.dsse.json").read_text())["payload"])
        for _ in range(2)
    ]
    assert raw[0] == raw[1]
    assert raw[0] == dsse.canonical_bytes(json.loads(raw[0]))
    assert json.loads(raw[0])["predicate"]["signedAt"] == "2026-05-28T20:26:40Z"


def test_a_later_record_has_a_higher_serial_and_names_the_one_before(
    sign: Sign, payload_of: Any, times: Any
) -> None:
    import base64

    first = sign()
    envelope = json.loads((first / "review-record.dsse.json").read_text())
    digest = hashlib.sha256(base64.b64decode(envelope["payload"])).hexdigest()
    for now in (times.now, times.now - 1000, times.now + 1):
        later = payload_of(sign(now=now, reviewer=f"Ana {now}"))["predicate"]
        assert later["serial"] > payload_of(first)["predicate"]["serial"]
    second = payload_of(sign(reviewer="Bo"))["predicate"]
    assert second["supersedes"][0]["digest"]["sha256"] != digest  # it names its direct predecessor


def test_no_float_reaches_a_record(sign: Sign, review: Any, payload_of: Any) -> None:
    review.scan_object["audit"]["as_of"] = 1.5
    review.project = "bad \udc80 name"
    predicate = payload_of(sign())["predicate"]
    assert predicate["advisoryDb"][0]["asOf"] == "1.5"
    assert predicate["project"]["id"] == "bad \\udc80 name"


@pytest.mark.parametrize("decision", ["approved", "approved-with-exceptions"])
def test_no_approval_while_something_grave_is_open(
    sign: Sign, review: Any, make_finding: Any, make_question: Any, decision: str
) -> None:
    for severity in (Severity.CRITICAL, Severity.HIGH):
        for state in (State.OPEN, State.CONFIRMED):
            review.reviewed = [make_finding(severity, state)]
            assert refused(sign, decision=decision) == "open-findings"
    review.reviewed = []
    for answer in (None, "unknown"):
        review.asked = [make_question(answer)]
        assert refused(sign, decision=decision) == "unanswered-questions"
    review.asked = [make_question(None, required=False)]
    review.standing = ["The last scan was cancelled."]
    assert refused(sign, decision=decision) == "blocked"
    review.standing = []
    sign(decision=decision)


def test_a_plain_approval_accepts_nothing_grave(sign: Sign, review: Any, make_finding: Any) -> None:
    review.reviewed = [make_finding(Severity.HIGH, State.ACCEPTED)]
    assert refused(sign) == "accepted-findings"
    review.reviewed = [
        make_finding(Severity.MEDIUM, State.ACCEPTED),
        make_finding(Severity.HIGH, State.FIXED, "b"),
    ]
    sign()


@pytest.mark.parametrize("decision", ["rejected", "deferred"])
def test_no_is_signed_with_the_same_facts(
    sign: Sign, review: Any, make_finding: Any, decision: str, payload_of: Any
) -> None:
    review.reviewed = [make_finding(Severity.CRITICAL)]
    review.asked[:] = []
    review.standing = ["Something stands against an approval."]
    assert payload_of(sign(decision=decision))["predicate"]["findings"][0]["state"] == "open"


@pytest.mark.parametrize("until", ["2020-01-01", "2026-05-28T20:26:40Z", "2026-05-27"])
def test_a_date_in_the_past_is_refused(sign: Sign, until: str) -> None:
    assert refused(sign, valid_until=until) == "valid-until"


def test_the_last_day_counts_to_its_end(sign: Sign, payload_of: Any) -> None:
    assert payload_of(sign(valid_until="2026-05-28"))["predicate"]["validUntil"] == "2026-05-28T23:59:59Z"


@pytest.mark.parametrize(
    "until", ["", "soon", "31.12.2999", "2999-02-30", "2999-12-31T10:00:00+01:00", "٢٩٩٩-01-01"]
)
def test_what_is_no_date_is_said_to_be_none(sign: Sign, until: str) -> None:
    with pytest.raises(UnreadableInput, match="not a date"):
        sign(valid_until=until)


def test_with_a_fixed_clock_the_real_one_still_ends_a_record(
    sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert refused(sign, now=None, valid_until="2002-01-01") == "valid-until"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(UnreadableInput, match="SOURCE_DATE_EPOCH"):
        sign(now=None)


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_a_tree_that_changed_since_the_scan_is_refused(
    sign: Sign, project: Path, review: Any, decision: str
) -> None:
    (project / "app.py").write_text("print('other')\n")
    assert refused(sign, decision=decision) == "target-changed"
    review.rescan()
    (project / "new.pkl").write_bytes(b"x")
    assert refused(sign, decision=decision) == "target-changed"
    review.rescan()
    (project / "new.pkl").unlink()
    assert refused(sign, decision=decision) == "target-changed"
    review.rescan()
    (project / "app.py").unlink()
    (project / "app.py").symlink_to("model.bin")
    assert refused(sign, decision=decision) == "target-changed"


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_a_link_that_came_or_moved_since_the_scan_is_a_change(
    sign: Sign, project: Path, review: Any, decision: str
) -> None:
    (project / "latest.bin").symlink_to("model.bin")
    assert refused(sign, decision=decision) == "target-changed"
    review.rescan()
    (project / "latest.bin").unlink()
    (project / "latest.bin").symlink_to("empty")
    assert refused(sign, decision=decision) == "target-changed"
    review.rescan()
    (project / "latest.bin").unlink()
    assert refused(sign, decision=decision) == "target-changed"
    (project / "latest.bin").write_bytes(b"a file now")
    assert refused(sign, decision=decision) == "target-changed"
    review.rescan()
    sign(decision=decision)


@pytest.mark.skipif(os.name == "nt", reason="names are UTF-16 there")
def test_a_name_that_is_not_utf8_stops_an_approval_and_no_rejection(
    sign: Sign, project: Path, review: Any, payload_of: Any
) -> None:
    Path(os.fsdecode(os.fsencode(project) + b"/\xff.bin")).write_bytes(b"x")
    shown = {"path": "\\xff.bin", "size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    review.scan_object["files"].append(shown)
    assert refused(sign) == "not-listed"
    scope = payload_of(sign(decision="rejected"))["predicate"]["scope"]
    assert [one["path"] for one in scope["notReviewed"]] == [shown["path"]]


def test_a_target_that_is_gone_is_said_to_be_gone(sign: Sign, project: Path) -> None:
    project.rename(project.with_name("elsewhere"))
    with pytest.raises(UnreadableInput, match="is not there any more"):
        sign(decision="rejected")


def test_a_file_the_scan_did_not_read_is_not_approved(sign: Sign, review: Any) -> None:
    review.scan_object["files"][0]["sha256"] = None
    assert refused(sign) == "target-changed"
    sign(decision="rejected")


def test_a_link_inside_travels_in_the_record_and_must_stay_as_it_is(
    sign: Sign, project: Path, review: Any, trust_file: Path, payload_of: Any
) -> None:
    (project / "latest").symlink_to("weights/layer.safetensors")
    review.rescan()
    folder = sign()
    assert payload_of(folder)["predicate"]["critical"] == ["manifest.links"]
    assert verify_record(folder, trust.load(trust_file), root=project).ok
    (project / "latest").unlink()
    (project / "latest").symlink_to("app.py")
    assert [one.code for one in verify_record(folder, trust.load(trust_file), root=project).refusals] == [
        "link"
    ]
    (project / "latest").unlink()
    assert [one.code for one in verify_record(folder, trust.load(trust_file), root=project).refusals] == [
        "link"
    ]


def test_a_link_that_leaves_the_target_stops_an_approval_and_no_rejection(
    sign: Sign, project: Path, review: Any, payload_of: Any
) -> None:
    (project / "out").symlink_to("/etc/hostname")
    review.rescan()
    assert refused(sign) == "not-listed"
    scope = payload_of(sign(decision="rejected"))["predicate"]["scope"]
    assert [one["path"] for one in scope["notReviewed"]] == ["out"]


def test_a_hub_repository_is_not_approved_on_its_own_word(sign: Sign, review: Any, payload_of: Any) -> None:
    review.scan_object["target"]["kind"] = "hub-model"
    review.scan_object["run"]["root"] = None
    review.scan_object["files"][0]["sha256"] = None
    assert refused(sign) == "hub-target"
    predicate = payload_of(sign(decision="deferred"))["predicate"]
    assert all(one["claimed"] for one in predicate["manifest"]["files"])
    assert len(predicate["scope"]["notReviewed"]) == len(review.scan_object["files"])


def test_the_review_file_itself_is_no_part_of_the_target(
    sign: Sign, review: Any, project: Path, payload_of: Any
) -> None:
    review.path = project / "assistant.review"
    review.path.write_bytes(b"SQLite")
    (project / "assistant.review-wal").write_bytes(b"x")
    names = [one["name"] for one in payload_of(sign())["predicate"]["manifest"]["files"]]
    assert not [name for name in names if "review" in name]


def test_a_package_inside_the_target_is_refused(sign: Sign, project: Path) -> None:
    with pytest.raises(UnreadableInput, match="lies in the reviewed folder"):
        sign(out=project / "weights" / "package")
    assert not (project / "weights" / "package").exists()


def test_a_package_is_never_written_over(sign: Sign, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    with pytest.raises(UnreadableInput, match="exists already"):
        sign(out=out)
    assert [path.name for path in out.iterdir()] == ["notes.txt"]


def test_a_package_is_whole_or_not_there(sign: Sign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def failing(folder: Path) -> None:
        written.append(str(folder))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(package, "flush_folder", failing)
    with pytest.raises(UnreadableInput, match="No space left"):
        sign(out=tmp_path / "out" / "package")
    assert written
    assert list((tmp_path / "out").iterdir()) == []


def test_attachments_are_bound_by_their_digest(sign: Sign, payload_of: Any, trust_file: Path) -> None:
    folder = sign(
        attachments=[
            Attachment("extra/note.txt", "text/plain", b"hello"),
            lambda predicate: Attachment("made.txt", "text/plain", str(predicate["serial"]).encode()),
        ],
        after_signing=lambda signed: [
            Attachment("review-report.pdf", "application/pdf", b"%PDF" + signed.record)
        ],
    )
    listed = {one["name"]: one["digest"]["sha256"] for one in payload_of(folder)["predicate"]["attachments"]}
    assert listed["extra/note.txt"] == hashlib.sha256(b"hello").hexdigest()
    assert "made.txt" in listed and "review-report.pdf" not in listed
    assert (folder / "review-report.pdf").read_bytes().startswith(b"%PDF{")
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    with pytest.raises(UnreadableInput):
        sign(attachments=[Attachment("../out.txt", "text/plain", b"")])
    with pytest.raises(UnreadableInput):
        sign(attachments=[Attachment("SHA256SUMS", "text/plain", b"")])


def test_a_second_person_countersigns(
    sign: Sign, project: Path, trust_file: Path, second_key: FileKey, times: Any
) -> None:
    folder = sign()
    trust.add(trust_file, second_key.public, name="Bo", roles=["lead"])
    path = countersign(folder, key=second_key, name="Bo", role="lead", now=times.now + 60)
    assert path.name == f"countersignature-{second_key.public.keyid[:8]}.dsse.json"
    report = verify_record(
        folder, trust.load(trust_file), root=project, require=2, roles=["lead", "reviewer"]
    )
    assert report.ok and [one.principal for one in report.signers] == ["Ana Suárez", "Bo"]
    assert len((folder / "review.intoto.jsonl").read_text().splitlines()) == 2
    import base64

    statement = json.loads(base64.b64decode(json.loads(path.read_text())["payload"]))
    jsonschema.Draft202012Validator(schema("countersignature-v1.json")).validate(statement)
    with pytest.raises(UnreadableInput, match="has countersigned"):
        countersign(folder, key=second_key, name="Bo", role="lead", now=times.now + 60)


def test_nobody_countersigns_himself_or_an_edited_record(
    sign: Sign, key: FileKey, second_key: FileKey
) -> None:
    folder = sign()
    with pytest.raises(Refused) as caught:
        countersign(folder, key=key, name="Ana", role="lead")
    assert caught.value.code == "same-key"
    record = folder / "review-record.dsse.json"
    value = json.loads(record.read_text())
    value["payload"] = value["payload"][:-8] + "AAAA" + value["payload"][-4:]
    record.write_text(json.dumps(value))
    with pytest.raises(Refused):
        countersign(folder, key=second_key, name="Bo", role="lead")


def test_an_ed25519_key_signs_too(sign: Sign, project: Path, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = tmp_path / "ed.pem"
    path.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(
            form.Encoding.PEM, form.PrivateFormat.OpenSSH, form.NoEncryption()
        )
    )
    signer = load_key(path, None)
    store = tmp_path / "ed.txt"
    trust.add(store, signer.public, name="Ed", roles=["reviewer"])
    assert verify_record(sign(key=signer, reviewer="Ed"), trust.load(store), root=project).ok


def test_a_zip_verifies_as_its_folder_does(
    sign: Sign, project: Path, trust_file: Path, tmp_path: Path
) -> None:
    folder = sign()
    for name in ("one.zip", "two.zip"):
        package.write_zip(folder, tmp_path / name)
    keys = trust.load(trust_file)
    assert verify_record(tmp_path / "one.zip", keys, root=project).ok
    with pytest.raises(UnreadableInput, match="exists already"):
        package.write_zip(folder, tmp_path / "one.zip")


@pytest.mark.bounded
def test_signing_takes_time_in_proportion_to_the_tree(sign: Sign, project: Path, review: Any) -> None:
    for number in range(500):
        (project / "weights" / f"{number}.json").write_text(str(number))
    review.rescan()
    sign()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a copy of this process")
@pytest.mark.parametrize("nth", [1, 4, 12, 17, 18, 19])
def test_a_kill_at_any_moment_leaves_a_whole_package_or_none(
    sign: Sign, tmp_path: Path, trust_file: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    out = tmp_path / "packages" / "one"
    child = os.fork()
    if child == 0:
        calls = iter(range(1, 1000))

        def dying(descriptor: int, real: Any = os.fsync) -> None:
            if next(calls) == nth:
                os.kill(os.getpid(), signal.SIGKILL)
            real(descriptor)

        os.fsync = dying  # type: ignore[assignment]
        try:
            sign(out=out)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    if out.exists():
        assert verify_record(out, trust.load(trust_file)).ok
        assert not [
            one for one in verify_record(out, trust.load(trust_file)).warnings if one.check == "package"
        ]
    sign(out=tmp_path / "packages" / "two")
