"""What the quarantine gives and takes: states, policy, selections, reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from inspector.provenance import WorkIncomplete

# RFC 3339 in UTC, whole seconds: the one form of time in a store.
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
SAMPLING_CAVEAT = "Sampling alone will not find 250 planted rows in a large set."


class RowState(StrEnum):
    """Where a row stands. Only ``approved`` and ``waived`` rows can be promoted."""

    STAGED = "staged"
    SCREENED = "screened"
    FLAGGED = "flagged"
    IMPORTED = "imported-unreviewed"
    NEEDS_SECOND = "needs-second"
    APPROVED = "approved"
    WAIVED = "waived"
    REJECTED = "rejected"
    PROMOTED = "promoted"
    WITHDRAWN = "withdrawn"


PENDING = frozenset(
    {
        RowState.STAGED,
        RowState.SCREENED,
        RowState.FLAGGED,
        RowState.IMPORTED,
        RowState.NEEDS_SECOND,
        RowState.WAIVED,
    }
)


class Verdict(StrEnum):
    """What a reviewer says of rows. ``reopen`` takes back what was said, so that it can be decided anew."""

    APPROVE = "approve"
    REJECT = "reject"
    REOPEN = "reopen"


class Signer(Protocol):
    """A person's or the store's signing key: ``inspector.record.keys.PersonalKey`` fits."""

    @property
    def keyid(self) -> str:
        """SHA-256 of the DER SubjectPublicKeyInfo, in hex."""

    @property
    def spki(self) -> bytes:
        """The public key: DER SubjectPublicKeyInfo, Ed25519 or P-256."""

    def sign(self, message: bytes) -> bytes:
        """64 bytes for Ed25519, DER for ECDSA over SHA-256."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one store. A change is an entry of its log; one that weakens them needs two people.

    ``quorum`` people approve a row that nothing speaks against, ``flagged_quorum`` one that the screening
    flagged. ``flag_levels`` are the levels of suspicion that flag. ``promoter_may_be_sole_approver`` says
    whether the one who promotes may be the only one who approved.
    """

    quorum: int = 1
    flagged_quorum: int = 2
    flag_levels: tuple[str, ...] = ("look-first", "weak")
    promoter_may_be_sole_approver: bool = True

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "flag_levels": sorted(self.flag_levels)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Policy:
        return cls(**{**value, "flag_levels": tuple(value["flag_levels"])})

    def weakens(self, other: Policy) -> bool:
        """Whether this policy lets something through that ``other`` holds back."""
        return (
            self.quorum < other.quorum
            or self.flagged_quorum < other.flagged_quorum
            or not set(other.flag_levels) <= set(self.flag_levels)
            or (self.promoter_may_be_sole_approver and not other.promoter_may_be_sole_approver)
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows a decision is about: exactly one of all rows, a group, named rows (store row numbers).

    ``as_of`` is the number of log entries there were when the rows were looked at: a row that came later, or
    was flagged, decided on or reopened since, is left as it is (approving goes together with what others
    approved since). None takes the rows as they are.
    """

    everything: bool = False
    group: str | None = None
    rows: frozenset[int] | None = None
    as_of: int | None = None

    @property
    def unit(self) -> str:
        """How the log names it."""
        if self.group is not None:
            return f"group {self.group}"
        return "all" if self.everything else "rows"


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A record that was not taken. ``row`` counts records of the source from 0, ``line`` lines from 1."""

    row: int
    line: int | None
    why: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class AddReport:
    """What became of a source. ``incomplete`` is a sentence where it was not read to its end.

    ``unnamed`` counts the rows that name no contributor: for these only who added them is known. ``read_as``
    is ``argilla`` or ``label-studio`` where the source is such an export. ``known`` says that this source had
    been added before, so that nothing was done.
    """

    new: int = 0
    duplicates: int = 0
    refused_count: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    duplicate_rows: list[dict[str, Any]] = field(default_factory=list)
    batches: list[str] = field(default_factory=list)
    source_sha256: str = ""
    flagged: int | None = None
    incomplete: str | None = None
    unnamed: int = 0
    read_as: str | None = None
    known: bool = False

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "refused": [one.as_json() for one in self.refused]}


@dataclass(frozen=True, slots=True)
class Intake:
    """What an intake that runs by itself (watched folder, webhook) says of all rows that it takes: who takes
    them, from where, and what ``Store.add`` may be told besides."""

    actor: str
    source: str
    contributor_column: str | None = None
    form: str | None = None
    imported: bool = False
    signer: Signer | None = None


class SourceIncomplete(WorkIncomplete):
    """A source breaks off, and was to be taken whole or not at all."""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are looked at together. ``pending`` of ``rows`` wait for a decision.

    ``kind`` is suspicion, contributor, batch or sample; ``facts`` holds what is known of it (for a suspicion
    what the screening said, for a sample the sentence of what it covers).
    """

    id: str
    kind: str
    title: str
    rows: int
    pending: int
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "facts": dict(self.facts)}


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """What a decision did. ``states`` counts the decided rows by what they are now; ``own`` were held back
    because the actor added, imported or contributed them, ``already`` because the actor had decided them,
    ``settled`` because nothing is to be decided there any more, ``changed`` because they came, or were
    flagged, decided on or reopened, after they were looked at."""

    decided: int
    states: Mapping[str, int]
    own: int
    already: int
    settled: int
    seq: int | None
    changed: int = 0

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "states": dict(self.states)}


@dataclass(frozen=True, slots=True)
class PromotedSet:
    """A training set that was made. ``id`` is the sha256 of its canonical manifest."""

    id: str
    path: Path
    rows: int
    manifest: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "path": str(self.path), "rows": self.rows, "manifest": dict(self.manifest)}
