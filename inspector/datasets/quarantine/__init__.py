"""Quarantine: review is the only way of a row into a training set, and the way it took can be proved.

``Store`` holds rows from many sources and what people decided of them; ``verify_set`` and ``open_verified``
are for the training job, which needs no store. docs/quarantine.md tells the whole.
"""

from inspector.datasets.quarantine.interface import (
    AddReport,
    Group,
    Intake,
    Policy,
    PromotedSet,
    ReviewReport,
    RowState,
    Selection,
    Signer,
    Verdict,
)
from inspector.datasets.quarantine.promoted import open_verified, verify_set
from inspector.datasets.quarantine.store import Store

__all__ = [
    "AddReport",
    "Group",
    "Intake",
    "Policy",
    "PromotedSet",
    "ReviewReport",
    "RowState",
    "Selection",
    "Signer",
    "Store",
    "Verdict",
    "open_verified",
    "verify_set",
]
