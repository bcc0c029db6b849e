#!/usr/bin/env python3
"""Sets Provenance Inspector up in this folder and starts it. Needs Python 3.11 or newer, nothing else.

    python3 run.py                 the window, or the sample in the terminal where there is no display
    python3 run.py scan FOLDER     any command of the program
    python3 run.py test            lint, types, import rules and tests; further words go to pytest
    python3 run.py lock            renews packaging/locks from pyproject.toml

What is installed stands in packaging/locks with its hashes and goes into .venv beside this file.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
LOCKS = HERE / "packaging" / "locks"
WINDOWS = sys.platform == "win32"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")

# Libraries that Qt's own wheels expect of a Linux system: file -> package on Debian and Ubuntu, on Fedora.
QT_LIBRARIES = {
    "libEGL.so.1": ("libegl1", "mesa-libEGL"),
    "libGL.so.1": ("libgl1", "mesa-libGL"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
}
XCB_LIBRARIES = {
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil"),
}


# The tests that run beside all others, where there are two processors: about half of the time.
APART = ("gui", "views", "e2e", "datasets", "packaging")


class SetupFailed(Exception):
    """A sentence for the person at the keyboard, and what to do next."""


def main(words: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is started by whatever Python is there
        print("Provenance Inspector needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")
        return 2
    try:
        if words[:1] == ["test"]:
            install("test")
            return test(words[1:])
        if words[:1] == ["lock"]:
            install("test")
            return lock()
        install("run")
        if not words or words[0] == "screenshot":
            name_missing_libraries()
    except SetupFailed as failure:
        print(f"run.py: {failure}", file=sys.stderr)
        return 2
    return start([str(PYTHON), "-m", "inspector", *words])


def install(which: str) -> None:
    """Makes .venv hold what the lock files name; does nothing where it already does."""
    wanted = {name: _digest(name) for name in ("run", "test")}
    stamp = VENV / f"installed-{which}"
    if PYTHON.exists() and _read(stamp) == wanted[which]:
        return
    if which == "run" and PYTHON.exists() and _read(VENV / "installed-test") == wanted["test"]:
        return  # the test set holds the running set
    _make_venv()
    print(f"Installing into {VENV.name} (once; about a minute) …", file=sys.stderr, flush=True)
    for file in (f"{which}.txt", "build.txt"):
        _pip("install", "--require-hashes", "-r", str(LOCKS / file))
    _pip("install", "--no-deps", "--no-build-isolation", "--no-index", "-e", str(HERE))
    stamp.write_text(wanted[which], encoding="ascii")


def test(words: list[str]) -> int:
    """Lint, types, import rules, tests; the first that fails ends the run."""
    name_missing_libraries(window=False)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    checks = {
        "lint": ["-m", "ruff", "check", "."],
        "types": ["-m", "mypy"],
        "import rules": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    }
    for name, check in () if words else checks.items():
        code = subprocess.run([str(PYTHON), *check], cwd=HERE, env=environment, check=False).returncode
        if code:
            print(f"run.py: {name} failed.", file=sys.stderr)
            return code
    pytest = [str(PYTHON), "-m", "pytest"]
    if words or (os.cpu_count() or 1) < 2:
        return subprocess.run([*pytest, *words], cwd=HERE, env=environment, check=False).returncode
    return _in_two_parts(pytest, environment)


def _in_two_parts(pytest: list[str], environment: dict[str, str]) -> int:
    """All tests in two processes at once, one for each of two cores; what the second says comes after."""
    apart = [f"tests/{name}" for name in APART]
    first = [*pytest, *(f"--ignore={folder}" for folder in apart)]
    second = [*pytest, "-o", "cache_dir=.pytest_cache/apart", *apart]
    with tempfile.TemporaryFile() as said:
        other = subprocess.Popen(second, cwd=HERE, env=environment, stdout=said, stderr=subprocess.STDOUT)
        try:
            code = subprocess.run(first, cwd=HERE, env=environment, check=False).returncode
        except BaseException:
            other.terminate()
            raise
        finally:
            print(f"run.py: and the tests of {', '.join(APART)}:", flush=True)
            late = other.wait()
            said.seek(0)
            print(said.read().decode("utf-8", "replace"), end="", flush=True)
    return code or late


def lock() -> int:
    """Resolves pyproject.toml anew for all platforms and Python versions, with hashes."""
    for name, extra in (
        ("run", ["--extra", "data"]),
        ("test", ["--extra", "data", "--extra", "test", "-c", str(LOCKS / "run.txt")]),
    ):
        command = ["uv", "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes"]
        command += ["--no-header", "-q", "-U", *extra, "-o", str(LOCKS / f"{name}.txt"), "pyproject.toml"]
        code = subprocess.run([str(PYTHON), "-m", *command], cwd=HERE, check=False).returncode
        if code:
            return code
    command = ["uv", "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes"]
    command += ["--no-header", "-q", "-U", "-o", str(LOCKS / "build.txt"), str(LOCKS / "build.in")]
    code = subprocess.run([str(PYTHON), "-m", *command], cwd=HERE, check=False).returncode
    # What is made from them: the lock of a scan without Qt, and the list of parts in the wheel.
    derived = [str(PYTHON), str(LOCKS / "renew.py"), "--derived"]
    return code or subprocess.run(derived, cwd=HERE, check=False).returncode


def name_missing_libraries(*, window: bool = True) -> None:
    """Says which system packages Qt misses, with the line that installs them. Linux only."""
    if not sys.platform.startswith("linux"):
        return
    needed = dict(QT_LIBRARIES)
    offscreen = os.environ.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal"))
    if window and not offscreen and os.environ.get("DISPLAY"):
        needed.update(XCB_LIBRARIES)
    missing = [packages for file, packages in needed.items() if not _loads(file)]
    if not missing:
        return
    place = 1 if Path("/etc/redhat-release").exists() else 0
    tool = "dnf install" if place else "apt-get install"
    line = f"sudo {tool} {' '.join(packages[place] for packages in missing)}"
    print(f"run.py: Qt misses libraries of this system. Install them with: {line}", file=sys.stderr)


def start(command: list[str]) -> int:
    if not WINDOWS:
        os.execv(command[0], command)
    return subprocess.run(command, check=False).returncode


def _make_venv() -> None:
    if PYTHON.exists() and _works():
        return
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupFailed(
            f"Python's venv module does not work here. On Debian and Ubuntu: sudo apt-get install "
            f"python{version}-venv. It said: {(made.stderr or made.stdout).strip()[-300:]}"
        )


def _works() -> bool:
    probe = subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False)
    return probe.returncode == 0


def _pip(*words: str) -> None:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", *words]
    if subprocess.run(command, cwd=HERE, check=False).returncode:
        raise SetupFailed(
            "The packages could not be installed; what pip said stands above. "
            "With a network, call the same command again: it goes on where it stopped."
        )


def _digest(which: str) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in (LOCKS / f"{which}.txt", LOCKS / "build.txt", HERE / "pyproject.toml"):
        digest.update(path.read_bytes())
    digest.update(str(HERE).encode("utf-8", "surrogateescape"))  # a moved folder needs a new .venv
    return digest.hexdigest()


def _read(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="ascii")
    return ""


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
