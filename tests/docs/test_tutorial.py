"""Every command of the tutorial, run in its order in a folder of its own: the page is true."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.cli import run as inspector

from .pages import shown_commands  # isort: skip

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
# What the page says that a command says, by the beginning of the command's last words.
SAID = {
    "inspector scan project": "12 not-audited",
    "inspector explain": "builtins.eval",
    "inspector review show project.review": "c3b75ffcc511",
    "inspector sign project.review": "refused: open-findings",
    "inspector review compare": "models/vendor/spam_filter.pkl",
    "inspector verify": "A. Reviewer",
    "sh record/verify.sh": "Verified OK",
    "python3 gate.py": "A. Reviewer",
    "python3 gate.py (1)": "refused: changed: Not the approved bytes, under the root: app/serve.py",
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the tutorial takes from a checkout."""
    shutil.copytree(ROOT / "resources" / "sample", tmp_path / "resources" / "sample")
    gate = tmp_path / "inspector" / "gate"
    gate.mkdir(parents=True)
    shutil.copyfile(ROOT / "inspector" / "gate" / "inspector_gate.py", gate / "inspector_gate.py")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.skipif(not shutil.which("jq") or not shutil.which("openssl"), reason="jq or openssl is not here")
def test_the_commands_do_what_the_page_says(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name, text in re.findall(r"```json (\S+)\n(.*?)```", PAGE, re.DOTALL):
        (place / name).write_text(text, encoding="utf-8")
    said = {}
    for line in shown_commands(PAGE):
        command, _, remark = line.partition("    # exit code ")
        code, out = _run(command, capfd)
        assert code == int(remark or 0), f"{command}\n{out}"
        for start in SAID:
            words, _, wanted = start.partition(" (")
            if command.startswith(words) and (not wanted or wanted == f"{remark})"):
                said.setdefault(start, out)
    assert {start: SAID[start] in out for start, out in said.items()} == dict.fromkeys(SAID, True)


def _run(command: str, capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Our own commands run in this process, which spares their start; all others by a shell."""
    if command.startswith("inspector "):
        code = inspector(shlex.split(command)[1:])
        caught = capfd.readouterr()
        return code, caught.out + caught.err
    done = subprocess.run(
        ["sh", "-c", command.replace("python3 ", f"{shlex.quote(sys.executable)} ")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
