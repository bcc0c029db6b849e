"""A scan of whole projects beside bandit and cdxgen, in one run: time, memory, and what each has a word for.

    python tests/bench/project_peers.py [FOLDER …] [--environments FOLDER] [--cdxgen FILE] [--print]

Without folders: the sample project, and this repository without its tests. bandit reads Python source for
calls that are dangerous, cdxgen lists components; neither was made for models, so this is no contest: the
table shows which question who answers, and what the answer costs. bandit gets an environment of its own
(network, once), cdxgen is taken from the path; a tool that is not there has a row that says so. Everything is
asked for what can be had without a network. Writes its table into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from peers import measure  # noqa: E402 - its folder had to be named first
from peers.environments import cache, environment, version  # noqa: E402
from peers.page import put, stamp  # noqa: E402

SECONDS = 900.0
HEAD = (
    "project",
    "tool",
    "seconds",
    "CPU s",
    "peak MB",
    "exit",
    "packages",
    "models",
    "says of loading",
)


@dataclass(frozen=True)
class Tool:
    """``words`` gives the command for a project and a file for its answer. ``read`` takes that: how many
    packages and models it names, and what it has to say of loading them."""

    name: str
    words: Callable[[Path, Path], list[str]]
    read: Callable[[Any, Path], tuple[str, str, str]]


def main() -> int:
    parser = argparse.ArgumentParser(description="Beside bandit and cdxgen.", allow_abbrev=False)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--environments", type=Path, default=cache())
    parser.add_argument("--cdxgen", default=shutil.which("cdxgen"), metavar="FILE")
    parser.add_argument("--print", action="store_true", help="print the table, leave the page alone")
    given = parser.parse_args()
    tools, absent = found(given.environments, given.cdxgen)
    rows = [HEAD, tuple("---" for _ in HEAD)]
    with tempfile.TemporaryDirectory() as place:
        for project in given.folders or [ROOT / "resources" / "sample", own_source(Path(place))]:
            rows += [row(project.resolve(), tool, Path(place)) for tool in tools]
            rows += [(project.name, name, "not here", *[""] * (len(HEAD) - 3)) for name in absent]
    text = stamp() + "\n\n" + "".join("| " + " | ".join(cells) + " |\n" for cells in rows)
    print(text, end="")
    if not given.print:
        put("projects", text)
    return 0


def found(environments: Path, cdxgen: str | None) -> tuple[list[Tool], list[str]]:
    """The tools that are here, and the names of those that are not."""
    scan = [sys.executable, "-m", "inspector", "scan", "--offline", "--no-audit", "--no-cache"]
    tools = [
        Tool("inspector", lambda root, out: [*scan, str(root), "--format", "json", "-o", str(out)], _ours)
    ]
    absent = []
    try:
        python = environment(environments.absolute(), "bandit")
        bandit = [str(python), "-m", "bandit", "-q", "-r", "-f", "json"]
        name = f"bandit {version(python, 'bandit')}"
        tools.append(Tool(name, lambda root, out: [*bandit, "-o", str(out), str(root)], _bandit))
    except (OSError, subprocess.CalledProcessError):
        absent.append("bandit")
    if cdxgen:
        told = subprocess.run([cdxgen, "--version"], capture_output=True, text=True, check=False)
        number = re.search(r"Generator (\d[\d.]*)", told.stdout)
        name = f"cdxgen {number[1]}" if number else "cdxgen"
        words = ["--no-install-deps", "--no-banner", "-o"]
        tools.append(Tool(name, lambda root, out: [cdxgen, *words, str(out), str(root)], _cdxgen))
    else:
        absent.append("cdxgen")
    return tools, absent


def row(project: Path, tool: Tool, place: Path) -> tuple[str, ...]:
    """One tool on one project, the second of two runs: the files are in memory for all of them."""
    copy, out = place / "project" / project.name, place / "answer.json"
    if not copy.exists():
        shutil.copytree(project, copy)
    env = {**os.environ, "INSPECTOR_HOME": str(place / "home"), "PYTHONPATH": str(ROOT)}
    for _ in range(2):
        out.unlink(missing_ok=True)
        took = measure.run(tool.words(copy, out), SECONDS, env, folder=place)
    cost = (f"{took.seconds:.1f}", f"{took.cpu:.1f}", f"{took.peak / 1e6:.0f}", str(took.code))
    try:
        answer = tool.read(json.loads(out.read_text(encoding="utf-8")), copy)
    except (OSError, ValueError, KeyError, TypeError):
        answer = ("no answer", "", "")
    return (project.name, tool.name, *cost, *answer)


def own_source(place: Path) -> Path:
    """The files of HEAD without the tests: what they hold is made to be found."""
    made = place / "provenance-inspector"
    made.mkdir()
    with subprocess.Popen(["git", "archive", "HEAD"], cwd=ROOT, stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "-x", "--exclude=tests", "-C", str(made)], stdin=archive.stdout, check=True)
    return made


# What bandit says of loading: calls of pickle and its kin, torch.load, hub downloads without a revision.
_OF_LOADING = {"B301", "B302", "B403", "B614", "B615"}


def _ours(answer: Any, _: Path) -> tuple[str, str, str]:
    models = [one for one in answer["nodes"] if one["kind"] in ("model", "model-file")]
    words = Counter(one["loading"] for one in models if one["loading"])
    said = ", ".join(f"{count} {word}" for word, count in sorted(words.items()))
    return str(len(answer["packages"])), str(len(models)), said


def _bandit(answer: Any, _: Path) -> tuple[str, str, str]:
    of_loading = [one for one in answer["results"] if one["test_id"] in _OF_LOADING]
    said = f"{len(of_loading)} of {len(answer['results'])} places in source are about it"
    return "none", "none", said


def _cdxgen(answer: Any, _: Path) -> tuple[str, str, str]:
    kinds = Counter(one.get("type") for one in answer.get("components", []))
    return str(kinds["library"]), str(kinds["machine-learning-model"]), "nothing"


if __name__ == "__main__":
    sys.exit(main())
