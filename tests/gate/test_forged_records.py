"""Records and packages put together by hand: what a record says of itself, links, files of the package,
trees. Each row names the code by which both verifiers refuse it."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from .forgeries import TYPE, Forgeries, Spoil, encoded, refuse, spoiled, store_line  # isort: skip

FORGED = Forgeries()
refused, accepted, unreadable = FORGED.refused, FORGED.accepted, FORGED.unreadable
predicate, statement, manifest = FORGED.predicate, FORGED.statement, FORGED.manifest
P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # the order of the group
ED25519 = 2**252 + 27742317777372353535851937790883648493


# --- What the record says of itself ------------------------------------------------------------------------

for _word, _value in (("true", True), ("text", "yes"), ("null", None), ("one", 1), ("zero", 0), ("list", [])):
    predicate(
        "four-eyes",
        f"it_asks_for_a_second_person_by_{_word}",
        lambda p, value=_value: p["separationOfDuties"].update(required=value),
    )


@refused("four-eyes")
def it_asks_for_a_second_person_who_is_a_stranger(scene: Any) -> None:
    scene.change(lambda p: p["separationOfDuties"].update(required=True))
    _countersigned(scene, scene.stranger, trusted=False)


@accepted()
def it_asks_for_a_second_person_who_is_there(scene: Any) -> None:
    scene.change(lambda p: p["separationOfDuties"].update(required=True))
    _countersigned(scene, scene.stranger, trusted=True)


def _countersigned(scene: Any, key: Any, *, trusted: bool, **changes: Any) -> None:
    record = hashlib.sha256(base64.b64decode(scene.envelope()["payload"])).hexdigest()
    value = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "review-record", "digest": {"sha256": record}}],
        "predicateType": "https://provenance-inspector.org/countersignature/v1",
        "predicate": {
            "schemaVersion": "1.0",
            "role": "lead",
            "decision": scene.payload()["predicate"]["decision"],
            "statement": "read",
            "signedAt": "2026-05-29T00:00:00Z",
            "name": "Bo",
            "keyid": key.public.keyid,
            **changes,
        },
    }
    raw = json.dumps(value).encode()
    signature = {"sig": base64.b64encode(key.sign(encoded(raw))).decode()}
    text = json.dumps(
        {"payload": base64.b64encode(raw).decode(), "payloadType": TYPE, "signatures": [signature]}
    )
    (scene.package / "countersignature-deadbeef.dsse.json").write_text(text)
    if trusted:
        scene.trust.write_text(scene.trust.read_text() + store_line("Bo", key.public.spki))


@refused("countersignature-disagrees")
def a_second_decision_with_a_space(scene: Any) -> None:
    _countersigned(scene, scene.stranger, trusted=True, decision="approved ")


@refused("four-eyes")
def a_countersignature_with_a_number_that_is_no_whole_one(scene: Any) -> None:
    scene.options["require"] = 2
    _countersigned(scene, scene.stranger, trusted=True, conditions=[1.0])


@refused("four-eyes")
def a_countersignature_from_before_the_record(scene: Any) -> None:
    scene.options["require"] = 2
    _countersigned(scene, scene.stranger, trusted=True, signedAt="2026-05-28T20:00:00Z")


def _finding(state: str, **more: Any) -> dict[str, Any]:
    return {"id": "0123456789ab", "severity": "critical", "state": state, **more}


for _state in ("false-positive", "not-applicable"):
    for _word, _more in (("none", {}), ("blanks", {"because": "  \n"}), ("null", {"because": None})):
        predicate(
            "incomplete",
            f"{_state.replace('-', '_')}_with_the_reason_{_word}",
            lambda p, state=_state, more=_more: p["findings"].append(_finding(state, **more)),
        )


@accepted()
def a_false_positive_with_its_reason(scene: Any) -> None:
    scene.change(lambda p: p["findings"].append(_finding("false-positive", because="seen")))


for _name, _key in (("small", "predicatetype"), ("snake", "predicate_type"), ("bare", "type")):
    statement("schema", f"a_second_type_in_{_name}_letters", lambda v, key=_key: v.update({key: "x"}))
statement("schema", "a_second_predicate_with_a_capital", lambda v: v.update(Predicate=v["predicate"]))
statement("schema", "a_second_subject_in_capitals", lambda v: v.update(SUBJECT=[]))
statement("schema", "a_statement_of_version_0", lambda v: v.update(_type="https://in-toto.io/Statement/v0.1"))
statement("subject", "another_hash_of_the_folder_in_the_manifest", lambda v: v["predicate"]["manifest"][
    "digest"
].update(dirHash1="0" * 64))  # fmt: skip


@refused("schema")
def the_statement_about_the_package_as_record(scene: Any) -> None:
    text = (scene.package / "package-files.dsse.json").read_text()
    scene.put_envelope(text)
    scene.record = scene.envelope_path


@refused("schema")
def a_model_signature_as_record(scene: Any) -> None:
    value = scene.payload()
    value.update(predicateType="https://model_signing/signature/v1.0", predicate={"resources": []})
    scene.put_payload(value)


# --- Links -------------------------------------------------------------------------------------------------


def links(code: str, name: str, *pairs: tuple[str, str]) -> None:
    """The links stand in the record and in the tree alike."""

    def spoil(scene: Any) -> None:
        for place, target in pairs:
            if not (scene.root / place).is_symlink():
                (scene.root / place).symlink_to(target)
        listed = [{"name": place, "target": target} for place, target in pairs]
        scene.relist(lambda value: value.update(links=listed))

    (FORGED.rows_refused if code else FORGED.rows_accepted).append((name, code, spoil))


links("manifest-path", "a_link_out_by_way_of_another", ("here", "."), ("out", "here/../secret"))
links("manifest-path", "a_link_out_by_way_of_a_deeper_one", ("w", "weights"), ("out", "w/../../secret"))
links("manifest-path", "a_link_out_by_way_of_two", ("b", "."), ("a", "b/b"), ("out", "a/../x"))
links("manifest-path", "links_in_a_ring", ("a", "b"), ("b", "a"))
links("manifest-path", "a_link_to_itself", ("a", "a"))
links("manifest-path", "more_links_than_a_system_follows", *((f"l{n}", f"l{n + 1}") for n in range(60)))
links("manifest", "a_link_listed_twice", ("a", "app.py"), ("a", "model.bin"))
links("manifest", "a_link_below_a_link", ("a", "weights"), ("a/b", "x"))
links("", "a_link_by_way_of_another_that_stays", ("w", "weights"), ("a", "w/../app.py"))

# --- Files of the package ----------------------------------------------------------------------------------


def _with_pdf(scene: Any) -> bytes:
    (scene.package / "review-report.pdf").write_bytes(b"%PDF-1.4 mine")
    return hashlib.sha256(b"%PDF-1.4 mine").hexdigest().encode()


@accepted("report-unbound")
def a_pdf_beside_a_record_that_announces_nothing(scene: Any) -> None:
    _with_pdf(scene)
    scene.change(lambda p: p.pop("packageFiles"))


@accepted()
def a_pdf_that_the_record_itself_has_the_digest_of(scene: Any) -> None:
    row = {"name": "review-report.pdf", "digest": {"sha256": _with_pdf(scene).decode()}}
    scene.change(lambda p: (p.pop("packageFiles"), p["attachments"].append(row)))


@refused("attachment")
def another_pdf_than_the_record_has_the_digest_of(scene: Any) -> None:
    _with_pdf(scene)
    row = {"name": "review-report.pdf", "digest": {"sha256": "0" * 64}}
    scene.change(lambda p: p["attachments"].append(row))


@refused("attachment")
def the_record_claims_its_own_digest(scene: Any) -> None:
    row = {"name": "review-record.dsse.json", "digest": {"sha256": "0" * 64}}
    scene.change(lambda p: p["attachments"].append(row))


@refused("attachment")
def the_instructions_were_edited(scene: Any) -> None:
    path = scene.package / "VERIFY.md"
    path.write_text(path.read_text() + "\n")


@refused("package")
def an_empty_line_before_the_record(scene: Any) -> None:
    path = scene.package / "review.intoto.jsonl"
    path.write_bytes(b"\n" + path.read_bytes())


def _other_payload(text: str) -> str:
    return base64.b64encode(base64.b64decode(text).replace(b'"approved"', b'"rejected"')).decode()


@refused("package")
def the_bundle_keeps_the_signature_over_another_payload(scene: Any) -> None:
    path = scene.package / "review-record.sigstore.json"
    value = json.loads(path.read_text())
    value["dsseEnvelope"]["payload"] = _other_payload(value["dsseEnvelope"]["payload"])
    path.write_text(json.dumps(value))


@refused("package")
def the_lines_keep_the_signature_over_another_payload(scene: Any) -> None:
    path = scene.package / "review.intoto.jsonl"
    value = json.loads(path.read_text().splitlines()[0])
    value["payload"] = _other_payload(value["payload"])
    path.write_text(json.dumps(value) + "\n")


@refused("package")
def a_key_twice_in_the_bundle(scene: Any) -> None:
    path = scene.package / "review-record.sigstore.json"
    path.write_text(path.read_text().replace("{", '{"mediaType":"x",', 1))


@refused("package")
def the_sums_with_a_byte_order_mark(scene: Any) -> None:
    path = scene.package / "SHA256SUMS"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


for _number, _name in enumerate(("keys/../bom.cdx.json", "./bom.cdx.json", "/etc/hosts", "a//b", "")):
    predicate(
        "manifest-path",
        f"attachment_at_an_odd_place_{_number}",
        lambda p, name=_name: p["attachments"].append({"name": name, "digest": {"sha256": "0" * 64}}),
    )


# --- The tree ----------------------------------------------------------------------------------------------


def added(code: str, name: str, path: str) -> None:
    def spoil(scene: Any) -> None:
        place = scene.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"x")

    (FORGED.rows_refused if code == "extra" else FORGED.rows_accepted).append((name, code, spoil))


added("extra", "a_file_in_byte_code_in_capitals", "__PYCACHE__/x.pyc")
added("extra", "a_file_in_version_control_in_another_case", ".Git/x.pkl")
added("extra", "a_file_beside_version_control", ".git.bak/x.pkl")
added("extra", "a_file_with_a_backslash_for_a_folder", "weights\\layer.safetensors")
added("extra", "the_list_of_files_itself", "SHA256SUMS")
added("extra", "a_file_of_the_hubs_cache", ".cache/huggingface/x.metadata")
added("left-out", "a_hook_in_an_inner_repository", "weights/.git/hooks/post-checkout")
added("left-out", "a_pickle_in_subversion", ".svn/x.pkl")

manifest("manifest-path", "a_name_with_a_slash_behind", lambda m: m["files"][0].update(name="app.py/"))
manifest("manifest-path", "a_name_with_two_slashes", lambda m: m["files"][0].update(name="weights//x"))
manifest("schema", "an_entry_that_is_a_list", lambda m: m["files"][0].update(sha256=["0" * 64]))
manifest("schema", "a_digest_with_a_prefix", lambda m: m["files"][0].update(sha256="sha256:" + "0" * 57))


@FORGED.each_refused()
def test_both_refuse_by_the_same_code(scene: Any, code: str, spoil: Spoil) -> None:
    refuse(scene, code, spoil)


@FORGED.each_accepted()
def test_both_accept_and_say_the_same(scene: Any, warning: str, spoil: Spoil) -> None:
    status, codes, warned = spoiled(scene, spoil).by_verify()
    assert (status, codes) == (0, [])
    assert {warning, "left-out"} - {""} == set(warned) - {"package-incomplete"}
    assert scene.by_gate() == (0, [], warned)


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--root", "", 2),
        ("--trust", "", 2),
        ("--require", "0", 2),
        ("--require", "65", 2),
        ("--require", "\uff12", 2),
        ("--requi", "1", 2),
        ("--require-role", "", 1),
        ("--project", "", 1),
        ("--state", "", 2),
    ],
)
def test_both_read_an_option_alike(
    scene: Any, gate: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch, option: str, value: str, code: int
) -> None:
    from inspector.cli import run as command_line

    monkeypatch.chdir(scene.root)  # where an empty root would be taken for the tree
    said = []
    for start in (lambda words: command_line(["verify", *words]), gate.main):
        words = [str(scene.package), "--trust", str(scene.trust), "--root", str(scene.root), option, value]
        try:
            got = start(words)
        except SystemExit as end:
            got = int(end.code or 0)
        errors = capsys.readouterr().err.splitlines()
        said.append((got, [line.split(": ")[1] for line in errors if line.startswith("refused: ")]))
    assert said[0] == said[1]
    assert said[0][0] == code


def test_a_row_of_the_manifest_in_another_form_is_the_same_row(scene: Any) -> None:
    """Rows of the usual four fields are kept small while they are read; others mean the same."""
    assert scene.by_gate()[0] == 0
    for change in ({"mode": 420}, {"claimed": True}):
        scene.relist(lambda manifest, more=change: [row.update(more) for row in manifest["files"]])
        assert scene.by_verify()[0] == scene.by_gate()[0] == 0
    scene.relist(lambda manifest: manifest["files"][0].update(size=True))
    assert scene.by_verify()[1] == scene.by_gate()[1] == ["schema"]


def test_a_large_zip_is_as_unreadable_to_the_gate_as_a_small_one(scene: Any, tmp_path: Path) -> None:
    for size in (10, 2 << 20):
        scene.record = tmp_path / "package.zip"
        scene.record.write_bytes(b"PK\x03\x04" + bytes(size))
        assert scene.by_gate()[0] == 2


def test_no_two_rows_have_one_name() -> None:
    names = FORGED.names()
    assert len(set(names)) == len(names)
