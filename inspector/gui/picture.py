"""Pictures of the window: the real one, painted off screen, for documentation and reports."""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import monotonic, perf_counter

from inspector.provenance import UnreadableInput, WorkIncomplete, plain

GRAPH_VIEWS = ("story", "focus", "paths", "map", "lineage")
VIEWS = (*GRAPH_VIEWS, "findings", "files", "dependencies", "data", "checklist", "record")
SECONDS_FOR_SCAN = 900.0
SETTLE_SECONDS = 0.4
SECONDS_FOR_EXPLANATION = 10.0


def take(
    target: str, view: str, out: Path, *, select: str | None, theme: str, size: tuple[int, int], scale: float
) -> None:
    """Opens ``target`` in a window of ``size`` and writes what ``view`` shows to ``out`` as PNG.

    A target is scanned into a review of its own that is thrown away; a review file is opened as it is.
    ``scale`` is device pixels per pixel. WorkIncomplete where the scan does not end.
    """
    from inspector.gui.app import make_application

    application = make_application()
    from inspector.gui.backend import Backend
    from inspector.gui.main_window import MainWindow
    from inspector.gui.session import Phase
    from inspector.gui.settings import Settings

    with tempfile.TemporaryDirectory(prefix="inspector-picture-") as folder:

        class Aside(Backend):
            """Keeps the reviewer's own reviews and recent list out of it."""

            def autosave_path(self, target: str) -> Path:
                return Path(folder) / "picture.review"

            def shown_path(self, review: Path) -> str:
                return f"{Path(target).name}.review" if review.parent == Path(folder) else str(review)

            def latest(self) -> Path | None:
                return None

        settings = Settings(Path(folder) / "window.json")
        settings.put("theme", theme)
        window = MainWindow(settings, Aside())
        said: list[str] = []
        window.tell = said.append  # type: ignore[method-assign]
        window.setFixedSize(*size)
        window.show()
        try:
            if not window.open(target) or window.session is None:
                raise UnreadableInput(said[0] if said else f"“{plain(target, 200)}” cannot be opened.")
            session = window.session
            until = monotonic() + SECONDS_FOR_SCAN
            while session.phase is not Phase.READY:
                application.processEvents()
                if monotonic() > until:
                    raise WorkIncomplete(
                        "The scan did not end in time.", "Scan first and give the review file."
                    )
            if session.outcome and not session.facts.nodes:
                raise UnreadableInput(session.outcome)
            if select:
                _select(window, select)
            _show(window, view)
            if not target.endswith(".review"):
                _without_this_machine(window)
            _settle(application)
            until = monotonic() + SECONDS_FOR_EXPLANATION
            while window.pane.evidence.explaining and monotonic() < until:
                application.processEvents()
            _write(window, out, scale)
        finally:
            window.close()
            application.processEvents()


def _without_this_machine(window: object) -> None:
    """A picture for documentation names no folder, key or user of the machine that it was made on."""
    sheet = window.record.sheet  # type: ignore[attr-defined]
    sheet.reviewer.setText("A. Reviewer")
    sheet.key.setEditText("reviewer.pem")
    sheet.folder.setText(Path(sheet.folder.text()).name)


def _select(window: object, wanted: str) -> None:
    """Selects the node with the id, or else the name, ``wanted``."""
    nodes = window.session.facts.nodes  # type: ignore[attr-defined]
    found = wanted if wanted in nodes else next((key for key, n in nodes.items() if n.name == wanted), None)
    if found is None:
        raise UnreadableInput(
            f"There is no node “{plain(wanted, 200)}”.", "Give an id such as model:ORG/NAME."
        )
    from PySide6.QtCore import QCoreApplication

    window.selection.select_node(found)  # type: ignore[attr-defined]
    QCoreApplication.processEvents()  # the node's first finding is selected by the pane, in the next turn


def _show(window: object, view: str) -> None:
    if view in GRAPH_VIEWS:
        window.show_tab("Graph")  # type: ignore[attr-defined]
        window.graph.feed_now()  # type: ignore[attr-defined]
        window.graph.show_view(view)  # type: ignore[attr-defined]
        window.graph.feed_now()  # type: ignore[attr-defined]
    else:
        window.show_tab(view.capitalize())  # type: ignore[attr-defined]
    window.setFocus()  # type: ignore[attr-defined]


def _settle(application: object) -> None:
    until = perf_counter() + SETTLE_SECONDS
    while perf_counter() < until:
        application.processEvents()  # type: ignore[attr-defined]


def _write(window: object, out: Path, scale: float) -> None:
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QImage, QPainter

    size = window.size()  # type: ignore[attr-defined]
    image = QImage(round(size.width() * scale), round(size.height() * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    painter = QPainter(image)
    window.render(painter, QPoint(0, 0))  # type: ignore[attr-defined]
    painter.end()
    if not image.save(str(out), "PNG"):
        raise UnreadableInput(
            f"“{plain(str(out), 200)}” cannot be written.", "Check the folder and its rights."
        )
