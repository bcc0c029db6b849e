"""Every command of the tutorial, run in its order in a folder of its own: the page is true."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from inspector.cli import run as inspector

from .pages import shown_commands  # isort: skip

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
# What the page says that a command says, by how the command begins, and its exit code where that is not 0.
SAID = {
    "inspector scan project": "12 not-audited",
    "inspector explain": "builtins.eval",
    "inspector review show project.review": "c3b75ffcc511",
    "inspector sign project.review (1)": "refused: open-findings",
    "inspector review compare": "models/vendor/spam_filter.pkl",
    "inspector verify": "A. Reviewer",
    "sh record/verify.sh": "Verified OK",
    "python3 gate.py": "A. Reviewer",
    "python3 gate.py (1)": "refused: changed: Not the approved bytes, under the root: app/serve.py",
}


needs_tools = pytest.mark.skipif(
    not shutil.which("jq") or not shutil.which("openssl"), reason="jq or openssl is not here"
)


class Walk(NamedTuple):
    """The folder in which the tutorial was followed, and each command with its exit code and what it said."""

    place: Path
    steps: list[tuple[str, int, int, str]]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """The tutorial, followed once, with what it takes from a checkout."""
    place = tmp_path_factory.mktemp("tutorial")
    shutil.copytree(ROOT / "resources" / "sample", place / "resources" / "sample")
    gate = place / "inspector" / "gate"
    gate.mkdir(parents=True)
    shutil.copyfile(ROOT / "inspector" / "gate" / "inspector_gate.py", gate / "inspector_gate.py")
    for name, text in re.findall(r"```json (\S+)\n(.*?)```", PAGE, re.DOTALL):
        (place / name).write_text(text, encoding="utf-8")
    steps = []
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(place):
        patch.setenv("INSPECTOR_HOME", str(tmp_path_factory.mktemp("home")))
        for line in shown_commands(PAGE):
            command, _, remark = line.partition("    # exit code ")
            steps.append((command, int(remark or 0), *_run(command)))
        yield Walk(place, steps)


@needs_tools
def test_every_command_ends_as_the_page_says(walk: Walk) -> None:
    assert len(walk.steps) > 15
    for command, wanted, code, out in walk.steps:
        assert code == wanted, f"{command}\n{out}"


@needs_tools
@pytest.mark.parametrize("start", SAID)
def test_a_command_says_what_the_page_says(walk: Walk, start: str) -> None:
    words, _, code = start.removesuffix(")").partition(" (")
    told = [
        out for command, _, ended, out in walk.steps if command.startswith(words) and ended == int(code or 0)
    ]
    assert any(SAID[start] in out for out in told), told


@needs_tools
def test_a_record_is_verified_by_hand_as_the_other_page_says(walk: Walk) -> None:
    text = (ROOT / "docs" / "howto" / "verify-with-openssl.md").read_text(encoding="utf-8")
    shutil.rmtree(walk.place / "FOLDER", ignore_errors=True)
    project = shutil.copytree(walk.place / "project", walk.place / "FOLDER")
    serve = Path(project, "app", "serve.py")
    serve.write_text("".join(serve.read_text().splitlines(keepends=True)[:-1]))  # without the later idea
    done = _run("set -e\n" + "\n".join(shown_commands(text)))
    assert done[0] == 0, done[1]
    assert done[1].count("Verified OK") == 2
    digests = re.findall(r"\b[0-9a-f]{64}\b", done[1])
    assert digests[-2] == digests[-1]  # of the list, and in the record


def _run(command: str) -> tuple[int, str]:
    """Our own commands run in this process, which spares their start; all others by a shell."""
    if command.startswith("inspector "):
        said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = inspector(shlex.split(command)[1:])
        return code, said.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]
    done = subprocess.run(
        ["sh", "-c", command.replace("python3 ", f"{shlex.quote(sys.executable)} ")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
