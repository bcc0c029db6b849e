"""Statements beside the review's own: a second person's, and the one about files that hold the record."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from inspector.gate.inspector_gate import COUNTERSIGNATURE_TYPE, PACKAGE_TYPE, STATEMENT_TYPE
from inspector.record.dsse import storable
from inspector.record.interface import Attachment
from inspector.record.statement import SCHEMA_VERSION


def countersignature_of(
    payload: bytes, *, name: str, role: str, decision: str, signed_at: str, keyid: str
) -> dict[str, Any]:
    """The statement of a second person about the record with this ``payload``."""
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": "review-record", "digest": {"sha256": hashlib.sha256(payload).hexdigest()}},
        ],
        "predicateType": COUNTERSIGNATURE_TYPE,
        "predicate": storable(
            {
                "schemaVersion": SCHEMA_VERSION,
                "role": role,
                "decision": decision,
                "statement": "I have read the record with this digest and sign the same decision.",
                "signedAt": signed_at,
                "name": name,
                "keyid": keyid,
            }
        ),
    }


def package_statement(payload: bytes, files: Sequence[Attachment], signed_at: str) -> dict[str, Any]:
    """The statement about the files of a package that hold the record or a signature: the record with this
    ``payload`` cannot have their digests, and announces this one by ``packageFiles`` instead."""
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": one.name, "digest": {"sha256": hashlib.sha256(one.content).hexdigest()}}
            for one in sorted(files, key=lambda one: one.name)
        ],
        "predicateType": PACKAGE_TYPE,
        "predicate": {
            "schemaVersion": SCHEMA_VERSION,
            "record": hashlib.sha256(payload).hexdigest(),
            "signedAt": signed_at,
        },
    }
