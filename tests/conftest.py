"""What every test shares: a home of its own, no display, no network but loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from time import process_time
from types import ModuleType

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Last of all places: no script of packaging/ stands before a library of its name.
sys.path.append(str(Path(__file__).resolve().parents[1] / "packaging"))

from checkout_scripts import load

MEMORY = Path("/dev/shm")
MEMORY_WANTED = 8_000_000_000  # bytes; the files of all tests are a tenth, what is tested needs its part
HANGING = 30.0  # seconds of processor time, some fifty times what the slowest bounded test takes


def pytest_configure(config: pytest.Config) -> None:
    """Where there is room, the files of tests lie in memory. A review waits for the disk at every step, as it
    should; to wait for it in thousands of tests tells nothing more.
    """
    asked = config.option.basetemp or os.environ.get("PYTEST_DEBUG_TEMPROOT")
    if not asked and _holds_files(MEMORY):
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)
        config.add_cleanup(lambda: os.environ.pop("PYTEST_DEBUG_TEMPROOT", None))


def _holds_files(place: Path) -> bool:
    try:
        flags = os.statvfs(place).f_flag
        memory = Path("/proc/meminfo").read_text(encoding="ascii")
    except (OSError, AttributeError):
        return False  # no such place, or no such system
    available = int(memory.partition("MemAvailable:")[2].split()[0]) * 1024
    room = min(shutil.disk_usage(place).free, available, _left_to_this_container())
    return not flags & (os.ST_RDONLY | os.ST_NOEXEC) and room > MEMORY_WANTED


def _left_to_this_container() -> int:
    """Bytes of memory before a limit on this group of processes (cgroup v2), in which such files count."""
    try:
        most, used = (Path("/sys/fs/cgroup", name).read_text() for name in ("memory.max", "memory.current"))
        return int(most) - int(used)
    except (OSError, ValueError):
        return sys.maxsize  # no limit: the file says "max", or is not there


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """What no failed test needs to be looked into is not kept in memory."""
    place: Path | None = getattr(getattr(session.config, "_tmp_path_factory", None), "_basetemp", None)
    if place is not None and place.is_relative_to(MEMORY) and exitstatus == pytest.ExitCode.OK:
        shutil.rmtree(place, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """A test marked ``bounded`` feeds what is made to cost time: quadratic or worse, minutes where nothing
    bounds it. It must end. How fast is the business of tests/bench: machines differ.
    """
    began = process_time()
    yield
    if item.get_closest_marker("bounded") is not None:
        assert process_time() - began < HANGING, "hostile input was not bounded"


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the settings, keys or reviews of whoever runs it."""
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name in ("HF_TOKEN", "HF_ENDPOINT", "INSPECTOR_PASSPHRASE", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A connection to any other machine fails the test that tries it."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family in (socket.AF_INET, socket.AF_INET6) and host not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {host}")
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)
    yield


@pytest.fixture(scope="session")
def sample() -> Path:
    """The sample project as it travels with the program."""
    from inspector import resources

    return resources.path("sample")


@pytest.fixture(scope="session")
def script() -> Callable[[str], ModuleType]:
    """A script of this repository as a module, by its path from the root: tests are no packages."""
    return load


@pytest.fixture
def heeded() -> Iterator[None]:
    """A shell ignores interrupts for what it runs in the background, and what that starts would ignore them
    too: such programs are started with both heeded."""
    names = [getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)]
    before = [signal.signal(name, signal.default_int_handler) for name in names]
    yield
    for name, handler in zip(names, before, strict=True):
        signal.signal(name, handler)
