"""How quick the window is with 20,000 findings, printed as one table.

    python tests/bench/window_speed.py [FINDINGS]

Everything runs off screen, with a home folder of its own that is thrown away. A stall is the longest time
between two turns of the event loop, less what other programs took of the processor (Linux).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

START = (
    "import time; began = time.perf_counter()\n"
    "from inspector.gui.app import make_application\n"
    "application = make_application()\n"
    "from inspector.gui.main_window import MainWindow\n"
    "window = MainWindow(); window.show()\n"
    "while not window.windowHandle().isExposed(): application.processEvents()\n"
    "application.processEvents(); print(time.perf_counter() - began); window.close()\n"
)
TELL = "import sys, shutil; shutil.copyfileobj(open(sys.argv[1], 'rb'), sys.stdout.buffer)"
HANG = TELL + "; sys.stdout.buffer.flush(); import threading; threading.Event().wait()"
PATIENCE = 180.0


def main(findings: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INSPECTOR_HOME"] = str(Path(folder, "home"))
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        print(f"{'what':<44} {'seconds':>9} {'longest stall':>14}")
        subprocess.run([sys.executable, "-c", START], capture_output=True, check=True)  # warms the disk cache
        told = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
        row("start, from the interpreter to shown", float(told.stdout.split()[-1]))
        Session(Path(folder), findings).measure()


def row(what: str, seconds: float, stall: float | None = None) -> None:
    said = f"{stall * 1000:>11.0f} ms" if stall is not None else ""
    print(f"{what:<44} {seconds:>9.3f} {said:>14}", flush=True)


def events(findings: int) -> Iterator[dict[str, Any]]:
    """A project with a tenth as many files as findings, spread over all severities."""
    known = {"pin": None, "loading": None, "severity": None, "attributes": {}}
    files = max(findings // 10, 1)
    target = {"kind": "folder", "name": "big", "revision": None, "manifest_sha256": "0" * 64}
    progress = {"phase": "reading", "done": files, "total": files, "bytes": 0, "target": target}
    yield {"event": "progress", **progress}
    yield {"event": "node", "id": "project:big", "kind": "project", "name": "big", **known,
           "attributes": {"root": True}}  # fmt: skip
    for number in range(files):
        name = f"models/part{number:05}.bin"
        yield {"event": "file", "path": name, "size": 100, "sha256": "ab" * 32, "format": "torch-zip",
               "loading": "allow-listed", "reasons": [], "imports": []}  # fmt: skip
        yield {"event": "node", "id": f"model-file:{name}", "kind": "model-file", "name": name, **known,
               "pin": "local", "loading": "allow-listed"}  # fmt: skip
        yield {"event": "edge", "source": "project:big", "target": f"model-file:{name}", "kind": "contains",
               "evidence": []}  # fmt: skip
    for number in range(findings):
        yield {
            "event": "finding",
            "id": f"{number:012x}",
            "rule": f"loading.r{number // 2000}",
            "severity": ("critical", "high", "medium", "low", "info")[number % 5],
            "confidence": "high",
            "node": f"model-file:models/part{number % files:05}.bin",
            "title": f"Finding {number}",
            "message": f"What was found as number {number}.",
            "remediation": "Use safetensors.",
            "evidence": [],
            "identifiers": {},
            "fingerprint": f"{number:064x}",
        }
    coverage = {"files": files, "analysed": files, "left_out": [], "not_analysed": []}
    audit = {"source": None, "as_of": None, "complete": False}
    yield {"event": "done", "schema": "provenance-inspector/scan/1", "target": target, "audit": audit,
           "coverage": coverage, "run": {}, "incomplete": []}  # fmt: skip


class Session:
    """One window over one target that is told from a file."""

    def __init__(self, folder: Path, findings: int) -> None:
        from PySide6.QtCore import qInstallMessageHandler

        from inspector.gui.app import make_application

        self.application = make_application()
        qInstallMessageHandler(_say)
        from inspector.gui.backend import Backend
        from inspector.gui.main_window import MainWindow

        script = folder / "events.jsonl"
        script.write_text("".join(json.dumps(event) + "\n" for event in events(findings)))
        self.target = folder / "big"
        self.target.mkdir()
        self.findings = findings
        session = self

        class Told(Backend):
            def scan_command(self, target: str, options: Any) -> list[str]:
                code = HANG if session.hangs else TELL
                return [sys.executable, "-I", "-c", code, str(script)]

        self.hangs = False
        self.window = MainWindow(backend=Told())
        self.window.resize(1440, 900)
        self.window.show()
        self._as_after_the_start()

    def _as_after_the_start(self) -> None:
        """What the program does while the reviewer looks at the welcome page."""
        import importlib

        from inspector.gui import app

        for module in app._NEEDED_SOON:
            importlib.import_module(module)
        self.window.graph.prepare()

    def until(self, what: str, begin: Callable[[], object], condition: Callable[[], bool]) -> None:
        """Prints how long it took from ``begin`` until ``condition``, and the longest stall meanwhile."""
        start, stall = perf_counter(), 0.0
        last, waited = start, _waited()
        begin()
        while True:
            self.application.processEvents()
            now, waits = perf_counter(), _waited()
            stall = max(stall, now - last - (waits - waited))
            last, waited = now, waits
            if condition():
                break
            if now - start > PATIENCE:
                raise SystemExit(f"{what}: not within {PATIENCE:.0f} s")
        row(what, perf_counter() - start, stall)

    def measure(self) -> None:
        from inspector.gui.session import Phase

        window, number = self.window, self.findings
        rows = window.findings.rows

        def shown(count: int) -> Callable[[], bool]:
            return lambda: len(rows.rows) == count

        def ready() -> bool:
            return window.session is not None and window.session.phase is Phase.READY

        self.until("open, to the first row", lambda: self._open(), lambda: bool(rows.rows))
        self.until(f"{number:,} findings read and saved", lambda: None, lambda: ready() and shown(number)())
        self.until("one decision", lambda: self._decide(), lambda: self._decided() == "confirmed")
        self._settle()
        self.until("the same, taken back", lambda: window.run("undo"), lambda: self._decided() == "open")
        self._settle()
        self._proposals()
        self.until(
            "filter: severity:critical",
            lambda: window.findings.filter.setText("severity:critical"),
            shown(-(-number // 5)),
        )
        self.until("filter taken off", lambda: window.findings.filter.setText(""), shown(number))
        first = rows.rows[0]
        self._settle()
        self.until(
            f"sort {number:,} rows by title, down",
            lambda: (window.findings.table.sort_wanted.emit(3), window.findings.table.sort_wanted.emit(3)),
            lambda: rows.rows[0] is not first and not window.findings._slices.busy,
        )
        self.until(
            f"sort {number:,} rows by node",
            lambda: window.findings.table.sort_wanted.emit(2),
            lambda: not window.findings._slices.busy,
        )
        self._story()
        window.show_tab("Graph")
        self.until("story view shown", lambda: None, lambda: bool(window.graph.panel.view.nodes))
        self.hangs = True
        self.until(
            f"scan again, {number:,} findings read", lambda: window.run("rescan"), lambda: self._grown()
        )
        self.until("cancel, to no scan running", window.strip.cancel.click, lambda: self._stopped())
        self.until("cancelled scan saved", lambda: None, ready)
        self.until("close", window.close, lambda: not window.isVisible())

    def _proposals(self) -> None:
        """An import that proposes something for every finding, told to the window and taken back."""
        from inspector.review.proposals import Import, Origin, Proposal

        session = self.window.session
        known = {"word": "accepted", "text": "Only in the sandbox", "expires": "2999-01-01", "owner": "Ops"}
        made = tuple(
            Proposal("finding", key, fingerprint=item.finding.fingerprint, **known)
            for key, item in session.facts.findings.items()
        )
        origin = Origin("record", "a" * 64, file="old.json", title="assistant, approved")
        session.review.take_import(Import(origin, made))
        offers = session.proposals._offers
        self.until(
            f"{len(made):,} proposals shown",
            session.read_proposals,
            lambda: len(session.proposals._offers) > len(offers),
        )
        self._settle()
        self.until(
            f"{len(made):,} proposals taken back",
            lambda: self.window.run("undo"),
            lambda: not session.proposals._offers,
        )
        self._settle()

    def _settle(self) -> None:
        """Until the page has worked ahead, as it does while somebody reads."""
        page = self.window.findings
        while page._idle.isActive() or page._ahead.busy or self.window.session._reading:
            self.application.processEvents()

    def _open(self) -> None:
        self.window.open(str(self.target))
        self.window.show_tab("Findings")

    def _decide(self) -> None:
        self.window.findings.table.step(1)
        self.key = self.window.selection.finding
        self.window.run("state-confirmed")

    def _decided(self) -> str:
        return str(self.window.session.facts.findings[self.key].state.value)

    def _grown(self) -> bool:
        session = self.window.session
        return session is not None and len(session.facts.findings) == self.findings

    def _stopped(self) -> bool:
        session = self.window.session
        return session is not None and not session._scan.running

    def _story(self) -> None:
        """The story alone, without the window: network and view."""
        from inspector.views import Network, story

        facts = self.window.session.facts
        found = [item.finding for item in facts.findings.values()]
        start = perf_counter()
        network = Network()
        for steps in (network.fill(facts.nodes.values(), facts.edges.values()), network.reach()):
            for _ in steps:
                pass
        built = perf_counter()
        view = story(network, found, None)
        row(f"network of {len(facts.nodes):,} nodes", built - start)
        row(f"story of {view.shown} nodes", perf_counter() - built)


def _say(_kind: object, _context: object, message: str) -> None:
    if "propagateSizeHints" not in message:  # what the off-screen platform says of every window
        print(message, file=sys.stderr)


def _waited() -> float:
    """Seconds in which this thread could have run but had no processor."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
