"""The Record tab: what stands against approval, the sheet to sign, and what was written."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QVBoxLayout, QWidget

from inspector.gui.look import Look
from inspector.gui.session import Phase, Session
from inspector.gui.sign_sheet import SignSheet
from inspector.gui.texts import count, shown, tr
from inspector.gui.widgets import Flow, clear, plain_label, set_role, spaced
from inspector.provenance import Severity, State

BLOCKERS_SHOWN = 30
SETTLED_MILLISECONDS = 60  # until a text that was just put in has its height


class RecordPage(QScrollArea):
    """Asks the review again whenever something was decided, as long as it is in sight."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self.session: Session | None = None
        self._stale = True
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Record"))
        body = QWidget()
        body.setObjectName("pane")
        self.setWidget(body)
        self.verdict = plain_label(role="heading")
        self.verdict.setWordWrap(True)
        self.scope = Flow(name=tr("Scope"))
        self.tally = Flow(name=tr("Decided so far"))
        self.gaps = Flow(name=tr("Not analysed"))
        self.exceptions = Flow(name=tr("Exceptions"))
        self.against = QVBoxLayout()
        self.sheet = SignSheet()
        self.sheet.answered.connect(lambda: QTimer.singleShot(SETTLED_MILLISECONDS, self, self._show_answer))
        spaced(self.against, 0, 0, 0, 0, 4)
        left = QVBoxLayout()
        spaced(left, 0, 0, 0, 0, 6)
        left.addWidget(self.verdict)
        left.addLayout(self.against)
        for title, widget in (
            ("DECIDED SO FAR", self.tally),
            ("ACCEPTED RISKS", self.exceptions),
            ("NOT ANALYSED", self.gaps),
            ("SCOPE", self.scope),
        ):
            left.addSpacing(8)
            left.addWidget(plain_label(tr(title), role="section"))
            left.addWidget(widget)
        left.addStretch(1)
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight, body)
        self._row = row
        spaced(row, 16, 14, 16, 14, 24)
        row.addLayout(left, 1)
        right = QVBoxLayout()
        right.addWidget(self.sheet)
        right.addStretch(1)
        row.addLayout(right, 1)

    def set_session(self, session: Session | None) -> None:
        self.session = session
        self.sheet.set_session(session)
        if session is not None:
            for signal in (session.grown, session.decided, session.answered, session.phase_changed):
                signal.connect(self._changed)
        self._changed()

    def _changed(self, *_: object) -> None:
        self._stale = True
        if self.isVisible():
            self.refresh()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room, one under the other where there is none."""
        super().resizeEvent(event)
        narrow = self.viewport().width() < 2 * self.sheet.minimumSizeHint().width() + 60
        self._row.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )

    def _show_answer(self) -> None:
        """What signing came to is read at once, also where the sheet is longer than the window."""
        last = self.sheet.result if self.sheet.result.isVisible() else self.sheet.message
        self.ensureWidgetVisible(last, 0, 20)

    def refresh(self) -> None:
        session = self.session
        if session is None:
            return
        self._stale = False
        facts = session.facts
        tally = Counter((item.finding.severity, item.state) for item in facts.findings.values())
        lines = []
        for severity in Severity:
            counts = [
                f"{tally[severity, state]:,} {state.value}" for state in State if tally[severity, state]
            ]
            if counts:
                lines.append(f"{severity.value}: {', '.join(counts)}")
        self.tally.set_text("\n".join(lines) or tr("No findings."), keep_newlines=True)
        accepted = [item for item in facts.findings.values() if item.state is State.ACCEPTED]
        self.exceptions.set_text(
            "\n".join(
                f"{item.finding.severity.value} · {shown(facts.node_name(item.finding.node), 60)} · "
                f"{tr('until')} {item.expires} · {shown(item.because, 120)}"
                for item in accepted[:20]
            )
            or tr("None."),
            keep_newlines=True,
        )
        gaps = facts.not_analysed
        named = "\n".join(
            f"{shown(item.get('path'), 120)}: {shown(item.get('why'), 160)}" for item in gaps[:12]
        )
        more = f"\n{tr('and {0} more').format(len(gaps) - 12)}" if len(gaps) > 12 else ""
        asked = [item for item in facts.packages if item.get("audit") in ("vulnerable", "no-advisory")]
        packages = len(facts.packages) - len(asked)
        files = facts.coverage.get("files")
        whole = tr("Every file was analysed.") if files else tr("There are no files here.")
        lines = [named + more] if gaps else [whole] if facts.done else []
        if packages:
            lines.append(
                tr("One package was not judged by an audit")
                if packages == 1
                else tr("{0} packages were not judged by an audit").format(f"{packages:,}")
            )
        self.gaps.set_text("\n".join(lines) or tr("The scan has not ended."), keep_newlines=True)
        self.scope.set_text(_scope(session), keep_newlines=True)
        blockers = session.blockers()
        self._show_blockers(blockers)
        grave = sum(item.finding.severity in (Severity.CRITICAL, Severity.HIGH) for item in accepted)
        self.sheet.offer(grave, len(blockers))
        self.sheet.setEnabled(session.phase is Phase.READY)

    def _show_blockers(self, found: list[str]) -> None:
        clear(self.against)
        number = len(found)
        if number:
            self.verdict.setText(
                tr("{0} things stand against approval").format(number)
                if number > 1
                else tr("One thing stands against approval")
            )
        else:
            self.verdict.setText(tr("Nothing stands against approval"))
        set_role(self.verdict, "heading")
        for sentence in found[:BLOCKERS_SHOWN]:
            self.against.addWidget(Flow(f"•  {sentence}", tr("Against approval")))
        if number > BLOCKERS_SHOWN:
            self.against.addWidget(
                plain_label(tr("and {0} more").format(number - BLOCKERS_SHOWN), role="sub")
            )


def _scope(session: Session) -> str:
    coverage = session.facts.coverage
    target = session.facts.target
    lines = [f"{tr('Target')}: {shown(target.get('name') or session.name)} ({shown(target.get('kind'))})"]
    if target.get("revision"):
        lines.append(f"{tr('Revision')}: {shown(target['revision'])}")
    if target.get("manifest_sha256"):
        lines.append(f"{tr('Manifest')}: sha256 {shown(target['manifest_sha256'])}")
    if coverage:
        lines.append(
            tr("{0}, {1} analysed").format(
                count(coverage.get("files") or 0, "file", "files"), f"{coverage.get('analysed') or 0:,}"
            )
        )
    left_out = coverage.get("left_out") or []
    if left_out:
        names = ", ".join(shown(item.get("path"), 60) for item in left_out[:10])
        lines.append(f"{tr('Left out by rule')}: {names}" + (" …" if len(left_out) > 10 else ""))
    if session.review is not None:
        lines.append(f"{tr('Record')}: {shown(session.review.record_id)}")
        lines.append(f"{tr('Review file')}: {shown(session.backend.shown_path(Path(session.review.path)))}")
    return "\n".join(lines)
