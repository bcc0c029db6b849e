"""One opened target: its review, its facts, its scan. Widgets show this and ask this; they hold no truth.

The review file is written by every decision at once. A scan's result is stored by a second connection in
the background, so that the window never waits for the disk.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from time import monotonic
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.gui.backend import Backend
from inspector.gui.background import Background
from inspector.gui.copying import copy_review
from inspector.gui.facts import Facts, ended_early
from inspector.gui.scan_process import ScanProcess
from inspector.gui.side_work import SideWork
from inspector.gui.slices import Slices
from inspector.gui.spool import Spool
from inspector.gui.storing import question_from, with_decision
from inspector.gui.texts import shown, tr
from inspector.provenance import InspectorError, Node, State, UnreadableInput
from inspector.review.interface import Question, ReviewedFinding, Step

REFRESH_MILLISECONDS = 250  # how often views follow a running scan
FREEZE_EVERY = 2000  # events between two times that the collector is told to leave them alone
READ_AT_ONCE = 1500  # findings that are read back within a few milliseconds


class Phase(Enum):
    """Where the session stands. Decisions are taken in READY; what a stored review has may be decided
    in every phase."""

    OPENING = "opening"
    SCANNING = "scanning"
    STORING = "storing"
    READY = "ready"


class Session(QObject):
    """The target under review.

    ``grown``: facts came in (at most four times a second while scanning). ``decided``: decisions or notes
    of these findings changed. ``answered``: the checklist changed. ``phase_changed``: scanning, ready.
    ``said``: one plain sentence for the status line. ``refused``: one sentence about what was not done.
    """

    grown = Signal()
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
        self.target = ""
        self.phase = Phase.OPENING
        self.outcome = ""  # "", "cancelled" or the sentence of what went wrong
        self.questions: list[Question] = []
        self._decided: dict[str, dict[str, Any]] = {}
        self._blockers: list[str] = []
        self._begun = 0.0
        self.seconds = 0.0
        self._background = Background(self)
        self._slices = Slices(self)
        self._side = SideWork(self)
        self._spool: Spool | None = None
        self._scan = ScanProcess(self)
        self._scan.events.connect(self._take)
        self._scan.ended.connect(self._scan_ended)
        self._refresh = QTimer(self)
        self._refresh.setInterval(REFRESH_MILLISECONDS)
        self._refresh.timeout.connect(self._grow)
        self._fresh = False
        self._since_freeze = 0

    # --- opening -------------------------------------------------------------------------------------

    @property
    def is_hub(self) -> bool:
        return self.target.startswith("hf://")

    @property
    def name(self) -> str:
        """The target's name for titles: the last part of a path, or the hub id."""
        if self.is_hub:
            return self.target
        return Path(self.target).name or self.target

    @property
    def root(self) -> Path | None:
        """The local folder or file under review, where there is one."""
        if self.is_hub or not self.target:
            return None
        return Path(self.target)

    def open_target(self, target: str) -> None:
        """Opens a folder, file or hub id: finds or makes its autosaved review, then scans.
        UnreadableInput where there is nothing to open."""
        if not target.startswith("hf://"):
            folder = Path(target).expanduser().absolute()
            if not folder.exists():
                raise UnreadableInput(
                    f"There is no “{shown(str(folder))}”.", "Check the path, or open another folder."
                )
            target = str(folder)
        self.target = target
        reviews = self.backend.review_class()
        path = self.backend.autosave_path(target)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            try:
                self.review = reviews.open(path)
            except UnreadableInput:
                path = _beside(path)  # the broken file is left alone for whoever can mend it
        if self.review is None:
            about = {
                "kind": _kind_of(target),
                "name": self.name,
                "revision": None,
                "root": None if self.is_hub else target,
            }
            options = {"exclude": [], "offline": not self.is_hub, "no_audit": True}
            self.review = reviews.create(path, about, options=options)
        self._load(then=self.rescan)

    def open_review(self, path: Path) -> None:
        """Opens a review file as it is; it is scanned only where it never was."""
        self.review = self.backend.review_class().open(path)
        self.target = _target_of(self.review.target, path)
        self._load(then=self._opened_review)

    def _load(self, then: Callable[[], None]) -> None:
        """Takes in what the review has stored, told by a child process, then goes on with ``then``."""
        if self.review.scan_facts() is None:
            self.questions = self.review.questions()
            self._loaded(then, "")
        else:
            self._decided = {}
            path = str(self.review.path)
            self._side.run("read", path, events=self._told, ended=lambda problem: self._loaded(then, problem))

    def _told(self, events: list[dict[str, Any]]) -> None:
        """Events of the review itself; its facts are those of a scan."""
        for event in events:
            kind = event.get("event")
            if kind == "decided":
                self._decided[event["id"]] = event
            elif kind == "questions":
                self.questions = [question_from(item) for item in event["items"]]
            elif kind == "blockers":
                self._blockers = list(event["items"])
            else:
                self.facts.add(event)

    def _loaded(self, then: Callable[[], None], problem: str) -> None:
        if problem:
            self._fail(problem)
            return

        def finished() -> None:
            self.grown.emit()
            self.answered.emit()
            then()

        self._slices.run(self._apply(), finished)

    def _apply(self) -> Iterator[None]:
        """Gives every finding the decision that the review told of it."""
        for number, item in enumerate(list(self.facts.findings.values())):
            event = self._decided.get(item.finding.id)
            if event is not None or item != ReviewedFinding(item.finding):
                self.facts.put(with_decision(item, event))
            if number % 100 == 99:
                yield

    def _opened_review(self) -> None:
        if self.facts.done is None and self.target and (self.is_hub or Path(self.target).exists()):
            self.rescan()
        else:
            self._set_phase(Phase.READY)

    # --- scanning ------------------------------------------------------------------------------------

    def rescan(self, *, audit: bool = False) -> None:
        """Scans the target again. Without ``audit`` a folder's scan opens no internet socket."""
        options = [] if audit else ["--no-audit"]
        for pattern in self.review.options.get("exclude") or ():
            options += ["--exclude", str(pattern)]
        self.outcome = ""
        known = {**self.facts.known, **self.facts.findings}
        self.facts = Facts(known)
        self._begun = monotonic()
        self._drop_spool()
        self._spool = self._scan.spool = Spool()
        self._scan.start(self.backend.scan_command(self.target, options))
        self._refresh.start()
        self._set_phase(Phase.SCANNING)

    def _take(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            self.facts.add(event)
        self._since_freeze += len(events)
        if self._since_freeze > FREEZE_EVERY:
            self._since_freeze = 0
            gc.freeze()  # what was told stays; walking over it again and again costs 100 ms at a time
        if not self._fresh:
            first = len(self.facts.nodes) + len(self.facts.files) <= len(events)
            self._fresh = True
            if first:  # the first result is shown at once, the rest at the pace of the timer
                self._grow()

    def _grow(self) -> None:
        if self._fresh:
            self._fresh = False
            self.grown.emit()

    def cancel(self) -> None:
        """Stops the scan at once. What was read stays, what was not is named."""
        if self.phase is not Phase.SCANNING:
            return
        self._scan.kill()
        self.outcome = "cancelled"
        self._break_off(tr("The scan was cancelled:"))

    def _scan_ended(self, problem: str) -> None:
        if self._scan.dropped or self.facts.broken:
            number = self._scan.dropped + self.facts.broken
            problem = problem or tr("{0} lines of the scan could not be understood.").format(number)
        if self.facts.done is None:
            self.outcome = shown(problem or tr("The scan ended unexpectedly."))
            self._break_off(tr("The scan broke off:"))
            return
        self.outcome = shown(problem)
        self._store()

    def _break_off(self, why: str) -> None:
        done = ended_early(self.facts, why)
        self.facts.add(done)
        self._store(done)

    def _store(self, last: dict[str, Any] | None = None) -> None:
        """Lets a child put the scan into the review, then takes the decisions over. A scan that told
        nothing of its target does not take the place of one that did."""
        self._refresh.stop()
        self.seconds = monotonic() - self._begun
        self._set_phase(Phase.STORING)
        if self._spool is not None:
            self._spool.end(last)
        if self._spool is None or not (self.facts.target or self.facts.files or self.facts.nodes):
            self._drop_spool()
            self.refused.emit(self.outcome)
            self.facts = Facts()
            self._load(then=lambda: self._set_phase(Phase.READY))  # the scan before, where there is one
            return
        self._decided = {}
        path = str(self.review.path)
        self._side.run("store", path, str(self._spool.path), events=self._told, ended=self._stored)

    def _drop_spool(self) -> None:
        spool, self._spool, self._scan.spool = self._spool, None, None
        if spool is not None:
            spool.drop()

    def _stored(self, problem: str) -> None:
        self._drop_spool()
        if problem:
            self._fail(problem)
            return

        def finished() -> None:
            self._fresh = False
            self._set_phase(Phase.READY)
            self.grown.emit()
            self.answered.emit()

        self._slices.run(self._apply(), finished)

    def _fail(self, problem: str) -> None:
        """The review could not be read or written: said, and never taken for a finished scan."""
        self.outcome = shown(problem)
        self._set_phase(Phase.READY)
        self.grown.emit()
        self.refused.emit(shown(problem))

    def _set_phase(self, phase: Phase) -> None:
        if phase is not self.phase:
            self.phase = phase
            self.phase_changed.emit()

    # --- the reviewer's work -------------------------------------------------------------------------

    def decide(self, ids: Sequence[str], state: State, **words: Any) -> bool:
        """Decides on findings as one step; False (and ``refused``) where the review says no."""
        known = [key for key in ids if key in self.facts.findings]
        if not known:
            self.refused.emit(tr("Select a finding first."))
            return False
        return self._do(lambda: self.review.decide(known, state, **words))

    def note(self, finding: str, text: str) -> bool:
        return self._do(lambda: self.review.note(finding, text))

    def mark(self, finding: str, marked: bool) -> bool:
        return self._do(lambda: self.review.mark(finding, marked))

    def answer(self, question: str, answer: str, note: str = "", evidence: Sequence[Path] = ()) -> bool:
        return self._do(lambda: self.review.answer(question, answer, note=note, evidence=evidence))

    def undo(self) -> None:
        self._do(lambda: self.review.undo(), tr("There is nothing to undo."), tr("Undone: {0}"))

    def redo(self) -> None:
        self._do(lambda: self.review.redo(), tr("There is nothing to redo."), tr("Redone: {0}"))

    def _do(self, step: Callable[[], Step | None], nothing: str = "", form: str = "{0}") -> bool:
        if self.review is None:
            return False
        if self.phase in (Phase.SCANNING, Phase.STORING) and not self._stored_before():
            self.refused.emit(tr("Decisions can be taken as soon as the first scan has ended."))
            return False
        try:
            taken = step()
        except InspectorError as error:
            self.refused.emit(shown(error))
            return False
        if taken is None:
            self.said.emit(nothing)
            return False
        self._follow(taken)
        self.said.emit(form.format(shown(taken.text)))
        return True

    def _stored_before(self) -> bool:
        return bool(self.facts.known)

    def _follow(self, step: Step) -> None:
        """Reads back what a step touched: the review is the truth, not what was asked of it.

        A review with many findings is read back by a child; the keys go on working meanwhile.
        """
        touched = set(step.touched)
        changed = [key for key in touched if key in self.facts.findings]
        if len(self.facts.findings) > READ_AT_ONCE:
            self._decided = {}
            path = str(self.review.path)
            self._side.run("decided", path, events=self._told, ended=lambda p: self._read_back(changed, p))
            return
        if len(changed) < len(touched) or not touched:
            self.questions = self.review.questions()
            self.answered.emit()
        if changed:
            for item in self.review.findings():
                if item.finding.id in touched:
                    self.facts.put(item)
            self.decided.emit(changed)

    def _read_back(self, changed: list[str], problem: str) -> None:
        if problem:
            self._fail(problem)
            return
        for key in changed:
            item = self.facts.findings[key]
            self.facts.put(with_decision(item, self._decided.get(key)))
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
        try:
            self.review.remember(key, value)
        except InspectorError:
            return

    def recalled(self, key: str, default: Any = None) -> Any:
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

    def node_of_path(self, path: str) -> Node | None:
        """The node that stands for a file of the target."""
        for kind in ("model-file", "dataset-file", "code", "manifest", "dataset", "model"):
            node = self.facts.nodes.get(f"{kind}:{path}")
            if node is not None:
                return node
        return None

    def close(self) -> None:
        """Ends the scan and lets go of the review. Nothing is asked: all is on the disk already."""
        self._refresh.stop()
        self._scan.kill()
        self._slices.stop()
        self._side.close()
        self._drop_spool()
        self._background.close()
        gc.unfreeze()
        if self.review is not None:
            self.review.close()
            self.review = None


def _beside(path: Path) -> Path:
    """A free name beside ``path``: REVIEW-2.review and so on."""
    for number in range(2, 1000):
        other = path.with_name(f"{path.stem}-{number}{path.suffix}")
        if not other.exists():
            return other
    raise UnreadableInput(f"No free name beside {shown(str(path))}.", "Remove old reviews.")


_HUB_KINDS = {"datasets/": "hub-dataset", "spaces/": "hub-space"}


def _kind_of(target: str) -> str:
    """The contract's word for what is opened, before the scan has said it better."""
    if not target.startswith("hf://"):
        return "file" if Path(target).is_file() else "folder"
    name = target.removeprefix("hf://")
    return next((kind for prefix, kind in _HUB_KINDS.items() if name.startswith(prefix)), "hub-model")


def _target_of(about: Mapping[str, Any], path: Path) -> str:
    """What a review is of, as it would be given to ``open_target``."""
    name, kind = str(about.get("name") or path.stem), str(about.get("kind") or "")
    if about.get("root"):
        return str(about["root"])
    if kind.startswith("hub-") and kind != "hub-cache" and not name.startswith("hf://"):
        prefix = next((prefix for prefix, word in _HUB_KINDS.items() if word == kind), "")
        return f"hf://{prefix}{name}"
    return name
