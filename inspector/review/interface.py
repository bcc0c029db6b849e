"""What a review is, for the window, the commands and the record: one SQLite file that loses nothing.

``inspector.review.Review`` implements ``ReviewFile``. A decision is one transaction and one undo step; when
a method that changes something returns, the change is on the disk (WAL, synchronous=FULL). Other
processes may read the file while the window has it open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from inspector.provenance import Edge, Finding, Node, State

if TYPE_CHECKING:
    from inspector.review.proposals import Import, Origin, Proposal


@dataclass(frozen=True, slots=True)
class ReviewedFinding:
    """A finding of the scan with what the reviewer decided of it.

    ``expires`` is a date ``YYYY-MM-DD``, ``decided_at`` RFC 3339 in UTC. ``ask_again`` says that a decision
    holds no longer: its evidence is another now, its date has passed, or what was said to be fixed is found
    again. ``state`` is then open, ``because`` old, and ``before`` what had been decided.
    """

    finding: Finding
    state: State = State.OPEN
    because: str = ""
    expires: str | None = None
    owner: str = ""
    decided_at: str | None = None
    note: str = ""
    ask_again: bool = False
    marked: bool = False  # chosen for present mode
    before: State | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the checklist with its answer. ``answer`` is yes, no, partial, unknown, n/a or None.

    ``severity`` is how bad "no" is. ``group`` is provenance, data, loading, dependencies or integrity.
    ``hints`` are the ids of findings that the scan puts beside it; ``refs`` are identifiers (AISVS …).
    """

    id: str
    group: str
    text: str
    required: bool
    severity: str
    evidence_wanted: str = ""
    refs: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    answer: str | None = None
    note: str = ""
    answered_at: str | None = None
    evidence: tuple[Mapping[str, Any], ...] = field(default=())  # {"name", "size", "sha256"}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done and can be undone: a sentence for the status line and the ids it touched."""

    number: int
    text: str
    touched: tuple[str, ...]


class ReviewFile(Protocol):
    """The calls of a review. Every error that a user can cause is an InspectorError (UnreadableInput)."""

    path: Path
    record_id: str  # urn:uuid:…, fixed when the file is made
    project: str

    @property
    def target(self) -> dict[str, Any]:
        """The contract's target object plus "root", as ``create`` was given it."""

    @property
    def options(self) -> dict[str, Any]:
        """The scan's options, fixed when the file was made: exclude, offline, no_audit."""

    @classmethod
    def create(
        cls, path: Path, target: Mapping[str, Any], *, project: str | None = None, options: Mapping[str, Any]
    ) -> ReviewFile:
        """A new file for ``target`` (the contract's target object plus "root"), with no scan in it yet.
        Refuses to overwrite. ``options`` are the scan's: exclude, offline, no_audit."""

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> ReviewFile:
        """Opens an existing file; a corrupt, foreign or newer one is UnreadableInput and is left alone."""

    def take_scan(self, scan: Mapping[str, Any]) -> None:
        """Stores a finished scan (the contract's JSON object) in the place of the last one, in one
        transaction. Decisions stay, bound to finding id and fingerprint."""

    def scan(self) -> dict[str, Any] | None:
        """The stored scan as the contract's JSON object, or None where none finished yet."""

    def scan_facts(self) -> dict[str, Any] | None:
        """What the stored scan says of itself, without its lists: quick, also where there is much. None
        where no scan finished yet."""

    def nodes(self) -> list[Node]: ...
    def edges(self) -> list[Edge]: ...
    def findings(self) -> list[ReviewedFinding]:
        """Worst first, then by node; decided ones whose finding is gone are not among them."""

    def decide(
        self,
        ids: Sequence[str],
        state: State,
        *,
        because: str = "",
        expires: str | None = None,
        owner: str = "",
    ) -> Step:
        """Sets one state on all of ``ids`` as one step. UnreadableInput where a reason or an expiry is
        missing, the expiry is not a date or in the past, or an id is unknown: then nothing is changed."""

    def note(self, finding: str, text: str) -> Step: ...
    def mark(self, finding: str, marked: bool) -> Step: ...
    def undo(self) -> Step | None: ...
    def redo(self) -> Step | None: ...

    def questions(self) -> list[Question]: ...
    def answer(self, question: str, answer: str, *, note: str = "", evidence: Sequence[Path] = ()) -> Step:
        """Evidence files are copied into the review (at most 32 MiB each) and hashed."""

    def take_import(self, found: Import) -> Step:
        """Keeps what an earlier record or a bill of materials proposes; decides and answers nothing."""

    def imports(self) -> list[Import]:
        """Every import that stands, the latest last."""

    def proposed(self) -> dict[tuple[str, str], list[tuple[Origin, Proposal]]]:
        """What is proposed now, by ("finding" | "question" | "node", id)."""

    def adopt(self, ids: Sequence[str], *, digest: str | None = None) -> Step:
        """Takes over what is proposed for findings and questions, as one step of this reviewer."""

    def remember(self, key: str, value: Any) -> None:
        """Where the window stood (selected node, tab, filter): any JSON value. Not an undo step."""

    def recalled(self, key: str, default: Any = None) -> Any: ...
    def history(self) -> list[Mapping[str, Any]]:
        """Every step in order: number, at, what, undone."""

    def blockers(self) -> list[str]:
        """Why ``approved`` may not be signed now, each a sentence; empty when nothing stands against it."""

    def close(self) -> None: ...
