#!/usr/bin/env python3
"""Freezes the program into one folder, from the wheel, in an environment of its own.

    python packaging/pyinstaller/freeze.py dist/provenance_inspector-VERSION-py3-none-any.whl -o dist
    python packaging/pyinstaller/freeze.py WHEEL --python /usr/bin/python3.11 --with-data

Everything is installed by hash: packaging/locks/run.txt and freeze.txt. The result is searched for paths of
this machine (packaging/check_tree.py). The Python that is frozen should be one that is stripped and was not
built in somebody's home: Debian's own, or a relocatable one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
sys.path.append(str(HERE.parent))

from checkout_scripts import load  # noqa: E402 - its folder had to be named first


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Freezes the program into one folder.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=CHECKOUT / "dist", metavar="FOLDER")
    parser.add_argument("--python", default=sys.executable, metavar="FILE", help="the Python to freeze")
    parser.add_argument("--with-data", action="store_true", help="with polars and numpy, for training data")
    asked = parser.parse_args(words)
    made = freeze(asked.wheel.resolve(), asked.output.resolve(), asked.python, asked.with_data)
    complaints = load("packaging/check_tree.py").complaints(made)
    for complaint in complaints:
        print(f"freeze.py: {complaint}", file=sys.stderr)
    size = sum(path.stat().st_size for path in made.rglob("*") if path.is_file() and not path.is_symlink())
    print(f"{made}: {size / 1e6:.0f} MB")
    return 1 if complaints else 0


def freeze(wheel: Path, output: Path, python: str, with_data: bool = False) -> Path:
    """Puts the folder ``provenance-inspector`` into ``output`` and gives its path."""
    load("packaging/icons.py").write_icons(output / "icons")
    icon = {"win32": "inspector.ico", "darwin": "inspector.icns"}.get(sys.platform)
    with tempfile.TemporaryDirectory(prefix="inspector-freeze-") as scratch:
        venv = Path(scratch, "venv")
        subprocess.run([python, "-m", "venv", "--without-pip", str(venv)], check=True)
        inside = venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python3")
        for lock in ("run.txt", "freeze.txt"):
            _pip(inside, "--require-hashes", "--no-deps", "-r", str(CHECKOUT / "packaging" / "locks" / lock))
        _pip(inside, "--no-deps", str(wheel))
        environment = {
            **os.environ,
            "PYTHONHASHSEED": "0",
            "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", "1767225600"),
            "INSPECTOR_WITH_DATA": "1" if with_data else "0",
            "INSPECTOR_ICON": str(output / "icons" / icon) if icon else "",
        }
        command = [str(inside), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
        command += ["--distpath", str(Path(scratch, "dist")), "--workpath", str(Path(scratch, "work"))]
        # Not in a checkout: Python looks first where it was started, and the wheel is to be frozen.
        subprocess.run([*command, str(HERE / "inspector.spec")], check=True, env=environment, cwd=scratch)
        target = output / "provenance-inspector"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(Path(scratch, "dist", "provenance-inspector"), target, symlinks=True)
    return target


def _pip(python: Path, *words: str) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        str(python),
        "install",
        "-q",
    ]
    subprocess.run([*command, *words], check=True)


if __name__ == "__main__":
    sys.exit(main())
