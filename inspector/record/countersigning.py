"""The second person: a countersignature is a statement of its own about the digest of the payload."""

from __future__ import annotations

import os
from pathlib import Path

from inspector.gate.inspector_gate import (
    MAX_PAYLOAD_ITEMS,
    RECORD_NAME,
    REVIEW_TYPE,
    Envelope,
    FolderPackage,
    Refusal,
    Unreadable,
    envelope_of,
    replace_file,
    shown_time,
    signature_holds,
    strict_json,
)
from inspector.provenance import Refused, UnreadableInput, plain
from inspector.record import dsse
from inspector.record.companions import countersignature_of
from inspector.record.keys import Signer, load_public
from inspector.record.package import flush_folder, record_folder
from inspector.record.signing import signing_time


def countersign(record: Path, *, key: Signer, name: str, role: str, now: float | None = None) -> Path:
    """Adds ``countersignature-KEYID8.dsse.json`` by ``name`` to the package; gives its path.

    It is a statement of its own about the digest of the record's payload, with the record's decision.
    Refused where the record does not verify with a key of its package, or was signed with this same key.
    """
    folder = record_folder(record)
    try:
        envelope = envelope_of(FolderPackage(str(folder)).record()[1], RECORD_NAME)
        signer = _packaged_signer(folder, envelope)
        statement = strict_json(envelope.payload, "the record", items=MAX_PAYLOAD_ITEMS)
        if statement["predicateType"] != REVIEW_TYPE:
            raise Refused("schema", f"{RECORD_NAME} is no review record.")
        decision = str(statement["predicate"]["decision"])
    except Refusal as refusal:
        raise Refused(refusal.code, refusal.sentence) from None
    except (Unreadable, OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableInput(
            f"The record in {plain(str(folder))} cannot be read: {plain(str(error))}."
        ) from None
    if not name.strip():
        raise UnreadableInput("A countersignature needs the name of the person.", "Give --name.")
    if not role.strip():
        raise UnreadableInput("A countersignature needs the role of the person.", "Give --role.")
    if signer == key.public.keyid:
        raise Refused("same-key", "The record was signed with this key; a second person has another.")
    moment, _ = signing_time(now)
    made = countersignature_of(
        bytes(envelope.payload),
        name=name.strip(),
        role=role.strip(),
        decision=decision,
        signed_at=shown_time(int(moment)),
        keyid=key.public.keyid,
    )
    content = dsse.envelope_bytes(dsse.sign(dsse.canonical_bytes(made), key))
    path = folder / f"countersignature-{key.public.keyid[:8]}.dsse.json"
    if os.path.lexists(path):
        raise UnreadableInput(f"{plain(str(path))} exists already: this key has countersigned.")
    _add_files(folder, path.name, content, key)
    return path


def _packaged_signer(folder: Path, envelope: Envelope) -> str:
    """The key id of the key in keys/ that verifies the record; Refused where none does."""
    for path in sorted((folder / "keys").glob("*.pub"))[:64]:
        try:
            public = load_public(path)
        except UnreadableInput:  # whatever else lies there is no key that could have signed
            continue
        if signature_holds(public.spki, envelope):
            return public.keyid
    raise Refused(
        "signature",
        "No key of the package verifies the record: it was edited, or its key is not in keys/.",
        "Countersign only what the reviewer sent you.",
    )


def _add_files(folder: Path, name: str, content: bytes, key: Signer) -> None:
    """The countersignature last, so that a kill leaves at most a key and a line that nobody counts."""
    try:
        public = folder / "keys" / f"{key.public.keyid[:8]}.pub"
        if not os.path.lexists(public):
            replace_file(str(public), key.public.pem)
        bundle = folder / "review.intoto.jsonl"
        lines = bundle.read_bytes() if bundle.is_file() else b""
        replace_file(str(folder / name), content)
        replace_file(str(bundle), lines + content)
        flush_folder(folder)
    except OSError as error:
        raise UnreadableInput(
            f"The package {plain(str(folder))} cannot be written: {error.strerror}."
        ) from None
