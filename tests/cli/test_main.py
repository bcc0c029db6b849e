"""What a person at a terminal meets: sentences, exit codes, no traceback."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.cli import run


def inspector(*words, env=None, **options):
    import os

    environment = {**os.environ, **(env or {})}
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", "inspector", *map(str, words)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        **options,
    )


def test_help_names_every_command():
    from inspector.cli import COMMANDS

    shown = inspector("--help")
    assert shown.returncode == 0
    assert all(name in shown.stdout for name in COMMANDS)


def test_help_and_scan_import_no_qt():
    code = (
        "import sys\nfrom inspector.cli import run\n"
        "try: run(['scan', '--help'])\nexcept SystemExit: pass\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('PySide6', 'networkx', 'huggingface_hub')])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "words", [("scan",), ("scan", "--format", "xml", "."), ("--nonsense",), ("scan", ".", "--jobs", "0")]
)
def test_wrong_usage_is_exit_2(words):
    shown = inspector(*words)
    assert shown.returncode == 2 and "Traceback" not in shown.stderr


def test_a_target_that_does_not_exist_is_a_sentence(tmp_path: Path):
    shown = inspector("scan", tmp_path / "nowhere")
    assert shown.returncode == 2
    assert "nowhere" in shown.stderr and "Traceback" not in shown.stderr


def test_the_name_of_a_bad_target_cannot_speak_to_the_terminal(tmp_path: Path):
    shown = inspector("scan", f"{tmp_path}/\x1b[31mred\u202e")
    assert shown.returncode == 2 and "\x1b" not in shown.stderr and "\u202e" not in shown.stderr


def test_without_a_display_the_sample_is_scanned_in_the_terminal():
    shown = inspector(env={"QT_QPA_PLATFORM": ""})
    assert shown.returncode == 0
    assert "no display" in shown.stderr
    assert "spam_filter.pkl" in shown.stdout


def test_a_target_without_a_display_says_what_to_do(tmp_path: Path):
    shown = inspector(tmp_path, env={"QT_QPA_PLATFORM": ""})
    assert shown.returncode == 2 and "inspector scan" in shown.stderr


def test_a_misspelt_command_is_told_as_such():
    shown = inspector("scna")
    assert shown.returncode == 2 and "scna is no command" in shown.stderr


def test_a_defect_is_told_without_a_traceback(monkeypatch, capsys):
    from inspector import cli

    def broken(_):
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(cli, "_dispatch", broken)
    assert cli.run([]) == 3
    message = capsys.readouterr().err
    assert "defect" in message and "Traceback" not in message


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "takes nothing more"),
        (OSError(errno.EFBIG, "File too large"), "takes nothing more"),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/t']"), "TMPDIR"),
        (MemoryError(), "memory"),
    ],
)
def test_a_machine_without_room_is_no_defect(monkeypatch, capsys, error, words):
    from inspector import cli

    def lacking(_):
        raise error

    monkeypatch.setattr(cli, "_dispatch", lacking)
    assert cli.run([]) == 2
    message = capsys.readouterr().err
    assert words in message and "defect" not in message


def test_no_option_is_taken_by_a_part_of_its_name(tmp_path, capsys):
    for words in (["scan", str(tmp_path), "--form=json"], ["review", "show", "x.review", "--form=json"]):
        with pytest.raises(SystemExit) as caught:
            run(words)
        assert caught.value.code == 2


def test_a_home_that_cannot_be_made_is_a_sentence_when_a_key_is_made(tmp_path, monkeypatch, capsys):
    (tmp_path / "home").write_text("a file stands here")
    monkeypatch.setenv("INSPECTOR_HOME", str(tmp_path / "home"))
    assert run(["key", "new", "mara", "--no-passphrase"]) == 2
    assert "cannot be made" in capsys.readouterr().err
