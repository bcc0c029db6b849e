#!/usr/bin/env python3
"""Renews the lock files and everything that is made from them.

    python packaging/locks/renew.py             resolves anew (asks the package index), then the rest
    python packaging/locks/renew.py --derived   only what follows from run.txt; opens no connection

run.txt, test.txt, build.txt   by `run.py lock`, from pyproject.toml and build.in
freeze.txt                     PyInstaller and what it needs, from freeze.in
scan.txt                       run.txt without Qt and without the extra "data": `inspector scan` on a server
../sbom/…                      the list of parts that goes into the wheel
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
sys.path.append(str(HERE.parent))

from checkout_scripts import load  # noqa: E402 - its folder had to be named first

# What a scan does without, and why.
LEFT_OUT = {
    "pyside6-essentials": "only the window imports Qt",
    "hf-xet": "fetches whole files from the hub's block store; hub targets are read by ranges of ours",
}
HEAD = """\
# What `inspector scan` needs and no more: run.txt without Qt. Made by packaging/locks/renew.py.
#   pip install --no-deps --no-compile --require-hashes -r packaging/locks/scan.txt
#   pip install --no-deps provenance_inspector-VERSION-py3-none-any.whl
"""


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Renews the lock files and what is made from them.")
    parser.add_argument(
        "--derived", action="store_true", help="only what follows from run.txt, without a network"
    )
    asked = parser.parse_args(words)
    if not asked.derived:
        for command in (["run.py", "lock"], _compile("freeze")):
            code = subprocess.run([sys.executable, *command], cwd=CHECKOUT, check=False).returncode
            if code:
                return code
    (HERE / "scan.txt").write_text(without_qt(), encoding="utf-8", newline="\n")
    return int(load("packaging/sbom.py").main([]))


def without_qt() -> str:
    """The text of scan.txt: the entries of run.txt that the dependencies other than Qt bring along."""
    return HEAD + entries(brought_by_scan())


def brought_by_scan() -> set[str]:
    """The names of packages that a scan needs."""
    parts = load("packaging/sbom.py")
    pins = parts.read_lock((HERE / "run.txt").read_text(encoding="utf-8"))
    _, direct = parts.own_metadata(CHECKOUT)
    roots = [name for name, extra in direct.items() if not extra and name not in LEFT_OUT]
    return set(parts.reachable(pins, roots)) - LEFT_OUT.keys()


def names(lock: str = "run.txt") -> list[str]:
    """The packages of a lock file, in its order."""
    pins = load("packaging/sbom.py").read_lock((HERE / lock).read_text(encoding="utf-8"))
    return [pin.name for pin in pins]


def entries(wanted: set[str], lock: str = "run.txt") -> str:
    """The lines of a lock file that speak of the ``wanted`` packages, hashes and all."""
    kept, keep = [], False
    for line in (HERE / lock).read_text(encoding="utf-8").splitlines(keepends=True):
        if line[:1].isalnum():
            keep = line.partition("==")[0] in wanted
        if keep:
            kept.append(line)
    return "".join(kept)


def _compile(name: str) -> list[str]:
    command = ["-m", "uv", "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes"]
    return [
        *command,
        "--no-header",
        "-q",
        "-U",
        "-o",
        f"packaging/locks/{name}.txt",
        f"packaging/locks/{name}.in",
    ]


if __name__ == "__main__":
    sys.exit(main())
