"""What the window's tests share: a watchdog over the event loop, scans told from a file, windows."""

from __future__ import annotations

import json
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QObject, QStandardPaths, Qt, QTimer
from pytestqt.qtbot import QtBot

import inspector.gui  # noqa: F401 (before Qt: see inspector.gui.graph.lasting)
from inspector.gui.backend import Backend
from inspector.gui.main_window import MainWindow
from inspector.gui.session import Phase
from inspector.gui.settings import Settings

# The longest the event loop may stand still here, on a machine that others use too: what is done in one piece
# where slices are due takes longer. The 50 ms of the brief are measured by tests/bench/window_speed.py.
STILL_SECONDS = 1.0

_TELL = "import sys, shutil; shutil.copyfileobj(open(sys.argv[1], 'rb'), sys.stdout.buffer)"
_TELL_AND_HANG = (
    _TELL + "; sys.stdout.buffer.flush(); sys.stdin.read(); import threading; threading.Event().wait()"
)


def _waited() -> float:
    """Seconds in which this thread could have run but no processor was free: not the window's doing."""
    try:
        fields = Path("/proc/thread-self/schedstat").read_text().split()
    except OSError:
        return 0.0
    return int(fields[1]) / 1e9 if len(fields) > 1 else 0.0


class Watchdog(QObject):
    """A heartbeat in the event loop: ``longest`` is the longest it did not beat while it was watched.

    A thread beside it notes where the window's thread stands while it does not beat, so that a failure
    names the line.
    """

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self.allowed = STILL_SECONDS
        self.where: list[str] = []  # places of the longest stall
        self._seen: list[str] = []
        self._last: float | None = None
        self._waited = 0.0
        self._window_thread = threading.get_ident()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Counts from the next beat on: what a test does outside the loop is not the window's."""
        self._last = None
        self._timer.start()
        self._stopped.clear()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._timer.stop()
        self._last = None
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _beat(self) -> None:
        now, waited = perf_counter(), _waited()
        if self._last is not None:
            still = now - self._last - (waited - self._waited)
            if still > self.longest:
                self.longest, self.where = still, list(self._seen)
        self._seen.clear()
        self._last, self._waited = now, waited

    def _look(self) -> None:
        while not self._stopped.wait(0.01):
            last = self._last
            if last is None or perf_counter() - last < STILL_SECONDS * 0.1:
                continue
            frame = sys._current_frames().get(self._window_thread)
            lines = traceback.extract_stack(frame)[-5:]
            self._seen.append(" < ".join(f"{Path(i.filename).name}:{i.lineno}" for i in reversed(lines)))


@pytest.fixture
def watchdog(qapp: Any) -> Iterator[Watchdog]:
    """Fails the test if the event loop stood still for too long between ``start`` and ``stop``."""
    dog = Watchdog()
    yield dog
    dog.stop()
    still = f"the event loop stood still for {dog.longest * 1000:.0f} ms"
    assert dog.longest < dog.allowed, "\n".join([still, *dog.where[:12]])


# What a test waits for may take its time on a machine that others use too: five seconds are few there.
for _wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitExposed):
    assert _wait.__kwdefaults__ is not None and "timeout" in _wait.__kwdefaults__
    _wait.__kwdefaults__["timeout"] = 60_000


@pytest.fixture(autouse=True)
def _test_paths() -> None:
    QStandardPaths.setTestModeEnabled(True)


def node(kind: str, name: str, **more: Any) -> dict[str, Any]:
    known = {"pin": None, "loading": None, "severity": None, "attributes": {}}
    return {"event": "node", "id": f"{kind}:{name}", "kind": kind, "name": name, **known, **more}


def edge(source: str, target: str, kind: str = "contains", **more: Any) -> dict[str, Any]:
    return {"event": "edge", "source": source, "target": target, "kind": kind, "evidence": [], **more}


def finding(number: int, about: str, severity: str = "high", **more: Any) -> dict[str, Any]:
    known = {
        "rule": "loading.pickle",
        "confidence": "high",
        "title": f"Finding {number}",
        "message": f"What was found as number {number}.",
        "remediation": "Use safetensors.",
        "evidence": [],
        "identifiers": {"cwe": ["CWE-502"]},
        "fingerprint": f"{number:064x}",
    }
    return {
        "event": "finding",
        "id": f"{number:012x}",
        "node": about,
        "severity": severity,
        **known,
        **more,
    }


def file(path: str, loading: str = "no-loader", form: str = "text", **more: Any) -> dict[str, Any]:
    known = {"size": 100, "sha256": "ab" * 32, "reasons": [], "imports": []}
    return {"event": "file", "path": path, "format": form, "loading": loading, **known, **more}


def done(files: int = 0, not_analysed: Sequence[dict[str, Any]] = (), **more: Any) -> dict[str, Any]:
    return {
        "event": "done",
        "schema": "provenance-inspector/scan/1",
        "tool": {"name": "provenance-inspector", "version": "0", "rules_digest": "", "allow_list_digest": ""},
        "target": {"kind": "folder", "name": "assistant", "revision": None, "manifest_sha256": "cd" * 32},
        "audit": {"source": None, "as_of": None, "complete": False},
        "coverage": {
            "files": files,
            "analysed": files - len(not_analysed),
            "left_out": [{"path": ".git", "rule": "version control"}],
            "not_analysed": list(not_analysed),
        },
        "run": {"started": "2026-01-01T00:00:00Z", "seconds": 1.0, "root": None},
        "incomplete": [],
        **more,
    }


def small_scan() -> list[dict[str, Any]]:
    """A project with one of everything that a tab shows."""
    project, weights = "project:assistant", "model-file:models/scaler.pkl"
    return [
        {
            "event": "progress",
            "phase": "read",
            "done": 0,
            "total": 4,
            "bytes": 0,
            "target": {"kind": "folder", "name": "assistant", "revision": None},
        },
        file("app/train.py", "no-loader", "python"),
        file(
            "models/scaler.pkl",
            "runs-code",
            "pickle",
            imports=["posix.system"],
            reasons=[
                {"code": "dangerous-import", "message": "Imports posix.system.", "offset": 2, "member": None}
            ],
        ),
        file("data/tickets.jsonl", "no-loader", "jsonl"),
        file("models/old.bin", "unreadable", "torch-zip"),
        node("project", "assistant", attributes={"root": True}),
        node("code", "app/train.py", pin="local"),
        node("model", "org/base", pin="none", attributes={"owner": "org"}),
        node(
            "model-file", "models/scaler.pkl", pin="local", loading="runs-code", attributes={"pickle": True}
        ),
        node("model-file", "models/old.bin", pin="local", loading="unreadable"),
        node("dataset", "org/tickets", pin="movable"),
        node("dataset-file", "data/tickets.jsonl", pin="local"),
        node("package", "numpy", pin="version", attributes={"version": "1.26.0"}),
        node("package", "torch", pin="none"),
        node("manifest", "requirements.txt", pin="local"),
        node("owner", "org", attributes={"type": "organization", "verified": False}),
        edge(project, "code:app/train.py"),
        edge(project, "manifest:requirements.txt"),
        edge(
            "code:app/train.py",
            "model:org/base",
            "references",
            evidence=[{"path": "app/train.py", "line": 3, "text": "from_pretrained('org/base')"}],
        ),
        edge("code:app/train.py", weights, "loads"),
        edge("code:app/train.py", "dataset:org/tickets", "trained-on"),
        edge(project, "dataset-file:data/tickets.jsonl"),
        edge(project, "model-file:models/old.bin"),
        edge("model:org/base", "owner:org", "published-by"),
        edge("package:numpy", "manifest:requirements.txt", "declared-in"),
        edge("package:torch", "manifest:requirements.txt", "declared-in"),
        {
            "event": "manifest",
            "path": "requirements.txt",
            "format": "requirements",
            "sections": {"requirements": {"total": 2, "exact": 1, "bare": 1}},
            "packages": 0,
            "edges": 0,
            "error": None,
        },
        {
            "event": "package",
            "name": "numpy",
            "version": "1.26.0",
            "pin": "version",
            "direct": True,
            "required_by": [],
            "audit": "no-advisory",
            "advisories": [],
            "why": "",
            "looks_like": [],
        },
        {
            "event": "package",
            "name": "torch",
            "version": None,
            "pin": "none",
            "direct": True,
            "required_by": [],
            "audit": "not-audited",
            "advisories": [],
            "why": "No exact version.",
            "looks_like": [],
        },
        {
            "event": "dataset",
            "path": "data/tickets.jsonl",
            "format": "jsonl",
            "rows": 1200,
            "columns": ["text"],
            "contributor_column": "user",
            "time_column": None,
            "card": {},
            "links": [],
            "script": False,
            "partly": None,
        },
        finding(
            1,
            weights,
            "critical",
            title="Loading this pickle runs a command",
            evidence=[
                {
                    "path": "models/scaler.pkl",
                    "line": None,
                    "column": None,
                    "offset": 2,
                    "text": "posix.system",
                }
            ],
        ),
        finding(
            2,
            "model:org/base",
            "high",
            rule="provenance.unpinned",
            title="The base model is not pinned",
            evidence=[
                {
                    "path": "app/train.py",
                    "line": 3,
                    "column": 1,
                    "offset": None,
                    "text": "from_pretrained('org/base')",
                }
            ],
        ),
        finding(3, "dataset:org/tickets", "medium", rule="data.open", title="Anyone can add to this dataset"),
        finding(4, "package:torch", "low", rule="dependencies.unpinned", title="torch has no version"),
        {"event": "error", "path": "models/old.bin", "why": "The archive is cut off."},
        done(4, [{"path": "models/old.bin", "why": "The archive is cut off."}]),
    ]


class TestBackend(Backend):
    """A backend whose scan tells events from a file. ``commands`` are the scans that were asked for."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.script = folder / "events.jsonl"
        self.hang = False
        self.commands: list[tuple[str, tuple[str, ...]]] = []
        self.tell([])

    def tell(self, events: Sequence[dict[str, Any]]) -> None:
        lines = (json.dumps(event) for event in events)
        self.script.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def scan_command(self, target: str, options: Sequence[str]) -> list[str]:
        self.commands.append((target, tuple(options)))
        return [sys.executable, "-I", "-c", _TELL_AND_HANG if self.hang else _TELL, str(self.script)]


@pytest.fixture
def backend(tmp_path: Path) -> TestBackend:
    made = TestBackend(tmp_path)
    made.tell(small_scan())
    return made


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small folder that the told scan speaks of."""
    root = tmp_path / "assistant"
    (root / "app").mkdir(parents=True)
    (root / "models").mkdir()
    (root / "data").mkdir()
    (root / "app/train.py").write_text("import torch\n\nmodel = from_pretrained('org/base')\nprint(model)\n")
    (root / "models/scaler.pkl").write_bytes(b"\x80\x04cposix\nsystem\n.")
    (root / "models/old.bin").write_bytes(b"PK\x03\x04")
    (root / "data/tickets.jsonl").write_text('{"text": "hello", "user": "a"}\n')
    return root


@pytest.fixture
def window(qtbot: Any, backend: TestBackend, tmp_path: Path) -> Iterator[MainWindow]:
    settings = Settings(tmp_path / "window.json")
    settings.put("theme", "light")
    made = MainWindow(settings, backend)
    qtbot.addWidget(made)
    made.resize(1440, 900)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


@pytest.fixture
def opened(qtbot: Any, window: MainWindow, project: Path) -> MainWindow:
    """The window with the small project open and scanned."""
    assert window.open(str(project))
    wait_ready(qtbot, window)
    return window


def wait_ready(qtbot: Any, window: MainWindow, timeout: int = 60000) -> None:
    qtbot.waitUntil(
        lambda: (
            window.session is not None
            and window.session.phase is Phase.READY
            and len(window.findings.rows.rows) == len(window.session.facts.findings)
        ),
        timeout=timeout,
    )


@pytest.fixture
def ready(qtbot: Any) -> Callable[[MainWindow], None]:
    return lambda window: wait_ready(qtbot, window)


@pytest.fixture
def make() -> Any:
    """The builders of events: ``make.node``, ``make.finding`` and so on."""

    class Make:
        pass

    for one in (node, edge, finding, file, done, small_scan):
        setattr(Make, one.__name__, staticmethod(one))
    return Make
