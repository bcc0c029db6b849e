"""What a record says of the imports of its review: where proposals came from, never that they were decided.

A proposal that the reviewer took over is a decision of this review, and its reason names the origin. All
others stand here with what they proposed, so that a reader sees what was known and not followed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inspector.review.proposals import Import

MOST_ROWS = 1000  # proposals of one import that a record lists; the number of all stands beside them
MOST_CLAIMS = 20  # of one component


def imported(imports: Sequence[Import]) -> list[dict[str, Any]]:
    """The field ``imports`` of the predicate: each document with its digest, whose it is, and what of it."""
    return [
        {
            "kind": one.origin.kind,
            "name": one.origin.file,
            "digest": {"sha256": one.origin.sha256},
            "title": one.origin.title,
            "made": one.origin.made,
            "taken": one.at,
            "signature": one.origin.signature,
            "signer": one.origin.signer,
            "keyid": one.origin.keyid,
            "counts": dict(one.counts or {}),
            "proposals": [
                {"about": row.about, "id": row.key, "proposed": row.word}
                for row in one.proposals
                if row.about != "node"
            ][:MOST_ROWS],
        }
        for one in imports
    ]


def claims_of(imports: Sequence[Import]) -> dict[str, list[dict[str, Any]]]:
    """What documents say of licence and supplier of a node, by its id, each with the document's digest."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in imports:
        for row in one.proposals:
            if row.about != "node" or len(found.setdefault(row.key, [])) >= MOST_CLAIMS:
                continue
            claim: Mapping[str, Any] = {
                "licences": list(row.licences),
                "supplier": row.supplier,
                "knownBy": row.how,
                "from": {"sha256": one.origin.sha256},
            }
            found[row.key].append({name: value for name, value in claim.items() if value})
    return found
