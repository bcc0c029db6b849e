"""``Review``: the review file as the window, the commands and the record use it.

One SQLite file in WAL mode with synchronous=FULL. When a method that changes something returns, the change
has reached the disk. Writers take SQLite's lock at the start of their transaction, so two processes on one
file wait for each other and neither loses a decision.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from inspector import __version__
from inspector.provenance import Edge, Finding, Node, State, UnreadableInput, plain
from inspector.review import (
    adopting,
    attachments,
    blockers,
    checklist,
    clock,
    decisions,
    journal,
    opening,
    proposals,
    scans,
    schema,
)
from inspector.review.access import ReviewAccess
from inspector.review.answers import answer_changes, questions_with_answers
from inspector.review.decisions import Decision
from inspector.review.interface import Question, ReviewedFinding, Step


class Review(ReviewAccess):
    """Implements ``inspector.review.interface.ReviewFile``; made by ``create`` or ``open`` alone.

    May be used from several threads: each call holds the file for itself. ``target`` is the contract's
    object with "root"; ``options`` are the scan's.
    """

    def __init__(self, path: Path, opened: opening.Opened) -> None:
        super().__init__(path, opened)
        self._parsed: tuple[int, list[tuple[Finding, str]]] = (-1, [])
        with self._reading():
            facts = {
                name: json.loads(value)
                for name, value in self._connection.execute(
                    "SELECT name, value FROM fact WHERE name NOT IN ('scan', 'scan_lists')"
                )
            }
        try:
            self.record_id: str = facts["record_id"]
            self.project: str = facts["project"]
            self.options: dict[str, Any] = facts["options"]
            self.made: str = facts["made"]
            self.checklist = checklist.load(facts["checklist"])
        except (KeyError, ValueError) as error:
            self._connection.close()
            raise opening.damaged(path, error) from error

    @classmethod
    def create(
        cls, path: Path, target: Mapping[str, Any], *, project: str | None = None, options: Mapping[str, Any]
    ) -> Review:
        """A new file for ``target`` with no scan in it yet; an existing file is refused and left alone."""
        facts = {
            "record_id": f"urn:uuid:{uuid.uuid4()}",
            "project": project or str(target.get("name") or "project"),
            "target": dict(target),
            "options": dict(options),
            "made": clock.now(),
            "made_by": __version__,
            "checklist": checklist.shipped_text(),
        }
        schema.make(path, facts)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Review:
        """An existing file; a corrupt, foreign or newer one is UnreadableInput and is left alone."""
        return cls(path, opening.open_file(path, read_only=read_only))

    @property
    def target(self) -> dict[str, Any]:
        """What is under review: the contract's object, plus "root", the local folder or None."""
        with self._reading():
            row = self._connection.execute("SELECT value FROM fact WHERE name = 'target'").fetchone()
        value: dict[str, Any] = json.loads(row[0]) if row else {}
        return value

    # The scan

    def take_scan(self, scan: Mapping[str, Any]) -> None:
        """Stores a finished scan in the place of the last one, in one transaction. Decisions stay."""
        with self._writing():
            scans.store(self._connection, scan)
            told = scan.get("target")
            if isinstance(told, Mapping):
                root = (scan.get("run") or {}).get("root") or self.target.get("root")
                self._connection.execute(
                    "UPDATE fact SET value = ? WHERE name = 'target'",
                    (schema.as_text({**told, "root": root}),),
                )
            found = len(scan.get("findings") or ())
            journal.remark(self._connection, f"Took a scan with {found} finding{'' if found == 1 else 's'}")

    def scan(self) -> dict[str, Any] | None:
        """The stored scan as the contract's JSON object, or None where none finished yet."""
        with self._reading():
            return scans.load(self._connection)

    def scan_facts(self) -> dict[str, Any] | None:
        """The scan without its lists (target, audit, coverage, run): quick where the lists are long."""
        with self._reading():
            return scans.rest_of_scan(self._connection)

    def scan_list(self, name: str) -> list[Any]:
        """One list of the scan, such as ``files`` or ``packages``, as JSON objects."""
        with self._reading():
            return scans.load_list(self._connection, name)

    def nodes(self) -> list[Node]:
        values = self.scan_list("nodes")
        with self._sound():
            return [Node.from_json(value) for value in values]

    def edges(self) -> list[Edge]:
        values = self.scan_list("edges")
        with self._sound():
            return [Edge.from_json(value) for value in values]

    # Findings and what was decided of them

    def findings(self) -> list[ReviewedFinding]:
        """Worst first, then by node; decided ones whose finding is gone are not among them."""
        with self._reading():
            number = scans.scan_number(self._connection)
            if self._parsed[0] != number:
                values = scans.load_list(self._connection, "findings")
                with self._sound():
                    self._parsed = (number, _in_order(values))
            decided = self._decisions()
            notes = journal.kept(self._connection, journal.NOTE)
            marks = journal.kept(self._connection, journal.MARK)
        return [
            decisions.reviewed(
                finding,
                decided.get(finding.id),
                fingerprint,
                number,
                note=notes.get(finding.id, ""),
                marked=marks.get(finding.id, False),
            )
            for finding, fingerprint in self._parsed[1]
        ]

    def decisions(self) -> list[Decision]:
        """Every decision as it was taken, by finding id, also where its finding is gone or has changed:
        what a comparison with another scan starts from."""
        with self._reading():
            return [decision for _, decision in sorted(self._decisions().items())]

    def decide(
        self,
        ids: Sequence[str],
        state: State,
        *,
        because: str = "",
        expires: str | None = None,
        owner: str = "",
        note: str | None = None,
    ) -> Step:
        """Sets one state on all of ``ids`` as one step, with ``note`` on each where one is given.

        UnreadableInput where a reason or an expiry is missing, the expiry is not a date or in the past, or
        an id is unknown: then nothing is changed.
        """
        state = decisions.state_named(state)
        because, expires = decisions.checked_terms(state, because, expires)
        owner = decisions.checked_text(owner.strip(), "owner's name")
        chosen = list(dict.fromkeys(ids))
        if not chosen:
            raise UnreadableInput("No finding was named.", "Name one or more by their ids.")
        with self._writing():
            number, at = scans.scan_number(self._connection), clock.now()
            seen = scans.fingerprints(self._connection, chosen)
            self._must_know(chosen, seen)
            changes = [
                journal.Change(
                    journal.DECISION,
                    key,
                    Decision(key, seen[key], state, because, expires, owner, at, number).as_json(),
                )
                for key in chosen
            ]
            if note is not None:
                text = decisions.checked_text(note, "note")
                changes += [journal.Change(journal.NOTE, key, text or None) for key in chosen]
            titles = [self._title(chosen[0])] if len(chosen) == 1 else chosen
            return journal.write(self._connection, decisions.step_text(state, titles), changes)

    def note(self, finding: str, text: str) -> Step:
        """Sets the note of one finding; an empty one takes it away."""
        text = decisions.checked_text(text, "note")
        what = "Noted on" if text else "Took the note off"
        return self._keep(journal.NOTE, finding, text or None, what)

    def mark(self, finding: str, marked: bool) -> Step:
        """Chooses a finding for present mode, or takes it out."""
        what = "Marked to present:" if marked else "No longer marked to present:"
        return self._keep(journal.MARK, finding, True if marked else None, what)

    # The way back

    def undo(self) -> Step | None:
        """Takes the last step back; None where there is none. Not a scan: that stays."""
        with self._writing():
            return journal.undo(self._connection)

    def redo(self) -> Step | None:
        """Does what was undone last again; None where nothing was undone since the last step."""
        with self._writing():
            return journal.redo(self._connection)

    def history(self) -> list[Mapping[str, Any]]:
        """Every step in order: number, at, what, undone, touched. What was overtaken stays in it."""
        with self._reading():
            return list(journal.history(self._connection))

    # The checklist

    def questions(self) -> list[Question]:
        """The checklist of this review, in its order, with answers and hints."""
        found = self.findings()
        with self._reading():
            answers = journal.kept(self._connection, journal.ANSWER)
        return questions_with_answers(self.checklist, answers, found)

    def answer(self, question: str, answer: str, *, note: str = "", evidence: Sequence[Path] = ()) -> Step:
        """Answers one question. Evidence files join those that the answer has; undo takes them off."""
        return self.answer_all({question: {"answer": answer, "note": note}}, evidence=evidence)

    def answer_all(self, answers: Mapping[str, Mapping[str, Any]], *, evidence: Sequence[Path] = ()) -> Step:
        """Answers several questions as one step: {question: {"answer", "note"}}. Where "note" is missing
        the old one stays. ``evidence`` joins each. UnreadableInput changes nothing."""
        files = [attachments.read(path) for path in evidence]
        with self._writing():
            known = journal.kept(self._connection, journal.ANSWER)
            changes = answer_changes(self.checklist, known, answers, files)
            attachments.keep(self._connection, files)
            first = next(iter(answers))
            what = (
                f"Answered {plain(first, 80)}: {answers[first]['answer']}"
                if len(changes) == 1
                else f"Answered {len(changes)} questions"
            )
            return journal.write(self._connection, what, changes)

    def evidence_bytes(self, sha256: str) -> bytes | None:
        """The content of an attached file by its digest, or None."""
        with self._reading():
            row = self._connection.execute(
                "SELECT bytes FROM attachment WHERE sha256 = ?", (sha256,)
            ).fetchone()
        return None if row is None else bytes(row[0])

    # What earlier records and bills of materials propose

    def take_import(self, found: proposals.Import) -> Step:
        """Keeps what a document proposes, as one step. Nothing is decided or answered by it."""
        with self._writing():
            kept = journal.kept(self._connection, proposals.IMPORT)
            with self._sound():
                value = proposals.stored(found, kept, clock.now()).as_json()
            what = f"Took {len(found.proposals)} proposals from {found.origin.words}"
            change = journal.Change(proposals.IMPORT, found.origin.sha256, value)
            return journal.write(self._connection, what, [change])

    def imports(self) -> list[proposals.Import]:
        """Every import that stands, the latest last."""
        with self._reading():
            kept = journal.kept(self._connection, proposals.IMPORT)
        with self._sound():
            return proposals.in_order(kept)

    def proposed(self) -> dict[tuple[str, str], list[tuple[proposals.Origin, proposals.Proposal]]]:
        """What is proposed now, by ("finding"|"question"|"node", id); what a later scan overtook is left."""
        imports = self.imports()
        with self._reading():
            seen = scans.fingerprints(self._connection)
        return proposals.standing(imports, seen, [one.id for one in self.checklist.questions])

    def adopt(self, ids: Sequence[str], *, digest: str | None = None) -> Step:
        """Takes over what is proposed for findings and questions by their ids, as one step: from then on it
        is this reviewer's own, and says where it came from. UnreadableInput changes nothing."""
        offered = self.proposed()
        with self._writing():
            changes = adopting.adopted(
                ids,
                offered,
                digest,
                fingerprints=scans.fingerprints(self._connection),
                checklist=self.checklist,
                answers=journal.kept(self._connection, journal.ANSWER),
                at=clock.now(),
                scan=scans.scan_number(self._connection),
            )
            return journal.write(self._connection, adopting.step_text(ids, changes), changes)

    # Where the window stood, and the rest

    def remember(self, key: str, value: Any) -> None:
        """Any JSON value under ``key``. Not an undo step; nothing happens in a file open for reading."""
        if self.read_only:
            return
        with self._lock, self._told():
            # The one write that may be lost in a power cut (never in a crash): it comes with every
            # keystroke, and waiting for the disk each time, or for who else writes, is felt.
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute(f"PRAGMA busy_timeout={round(opening.REMEMBER_SECONDS * 1000)}")
            try:
                self._connection.execute(
                    "INSERT INTO remembered VALUES (?, ?) "
                    "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    (key, schema.as_text(value)),
                )
            finally:
                self._connection.execute(f"PRAGMA busy_timeout={round(opening.BUSY_SECONDS * 1000)}")
                self._connection.execute("PRAGMA synchronous=FULL")

    def recalled(self, key: str, default: Any = None) -> Any:
        """What was remembered under ``key``, or ``default``."""
        with self._reading():
            row = self._connection.execute("SELECT value FROM remembered WHERE name = ?", (key,)).fetchone()
        return default if row is None else json.loads(row[0])

    def blockers(self) -> list[str]:
        """Why ``approved`` may not be signed now, each a sentence; empty when nothing stands against it."""
        return blockers.blockers(self.scan_facts(), self.findings(), self.questions())

    def close(self) -> None:
        """Closes the file; a second time does nothing."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Review:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Within

    def _keep(self, kind: str, finding: str, value: Any, what: str) -> Step:
        with self._writing():
            self._must_know([finding], scans.fingerprints(self._connection, [finding]))
            text = f"{what} {plain(self._title(finding), 80)}"
            return journal.write(self._connection, text, [journal.Change(kind, finding, value)])

    def _must_know(self, ids: Sequence[str], known: Mapping[str, str]) -> None:
        unknown = [key for key in ids if key not in known]
        if unknown:
            raise UnreadableInput(
                f"There is no finding {plain(unknown[0], 60)} in this review; nothing was changed.",
                "`inspector review show` lists the findings with their ids.",
            )

    def _title(self, finding: str) -> str:
        row = self._connection.execute("SELECT body FROM item WHERE id = ?", (finding,)).fetchone()
        return str(json.loads(row[0]).get("title") or finding) if row else finding

    def _decisions(self) -> dict[str, Decision]:
        stored = journal.kept(self._connection, journal.DECISION)
        with self._sound():
            return {key: Decision.from_json(key, value) for key, value in stored.items()}


def _in_order(values: Sequence[Mapping[str, Any]]) -> list[tuple[Finding, str]]:
    pairs = [(Finding.from_json(value), scans.fingerprint_of(value)) for value in values]
    pairs.sort(key=lambda pair: (-pair[0].severity.rank, pair[0].node, pair[0].rule, pair[0].id))
    return pairs
