"""The bottom strip: the scan's progress with Cancel, what was not analysed, the advisories, the network."""

from __future__ import annotations

from time import monotonic

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from inspector.gui.looking_up import LookingUp
from inspector.gui.session import Phase, Session
from inspector.gui.texts import count, shown, tr
from inspector.gui.widgets import Elided, button, plain_label, spaced

SAID_MILLISECONDS = 8000


class Strip(QWidget):
    """``gaps_wanted`` asks for the list of what was not analysed."""

    gaps_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.session: Session | None = None
        self.work: LookingUp | None = None
        self._began = 0.0
        self.status = Elided()
        self.status.least = 24  # what the scan came to, before what anything else says
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(160)
        self.bar.setAccessibleName(tr("Progress of the scan"))
        self.cancel = button(tr("Cancel"), tr("Cancel the scan"))
        self.cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.said = Elided()
        self.said.setProperty("role", "sub")
        self.asking = Elided()
        self.stop_asking = button(tr("Stop asking"), tr("Stop asking the hub"))
        self.stop_asking.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.asking.hide()
        self.stop_asking.hide()
        self.gaps = button("", tr("Not analysed"), role="link")
        self.advisories = Elided()  # it names a database of somebody else's
        self.advisories.setProperty("role", "sub")
        self.network = plain_label(role="sub")
        line = QHBoxLayout(self)
        spaced(line, 12, 3, 12, 3, 10)
        line.addWidget(self.status)
        line.addWidget(self.bar)
        line.addWidget(self.cancel)
        line.addWidget(self.asking)
        line.addWidget(self.stop_asking)
        line.addWidget(self.said, 1)
        line.addWidget(self.gaps)
        line.addWidget(self.advisories)
        line.addWidget(self.network)
        self.gaps.clicked.connect(self.gaps_wanted)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.timeout.connect(lambda: self.said.setText(""))
        self._tick = QTimer(self)
        self._tick.setInterval(250)
        self._tick.timeout.connect(self.refresh)
        self.refresh()

    def set_session(self, session: Session | None) -> None:
        self.session = session
        self.said.setText("")
        if session is not None:
            session.phase_changed.connect(self._phase)
            session.grown.connect(self.refresh)
            session.said.connect(self.say)
            session.refused.connect(self.warn)
            self.cancel.clicked.connect(session.cancel)
        self._phase()  # a scan may have begun before the strip was given its session

    def follow(self, work: LookingUp) -> None:
        """Shows how far a look-up on the hub is, with what stops it."""
        if self.work is None:
            self.work = work
            work.told.connect(self._asked)
            work.ended.connect(self._asked_all)
            self.stop_asking.clicked.connect(work.cancel)

    def _asked(self) -> None:
        running = self.work is not None and self.work.running
        self.asking.setText(self.work.words() if self.work is not None else "")
        self.asking.setAccessibleName(self.asking.text())
        self.asking.setVisible(running)
        self.stop_asking.setVisible(running)
        self.refresh()

    def _asked_all(self, problem: str) -> None:
        if problem:
            self.warn(problem)
        elif self.session is not None and self.work is not None:
            self.say(self.work.summary())

    def say(self, sentence: str) -> None:
        """A sentence for a few seconds."""
        self.said.setProperty("role", "sub")
        self._speak(sentence)

    def warn(self, sentence: str) -> None:
        self.said.setProperty("role", "risk")
        self._speak(sentence)

    def _speak(self, sentence: str) -> None:
        self.said.style().polish(self.said)
        self.said.setText(shown(sentence, 300))
        self._quiet.start(SAID_MILLISECONDS)

    def _phase(self) -> None:
        scanning = self.session is not None and self.session.phase is Phase.SCANNING
        if scanning:
            self._began = monotonic()
            self._tick.start()
        else:
            self._tick.stop()
        self.refresh()

    def refresh(self) -> None:
        session = self.session
        scanning = session is not None and session.phase is Phase.SCANNING
        self.bar.setVisible(scanning)
        self.cancel.setVisible(scanning)
        self.cancel.setEnabled(scanning)
        self.gaps.setVisible(False)
        if session is None:
            self.status.setText("")
            self.advisories.setText("")
            self.network.setText("")
            return
        self.status.setText(self._progress(session) if scanning else self._ended(session))
        facts = session.facts
        gaps = facts.gaps
        self.gaps.setVisible(gaps > 0)
        self.gaps.setText(tr("{0} not analysed").format(f"{gaps:,}"))
        self.gaps.setAccessibleName(self.gaps.text())
        as_of = facts.audit.get("as_of")
        self.advisories.setText(
            tr("advisories of {0}").format(shown(as_of, 20)) if as_of else tr("not audited")
        )
        self.network.setText(self._network(session, scanning))

    def _network(self, session: Session, scanning: bool) -> str:
        """Whom this window asks, or how old what it shows is."""
        answers = (session.facts.done or {}).get("run", {}).get("hub_answers") or ()
        saved = [str(item.get("time")) for item in answers if item.get("from") == "saved"]
        if session.is_hub and not scanning and saved:
            return tr("hub: saved answers, oldest of {0}").format(shown(min(saved)[:10], 20))
        if session.is_hub and not scanning and answers:
            return tr("hub: live answers of {0}").format(
                shown(max(str(item.get("time")) for item in answers)[:10], 20)
            )
        if session.is_hub:
            return tr("asks the hub")
        asked = self.work is not None and self.work.asked_here
        return tr("asked the hub when told to") if asked else tr("offline")

    def _progress(self, session: Session) -> str:
        progress = session.facts.progress
        if progress.get("phase") == "waiting":  # the hub wants silence: the countdown is the progress
            self.bar.setRange(0, 0)
            return shown(progress.get("sentence"), 300)
        done, total = progress.get("done"), progress.get("total")
        seconds = max(monotonic() - self._began, 0.001)
        parts = [tr("Scanning")]
        if isinstance(done, int) and isinstance(total, int) and total > 0:
            self.bar.setRange(0, total)
            self.bar.setValue(min(done, total))
            parts[0] = tr("Scanning {0} of {1} files").format(f"{done:,}", f"{total:,}")
            if seconds > 1 and done:
                rate = done / seconds
                parts.append(tr("{0}/s").format(f"{rate:,.0f}"))
                left = (total - done) / rate
                if left >= 1:
                    parts.append(tr("{0} s left").format(f"{left:,.0f}"))
        else:
            self.bar.setRange(0, 0)
        return " · ".join(parts)

    def _ended(self, session: Session) -> str:
        if session.phase is Phase.OPENING:
            return tr("Opening …")
        if session.phase is Phase.STORING:
            return tr("Saving …")
        facts = session.facts
        files = facts.coverage.get("files", len(facts.files))
        if session.told_nothing:
            what = tr("Scan cancelled") if session.outcome == "cancelled" else shown(session.outcome, 300)
            left = (
                tr("nothing was analysed") if facts.done is None else tr("what is shown is the scan before")
            )
            return f"{what.rstrip('.')}: {left}"
        if session.outcome not in ("", "cancelled") and not facts.files and not facts.nodes:
            return shown(session.outcome, 300)
        if facts.done is None and not facts.files:
            return shown(session.outcome, 300) or tr("Not scanned yet")
        if session.outcome == "cancelled":
            read = count(len(facts.files), "file was read", "files were read")
            return tr("Scan cancelled: {0}, the rest was not analysed").format(read)
        if session.broke_off:
            read = count(len(facts.files), "file was read", "files were read")
            what = tr("The scan is incomplete: {0}, the rest was not analysed").format(read)
            return f"{what} · {shown(session.outcome, 160)}"
        took = f" {tr('in')} {session.seconds:.1f} s" if session.seconds else ""
        text = f"{tr('Scanned')} {count(int(files or 0), 'file', 'files')}{took}"
        return f"{text} · {tr('incomplete')}: {shown(session.outcome, 120)}" if session.outcome else text
