"""What signing takes and gives, and what may be put into a package beside the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of the package. ``name`` is relative to it, with ``/``."""

    name: str
    media_type: str
    content: bytes


# An attachment that is made from the record as it is about to be signed: the function gets the predicate
# without its ``attachments`` and must give the same bytes for the same predicate.
AttachmentWriter = Callable[[Mapping[str, Any]], Attachment]


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """A record that has just been signed, for files that hold it: ``record`` are the bytes of
    ``review-record.dsse.json``, ``report_html`` those of ``report.html`` with the decision in it."""

    record: bytes
    report_html: bytes
    predicate: Mapping[str, Any]


# What makes files that hold the signed record, so that the record cannot have their digests: the PDF report.
AfterSigning = Callable[[SignedRecord], Sequence[Attachment]]


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who ends a review how. Times are RFC 3339 in UTC; ``serial`` rises with every record of a project.

    ``keyid`` is empty and ``serial`` 0 for a draft that nobody has signed.
    """

    decision: str
    reviewer: str
    signed_at: str
    valid_until: str
    keyid: str = ""
    serial: int = 0
    supersedes: tuple[str, ...] = ()  # SHA-256 of the payloads this record takes the place of
    role: str = "reviewer"
    organisation: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class SignedPackage:
    """What was written. ``payload_sha256`` is the record's identity: never the signature's bytes, which are
    random and can be altered without becoming invalid (ECDSA)."""

    folder: Path
    record_id: str
    payload_sha256: str
    keyid: str
    serial: int
    decision: str
    files: tuple[str, ...]
    warnings: tuple[tuple[str, str], ...] = ()  # (code, sentence) of what was asked for and not written
