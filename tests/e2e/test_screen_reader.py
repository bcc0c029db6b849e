"""A whole review in a real window, by keys alone, read back through the accessibility bus of the desktop."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

_LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
NEEDED = [name for name in ("Xvfb", "xdotool", "dbus-daemon") if not shutil.which(name)]
pytestmark = pytest.mark.skipif(
    bool(NEEDED) or not any(Path(name).exists() for name in _LAUNCHERS),
    reason="a virtual screen and an accessibility bus are needed",
)
PATIENCE = 40.0


def _beside(name):
    spec = importlib.util.spec_from_file_location(f"e2e_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


atspi = _beside("atspi")


def until(what, condition, patience=PATIENCE):
    """The first true answer of ``condition``; the window is another process, so it is asked until then."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            answer = condition()
        except KeyError:
            answer = None
        if answer:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"{what} did not happen within {patience} s")


class Reader:
    """The program on a screen of its own, a keyboard, and what a screen reader is told."""

    def __init__(self, home, target):
        self.running = []
        self.home = home
        read, write = os.pipe()
        self.start(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp"], [write]
        )
        os.close(write)
        with os.fdopen(read) as numbers:
            display = f":{numbers.readline().strip()}"
        daemon = self.start(
            ["dbus-daemon", "--session", "--nofork", "--print-address=1"], out=subprocess.PIPE
        )
        session = daemon.stdout.readline().strip()
        self.environment = {
            **os.environ,
            "DISPLAY": display,
            "DBUS_SESSION_BUS_ADDRESS": session,
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "INSPECTOR_HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "LC_ALL": "C.UTF-8",
        }
        launcher = next(name for name in _LAUNCHERS if Path(name).exists())
        self.start([launcher, "--launch-immediately"])
        bus = atspi.Bus(session)
        asked = ("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress")
        address = until("the accessibility bus", lambda: bus.call(*asked)[0])
        self.bus = atspi.Bus(address)
        self.window = self.start([sys.executable, "-m", "inspector", str(target)], err=subprocess.PIPE)
        self.program = until("the program on the bus", lambda: next(iter(atspi.programs(self.bus)), None))
        self.id = until("the window", self._find)

    def start(self, command, descriptors=(), out=None, err=subprocess.DEVNULL):
        started = subprocess.Popen(
            command,
            env=getattr(self, "environment", None),
            pass_fds=descriptors,
            stdout=out,
            stderr=err,
            text=True,
        )
        self.running.append(started)
        return started

    def _find(self):
        found = self.xdotool("search", "--onlyvisible", "--name", "Provenance Inspector").split()
        return found[0] if found else None

    def xdotool(self, *words):
        done = subprocess.run(["xdotool", *words], env=self.environment, capture_output=True, text=True)
        return done.stdout

    def key(self, *keys):
        self.xdotool("windowfocus", "--sync", self.id)
        self.xdotool("key", "--clearmodifiers", *keys)

    def type(self, words):
        self.xdotool("type", "--delay", "12", words)

    def read(self):
        """Every object that is shown, as (role, name, states)."""
        return [(seen.role, seen.name, seen.states) for seen in self.program.all()]

    def one(self, role, begins=""):
        """The first object of a role whose name begins so."""
        return next(
            (seen for seen in self.program.all() if seen.role == role and seen.name.startswith(begins)), None
        )

    def rows(self):
        """What each row of the findings says: its first cell says the whole row."""
        table = self.one("table", "Findings")
        return [cell.name for cell in table.children() if ", " in cell.name] if table is not None else []

    def review(self):
        saved = next(self.home.rglob("*.review"))
        command = [sys.executable, "-m", "inspector", "review", "show", str(saved), "--format", "json"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        return json.loads(done.stdout) if done.returncode == 0 else {"findings": []}

    def end(self):
        for process in reversed(self.running):
            if process.poll() is None:
                process.terminate()
                process.wait(timeout=60)
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()


@pytest.fixture
def reader(tmp_path, sample):
    made = Reader.__new__(Reader)
    try:
        made.__init__(tmp_path, sample)
        yield made
    finally:
        made.end()


def test_a_review_by_keys_alone_is_told_to_a_screen_reader(reader):
    until("the scan", lambda: any(name.startswith("Scanned ") for _, name, _ in reader.read()))
    names = until("the graph's nodes", lambda: [n for r, n, _ in reader.read() if r == "list item"])
    assert any("spam_filter.pkl, pickle-based" in name and "runs code" in name for name in names)
    tabs = [(name, states) for role, name, states in reader.read() if role == "page tab"]
    wanted = ["Graph", "Findings", "Files", "Dependencies", "Data", "Checklist", "Record"]
    assert [name.split()[0] for name, _ in tabs] == wanted
    assert [atspi.SELECTED in states for _, states in tabs] == [True] + [False] * 6
    buttons = [(name, states) for role, name, states in reader.read() if role in ("button", "push button")]
    assert not [name for name, states in buttons if name.startswith("Cancel") and atspi.SHOWING in states]

    reader.key("ctrl+2")
    until("the findings", lambda: atspi.SELECTED in reader.one("page tab", "Findings").states)
    until("the first row", lambda: "spam_filter.pkl" in reader.rows()[0] and "open" in reader.rows()[0])
    reader.key("2")
    until("confirmed, as it is told", lambda: "confirmed" in reader.rows()[0])
    reader.key("ctrl+z")
    until("open again", lambda: "confirmed" not in reader.rows()[0])
    reader.key("4")
    until("the question", lambda: reader.one("text", "Why accepted"))
    reader.type("Seen by 2 people")
    reader.key("Return")
    until("accepted, as it is told", lambda: "accepted" in reader.rows()[0])
    reader.key("j", "n")
    until("the note's field", lambda: reader.one("text", "Note on"))
    reader.type("look again")
    reader.key("Return")
    reader.key("slash")
    reader.type("is:noted")
    reader.key("Return")
    until("one row", lambda: len(reader.rows()) == 1)

    until("the review on the disk", lambda: "accepted" in [f["state"] for f in reader.review()["findings"]])
    accepted = next(f for f in reader.review()["findings"] if f["state"] == "accepted")
    assert accepted["because"] == "Seen by 2 people" and accepted["expires"]
    taking_keys = {atspi.FOCUSABLE, atspi.SHOWING}
    assert [role for role, name, states in reader.read() if taking_keys <= states and not name] == []
    reader.key("alt+F4")
    until("the end", lambda: reader.window.poll() is not None)
    assert reader.window.returncode == 0 and "Traceback" not in reader.window.stderr.read()
