#!/usr/bin/env python3
"""Verifies a promoted training set. One file, to be copied into a training image; needs only cryptography.

    python verify_set.py SET [--pubkey log.pub] [--checkpoint FILE]

SET is the folder sets/ID of a quarantine store, or a copy of it. Exit code 0: the rows are those that were
reviewed; 1: refused, with the reason on standard error; 2: there is no such set, or wrong usage.

In Python, before anything trains:

    from verify_set import open_verified
    for row in open_verified("SET", pubkey="log.pub"):
        ...

``open_verified`` raises ``Refused`` before the first row. Keep log.pub (and this file) in the image, not
beside the set: with the key that a set names itself, only changes by those without that key are found.
"""

import argparse
import base64
import datetime
import hashlib
import json
import sys
from pathlib import Path

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PROMOTION_TYPE = "https://provenance-inspector.org/dataset-promotion/v1"
MANIFEST_SCHEMA = "provenance-inspector/dataset-manifest/1"
TRAIN, MANIFEST, RECORD = "train.jsonl", "manifest.json", "record.dsse.json"
MAX_DOCUMENT = 256 << 20
BLOCK = 1 << 20
ED25519 = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: what stands before the 32 bytes of a key


class Refused(Exception):
    """The set does not hold; the text says why."""


class Unreadable(Exception):
    """There is no set, or a file that was named cannot be read."""


def verify(path, pubkey=None, checkpoint=None):
    """Checks the set in the folder ``path``; gives its manifest, the hashes of its blocks, and warnings.

    ``pubkey`` and ``checkpoint`` are paths of files that were kept elsewhere.
    """
    path = Path(path)
    manifest_raw, record_raw = _document(path, MANIFEST), _document(path, RECORD)
    given = None if pubkey is None else _public_key(_file(pubkey))
    note = None if checkpoint is None else _file(checkpoint)
    try:
        manifest = _json(manifest_raw)
        if manifest["schema"] != MANIFEST_SCHEMA:
            raise Refused("The manifest is of a kind that is not known here.")
        key = given or bytes.fromhex(manifest["store"]["key"])
        statement = _statement(record_raw, key)
        name = hashlib.sha256(manifest_raw).hexdigest()
        said = {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}
        if said.get(MANIFEST) != name or statement["predicate"]["set"] != name:
            raise Refused("The manifest is not the one the record is about.")
        if said.get(TRAIN) != manifest["files"][TRAIN]["sha256"]:
            raise Refused("Record and manifest name different rows.")
        _check_folder(path, manifest)
        blocks = _check_rows(path / TRAIN, manifest)
        own = _check_log(statement["predicate"]["log"], key, name, manifest)
        if note is not None and _opened_note(note, key) != own:
            raise Refused(
                "The checkpoint is not that of the record; only the store can compare one of another size."
            )
        warnings = _check_waivers(manifest)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Refused(f"The set's documents lack something ({type(error).__name__}).") from None
    if given is None:
        warnings.append("The set was checked with the key it names itself; give the store's with --pubkey.")
    return manifest, blocks, warnings


def open_verified(path, pubkey=None, checkpoint=None):
    """The rows, one after the other; raises before the first where the set does not hold.

    Each block is held against what was verified once more, so rows that are swapped in between do not pass.
    """
    _, blocks, _ = verify(path, pubkey, checkpoint)
    return _rows(Path(path) / TRAIN, blocks)


def _rows(path, blocks):
    rest = b""
    with open(path, "rb") as file:
        for expected in blocks:
            block = file.read(BLOCK)
            if hashlib.sha256(block).digest() != expected:
                raise Refused("The rows were changed while they were read.")
            lines = (rest + block).split(b"\n")
            rest = lines.pop()
            for line in lines:
                yield json.loads(line)


def _file(path):
    try:
        with open(path, "rb") as file:
            raw = file.read(MAX_DOCUMENT + 1)
    except OSError as error:
        raise Unreadable(f"{str(path)!r} cannot be read: {error.strerror}.") from None
    if len(raw) > MAX_DOCUMENT:
        raise Unreadable(f"{str(path)!r} is too large to be read.")
    return raw


def _document(folder, name):
    path = folder / name
    if path.is_symlink() or not path.is_file():
        raise Unreadable(f"{str(folder)!r} is no promoted set: it has no {name}.")
    return _file(path)


def _json(raw):
    def once(pairs):
        made = dict(pairs)
        if len(made) != len(pairs):
            raise ValueError("a key stands twice")
        return made

    return json.loads(raw.decode("utf-8"), object_pairs_hook=once)


def _statement(record_raw, key):
    envelope = _json(record_raw)
    payload = base64.b64decode(envelope["payload"], validate=True)
    kind = PAYLOAD_TYPE.encode()
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    marks = [base64.b64decode(one["sig"], validate=True) for one in envelope["signatures"][:16]]
    if envelope["payloadType"] != PAYLOAD_TYPE or not any(_signed(key, message, one) for one in marks):
        raise Refused("The record is not signed by this key.")
    statement = _json(payload)
    if statement["_type"] != STATEMENT_TYPE or statement["predicateType"] != PROMOTION_TYPE:
        raise Refused("The record is no statement of a promotion.")
    return statement


def _signed(spki, message, signature):
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if not spki.startswith(ED25519) or len(spki) != len(ED25519) + 32:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(spki[len(ED25519) :]).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _public_key(raw):
    text = raw.decode("ascii", "replace").strip()
    try:
        if "-----BEGIN PUBLIC KEY-----" in text:
            body = text.split("-----BEGIN PUBLIC KEY-----", 1)[1].split("-----END", 1)[0]
            return base64.b64decode("".join(body.split()), validate=True)
        return ED25519 + base64.b64decode(text.split("+", 2)[2], validate=True)[1:]
    except (ValueError, IndexError):
        raise Unreadable("The public key is none; give the store's log.pub.") from None


def _check_folder(path, manifest):
    listed = {*manifest["files"], MANIFEST, RECORD}
    for one in sorted(path.iterdir()):
        if one.name not in listed or one.is_symlink():
            raise Refused(f"{one.name!r} lies in the set and is not in its manifest, or is a link.")
    for name, facts in manifest["files"].items():
        if not (path / name).is_file():
            raise Refused(f"{name!r} is missing.")
        if name != TRAIN and hashlib.sha256(_file(path / name)).hexdigest() != facts["sha256"]:
            raise Refused(f"{name!r} is not the file that was promoted.")


def _check_rows(path, manifest):
    facts = manifest["files"][TRAIN]
    whole, blocks, hashes, size, rest = hashlib.sha256(), [], [], 0, b""
    with open(path, "rb") as file:
        while size <= facts["size"]:
            block = file.read(BLOCK)
            if not block:
                break
            size += len(block)
            whole.update(block)
            blocks.append(hashlib.sha256(block).digest())
            lines = (rest + block).split(b"\n")
            rest = lines.pop()
            hashes.extend(hashlib.sha256(line).digest() for line in lines)
    if rest or size != facts["size"] or whole.hexdigest() != facts["sha256"]:
        raise Refused("The rows are not those that were promoted.")
    hashes.sort()
    if len(hashes) != manifest["rows"] or _root(hashes).hex() != manifest["rows_root"]:
        raise Refused("The rows are not those that were reviewed.")
    return blocks


def _root(leaves):
    """The Merkle root of RFC 9162, section 2.1.1."""
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        last = [level.pop()] if len(level) % 2 else []
        pairs = iter(level)
        level = [hashlib.sha256(b"\1" + one + other).digest() for one, other in zip(pairs, pairs)] + last
    return level[0] if level else hashlib.sha256(b"").digest()


def _opened_note(note, key):
    """Origin, size and root of a signed note (C2SP signed-note, tlog-checkpoint)."""
    body, _, marks = note.decode("utf-8").partition("\n\n")
    origin, size, root = body.split("\n")
    for line in marks.splitlines():
        _, name, mark = line.split(" ", 2)
        if name == origin and _signed(key, (body + "\n").encode(), base64.b64decode(mark, validate=True)[4:]):
            return origin, int(size), base64.b64decode(root, validate=True)
    raise Refused("The checkpoint is not signed by this key.")


def _check_log(proof, key, name, manifest):
    """That the log, as its checkpoint shows it, has the promotion of this very set (section 2.1.3.2)."""
    origin, size, root = _opened_note(proof["checkpoint"].encode(), key)
    raw = base64.b64decode(proof["entry"], validate=True)
    entry = _json(raw)
    expected = ("promotion-prepared", name, manifest["rows_root"], manifest["rows"], origin)
    if (entry["type"], entry["set"], entry["rows_root"], entry["n"], entry["origin"]) != expected:
        raise Refused("The entry of the log is about another set.")
    place, last, made = entry["seq"], size - 1, hashlib.sha256(b"\0" + raw).digest()
    if origin != manifest["store"]["origin"] or not 0 <= place <= last:
        raise Refused("The record is of another log than the manifest.")
    for text in proof["inclusion"]:
        other = bytes.fromhex(text)
        if last == 0:
            raise Refused("The promotion is not in the log that the record shows.")
        if place & 1 or place == last:
            made = hashlib.sha256(b"\1" + other + made).digest()
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            made = hashlib.sha256(b"\1" + made + other).digest()
        place, last = place >> 1, last >> 1
    if last or made != root:
        raise Refused("The promotion is not in the log that the record shows.")
    return origin, size, root


def _check_waivers(manifest):
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")  # noqa: UP017 - older Pythons
    warnings = []
    for one in manifest["waivers"]:
        if one["expires"] < today:
            raise Refused(
                f"{one['rows']} rows were never reviewed, and their waiver ran out on {one['expires']}."
            )
        warnings.append(f"{one['rows']} rows were never reviewed; that is waived until {one['expires']}.")
    return warnings


def main(arguments=None):
    """The command; gives the exit code."""
    parser = argparse.ArgumentParser(description="Verifies a promoted training set.")
    parser.add_argument("set", metavar="SET")
    parser.add_argument("--pubkey", metavar="FILE", help="the store's log.pub, kept elsewhere")
    parser.add_argument("--checkpoint", metavar="FILE", help="the checkpoint made with the promotion")
    options = parser.parse_args(arguments)
    try:
        manifest, _, warnings = verify(options.set, options.pubkey, options.checkpoint)
    except Refused as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1
    except (Unreadable, OSError) as error:
        print(f"verify_set: {error}", file=sys.stderr)
        return 2
    for one in warnings:
        print(f"warning: {one}", file=sys.stderr)
    print(f"The set holds: {manifest['rows']} rows.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
