"""The hook, the action and the template do what they say: read, run by sh, held against the program."""

from __future__ import annotations

import argparse
import base64
import gzip
import importlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from inspector.cli import COMMANDS

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "packaging" / "github-action" / "action.yml"
GITLAB = ROOT / "packaging" / "gitlab" / "provenance-inspector.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
LOCAL = ROOT / "packaging" / "pre-commit" / "pre-commit-config.yaml"


def _loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _entries() -> dict[str, str]:
    (hook,) = _loaded(HOOKS)
    (local,) = _loaded(LOCAL)["repos"][0]["hooks"]
    (line,) = _loaded(GITLAB)["provenance-inspector"]["script"]
    return {"hook": hook["entry"], "local hook": local["entry"], "gitlab": line}


@pytest.mark.parametrize("entry", _entries().values(), ids=_entries().keys())
def test_the_program_takes_the_command(entry: str) -> None:
    defaults = _loaded(GITLAB)["provenance-inspector"]["variables"]
    known = re.sub(r"\$(\w+)", lambda found: defaults[found[1]], entry)
    words = shlex.split(known)
    assert words[0] == "inspector" and words[1] in COMMANDS
    parser = argparse.ArgumentParser(allow_abbrev=False)
    importlib.import_module(f"inspector.cli.{COMMANDS[words[1]][0]}").register(parser.add_subparsers())
    assert parser.parse_args(words[1:]).fail_on == "high"


def test_nothing_that_moves_is_used() -> None:
    for path in (ACTION, GITLAB, HOOKS, LOCAL, *(ROOT / "packaging" / "gate").rglob("*.y*ml")):
        for used in re.findall(r"^\s*-?\s*uses:\s*(\S+)", path.read_text(encoding="utf-8"), re.M):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used), f"{path.name}: {used}"
    assert _loaded(GITLAB)["provenance-inspector"]["image"]["name"] == "$INSPECTOR_IMAGE"


def test_no_input_is_written_into_a_command() -> None:
    action = _loaded(ACTION)
    for step in action["runs"]["steps"]:
        assert "${{" not in step["run"] and "uses" not in step
    said = re.findall(r"inputs\.([\w-]+)", ACTION.read_text(encoding="utf-8"))
    assert set(said) == set(action["inputs"])


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """What a runner sets, with a ``gh`` that keeps what it is asked to send and our Python as python3."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "python3").symlink_to(sys.executable)
    (tools / "gh").write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$RUNNER_TEMP/asked"\n')
    (tools / "gh").chmod(0o755)
    # In the place of run.py, which would install: the program that is tested.
    action = tmp_path / "checkout" / "packaging" / "github-action"
    action.mkdir(parents=True)
    words = f"[{sys.executable!r}, '-m', 'inspector', *sys.argv[1:]]"
    started = f"import os, sys\nos.execv({sys.executable!r}, {words})\n"
    (tmp_path / "checkout" / "run.py").write_text(started)
    return {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GITHUB_ACTION_PATH": str(action),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_REPOSITORY": "ours/project",
        "RUNNER_TEMP": str(tmp_path),
    }


def _step(
    name: str, runner: dict[str, str], place: Path, **settings: str
) -> subprocess.CompletedProcess[str]:
    (step,) = [one for one in _loaded(ACTION)["runs"]["steps"] if one["name"] == name]
    assert set(settings) == set(step["env"])
    return subprocess.run(
        ["sh", "-e", "-c", step["run"]],
        cwd=place,
        env={**runner, **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_action_scans_uploads_and_then_fails(
    runner: dict[str, str], sample: Path, tmp_path: Path
) -> None:
    output = tmp_path / "found.sarif"
    done = _step("Scan", runner, sample, TARGET=".", FAIL_ON="high", AUDIT="false", SARIF=str(output))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "output").read_text() == "exit-code=1\n"
    found = json.loads(output.read_text(encoding="utf-8"))
    assert found["version"] == "2.1.0" and found["runs"][0]["results"]

    sent = {"GH_TOKEN": "x", "SARIF": str(output), "REF": "refs/heads/main", "COMMIT": "0" * 40}
    done = _step("Upload to code scanning", runner, sample, **sent)
    assert done.returncode == 0, done.stderr
    asked = (tmp_path / "asked").read_text().split("\n")
    assert "repos/ours/project/code-scanning/sarifs" in asked and "ref=refs/heads/main" in asked
    (named,) = [word for word in asked if word.startswith("sarif=@")]
    packed = Path(named.removeprefix("sarif=@")).read_text()
    assert json.loads(gzip.decompress(base64.b64decode(packed, validate=True))) == found

    for code, said in {"0": "Nothing", "1": "Findings", "2": "could not", "3": "not audited"}.items():
        done = _step("Judge", runner, sample, CODE=code)
        assert done.returncode == int(code) and said in done.stdout + done.stderr


def test_the_exit_codes_are_those_of_the_contract(build: Any) -> None:
    page = (ROOT / "docs" / "howto" / "continuous-integration.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \|", page, re.M)
    assert [int(row) for row in rows] == [code for code, _ in build.reference.EXIT_CODES]
