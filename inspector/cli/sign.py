"""``inspector sign`` and ``inspector countersign``: the signed record package."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.keys import opened_key
from inspector.provenance import plain

if TYPE_CHECKING:
    from inspector.record.interface import Attachment, SignedRecord
    from inspector.record.keys import Signer

_DECISIONS = ("approved", "approved-with-exceptions", "rejected", "deferred")


def register(subparsers: Any) -> None:
    sign = subparsers.add_parser(
        "sign",
        help="sign a review",
        description="Reads the target once more, compares it with the scan, and writes the signed record "
        "with everything a third party needs to verify it.",
    )
    sign.add_argument("review", metavar="FILE.review", type=Path)
    _key(sign)
    sign.add_argument(
        "-o", "--out", metavar="DIR", type=Path, required=True, help="a folder that is not there yet"
    )
    sign.add_argument("--decision", choices=_DECISIONS, required=True)
    sign.add_argument("--reviewer", metavar="NAME", required=True)
    sign.add_argument("--valid-until", metavar="DATE", required=True)
    sign.add_argument("--organisation", metavar="NAME", default="", help="named in the record beside NAME")
    sign.add_argument("--email", metavar="ADDRESS", default="", help="named in the record beside NAME")
    sign.add_argument("--zip", metavar="FILE", type=Path, help="also write the package as one zip")
    sign.add_argument(
        "--model-signatures",
        action="store_true",
        help="also write an OpenSSF model.sig for each folder with weights (P-256 keys)",
    )
    sign.add_argument(
        "--pades",
        action="store_true",
        help="also sign the printed report itself (PAdES; P-256 keys; needs the extra pades)",
    )
    sign.set_defaults(run=_sign)

    counter = subparsers.add_parser("countersign", help="sign a record as the second person")
    counter.add_argument("record", metavar="RECORD", type=Path, help="package folder, or the record in it")
    _key(counter)
    counter.add_argument("--name", required=True, help="the second person")
    counter.add_argument("--role", required=True)
    counter.set_defaults(run=_countersign)


def _key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key",
        metavar="KEY",
        type=Path,
        required=True,
        help="the private key: a file, a name of `inspector key list`, ssh-agent[:WORD], or a pkcs11: URI",
    )
    parser.add_argument("--passphrase-file", metavar="F", type=Path, help="its first line is the passphrase")


def _sign(arguments: argparse.Namespace) -> int:
    from inspector.record.package import refuse_existing, write_zip
    from inspector.record.signing import sign_review
    from inspector.review import Review

    if arguments.zip is not None:
        refuse_existing(arguments.zip)
    if arguments.pades:
        from inspector.record.pades import require_library

        require_library()
    key = opened_key(arguments.key, arguments.passphrase_file)
    review = Review.open(arguments.review)
    try:
        package = sign_review(
            review,
            key=key,
            out=arguments.out,
            decision=arguments.decision,
            reviewer=arguments.reviewer,
            valid_until=arguments.valid_until,
            organisation=arguments.organisation,
            email=arguments.email,
            after_signing=lambda signed: _pdf_report(signed, key if arguments.pades else None),
            model_signatures=arguments.model_signatures,
        )
    finally:
        review.close()
    if arguments.zip is not None:
        write_zip(package.folder, arguments.zip)
    for code, sentence in package.warnings:
        print(f"warning: {code}: {sentence}", file=sys.stderr)
    print(f"{package.decision}: {plain(str(package.folder))}")
    print(f"record: {package.record_id}, serial {package.serial}, sha256:{package.payload_sha256}")
    print(f"key id: {package.keyid}")
    return 0


def _pdf_report(signed: SignedRecord, key: Signer | None) -> list[Attachment]:
    """The report as PDF with the record attached; none, and a word about it, where it cannot be painted.
    With ``key`` the PDF is signed as well, and the certificate made for that lies beside it."""
    import importlib

    from inspector.record.interface import Attachment

    # Painting to a file needs no display; Qt must be told so before it is imported.
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        paint = importlib.import_module("inspector.gui.pictures").record_pdf
    except (ImportError, AttributeError):
        print("review-report.pdf was not written: it cannot be painted here without Qt.", file=sys.stderr)
        return []
    pdf = paint(signed.report_html, signed.record)
    if key is None:
        return [Attachment("review-report.pdf", "application/pdf", pdf)]
    from inspector.record.pades import certificate, signed_pdf

    said = signed.predicate
    name = str(said["reviewers"][0]["name"])
    made = certificate(key, name, said["signedAt"], said["validUntil"])
    pdf = signed_pdf(pdf, key, made, reason=f"Review {said['recordId']}: {said['decision']}")
    return [
        Attachment("review-report.pdf", "application/pdf", pdf),
        Attachment(f"keys/{key.public.keyid[:8]}.crt", "application/pkix-cert", made),
    ]


def _countersign(arguments: argparse.Namespace) -> int:
    from inspector.record.countersigning import countersign

    key = opened_key(arguments.key, arguments.passphrase_file)
    path = countersign(arguments.record, key=key, name=arguments.name, role=arguments.role)
    print(f"countersigned: {plain(str(path))}")
    print(f"key id: {key.public.keyid}")
    print("A verifier counts it only where its trust store names this key.", file=sys.stderr)
    return 0
