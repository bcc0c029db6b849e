#!/usr/bin/env python3
"""Builds the wheel and the sdist, twice, and says whether the bytes are the same.

    python packaging/build.py                     dist/ from the files as they lie here
    python packaging/build.py --commit HEAD       dist/ from a commit: what a release is made of
    python packaging/build.py -o FOLDER --quick   once only, without the comparison

Each build runs in its own copy under another name, with another umask and other file times, so that a path, a
mode or a time that leaks into the bytes is seen. SOURCE_DATE_EPOCH is taken from the environment, else it is
the time of the commit, else a fixed day. Needs what packaging/locks/build.txt names, and opens no connection.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
SOME_DAY = "1767225600"  # 2026-01-01, where neither the environment nor git says when
LEFT_BEHIND = shutil.ignore_patterns(
    ".git",
    ".venv",
    "__pycache__",
    "*.pyc",
    ".*_cache",
    ".hypothesis",
    ".coverage",
    "dist",
    "build",
    "*.egg-info",
)
# What a user has no use for, or what would tell of the machine that built it.
NEVER_IN_WHEEL = re.compile(
    r"(^|/)(tests|__pycache__|\.[^/]*cache|\.git[^/]*|packaging)(/|$)|\.(pyc|db|orig|rej|swp)$"
)
MUST_BE_IN_WHEEL = (
    "inspector/_resources/contract.md",
    "inspector/_resources/checklist.toml",
    "inspector/_resources/help/",
    "inspector/_resources/translations/",
    "inspector/_resources/schemas/",
    "inspector/_resources/sample/",
    "inspector/_resources/icons/inspector.svg",
    "inspector/gate/inspector_gate.py",
    "inspector/py.typed",
    ".dist-info/licenses/LICENSE",
    ".dist-info/licenses/NOTICE",
    ".dist-info/sboms/",
)


class BuildFailed(Exception):
    """What went wrong, in a sentence."""


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Builds the wheel and the sdist reproducibly.")
    parser.add_argument("-o", "--output", type=Path, default=CHECKOUT / "dist", metavar="FOLDER")
    parser.add_argument(
        "--commit", metavar="REVISION", help="build this commit, not the files as they lie here"
    )
    parser.add_argument("--quick", action="store_true", help="build once, compare nothing")
    asked = parser.parse_args(words)
    try:
        made = build(asked.output, commit=asked.commit, twice=not asked.quick)
    except BuildFailed as failure:
        print(f"build.py: {failure}", file=sys.stderr)
        return 1
    for path in made:
        print(f"{digest(path)}  {path.name}  {path.stat().st_size:,} bytes")
    if not asked.quick:
        print("Two builds in two folders gave the same bytes.")
    return 0


def build(
    output: Path, *, commit: str | None = None, twice: bool = True, source: Path = CHECKOUT
) -> list[Path]:
    """Puts a wheel and an sdist into ``output`` and gives their paths.

    ``commit`` builds that revision of ``source``; without it the files as they lie there. With ``twice`` a
    second build must give the same bytes; BuildFailed says what differs.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or commit_time(source, commit or "HEAD") or SOME_DAY
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="inspector-build-") as scratch:
        frozen = Path(scratch, "frozen")  # so that an edit between the two builds is not taken for a leak
        if commit:
            export(source, commit, frozen)
        else:
            shutil.copytree(source, frozen, ignore=LEFT_BEHIND)
        first = _build_copy(frozen, Path(scratch, "first"), epoch, umask=0o022)
        if twice:
            second = _build_copy(frozen, Path(scratch, "a second one"), epoch, umask=0o077)
            for one, other in zip(first, second, strict=True):
                if one.read_bytes() != other.read_bytes():
                    raise BuildFailed(f"{one.name} differs between two builds: {difference(one, other)}")
        wheel = next(path for path in first if path.suffix == ".whl")
        complaints = wheel_complaints(wheel, (str(source), str(Path.home()), scratch))
        if complaints:
            raise BuildFailed(f"{wheel.name}: " + "; ".join(complaints))
        return [Path(shutil.copy(path, output / path.name)) for path in first]


def commit_time(source: Path, revision: str) -> str | None:
    """The seconds since 1970 of a commit, as text; None where there is no git or no such commit."""
    try:
        asked = subprocess.run(
            ["git", "-C", str(source), "log", "-1", "--format=%ct", revision],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except OSError:
        return None
    return asked.stdout.strip() or None if asked.returncode == 0 else None


def export(source: Path, revision: str, into: Path) -> None:
    """Writes the files of a commit into a new folder, without anything that lies about in the checkout."""
    archive = subprocess.run(
        ["git", "-C", str(source), "archive", "--format=tar", revision], capture_output=True, check=False
    )
    if archive.returncode:
        raise BuildFailed(f"git has no commit {revision}: {archive.stderr.decode(errors='replace').strip()}")
    into.mkdir(parents=True)
    subprocess.run(["tar", "-x", "-C", str(into)], input=archive.stdout, check=True)


def wheel_complaints(wheel: Path, private: tuple[str, ...] = ()) -> list[str]:
    """What a wheel has and must not have, or lacks; ``private`` are texts that no file in it may hold."""
    complaints = []
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        complaints += [f"{name} has no place in it" for name in names if NEVER_IN_WHEEL.search(name)]
        complaints += [
            f"{part} is missing" for part in MUST_BE_IN_WHEEL if not any(part in name for name in names)
        ]
        needles = [text.encode() for text in private if len(text) > 5]
        for name in names:
            content = archive.read(name)
            complaints += [
                f"{name} holds the path {needle.decode()}" for needle in needles if needle in content
            ]
    return complaints


def difference(one: Path, other: Path) -> str:
    """Names what differs between two archives, as far as their lists of members tell."""
    if one.suffix != ".whl":
        return "see `diffoscope`"
    with zipfile.ZipFile(one) as left, zipfile.ZipFile(other) as right:
        lefts = {i.filename: (i.CRC, i.external_attr, i.date_time) for i in left.infolist()}
        rights = {i.filename: (i.CRC, i.external_attr, i.date_time) for i in right.infolist()}
    names = sorted(name for name in lefts.keys() | rights.keys() if lefts.get(name) != rights.get(name))
    return ", ".join(names[:5]) or "order or compression of the members"


def digest(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _build_copy(source: Path, copy: Path, epoch: str, umask: int) -> list[Path]:
    before = os.umask(umask)
    try:
        shutil.copytree(source, copy, copy_function=shutil.copyfile)  # own times, and modes by the umask
    finally:
        os.umask(before)
    made = copy.with_name(copy.name + " made")
    ran = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(made)],
        cwd=copy, env={**os.environ, "SOURCE_DATE_EPOCH": epoch, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode:
        raise BuildFailed(f"hatchling could not build it: {ran.stderr.strip()[-600:]}")
    return sorted(made.iterdir())


if __name__ == "__main__":
    sys.exit(main())
