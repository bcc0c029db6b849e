"""A shell with one folder: what a person types, and what is answered."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from inspector import cli


@dataclass(frozen=True)
class Answer:
    """What one command line gave: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Shell = Callable[[str], Answer]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a text, a folder, a pickle of plain data, an empty object in JSON."""
    place = tmp_path / "desk"
    place.mkdir()
    monkeypatch.chdir(place)
    (place / "a.txt").write_text("hi\n")
    (place / "folder").mkdir()
    (place / "plain.pkl").write_bytes(b"\x80\x04N.")
    (place / "empty.json").write_text("{}")
    return place


@pytest.fixture
def shell(desk: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Runs a command line in this process, as the shell would split it."""

    def run(line: str) -> Answer:
        capsys.readouterr()
        try:
            code = cli.run(shlex.split(line))
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return run
