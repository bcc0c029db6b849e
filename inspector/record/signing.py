"""Signing a review: the target is hashed again, what stands against the decision is refused, all or nothing.

The order is: what can be told without reading a byte (words, dates, open findings), then the bytes, then
their comparison with the scan, then the statement, the signature and the package.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from inspector.gate.inspector_gate import (
    ANSWERS,
    BUNDLE_NAME,
    DECISIONS,
    LINES_NAME,
    MAX_RECORD,
    PACKAGE_NAME,
    RECORD_NAME,
    SUMS_NAME,
    clean_name,
    seconds,
    shown_time,
)
from inspector.provenance import NodeKind, Refused, Severity, State, UnreadableInput, plain
from inspector.record import dsse
from inspector.record.companions import package_statement
from inspector.record.exports.interface import PACKAGED, facts_of, formats
from inspector.record.interface import (
    AfterSigning,
    Attachment,
    AttachmentWriter,
    SignedPackage,
    SignedRecord,
    SignOff,
)
from inspector.record.keys import Signer
from inspector.record.manifest import Manifest
from inspector.record.model_signatures import model_signatures as signatures_of
from inspector.record.model_signatures import signature_notes
from inspector.record.package import (
    instructions,
    refuse_existing,
    write_package,
)
from inspector.record.statement import (
    end_of_day,
    predicate_of,
    role_of,
    statement_of,
)
from inspector.record.target import target_manifest
from inspector.review.interface import ReviewedFinding, ReviewFile
from inspector.sources.interface import Source

LAST_RECORD = "record.last"  # where the review remembers the serial and digest of its last record
_GRAVE = (Severity.CRITICAL, Severity.HIGH)


def sign_review(
    review: ReviewFile,
    *,
    key: Signer,
    out: Path,
    decision: str,
    reviewer: str,
    valid_until: str,
    role: str = "reviewer",
    organisation: str = "",
    email: str = "",
    now: float | None = None,
    source: Source | None = None,
    attachments: Sequence[Attachment | AttachmentWriter] = (),
    after_signing: AfterSigning | None = None,
    model_signatures: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> SignedPackage:
    """Writes the signed package of ``review`` into the new folder ``out``.

    ``valid_until`` is a date (its last second counts) or a time in UTC. ``now`` is in seconds since 1970;
    without it SOURCE_DATE_EPOCH or the clock is used. ``source`` is the open target; without it the review's
    own target is opened. ``attachments`` become part of the signed record by their digests, whole or made
    from the predicate; ``after_signing`` gives files that hold the signed record (a PDF with the record
    attached), which the record cannot have a digest of. With ``model_signatures`` an approval also holds an
    OpenSSF ``model.sig`` for each folder with weights; what stood against one is among the warnings.

    Refused where the decision does not stand; UnreadableInput for wrong input. Then nothing was written.
    """
    if decision not in DECISIONS:
        raise UnreadableInput(
            f"{plain(decision, 40)} is no decision.", f"It is one of {', '.join(DECISIONS)}."
        )
    if not reviewer.strip():
        raise UnreadableInput("A record needs the name of the reviewer.", "Give --reviewer.")
    scan = review.scan()
    if scan is None:
        raise Refused("no-scan", "There is no finished scan in this review.", "Scan the target first.")
    moment, fixed = signing_time(now)
    until = _valid_until(valid_until, moment)
    refuse_existing(out)
    if decision.startswith("approved"):
        _refuse_approval(review, decision)
    manifest = target_manifest(review, scan, decision, out, source, progress)
    sign_off = SignOff(
        decision=decision,
        reviewer=reviewer.strip(),
        signed_at=shown_time(int(moment)),
        valid_until=until,
        keyid=key.public.keyid,
        role=role,
        organisation=organisation,
        email=email,
    )
    base = int(moment) * 1000 if fixed else int(moment * 1000)
    sign_off, payload, files = _numbered(review, manifest, sign_off, base, attachments)
    envelope = dsse.sign(payload, key)
    record = dsse.envelope_bytes(envelope)
    package = [
        Attachment(RECORD_NAME, "application/vnd.dsse+json", record),
        Attachment(
            BUNDLE_NAME,
            "application/vnd.dev.sigstore.bundle.v0.3+json",
            dsse.bundle_bytes(envelope, key.public),
        ),
        Attachment(LINES_NAME, "application/jsonl", record),
        Attachment(SUMS_NAME, "text/plain", manifest.sums),
        Attachment(f"keys/{key.public.keyid[:8]}.pub", "application/x-pem-file", key.public.pem),
        *files,
    ]
    if after_signing is not None:
        report = next(one.content for one in files if one.name == "report.html")
        signed = SignedRecord(record, report, json.loads(payload)["predicate"])
        package += after_signing(signed)
    warnings: list[tuple[str, str]] = []
    if model_signatures:
        signatures, left = _model_signatures(review, manifest, sign_off, key)
        package += signatures
        warnings = [("model-signatures", sentence) for sentence in left]
    named = {one.name for one in files} | {RECORD_NAME, BUNDLE_NAME, LINES_NAME, SUMS_NAME}
    others = [one for one in package if one.name not in named]
    about = dsse.canonical_bytes(package_statement(payload, others, sign_off.signed_at))
    companion = dsse.envelope_bytes(dsse.sign(about, key))
    package.append(Attachment(PACKAGE_NAME, "application/vnd.dsse+json", companion))
    _refuse_double_names(package)
    digest = _sha256(payload)
    review.remember(
        LAST_RECORD,
        {"serial": sign_off.serial, "supersedes": list(sign_off.supersedes), "payload_sha256": digest},
    )
    write_package(out, package)
    return SignedPackage(
        folder=out,
        record_id=review.record_id,
        payload_sha256=digest,
        keyid=key.public.keyid,
        serial=sign_off.serial,
        decision=decision,
        files=tuple(sorted(one.name for one in package)),
        warnings=tuple(warnings),
    )


def _model_signatures(
    review: ReviewFile, manifest: Manifest, sign_off: SignOff, key: Signer
) -> tuple[list[Attachment], list[str]]:
    """The model signatures with a note of how to verify them, and why a folder has none."""
    if not sign_off.decision.startswith("approved"):
        return [], [f"Only approved models are signed, and the decision is: {sign_off.decision}."]
    scanned = {node.name for node in review.nodes() if node.kind is NodeKind.MODEL_FILE}
    weights = [one.name for one in manifest.files if role_of(one.name) == "weights" or one.name in scanned]
    target = (review.scan() or {}).get("target") or {}
    name = str(target.get("name") or review.project).rsplit("/", 1)[-1]
    is_cache = target.get("kind") == "hub-cache"
    made, about, left = signatures_of(manifest, weights, name=name, key=key, is_cache=is_cache)
    if made:
        made.append(signature_notes(about, manifest, key.public.keyid, is_cache=is_cache))
    return made, left


def _sha256(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def signing_time(now: float | None) -> tuple[float, bool]:
    """The time of signing, and whether it was given (then the record must not depend on the clock)."""
    if now is not None:
        return now, True
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch:
        if not epoch.isascii() or not epoch.isdigit() or len(epoch) > 11:
            raise UnreadableInput("SOURCE_DATE_EPOCH is not a whole number of seconds.")
        return float(epoch), True
    return time.time(), False


def _valid_until(text: str, moment: float) -> str:
    full = end_of_day(text)
    try:
        until = seconds(full)
    except ValueError:
        raise UnreadableInput(
            f"{plain(text, 40)} is not a date.", "Write it as 2026-12-31, or as 2026-12-31T12:00:00Z."
        ) from None
    if until <= moment or ("SOURCE_DATE_EPOCH" in os.environ and until <= time.time()):
        raise Refused(
            "valid-until",
            f"The record would have ended before it begins: {plain(text, 40)} is past.",
            "Name a later date.",
        )
    return full


def _refuse_approval(review: ReviewFile, decision: str) -> None:
    """Refused where something stands against an approval (contract, "Review, keys, record")."""
    findings = review.findings()
    grave = [item for item in findings if item.finding.severity in _GRAVE]
    still_open = [item for item in grave if item.state in (State.OPEN, State.CONFIRMED)]
    if still_open:
        raise Refused(
            "open-findings",
            f"{len(still_open)} findings of high or critical are open: {_titles(still_open)}.",
            "Decide on them, or reject or defer.",
        )
    silent = [one.id for one in review.questions() if one.required and one.answer in (None, "", "unknown")]
    if silent:
        raise Refused(
            "unanswered-questions",
            f"{len(silent)} required questions are not answered, or with unknown: {', '.join(silent[:5])}.",
            f"Answer them with {', '.join(ANSWERS[:3])} or n/a, or reject or defer.",
        )
    bare = [item for item in findings if item.state is State.ACCEPTED and not (item.because and item.expires)]
    if bare:
        raise Refused("incomplete-exception", f"An accepted finding lacks reason or expiry: {_titles(bare)}.")
    accepted = [item for item in grave if item.state is State.ACCEPTED]
    if accepted and decision == "approved":
        raise Refused(
            "accepted-findings",
            f"{len(accepted)} findings of high or critical are accepted, not gone: {_titles(accepted)}.",
            "Sign as approved-with-exceptions.",
        )
    standing = review.blockers()
    if standing:
        raise Refused("blocked", standing[0], "Settle it, or reject or defer.")


def _titles(items: Sequence[ReviewedFinding]) -> str:
    shown = "; ".join(plain(item.finding.title, 100) for item in items[:3])
    return shown if len(items) <= 3 else f"{shown}; and {len(items) - 3} more"


# The statement


def _numbered(
    review: ReviewFile,
    manifest: Manifest,
    sign_off: SignOff,
    base: int,
    attachments: Sequence[Attachment | AttachmentWriter],
) -> tuple[SignOff, bytes, list[Attachment]]:
    """The sign-off with its serial, the payload, and the attachments it has the digests of.

    The serial is the time in milliseconds, and always higher than that of this review's last record. Signing
    the very same once more (SOURCE_DATE_EPOCH) gives the same serial, and so the same bytes.
    """
    from dataclasses import replace

    last = review.recalled(LAST_RECORD)
    if isinstance(last, dict):
        again = replace(sign_off, serial=int(last["serial"]), supersedes=tuple(last["supersedes"]))
        payload, files = _payload(review, manifest, again, attachments)
        if _sha256(payload) == last["payload_sha256"]:
            return again, payload, files
        serial = max(base, int(last["serial"]) + 1)
        sign_off = replace(sign_off, serial=serial, supersedes=(str(last["payload_sha256"]),))
    else:
        sign_off = replace(sign_off, serial=base)
    payload, files = _payload(review, manifest, sign_off, attachments)
    return sign_off, payload, files


def _payload(
    review: ReviewFile,
    manifest: Manifest,
    sign_off: SignOff,
    attachments: Sequence[Attachment | AttachmentWriter],
) -> tuple[bytes, list[Attachment]]:
    predicate = predicate_of(review, manifest, sign_off)
    facts = facts_of(review, sign_off)
    known = formats()
    files = [
        Attachment(known[word].file, known[word].media_type, known[word].write(facts)) for word in PACKAGED
    ]
    files += instructions(predicate)
    files += [one if isinstance(one, Attachment) else one(predicate) for one in attachments]
    payload = dsse.canonical_bytes(statement_of(predicate, files))
    if len(payload) * 4 // 3 > MAX_RECORD - 4096:
        raise Refused(
            "too-large", "The record would be larger than a verifier reads.", "Review a smaller target."
        )
    return payload, files


def _refuse_double_names(package: Sequence[Attachment]) -> None:
    names = [one.name for one in package]
    for name in names:
        if not clean_name(name) or names.count(name) > 1:
            raise UnreadableInput(f"A package cannot hold two files called {plain(name)}, or one out of it.")
