"""Completion and the manual page: made from the parsers, accepted by the shells that are here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from inspector.cli import COMMANDS, run
from inspector.cli.completion import bash, commands, fish, man


def _completed(tmp_path: Path, *words: str) -> list[str]:
    """What bash offers after ``words``, of which the last is being written."""
    script = tmp_path / "completion.bash"
    script.write_text(bash(commands()))
    quoted = " ".join(f"'{word}'" for word in words)
    ask = "\n".join(
        [
            f"source {script}",
            f"COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}",
            "_inspector; printf '%s\\n' \"${COMPREPLY[@]}\"",
        ]
    )
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stderr == ""
    return done.stdout.split()


def test_every_command_is_in_each_of_them():
    verbs = commands()
    assert [verb.path[0] for verb in verbs] == list(COMMANDS)
    for text in (bash(verbs), fish(verbs), man(verbs)):
        for name in COMMANDS:
            assert name in text


def test_bash_completes_commands_actions_options_and_choices(tmp_path: Path):
    assert _completed(tmp_path, "inspector", "sc")[:1] == ["scan"]
    assert "decide" in _completed(tmp_path, "inspector", "review", "")
    assert _completed(tmp_path, "inspector", "scan", "--off") == ["--offline"]
    assert "cyclonedx" in _completed(tmp_path, "inspector", "scan", "--format", "")
    assert _completed(tmp_path, "inspector", "scan", "folder", "--fail-on", "crit") == ["critical"]
    (tmp_path / "a file.pkl").write_text("")
    assert "fish" in _completed(tmp_path, "inspector", "completion", "fi")


@pytest.mark.skipif(
    shutil.which("man") is None or shutil.which("groff") is None, reason="no man or groff here"
)
def test_the_manual_page_has_no_roff_errors(tmp_path: Path):
    page = tmp_path / "inspector.1"
    page.write_text(man(commands()))
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", str(page)], capture_output=True, text=True, check=True
    )
    assert done.stderr == "" and "INSPECTOR_PASSPHRASE" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "man"])
def test_the_command_prints_it(shell: str, capsys: pytest.CaptureFixture[str]):
    assert run(["completion", shell]) == 0
    assert "inspector" in capsys.readouterr().out
