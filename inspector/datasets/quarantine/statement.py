"""What a promoted set says of itself: its manifest, and the record (an in-toto statement in DSSE)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from inspector import __version__
from inspector.datasets.quarantine import log
from inspector.datasets.quarantine.interface import Signer
from inspector.datasets.quarantine.keys import pae

MANIFEST_SCHEMA = "provenance-inspector/dataset-manifest/1"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PROMOTION_TYPE = "https://provenance-inspector.org/dataset-promotion/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
TRAIN, MANIFEST, RECORD, CROISSANT, README = (
    "train.jsonl",
    "manifest.json",
    "record.dsse.json",
    "croissant.json",
    "README.md",
)
README_TEXT = """A training set of {rows} rows, promoted from a quarantine store. It never changes.

Verify it before it trains anything:

    inspector quarantine verify . --pubkey LOG.pub
    python verify_set.py . --pubkey LOG.pub

In Python:

    from inspector.datasets.quarantine import open_verified
    for row in open_verified("."):
        ...

The rows are in train.jsonl, one JSON object a line, and load without any code of the set's own:

    datasets.load_dataset("json", data_files="train.jsonl")

manifest.json says who approved them, record.dsse.json is the signed record (an in-toto statement).
"""
LIMITS = [
    "Review shows what people saw; it does not show that a set is free of planted rows.",
    "A name without a signature is a claim of the machine it was typed on.",
    "Whoever holds the store and its key can write another history: keep a checkpoint elsewhere.",
]


def manifest(
    *,
    made: str,
    actor: str,
    rows: int,
    rows_root: str,
    files: Mapping[str, Mapping[str, Any]],
    parent: str | None,
    store: Mapping[str, Any],
    policy: Mapping[str, Any],
    review: Mapping[str, Any],
    sources: Sequence[Mapping[str, Any]],
    waivers: Sequence[Mapping[str, Any]],
) -> bytes:
    """The manifest's canonical bytes; their sha256 names the set."""
    return log.canonical(
        {
            "schema": MANIFEST_SCHEMA,
            "tool": f"provenance-inspector {__version__}",
            "made": made,
            "promoted_by": actor,
            "rows": rows,
            "rows_root": rows_root,
            "files": files,
            "parent": parent,
            "store": store,
            "policy": policy,
            "review": review,
            "sources": sources,
            "waivers": waivers,
            "limits": LIMITS,
        }
    )


def record(
    manifest_raw: bytes,
    train_sha256: str,
    proof: Mapping[str, Any],
    signers: Sequence[Signer],
    summary: Mapping[str, Any],
) -> bytes:
    """The DSSE envelope: subjects are the rows and the manifest, ``proof`` shows the promotion in the log."""
    digest = hashlib.sha256(manifest_raw).hexdigest()
    payload = log.canonical(
        {
            "_type": STATEMENT_TYPE,
            "subject": [
                {"name": TRAIN, "digest": {"sha256": train_sha256}},
                {"name": MANIFEST, "digest": {"sha256": digest}},
            ],
            "predicateType": PROMOTION_TYPE,
            "predicate": {"set": digest, **summary, "log": proof},
        }
    )
    return log.canonical(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [
                {
                    "keyid": one.keyid,
                    "sig": base64.b64encode(one.sign(pae(PAYLOAD_TYPE, payload))).decode(),
                }
                for one in signers
            ],
        }
    )


def readme(rows: int) -> bytes:
    """How to load the set, for who finds its folder."""
    return README_TEXT.format(rows=rows).encode()
