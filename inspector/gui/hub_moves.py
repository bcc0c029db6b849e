"""What moved in a hub repository between the scan before and this one: told once, and kept in the review."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QObject, Signal

from inspector.gui.background import Background
from inspector.gui.session import Phase, Session
from inspector.gui.texts import shown

MEMORY = "hub-moved"


class HubMoves(QObject):
    """``found``: a difference was found, or none any more."""

    found = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session: Session | None = None
        self._before: dict[str, Any] | None = None
        self._background = Background(self)

    def set_session(self, session: Session | None) -> None:
        self.session = session
        self._before = None
        if session is not None and session.is_hub:
            session.grown.connect(self._grown)

    def sentence(self) -> str:
        """What is remembered, with its date; "" for nothing."""
        kept = self.session.recalled(MEMORY, {}) if self.session is not None else {}
        if not isinstance(kept, dict) or not kept.get("sentence"):
            return ""
        return f"{shown(kept['sentence'], 600)} ({shown(kept.get('at'), 20)})"

    def _grown(self) -> None:
        """A whole scan is there: the stored one as the review opens, or the one that has just ended."""
        session = self.session
        if session is None or session is not self.sender() or not _is_whole(session):
            return
        now = _scan_of(session)
        before, self._before = self._before, now
        if before is None or before["files"] is now["files"]:
            return

        def compared(result: Any, error: BaseException | None) -> None:
            if error is not None:
                raise error
            if session is self.session and result is not None and result.sentence:
                today = datetime.now(UTC).strftime("%Y-%m-%d")
                session.remember(MEMORY, {"sentence": result.sentence, "at": today})
                session.said.emit(shown(result.sentence, 300))
                self.found.emit()

        # In a thread: the first import of the hub's readers takes longer than a key press may wait.
        self._background.run(lambda: _moved(before, now), compared)


def _moved(before: dict[str, Any], now: dict[str, Any]) -> Any:
    from inspector.sources.hub.moved import moved_between

    return moved_between(before, now)


def _is_whole(session: Session) -> bool:
    if session.phase not in (Phase.OPENING, Phase.READY) or session.facts.done is None:
        return False
    return not (session.broke_off or session.told_nothing or session.outcome == "cancelled")


def _scan_of(session: Session) -> dict[str, Any]:
    """As much of the scan as the comparison needs."""
    facts = session.facts
    roots = [node for node in facts.nodes.values() if node.attributes.get("root")]
    nodes = [
        {"pin": node.pin.value if node.pin else None, "attributes": node.attributes} for node in roots[:1]
    ]
    return {"target": dict(facts.target), "files": facts.files, "nodes": nodes}
