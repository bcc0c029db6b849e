"""From what happened to a row to where it stands: the one place of the rules, without any storage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inspector.datasets.quarantine.interface import Policy, RowState


@dataclass(frozen=True, slots=True)
class Happening:
    """One step of a row's path.

    ``kind``: add, import, screen, flag, approve, reject, reopen, waive, prepare, abandon, promote or
    withdraw. ``actor`` is the key of a name, ``keyid`` that of the signing key where the step was signed.
    """

    kind: str
    seq: int
    actor: str
    keyid: str = ""


def standing_decisions(path: Sequence[Happening]) -> list[Happening]:
    """The decisions that still count: those after the last reopening, oldest first."""
    since = max((place for place, step in enumerate(path) if step.kind == "reopen"), default=-1)
    return [step for step in path[since + 1 :] if step.kind in ("approve", "reject", "waive")]


def approvers(path: Sequence[Happening]) -> list[Happening]:
    """The approvals that count: of several by one person or one key, the first."""
    counted: list[Happening] = []
    for step in standing_decisions(path):
        if step.kind == "approve" and not any(_same(step, other) for other in counted):
            counted.append(step)
    return counted


def _same(one: Happening, other: Happening) -> bool:
    return one.actor == other.actor or bool(one.keyid and one.keyid == other.keyid)


def has_decided(path: Sequence[Happening], actor: str, keyid: str) -> bool:
    """Whether this person has said something of the row that still counts."""
    me = Happening("approve", 0, actor, keyid)
    return any(_same(me, step) for step in standing_decisions(path))


def is_flagged(path: Sequence[Happening]) -> bool:
    return any(step.kind == "flag" for step in path)


def is_promised(path: Sequence[Happening]) -> bool:
    """Whether a promotion that is under way has taken the row."""
    last = next((step.kind for step in reversed(path) if step.kind in ("prepare", "abandon", "promote")), "")
    return last == "prepare"


def state_of(path: Sequence[Happening], policy: Policy) -> RowState:
    """The state of a row with this path, oldest step first, under this policy."""
    kinds = {step.kind for step in path}
    if "withdraw" in kinds:
        return RowState.WITHDRAWN
    if "promote" in kinds:
        return RowState.PROMOTED
    decisions = standing_decisions(path)
    if any(step.kind == "reject" for step in decisions):
        return RowState.REJECTED
    approvals = len(approvers(path))
    flagged = "flag" in kinds
    if approvals >= (policy.flagged_quorum if flagged else policy.quorum):
        return RowState.APPROVED
    if approvals:
        return RowState.NEEDS_SECOND
    if flagged:
        return RowState.FLAGGED
    if any(step.kind == "waive" for step in decisions):
        return RowState.WAIVED
    if "import" in kinds:
        return RowState.IMPORTED
    return RowState.SCREENED if "screen" in kinds else RowState.STAGED
