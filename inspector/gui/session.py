"""One opened target: its review, its facts, its scan. Widgets show this and ask this; they hold no truth.

The review file is written by every decision at once. A scan's result is stored by a second connection in
the background, so that the window never waits for the disk.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from inspector.gui.backend import Backend
from inspector.gui.facts import Facts, ended_early
from inspector.gui.following import Following
from inspector.gui.review_work import Decided, Phase, ReviewWork
from inspector.gui.scan_process import ScanProcess
from inspector.gui.slices import Slices
from inspector.gui.spool import Spool
from inspector.gui.storing import with_decision
from inspector.gui.targets import free_name_beside, kind_of, target_of
from inspector.gui.texts import shown, tr
from inspector.provenance import Node, UnreadableInput
from inspector.review.interface import ReviewedFinding

REFRESH_MILLISECONDS = 250  # how often views follow a running scan
LOOK_MILLISECONDS = 1000  # how often the window looks whether another program wrote to the review
FREEZE_EVERY = 2000  # events between two times that the collector is told to leave them alone


class Session(ReviewWork):
    """The target under review: what ``ReviewWork`` knows of it, and how it is opened and scanned.

    ``grown``: facts came in (at most four times a second while scanning).
    """

    grown = Signal()

    def __init__(self, parent: QObject | None = None, backend: Backend | None = None) -> None:
        super().__init__(parent, backend)
        self.target = ""
        self.told_nothing = False  # the last scan told nothing that could be kept: what is shown is older
        self.broke_off = False  # the last scan ended before its end
        self._begun = 0.0
        self.seconds = 0.0
        self._slices = Slices(self)
        self._spool: Spool | None = None
        self._scan = ScanProcess(self)
        self._scan.events.connect(self._take)
        self._scan.ended.connect(self._scan_ended)
        self._refresh = QTimer(self)
        self._refresh.setInterval(REFRESH_MILLISECONDS)
        self._refresh.timeout.connect(self._grow)
        self._fresh = False
        self._since_freeze = 0
        self._following: Following | None = None
        self._own_writes = 0
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MILLISECONDS)
        self._look.timeout.connect(self._look_for_others)
        self.phase_changed.connect(self._follow_others)

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
                path = free_name_beside(path)  # the broken file is left alone for whoever can mend it
        if self.review is None:
            about = {
                "kind": kind_of(target),
                "name": self.name,
                "revision": None,
                "root": None if self.is_hub else target,
            }
            options = {"exclude": [], "offline": not self.is_hub, "no_audit": True}
            self.review = reviews.create(path, about, options=options)
        self._load(then=self.rescan)

    def open_review(self, path: Path) -> None:
        """Opens a review file as it is; it is scanned only where it never was."""
        reviews = self.backend.review_class()
        try:
            self.review = reviews.open(path)
        except UnreadableInput:
            self.review = reviews.open(path, read_only=True)  # or what is wrong with it is said
        self.target = target_of(self.review.target, path)
        self._load(then=self._opened_review)

    def _load(self, then: Callable[[], None]) -> None:
        """Takes in what the review has stored, told by a child process, then goes on with ``then``."""
        if self.review.scan_facts() is None:
            self.questions = self.review.questions()
            self._loaded(then, {}, "")
        else:
            self._ask("read", lambda decided, problem: self._loaded(then, decided, problem))

    def _loaded(self, then: Callable[[], None], decided: Decided, problem: str) -> None:
        if problem:
            self._fail(problem)
            return

        def finished() -> None:
            self.grown.emit()
            self.answered.emit()
            then()

        self._slices.run(self._apply(decided), finished)

    def _apply(self, decided: Decided) -> Iterator[None]:
        """Gives every finding the decision that the review told of it."""
        for number, item in enumerate(list(self.facts.findings.values())):
            event = decided.get(item.finding.id)
            if event is not None or item != ReviewedFinding(item.finding):
                self.facts.put(with_decision(item, event))
            if number % 100 == 99:
                yield

    def _opened_review(self) -> None:
        if self.review.read_only:
            self._set_phase(Phase.READY)
            self.said.emit(tr("This review can only be read: its file or folder may not be written to."))
            return
        if self.facts.done is None and self.target and (self.is_hub or Path(self.target).exists()):
            self.rescan()
        else:
            self._set_phase(Phase.READY)

    # --- scanning ------------------------------------------------------------------------------------

    def rescan(self, *, audit: bool = False) -> None:
        """Scans the target again. Without ``audit`` a folder's scan opens no internet socket."""
        if self.review.read_only:
            self.refused.emit(tr("This review can only be read; open the target itself to scan it."))
            return
        options = [] if audit else ["--no-audit"]
        for pattern in self.review.options.get("exclude") or ():
            options += ["--exclude", str(pattern)]
        more, given = self.backend.hub_options() if self.is_hub else ([], b"")
        self.outcome = ""
        self.told_nothing = False
        self.broke_off = False
        known = {**self.facts.known, **self.facts.findings}
        self.facts = Facts(known)
        self._begun = monotonic()
        self._drop_spool()
        self._spool = self._scan.spool = Spool()
        self._scan.start(self.backend.scan_command(self.target, [*options, *more]), given)
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
            self.broke_off = True
            self.outcome = shown(problem or self._scan.last_words or tr("The scan ended unexpectedly."))
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
        problem = self._spool.problem if self._spool is not None else ""
        if problem:
            self.outcome = shown(problem)
        told = bool(self.facts.target or self.facts.files or self.facts.nodes)
        if self._spool is None or problem or not told:
            self._drop_spool()
            self.told_nothing = True
            if self.outcome != "cancelled":
                self.refused.emit(self.outcome)
            self.facts = Facts()
            self._load(then=lambda: self._set_phase(Phase.READY))  # the scan before, where there is one
            return
        self._ask("store", self._stored, str(self._spool.path))

    def _drop_spool(self) -> None:
        spool, self._spool, self._scan.spool = self._spool, None, None
        if spool is not None:
            spool.drop()

    def _stored(self, decided: Decided, problem: str) -> None:
        self._drop_spool()
        if problem:
            self._fail(problem)
            return

        def finished() -> None:
            self._fresh = False
            self._set_phase(Phase.READY)
            self.grown.emit()
            self.answered.emit()

        self._slices.run(self._apply(decided), finished)

    def _fail(self, problem: str) -> None:
        super()._fail(problem)
        self.grown.emit()

    # --- other programs on the same review ------------------------------------------------------------

    def _follow_others(self) -> None:
        if self.phase is not Phase.READY or self.review is None:
            self._look.stop()
            return
        if self._following is None:
            self._following = Following(Path(self.review.path))
        self._following.seen()
        self._look.start()

    def _wrote(self) -> None:
        self._own_writes += 1
        if self._following is not None:
            self._following.seen()

    def _look_for_others(self) -> None:
        """Decisions that a command or a second window took are shown within a second or two."""
        if self._following is not None and self._following.changed():
            self._read_others()

    def _read_others(self) -> None:
        own = self._own_writes
        self._ask("decided", lambda decided, problem: self._others_told(decided, problem, own))

    def _others_told(self, decided: Decided, problem: str, own: int) -> None:
        if problem or self.phase is not Phase.READY:
            return
        before = dict(self.facts.findings)

        def applied() -> Iterator[None]:
            slices = self._apply(decided)
            while own == self._own_writes:  # read before this window's last step: that would vanish
                if next(slices, slices) is slices:
                    return
                yield

        def finished() -> None:
            if own != self._own_writes:
                self._read_others()
                return
            now = self.facts.findings
            self.decided.emit([key for key, item in now.items() if item != before.get(key)])
            self.answered.emit()

        self._slices.run(applied(), finished)

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
        self._look.stop()
        self._scan.kill()
        self._slices.stop()
        if self._following is not None:
            self._following.close()
            self._following = None
        super().close()
        self._drop_spool()
        gc.unfreeze()


__all__ = ["Phase", "Session"]
