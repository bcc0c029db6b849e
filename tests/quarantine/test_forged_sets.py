"""Sets whose documents the store itself signed again after a change: each contradiction has its refusal."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from inspector.datasets.quarantine import PromotedSet, Store, checkpoint, keys, open_verified, verify_set
from inspector.datasets.quarantine.checkpoint import Checkpoint
from inspector.datasets.quarantine.merkle import Accumulator, leaf_hash
from inspector.datasets.quarantine.statement import PAYLOAD_TYPE
from inspector.provenance import Refused, UnreadableInput

Change = Callable[[dict[str, Any], dict[str, Any]], Any]


@pytest.fixture
def promoted(filled: Store, approve: Any) -> PromotedSet:
    approve(filled)
    made = filled.promote(actor="alice")
    assert made is not None
    return made


@pytest.fixture
def forged(filled: Store, promoted: PromotedSet) -> Callable[..., None]:
    """Changes manifest and statement, ties them together again, and signs them with the store's own key."""
    spki = checkpoint.public_key((filled.path / keys.PUBLIC_NAME).read_bytes())
    key = keys.load_store_key(filled.path, spki)

    def forge(change: Change, *, tied: bool = True) -> None:
        place, record = promoted.path / "manifest.json", promoted.path / "record.dsse.json"
        manifest = json.loads(place.read_bytes())
        envelope = json.loads(record.read_bytes())
        statement = json.loads(base64.b64decode(envelope["payload"]))
        proof = statement["predicate"]["log"]
        change(manifest, statement)
        raw = json.dumps(manifest).encode()
        name = hashlib.sha256(raw).hexdigest()
        if tied:
            statement["predicate"]["set"] = name
            for one in statement["subject"]:
                one["digest"]["sha256"] = name if one["name"] == "manifest.json" else one["digest"]["sha256"]
            if "entry" in proof and proof.pop("kept", None) is None:
                entry = json.loads(base64.b64decode(proof["entry"]))
                proof.update(_alone(entry | {"set": name, "seq": 0}, key))
        payload = json.dumps(statement).encode()
        place.write_bytes(raw)
        signature = base64.b64encode(key.sign(keys.pae(PAYLOAD_TYPE, payload))).decode()
        envelope |= {"payload": base64.b64encode(payload).decode(), "signatures": [{"sig": signature}]}
        record.write_bytes(json.dumps(envelope).encode())

    return forge


def _alone(entry: dict[str, Any], key: keys.StoreKey) -> dict[str, Any]:
    """The proof of a log that holds this entry and nothing else."""
    raw = json.dumps(entry).encode()
    head = Checkpoint(entry["origin"], 1, leaf_hash(raw))
    note = checkpoint.signed_note(head, key.spki, key.sign(head.body.encode()))
    return {"entry": base64.b64encode(raw).decode(), "inclusion": [], "checkpoint": note.decode()}


def test_a_set_that_is_tied_together_again_holds(
    forged: Callable[..., None], promoted: PromotedSet, filled: Store
) -> None:
    forged(lambda manifest, statement: None)
    key = (filled.path / keys.PUBLIC_NAME).read_bytes()
    assert verify_set(promoted.path, pubkey=key).trusted
    assert len(list(open_verified(promoted.path / "train.jsonl", pubkey=key))) == 10


def _of_log(**more: Any) -> Change:
    def change(manifest: dict[str, Any], statement: dict[str, Any]) -> None:
        proof = statement["predicate"]["log"]
        entry = json.loads(base64.b64decode(proof["entry"])) | more
        proof["entry"] = base64.b64encode(json.dumps(entry).encode()).decode()

    return change


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda m, s: m.update(schema="other/1"), "manifest", "of a kind that is not known"),
        (
            lambda m, s: s.update(predicateType="https://example.org/x"),
            "record",
            "no statement of a promotion",
        ),
        (lambda m, s: s.update(_type="other"), "record", "no statement of a promotion"),
        (
            lambda m, s: m["files"]["train.jsonl"].update(sha256="0" * 64),
            "manifest",
            "Record and manifest name different rows",
        ),
        (lambda m, s: m.update(rows=m["rows"] + 1), "changed", "not those that were reviewed"),
        (lambda m, s: m["files"]["train.jsonl"].update(size=3), "changed", "not those that were promoted"),
        (lambda m, s: m["files"].update(more={"sha256": "0" * 64, "size": 1}), "changed", "is missing"),
        (lambda m, s: m["store"].update(origin="another"), "log", "of another log"),
        (_of_log(type="review"), "log", "about another set"),
        (_of_log(n=11), "log", "about another set"),
        (lambda m, s: m.pop("waivers"), "form", "lack something"),
        (lambda m, s: s["predicate"].pop("log"), "form", "lack something"),
        (lambda m, s: m["store"].update(key="zz"), "form", "lack something"),
        (
            lambda m, s: m.update(waivers=[{"expires": "2020-01-01", "rows": 3, "by": "Bo"}]),
            "waiver-expired",
            "ran out on 2020-01-01",
        ),
    ],
)
def test_a_contradiction_is_refused_by_its_code(
    forged: Callable[..., None], promoted: PromotedSet, change: Change, code: str, words: str
) -> None:
    forged(change)
    with pytest.raises(Refused) as caught:
        verify_set(promoted.path)
    assert caught.value.code == code and words in caught.value.sentence


def test_an_entry_that_is_not_in_the_log_that_is_shown(
    forged: Callable[..., None], promoted: PromotedSet
) -> None:
    def other_entry(manifest: dict[str, Any], statement: dict[str, Any]) -> None:
        _of_log(why="another")(manifest, statement)
        statement["predicate"]["log"]["kept"] = True

    manifest_before = (promoted.path / "manifest.json").read_bytes()
    forged(other_entry, tied=False)
    (promoted.path / "manifest.json").write_bytes(manifest_before)
    with pytest.raises(Refused) as caught:
        verify_set(promoted.path)
    assert (caught.value.code, caught.value.sentence) == (
        "log",
        "The promotion is not in the log that the record shows.",
    )


def test_a_checkpoint_that_was_kept_must_be_of_the_same_log_and_root(
    forged: Callable[..., None], promoted: PromotedSet, filled: Store
) -> None:
    forged(lambda manifest, statement: None)
    spki = checkpoint.public_key((filled.path / keys.PUBLIC_NAME).read_bytes())
    key = keys.load_store_key(filled.path, spki)
    origin = json.loads((promoted.path / "manifest.json").read_bytes())["store"]["origin"]
    for head, code in (
        (Checkpoint("another", 1, bytes(32)), "checkpoint"),
        (Checkpoint(origin, 1, bytes(32)), "checkpoint"),
        (Checkpoint(origin, 5, bytes(32)), "checkpoint-unproved"),
    ):
        note = checkpoint.signed_note(head, spki, key.sign(head.body.encode()))
        with pytest.raises(Refused) as caught:
            verify_set(promoted.path, checkpoint=note)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[]", "form"),
        (b"\xff", "form"),
        (b'{"a": 1, "a": 2}', "form"),
        (b"{}", "record"),
        (b'{"payloadType": "other"}', "record"),
        (b'{"payloadType": "' + PAYLOAD_TYPE.encode() + b'", "payload": "?", "signatures": []}', "record"),
        (b'{"payloadType": "' + PAYLOAD_TYPE.encode() + b'", "payload": "", "signatures": []}', "signature"),
    ],
)
def test_a_record_of_another_form_is_refused(promoted: PromotedSet, content: bytes, code: str) -> None:
    (promoted.path / "record.dsse.json").write_bytes(content)
    with pytest.raises(Refused) as caught:
        verify_set(promoted.path)
    assert caught.value.code == code


def test_a_link_in_the_place_of_a_file_is_refused(promoted: PromotedSet) -> None:
    rows = promoted.path / "train.jsonl"
    rows.rename(promoted.path.parent / "elsewhere.jsonl")
    rows.symlink_to(promoted.path.parent / "elsewhere.jsonl")
    with pytest.raises(Refused) as caught:
        verify_set(promoted.path)
    assert caught.value.code == "unlisted"


def test_a_document_larger_than_is_read_is_refused(
    promoted: PromotedSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.datasets.quarantine.promoted.MAX_DOCUMENT", 10)
    with pytest.raises(UnreadableInput, match="too large"):
        verify_set(promoted.path)


def test_rows_swapped_after_the_verification_give_nothing(promoted: PromotedSet) -> None:
    rows = open_verified(promoted.path)
    place = promoted.path / "train.jsonl"
    place.write_bytes(place.read_bytes().replace(b"question 0", b"question X"))
    with pytest.raises(Refused) as caught:
        next(rows)
    assert caught.value.code == "changed"


def test_a_tree_grows_as_one_that_is_made_at_once() -> None:
    leaves = [bytes([number]) for number in range(50)]
    whole, parts = Accumulator(), Accumulator()
    whole.extend(leaves)
    for leaf in leaves:
        parts.extend([leaf])
    assert (whole.size, whole.root()) == (parts.size, parts.root())
