"""What an import gave, as the tests of imports look at it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inspector.record.imports import proposals_of, read_document
from inspector.review import Review
from inspector.review.proposals import Import


def taken(document: Path, review: Review, keys: Any = ()) -> Import:
    """Reads ``document`` and takes its proposals into ``review``."""
    found = proposals_of(read_document(document, keys), review)
    review.take_import(found)
    return found


def about(found: Import, kind: str) -> dict[str, Any]:
    """The proposals of one kind by what they speak of."""
    return {one.key: one for one in found.proposals if one.about == kind}
