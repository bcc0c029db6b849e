"""The reviewer's work on one review: decisions, notes, answers, the way back. Widgets ask this and show it.

Every step is in the review file before its method returns. A review with many findings is read back by a
child process, so that the window never waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.gui.backend import Backend
from inspector.gui.background import Background
from inspector.gui.copying import copy_review
from inspector.gui.facts import Facts
from inspector.gui.proposals_work import ADOPT_AT_ONCE, MOST_AT_ONCE, Proposals, Told
from inspector.gui.side_work import SideWork
from inspector.gui.storing import question_from, with_decision
from inspector.gui.texts import shown, tr
from inspector.provenance import InspectorError, State
from inspector.review.interface import Question, ReviewedFinding, Step

READ_AT_ONCE = 1500  # findings that are read back within a few milliseconds
READ_MILLISECONDS = 300  # of stillness before a large review is read back
Written = Callable[[ReviewedFinding], ReviewedFinding]  # a finding as a step leaves it
Decided = dict[str, dict[str, Any]]  # finding id -> what was decided of it, as storing tells it


class Phase(Enum):
    """Where the session stands. Decisions are taken in READY, and while a review with a stored scan is
    scanned again; those of STORING are taken down and written right after."""

    OPENING = "opening"
    SCANNING = "scanning"
    STORING = "storing"
    READY = "ready"


class ReviewWork(QObject):
    """Facts, questions and decisions of the open review.

    ``decided``: decisions or notes of these findings changed. ``answered``: the checklist changed.
    ``phase_changed``: scanning, ready. ``said``: one plain sentence for the status line. ``refused``: one
    sentence about what was not done.
    """

    decided = Signal(list)
    answered = Signal()
    phase_changed = Signal()
    said = Signal(str)
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None, backend: Backend | None = None) -> None:
        super().__init__(parent)
        self.backend = backend or Backend()
        self.facts = Facts()
        self.review: Any = None
        self.phase = Phase.OPENING
        self.outcome = ""  # "", "cancelled" or the sentence of what went wrong
        self.questions: list[Question] = []
        self._blockers: list[str] = []
        self._later: list[tuple[Callable[[], Step | None], str, str, Written | None]] = []
        self._to_remember: dict[str, Any] = {}  # what is written once the file is no longer locked
        self._steps_taken = 0
        self._to_read: set[str] = set()  # findings whose decision is shown as acknowledged, not yet as read
        self._reading = False
        self._read_soon = QTimer(self)
        self._read_soon.setSingleShot(True)
        self._read_soon.timeout.connect(self._read_back)
        self._background = Background(self)
        self._side = SideWork(self)
        self.proposals = Proposals(self)
        self._adopting: Callable[[], Step] | None = None  # what a child is writing now
        self._step_told = ""  # what it said of it

    @property
    def review_path(self) -> Path | None:
        """The file of the open review. It is never opened again in this process but by SQLite: closing it
        would give up SQLite's locks, and the next program that looks at it would take its log away."""
        return Path(self.review.path) if self.review is not None else None

    def decide(self, ids: Sequence[str], state: State, **words: Any) -> bool:
        """Decides on findings as one step; False (and ``refused``) where the review says no."""
        known = [key for key in ids if key in self.facts.findings]
        if not known:
            self.refused.emit(tr("Select a finding first."))
            return False
        because, owner = str(words.get("because") or "").strip(), str(words.get("owner") or "").strip()
        now = {
            "because": because,
            "owner": owner,
            "expires": words.get("expires"),
            "ask_again": False,
            "before": None,
        }
        return self._do(
            lambda: self.review.decide(known, state, **words),
            written=lambda item: replace(item, state=state, **now),
        )

    def note(self, finding: str, text: str) -> bool:
        return self._do(
            lambda: self.review.note(finding, text), written=lambda item: replace(item, note=text)
        )

    def mark(self, finding: str, marked: bool) -> bool:
        return self._do(
            lambda: self.review.mark(finding, marked), written=lambda item: replace(item, marked=marked)
        )

    def answer(self, question: str, answer: str, note: str = "", evidence: Sequence[Path] = ()) -> bool:
        return self._do(lambda: self.review.answer(question, answer, note=note, evidence=evidence))

    def adopt(self, ids: Sequence[str], digest: str | None = None) -> bool:
        """Takes proposals for findings and questions over as one step: from then on they are this reviewer's
        own. False (and ``refused``) where the review says no.

        Where the imports are long to read a child writes the step; what is decided meanwhile comes after it.
        """

        def step() -> Step:
            return self.review.adopt(ids, digest=digest)

        if self.proposals.weight <= ADOPT_AT_ONCE:
            return self._do(step)
        if self.phase is not Phase.READY:
            self.refused.emit(tr("This can be done as soon as the scan has ended."))
            return False
        if self._adopting is not None or len(ids) > MOST_AT_ONCE:
            self.refused.emit(tr("That is too much at once. Adopt fewer, one step after the other."))
            return False
        self._adopting = step
        self._ask("adopt", lambda decided, problem: self._adopted(ids, decided, problem), digest or "", *ids)
        return True

    def _adopted(self, ids: Sequence[str], decided: Decided, problem: str) -> None:
        self._adopting = None
        text, self._step_told = self._step_told, ""
        self._wrote()
        if problem or not text:
            self.refused.emit(shown(problem or tr("The proposal was not taken over.")))
        else:
            changed = [key for key in ids if key in self.facts.findings]
            for key in changed:
                self.facts.put(with_decision(self.facts.findings[key], decided.get(key)))
            self.decided.emit(changed)
            self.answered.emit()
            self.said.emit(shown(text))
        if self.phase is Phase.READY:
            self._catch_up()

    def undo(self) -> None:
        self._do(lambda: self.review.undo(), tr("There is nothing to undo."), tr("Undone: {0}"))

    def redo(self) -> None:
        self._do(lambda: self.review.redo(), tr("There is nothing to redo."), tr("Redone: {0}"))

    def _do(
        self,
        step: Callable[[], Step | None],
        nothing: str = "",
        form: str = "{0}",
        written: Written | None = None,
    ) -> bool:
        if self.review is None:
            return False
        if self.phase is Phase.SCANNING and not self._stored_before():
            self.refused.emit(tr("Decisions can be taken as soon as the first scan has ended."))
            return False
        if self.phase is Phase.STORING or self._adopting is not None:
            # The file is locked while the scan goes in, and no key waits for that.
            self._later.append((step, nothing, form, written))
            self.said.emit(tr("Taken down; it is written as soon as the scan is saved."))
            return True
        return self._take_step(step, nothing, form, written)

    def _catch_up(self) -> None:
        """Does what was asked while the scan was being saved, in its order."""
        waiting, self._later = self._later, []
        for step, nothing, form, written in waiting:
            self._take_step(step, nothing, form, written)
        place, self._to_remember = self._to_remember, {}
        for key, value in place.items():
            self.remember(key, value)

    def _take_step(
        self, step: Callable[[], Step | None], nothing: str, form: str, written: Written | None
    ) -> bool:
        try:
            taken = step()
        except InspectorError as error:
            self.refused.emit(shown(error))
            return False
        if taken is None:
            self.said.emit(nothing)
            return False
        self._steps_taken += 1
        self._wrote()
        self._follow(taken, written)
        self.said.emit(form.format(shown(taken.text)))
        return True

    def _wrote(self) -> None:
        """Called after this window itself changed the review."""

    def _stored_before(self) -> bool:
        return bool(self.facts.known)

    def _follow(self, step: Step, written: Written | None) -> None:
        """Reads back what a step touched: the review is the truth, not what was asked of it.

        A review with many findings is read back by a child, once the keys are still for a moment; until then
        ``written`` says what the review has acknowledged.
        """
        touched = set(step.touched)
        changed = [key for key in touched if key in self.facts.findings]
        if touched - set(changed) - {one.id for one in self.questions}:  # a step about an import
            self.read_proposals()
        if len(self.facts.findings) > READ_AT_ONCE:
            if written is not None:
                for key in changed:
                    self.facts.put(written(self.facts.findings[key]))
                self.decided.emit(changed)
            self._to_read |= touched
            self._read_soon.start(READ_MILLISECONDS if written is not None else 0)
            return
        if len(changed) < len(touched) or not touched:
            self.questions = self.review.questions()
            self.answered.emit()
        if changed:
            for item in self.review.findings():
                if item.finding.id in touched:
                    self.facts.put(item)
            self.decided.emit(changed)

    def take_proposals(self, document: Path, trust: str, then: Told) -> None:
        """Has a child read what ``document`` proposes into the review; ``then(imported, problem)`` is called
        once. ``trust`` is a trust store, "" for the user's own."""
        path = self.review_path
        if path is None or self.phase is not Phase.READY:
            then({}, tr("This can be done as soon as the scan has ended."))
            return

        def told(found: Mapping[str, Any], problem: str) -> None:
            if not problem:
                self.read_proposals()
            then(found, problem)

        self.proposals.read(path, document, trust, told)

    def stop_taking(self) -> None:
        """Ends the reading of a document that is under way."""
        if self.proposals.reading:
            self.proposals.stop_reading()

    def read_proposals(self) -> None:
        """Has the review tell what is proposed now."""
        self._ask("proposed", lambda _decided, problem: self._fail(problem) if problem else None)

    def _read_back(self) -> None:
        """Has the review read; steps that were taken meanwhile are read once more, all of them together."""
        if self._reading or self.review is None:
            return
        self._reading = True
        taken = self._steps_taken

        def told(decided: Decided, problem: str) -> None:
            self._reading = False
            if problem:
                self._fail(problem)
            elif taken != self._steps_taken:
                self._read_soon.start(READ_MILLISECONDS)
            else:
                self._taken_back(decided)

        self._ask("decided", told)

    def _taken_back(self, decided: Decided) -> None:
        touched, self._to_read = self._to_read, set()
        changed = [key for key in touched if key in self.facts.findings]
        for key in changed:
            self.facts.put(with_decision(self.facts.findings[key], decided.get(key)))
        if changed:
            self.decided.emit(changed)
        self.answered.emit()

    def save_copy(self, to: Path) -> None:
        """Writes the review to ``to`` as one whole file, by SQLite's own backup: also while it is open."""
        path = Path(self.review.path)

        def copied(_result: Any, error: BaseException | None) -> None:
            if error is None:
                self.said.emit(tr("A copy is in {0}").format(shown(str(to))))
            else:
                self.refused.emit(tr("The copy was not written: {0}").format(shown(error)))

        self._background.run(lambda: copy_review(path, to), copied)

    def remember(self, key: str, value: Any) -> None:
        """Where the window stands; a review that cannot take it (read-only) is no reason to complain."""
        if self.review is None:
            return
        if self.phase is Phase.STORING or self._adopting is not None:
            self._to_remember[key] = value
            return
        try:
            self.review.remember(key, value)
        except InspectorError:
            return
        self._wrote()

    def recalled(self, key: str, default: Any = None) -> Any:
        if key in self._to_remember:
            return self._to_remember[key]
        try:
            return self.review.recalled(key, default) if self.review is not None else default
        except InspectorError:
            return default

    def blockers(self) -> list[str]:
        """Why ``approved`` may not be signed now, as sentences."""
        if self.review is None or self.phase is not Phase.READY:
            return [tr("The scan has not ended.")]
        if len(self.facts.findings) <= READ_AT_ONCE:
            self._blockers = list(self.review.blockers())
        before = [] if self.outcome in ("", "cancelled") else [tr("The last scan is incomplete: {0}")]
        return [sentence.format(self.outcome) for sentence in before] + self._blockers

    def _ask(self, task: str, then: Callable[[Decided, str], None], *arguments: str) -> None:
        """Has a child read or store the review; ``then(decided, problem)`` once it has told everything."""
        decided: Decided = {}
        self._side.run(
            task,
            str(self.review.path),
            *arguments,
            events=lambda events: self._told(events, decided),
            ended=lambda problem: then(decided, problem),
        )

    def _told(self, events: list[dict[str, Any]], decided: Decided) -> None:
        """Events of the review itself; its facts are those of a scan."""
        for event in events:
            kind = event.get("event")
            if kind == "decided":
                decided[event["id"]] = event
            elif kind == "questions":
                self.questions = [question_from(item) for item in event["items"]]
            elif kind == "blockers":
                self._blockers = list(event["items"])
            elif kind == "step":
                self._step_told = str(event["text"])
            elif not self.proposals.take(event):
                self.facts.add(event)

    def _fail(self, problem: str) -> None:
        """The review could not be read or written: said, and never taken for a finished scan."""
        self.outcome = shown(problem)
        self._set_phase(Phase.READY)
        self.refused.emit(shown(problem))

    def _set_phase(self, phase: Phase) -> None:
        if phase is not self.phase:
            self.phase = phase
            self.phase_changed.emit()
            if phase is Phase.READY:
                self._catch_up()

    def close(self) -> None:
        """Lets go of the review; a store that is under way comes to its end first."""
        self._read_soon.stop()
        self._side.close()
        self.proposals.close()
        self._background.close()
        waiting, self._later = self._later, []
        steps: list[Callable[[], Step | None]] = [step for step, *_ in waiting]
        if self._adopting is not None:  # its child was ended: written twice does no harm, not at all would
            steps.insert(0, self._adopting)
        for step in steps:
            try:
                step()
            except InspectorError:
                continue  # the finding went with the scan that was not saved
        place, self._to_remember, self._adopting = self._to_remember, {}, None
        for key, value in place.items():
            with suppress(InspectorError):
                self.review.remember(key, value)
        if self.review is not None:
            self.review.close()
            self.review = None
