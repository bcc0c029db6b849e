"""A promoted set on its own: is it what was reviewed? For the training job, which has no store.

The order of the checks, each of which ends the verification where it fails:
1. the record is a DSSE envelope over an in-toto statement of a promotion;
2. it is signed by the key that was given, or else by the key that the manifest names (which shows only that
   nobody changed the set without that key);
3. the manifest is the one the record is about, and the set is named by it;
4. nothing else lies in the folder, and every file has the size and the sha256 that the manifest says;
5. the rows are as many as it says, and their Merkle root is the manifest's;
6. the record's checkpoint is signed, and the promotion is proved to stand in the log below it;
7. a checkpoint that was kept elsewhere is of the same log and does not contradict it;
8. no waiver in it has run out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from inspector.datasets.quarantine import checkpoint as notes
from inspector.datasets.quarantine import names
from inspector.datasets.quarantine.keys import message_signed, pae
from inspector.datasets.quarantine.merkle import Accumulator, inclusion_holds, leaf_hash
from inspector.datasets.quarantine.statement import (
    MANIFEST,
    MANIFEST_SCHEMA,
    PAYLOAD_TYPE,
    PROMOTION_TYPE,
    RECORD,
    STATEMENT_TYPE,
    TRAIN,
)
from inspector.provenance import Refused, UnreadableInput, plain

MAX_DOCUMENT = 256 << 20
BLOCK = 1 << 20


class VerifiedSet(NamedTuple):
    """A set that holds. ``keyid`` is the key that was trusted; ``trusted`` is False where it was only the one
    that the set itself names. ``warnings`` are sentences."""

    path: Path
    id: str
    manifest: dict[str, Any]
    keyid: str
    trusted: bool
    warnings: list[str]
    blocks: list[bytes]


def verify_set(path: Path, *, pubkey: bytes | None = None, checkpoint: bytes | None = None) -> VerifiedSet:
    """Checks the set in the folder ``path``. Refused with a code where it does not hold, UnreadableInput
    where there is no set. ``pubkey`` is the content of the store's log.pub, ``checkpoint`` that of a note."""
    path = Path(path)
    manifest_raw, record_raw = _document(path / MANIFEST), _document(path / RECORD)
    spki = None if pubkey is None else notes.public_key(pubkey)
    payload, signatures = _envelope(record_raw)
    manifest = _json(manifest_raw, "manifest.json")
    if manifest.get("schema") != MANIFEST_SCHEMA:
        raise Refused("manifest", "The manifest is of a kind that is not known here.")
    try:
        key = spki or bytes.fromhex(manifest["store"]["key"])
        _check_signature(key, payload, signatures)
        statement = _json(payload, "the record")
        name = hashlib.sha256(manifest_raw).hexdigest()
        _check_subjects(statement, name, manifest)
        _check_listing(path, manifest)
        blocks = _check_rows(path / TRAIN, manifest)
        own = _check_log(statement["predicate"]["log"], key, name, manifest)
        if checkpoint is not None:
            _check_checkpoint(checkpoint, key, own)
        warnings = _waivers(manifest)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused("form", f"The set's documents lack something: {plain(str(error), 100)}.") from None
    if spki is None:
        warnings.append(
            "The set was checked with the key it names itself; with --pubkey it is checked with the store's."
        )
    return VerifiedSet(
        path, name, manifest, hashlib.sha256(key).hexdigest(), spki is not None, warnings, blocks
    )


def open_verified(
    path: str | Path, *, pubkey: bytes | None = None, checkpoint: bytes | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of a promoted set, one after the other; raises before the first where the set does not hold.

    ``path`` is the set's folder or its train.jsonl. The file is read once to be verified and once more to be
    used; each block is then held against what was verified, so a file swapped in between gives no row.
    """
    folder = Path(path)
    if folder.name == TRAIN:
        folder = folder.parent
    verified = verify_set(folder, pubkey=pubkey, checkpoint=checkpoint)
    return _rows(folder / TRAIN, verified.blocks)


def _rows(path: Path, blocks: list[bytes]) -> Iterator[dict[str, Any]]:
    rest = b""
    with path.open("rb") as file:
        for expected in blocks:
            block = file.read(BLOCK)
            if hashlib.sha256(block).digest() != expected:
                raise Refused("changed", "The rows were changed while they were read.")
            lines = (rest + block).split(b"\n")
            rest = lines.pop()
            for line in lines:
                yield json.loads(line)
    if rest:
        raise Refused("changed", "The rows were changed while they were read.")


def _document(path: Path) -> bytes:
    try:
        if path.is_symlink() or not path.is_file():
            raise UnreadableInput(
                f"{plain(str(path.parent))} is no promoted set: it has no {path.name}.",
                "Name the folder sets/ID of a store, or a copy of it.",
            )
        with path.open("rb") as file:
            raw = file.read(MAX_DOCUMENT + 1)
    except OSError as error:
        raise UnreadableInput(f"{plain(str(path))} cannot be read: {error.strerror}.") from None
    if len(raw) > MAX_DOCUMENT:
        raise UnreadableInput(f"{plain(str(path))} is too large to be read.")
    return raw


def _json(raw: bytes, what: str) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise ValueError("a key stands twice")
        return made

    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise Refused("form", f"The content of {what} is no JSON.") from None
    if not isinstance(value, dict):
        raise Refused("form", f"The content of {what} is no JSON object.")
    return value


def _envelope(raw: bytes) -> tuple[bytes, list[bytes]]:
    value = _json(raw, RECORD)
    try:
        if value["payloadType"] != PAYLOAD_TYPE:
            raise Refused("record", "The record is of a kind that is not known here.")
        payload = base64.b64decode(value["payload"], validate=True)
        return payload, [base64.b64decode(one["sig"], validate=True) for one in value["signatures"]]
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise Refused("record", "The record is no DSSE envelope.") from None


def _check_signature(key: bytes, payload: bytes, signatures: list[bytes]) -> None:
    message = pae(PAYLOAD_TYPE, payload)
    if not any(message_signed(key, message, one) for one in signatures[:16]):
        raise Refused("signature", "The record is not signed by this key.")


def _check_subjects(statement: dict[str, Any], name: str, manifest: dict[str, Any]) -> None:
    if statement["_type"] != STATEMENT_TYPE or statement["predicateType"] != PROMOTION_TYPE:
        raise Refused("record", "The record is no statement of a promotion.")
    said = {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}
    if said.get(MANIFEST) != name or statement["predicate"]["set"] != name:
        raise Refused("manifest", "The manifest is not the one the record is about.")
    if said.get(TRAIN) != manifest["files"][TRAIN]["sha256"]:
        raise Refused("manifest", "Record and manifest name different rows.")


def _check_listing(path: Path, manifest: dict[str, Any]) -> None:
    listed = {*manifest["files"], MANIFEST, RECORD}
    for one in sorted(path.iterdir()):
        if one.name not in listed:
            raise Refused(
                "unlisted", f"{plain(one.name)} lies in the set and is not in its manifest.", "Take it out."
            )
        if one.is_symlink():
            raise Refused("unlisted", f"{plain(one.name)} is a link and not the file itself.")
    for name, facts in manifest["files"].items():
        if name == TRAIN:
            continue
        if not (path / name).is_file():
            raise Refused("changed", f"{plain(name)} is missing.")
        if hashlib.sha256(_document(path / name)).hexdigest() != facts["sha256"]:
            raise Refused("changed", f"{plain(name)} is not the file that was promoted.")


def _check_rows(path: Path, manifest: dict[str, Any]) -> list[bytes]:
    """Reads the rows once; gives the hash of each block for the second reading."""
    facts = manifest["files"][TRAIN]
    try:
        with path.open("rb") as file:
            size, digest, blocks, hashes = _hash_rows(file, facts["size"])
    except OSError as error:
        raise Refused("changed", f"The rows cannot be read: {error.strerror}.") from None
    if size != facts["size"] or digest != facts["sha256"]:
        raise Refused("changed", "The rows are not those that were promoted.")
    hashes.sort()
    tree = Accumulator()
    tree.extend(hashes)
    if tree.size != manifest["rows"] or tree.root().hex() != manifest["rows_root"]:
        raise Refused("changed", "The rows are not those that were reviewed.")
    return blocks


def _hash_rows(file: BinaryIO, most: int) -> tuple[int, str, list[bytes], list[bytes]]:
    sha256 = hashlib.sha256
    whole, blocks, hashes, size, rest = sha256(), [], [], 0, b""
    while block := file.read(BLOCK):
        size += len(block)
        if size > most:
            break
        whole.update(block)
        blocks.append(sha256(block).digest())
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        hashes.extend([sha256(line).digest() for line in lines])
    if rest:
        size = -1  # a last line without an end was not written by a promotion
    return size, whole.hexdigest(), blocks, hashes


def _check_log(proof: dict[str, Any], key: bytes, name: str, manifest: dict[str, Any]) -> notes.Checkpoint:
    own = notes.opened(proof["checkpoint"].encode(), key)
    raw = base64.b64decode(proof["entry"], validate=True)
    entry = _json(raw, "the log's entry")
    if (entry["type"], entry["set"], entry["rows_root"], entry["n"]) != (
        "promotion-prepared",
        name,
        manifest["rows_root"],
        manifest["rows"],
    ):
        raise Refused("log", "The entry of the log is about another set.")
    path = [bytes.fromhex(one) for one in proof["inclusion"]]
    if own.origin != manifest["store"]["origin"] or entry["origin"] != own.origin:
        raise Refused("log", "The record is of another log than the manifest.")
    if not inclusion_holds(leaf_hash(raw), entry["seq"], own.size, path, own.root):
        raise Refused("log", "The promotion is not in the log that the record shows.")
    return own


def _check_checkpoint(note: bytes, key: bytes, own: notes.Checkpoint) -> None:
    """A checkpoint of the same size settles it; another size needs the log, which ``Store.verify`` has."""
    other = notes.opened(note, key)
    if other.origin != own.origin:
        raise Refused("checkpoint", "The checkpoint is of another log.")
    if other.size == own.size and other.root != own.root:
        raise Refused("checkpoint", "The checkpoint has the same size as the record's and another root.")
    if other.size != own.size:
        raise Refused(
            "checkpoint-unproved",
            f"The checkpoint is of {other.size} entries and the record's of {own.size}; without the store it "
            "cannot be shown that they are of one history.",
            "Verify the set inside its store, or keep the checkpoint that is made with the promotion.",
        )


def _waivers(manifest: dict[str, Any]) -> list[str]:
    today = names.now()[:10]
    found = []
    for one in manifest["waivers"]:
        if one["expires"] < today:
            raise Refused(
                "waiver-expired",
                f"{one['rows']} rows were never reviewed, and their waiver ran out on {one['expires']}.",
                "Review them, or promote without them.",
            )
        found.append(
            f"{one['rows']} rows were never reviewed; {plain(one['by'])} waived that until {one['expires']}."
        )
    return found
