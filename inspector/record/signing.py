"""Signing a review: the target is hashed again, what stands against the decision is refused, all or nothing.

The order is: what can be told without reading a byte (words, dates, open findings), then the bytes, then
their comparison with the scan, then the statement, the signature and the package.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from inspector.gate.inspector_gate import (
    ANSWERS,
    BUNDLE_NAME,
    DECISIONS,
    MAX_RECORD,
    RECORD_NAME,
    SUMS_NAME,
    clean_name,
    seconds,
    shown_time,
)
from inspector.provenance import Refused, Severity, State, UnreadableInput, plain
from inspector.record import dsse
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
from inspector.record.manifest import NAMELESS, Manifest, ManifestFile, hash_target, in_order, refuse_unlisted
from inspector.record.package import (
    instructions,
    refuse_existing,
    write_package,
)
from inspector.record.statement import end_of_day, predicate_of, statement_of
from inspector.review.interface import ReviewedFinding, ReviewFile
from inspector.sources.interface import LeftOut, Source

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
    progress: Callable[[int, int], None] | None = None,
) -> SignedPackage:
    """Writes the signed package of ``review`` into the new folder ``out``.

    ``valid_until`` is a date (its last second counts) or a time in UTC. ``now`` is in seconds since 1970;
    without it SOURCE_DATE_EPOCH or the clock is used. ``source`` is the open target; without it the review's
    own target is opened. ``attachments`` become part of the signed record by their digests, whole or made
    from the predicate; ``after_signing`` gives files that hold the signed record (a PDF with the record
    attached), which the record cannot have a digest of.

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
    manifest = _manifest_of(review, scan, decision, out, source, progress)
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
        Attachment("review.intoto.jsonl", "application/jsonl", record),
        Attachment(SUMS_NAME, "text/plain", manifest.sums),
        Attachment(f"keys/{key.public.keyid[:8]}.pub", "application/x-pem-file", key.public.pem),
        *files,
    ]
    if after_signing is not None:
        report = next(one.content for one in files if one.name == "report.html")
        signed = SignedRecord(record, report, json.loads(payload)["predicate"])
        package += after_signing(signed)
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
    )


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


# The bytes


def _manifest_of(
    review: ReviewFile,
    scan: Mapping[str, Any],
    decision: str,
    out: Path,
    source: Source | None,
    progress: Callable[[int, int], None] | None,
) -> Manifest:
    """The target as it is now, compared with the scan; Refused where they differ."""
    target = {**(scan.get("target") or {}), **(getattr(review, "target", None) or {})}
    root = (scan.get("run") or {}).get("root") or target.get("root")
    approval = decision.startswith("approved")
    if source is None and (not root or str(target.get("kind")) in ("hub-model", "hub-dataset", "hub-space")):
        if approval:
            raise Refused(
                "hub-target",
                "The bytes of a hub repository were not read here; an approval would rest on the hub's word.",
                "Download the revision and review the folder, or reject or defer.",
            )
        return _claimed(scan)
    mine = source is None
    if source is None:
        from inspector.sources import open_target

        if not os.path.lexists(str(root)):
            raise UnreadableInput(
                f"The reviewed {plain(str(root))} is not there any more, so its bytes cannot be compared.",
                "Put it back to its place, or review it where it is now.",
            )
        options = getattr(review, "options", None) or {}
        source = open_target(str(root), exclude=tuple(options.get("exclude") or ()), offline=True)
    try:
        base = source.target.root
        own = _own_paths(review.path, base)
        if base is not None and _is_below(out, base):
            raise UnreadableInput(
                f"{plain(str(out))} lies in the reviewed folder, and would be part of it.",
                "Name a folder outside of it.",
            )
        manifest = hash_target(source, ignore=own.__contains__, progress=progress)
    finally:
        if mine:
            source.close()
    _refuse_changes(scan, manifest, own, approval)
    if approval:
        refuse_unlisted(manifest)
    return manifest


def _own_paths(review: Path, root: str | None) -> frozenset[str]:
    """The review file's own names where it lies in the target: it changes with every decision."""
    if root is None or not _is_below(review, root):
        return frozenset()
    name = Path(os.path.realpath(review)).relative_to(os.path.realpath(root)).as_posix()
    return frozenset(f"{name}{suffix}" for suffix in ("", "-wal", "-shm", "-journal"))


def _is_below(path: Path, root: str) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)) and Path(root).is_dir()


def _claimed(scan: Mapping[str, Any]) -> Manifest:
    """What the hub says of its files; those it states no digest of are unlisted."""
    files, unlisted = [], []
    for item in scan.get("files") or []:
        path, size, digest = str(item.get("path")), item.get("size"), item.get("sha256")
        if digest and isinstance(size, int) and clean_name(path):
            files.append(ManifestFile(path, size, str(digest), claimed=True))
        else:
            unlisted.append((path, "the hub states no SHA-256 for it"))
    left_out = [
        LeftOut(str(item.get("path")), str(item.get("rule")))
        for item in (scan.get("coverage") or {}).get("left_out") or []
    ]
    return Manifest(in_order(files), left_out=tuple(left_out), unlisted=tuple(sorted(unlisted)))


_NO_FILE = ("link", "special-file")  # formats of the scan that are no files: one that is one now was changed


def _refuse_changes(scan: Mapping[str, Any], manifest: Manifest, own: frozenset[str], approval: bool) -> None:
    """Refused where the target is not what was scanned. A file that the scan has no digest of was not read
    then: for an approval that counts as changed, because nobody looked at these bytes."""
    before = {str(item.get("path")): item.get("sha256") for item in scan.get("files") or []}
    now = {one.name: one.sha256 for one in manifest.files}
    elsewhere = {path for path, _ in manifest.unlisted} | {name for name, _ in manifest.links} | own
    added = [name for name in now if name not in before]
    added += [name for name in elsewhere - own if name not in before]
    removed = [name for name in before if name not in now and name not in elsewhere]
    nameless = {path for path, why in manifest.unlisted if why == NAMELESS}
    removed += [name for name, digest in before.items() if digest and name in elsewhere - own - nameless]
    changed = [name for name, digest in now.items() if before.get(name) and before[name] != digest]
    changed += _retargeted(scan, manifest)
    no_files = {str(item.get("path")) for item in scan.get("files") or [] if item.get("format") in _NO_FILE}
    changed += [name for name in now if name in no_files]
    unread = [name for name in now if name in before and not before[name]] if approval else []
    words = []
    for names, what in (
        (changed, "changed"),
        (added, "added"),
        (removed, "gone"),
        (unread, "not read by the scan"),
    ):
        if names:
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            words.append(f"{what}: {', '.join(plain(name, 120) for name in sorted(names)[:3])}{more}")
    if words:
        raise Refused(
            "target-changed",
            f"The target is not what was scanned ({'; '.join(words)}).",
            "Scan it again, look at what changed, then sign.",
        )


def _retargeted(scan: Mapping[str, Any], manifest: Manifest) -> list[str]:
    """Links that point elsewhere than when they were scanned: the scan repeats the source's words for each.
    A link that was a file then is found by its digest, and one that was not there is among the added."""
    said = {
        str(item.get("path")): " ".join(str(one.get("message")) for one in item.get("reasons") or [])
        for item in scan.get("files") or []
        if item.get("format") == "link"
    }
    return [name for name, words in manifest.pointers if words and words not in said.get(name, words)]


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
