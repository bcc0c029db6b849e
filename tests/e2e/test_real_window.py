"""One review in a real window on a virtual screen, driven by keys as a person would, read back."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="Xvfb and xdotool are not installed here"
)
PATIENCE = 30.0


def until(what, condition, patience=PATIENCE):
    """The first true answer of ``condition``; the window is another process, so it is asked until then."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {patience} s")


@pytest.fixture(scope="module")
def screen():
    """A virtual screen with nothing on it; gives the environment for programs that show themselves there."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as numbers:
        display = f":{numbers.readline().strip()}"
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "LC_ALL": "C.UTF-8"}
    environment.pop("WAYLAND_DISPLAY", None)
    yield environment
    server.terminate()
    server.wait()


class Window:
    """The program in its window on ``screen``, with a home of its own."""

    def __init__(self, screen, home, *words):
        self.environment = {**screen, "INSPECTOR_HOME": str(home)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "inspector", *map(str, words)],
            env=self.environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.id = until("the window", self._find)

    def _find(self):
        assert self.process.poll() is None, self.process.stderr.read()
        words = ["xdotool", "search", "--onlyvisible", "--name", "Provenance Inspector"]
        found = subprocess.run(words, env=self.environment, capture_output=True, text=True).stdout.split()
        return found[0] if found else None

    def title(self):
        return self.xdotool("getwindowname", self.id).strip()

    def key(self, *keys):
        self.xdotool("windowfocus", "--sync", self.id)
        self.xdotool("key", "--clearmodifiers", *keys)

    def xdotool(self, *words):
        done = subprocess.run(["xdotool", *words], env=self.environment, capture_output=True, text=True)
        return done.stdout

    def review(self):
        """What the autosaved review says, read by another process while the window has it open."""
        saved = list((Path(self.environment["INSPECTOR_HOME"])).rglob("*.review"))
        if not saved:
            return None
        done = subprocess.run(
            [sys.executable, "-m", "inspector", "review", "show", str(saved[0]), "--format", "json"],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        return json.loads(done.stdout) if done.returncode == 0 else None

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


@pytest.fixture
def window(screen, tmp_path, sample):
    opened = []

    def start(*words):
        opened.append(Window(screen, tmp_path / "home", *words))
        return opened[-1]

    yield start
    for each in opened:
        each.end()


def scanned(window):
    return until("the scan", lambda: (window.review() or {}).get("findings"))


def states(window):
    return [finding["state"] for finding in (window.review() or {}).get("findings", [])]


def test_a_decision_by_keyboard_is_on_the_disk_and_outlives_a_kill(window, sample):
    first = window(sample)
    until("the title", lambda: "sample" in first.title())
    scanned(first)
    first.key("ctrl+2")
    first.key("j")
    first.key("2")
    until("the decision", lambda: "confirmed" in states(first))
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    again = window()
    assert "confirmed" in states(again), "nothing acknowledged is lost"


def test_closing_asks_nothing_and_leaves_no_process(window, sample):
    opened = window(sample)
    scanned(opened)
    opened.key("alt+F4")
    assert until("the end", lambda: opened.process.poll() is not None)
    assert opened.process.returncode == 0
    assert "Traceback" not in opened.process.stderr.read()
