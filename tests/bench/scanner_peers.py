"""This program beside picklescan, modelscan, fickling and modelaudit, on the same corpus in the same run.

    python tests/bench/scanner_peers.py [--environments FOLDER] [--work FOLDER] [--only NAME …] [--print]

Makes one environment per scanner (once; kept in the user's cache, or where --environments says), writes both
halves of the corpus into a folder, has every scanner judge every file with its own command, measures each on
the whole folder and on two files of 2 GB, and writes the tables between the marks of docs/benchmarks.md.
Installing needs the network; nothing else does. Telemetry of modelaudit is off. Linux only.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import json
import os
import platform
import re
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "corpus")]

import make_hostile  # noqa: E402 - its folder had to be named first
from peers import large, measure, tables  # noqa: E402
from peers.environments import PEERS, cache, environment, version  # noqa: E402
from peers.verdicts import CRASHED, OURS, is_timeout, verdict  # noqa: E402

PAGE = HERE.parent.parent / "docs" / "benchmarks.md"
SECONDS_PER_FILE = 60
SECONDS_PER_FOLDER = 1800
# Each scanner's command for a folder; fickling has none.
FOLDER_WORDS = {
    "picklescan": ["-p"],
    "modelscan": ["scan", "-p"],
    "modelaudit": ["scan", "--no-cache", "--format", "json", "--quiet"],
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--environments", type=Path, default=cache())
    parser.add_argument("--work", type=Path, help="folder for the corpus and the raw answers; kept")
    parser.add_argument("--only", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--print", action="store_true", help="print the tables, leave the page alone")
    parser.add_argument("--every", type=int, default=1, help="judge each so many-th file only, for a trial")
    given = parser.parse_args()
    work = (given.work or Path(tempfile.mkdtemp(prefix="peers-"))).absolute()
    try:
        page = compare(work, given.environments, given.only, given.every)
    finally:
        if given.work is None:
            shutil.rmtree(work, ignore_errors=True)
    print(page)
    if not given.print:
        text = PAGE.read_text("utf-8")
        marks = re.compile(r"(<!-- peers -->\n).*?(<!-- /peers -->)", re.S)
        PAGE.write_text(marks.sub(lambda found: found[1] + page + found[2], text), "utf-8")
    return 0


def compare(work: Path, environments: Path, names: list[str], every: int = 1) -> str:
    """The tables as Markdown; ``every``: only each so many-th file is judged."""
    corpus = work / "corpus"
    files = write_corpus(corpus)[::every]
    paths = {str(corpus / file.path): file for file in files}
    listed = work / "files.json"
    listed.write_text(json.dumps(sorted(paths)))
    big = [work / "model.safetensors", work / "model.pt"]
    large.safetensors(big[0])
    large.torch_zip(big[1])
    columns = [ours(work, corpus, files, big)]
    for name in names:
        columns.append(peer(work, environments, name, corpus, paths, listed, big))
        print(f"{name}: done", file=sys.stderr)
    hashing = tables.hashing(work, big[0])
    stamp = datetime.datetime.now(datetime.UTC).date().isoformat()
    python = platform.python_version()
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {python}"
    return tables.page(files, columns, hashing, f"{stamp}; {machine}")


def write_corpus(folder: Path) -> list[tables.File]:
    """Both halves below ``folder``, labels left out, so that a scanner sees files and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    rows = [
        tables.File(f"hostile/{case.path}", case.label, case.category)
        for case in make_hostile.write(folder / "hostile")
    ]
    (folder / "hostile" / "labels.json").unlink()
    corpus = HERE.parent / "corpus"
    shutil.copytree(corpus / "harmless", folder / "harmless")
    for row in tomllib.loads((corpus / "harmless.toml").read_text("utf-8"))["file"]:
        kind = row["word"] if row["word"] == "allow-listed" else row["label"]
        rows.append(tables.File(f"harmless/{row['path']}", kind, row["path"].split("/")[0]))
    return rows


def _env() -> dict[str, str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**keep, "PROMPTFOO_DISABLE_TELEMETRY": "1", "NO_COLOR": "1"}


def ours(work: Path, corpus: Path, files: list[tables.File], big: list[Path]) -> tables.Column:
    """This program: one scan of the folder gives the verdict of every file."""
    from inspector import __version__

    env = {**_env(), "INSPECTOR_HOME": str(work / "home"), "PYTHONPATH": str(HERE.parent.parent)}
    command = [sys.executable, "-m", "inspector", "scan", "--no-audit", "--no-cache", "--format", "json"]
    out = work / "ours.json"
    cost = measure.run([*command, str(corpus)], SECONDS_PER_FOLDER, env, out)
    found = {row["path"]: row["loading"] for row in json.loads(out.read_bytes())["files"]}
    words = {file.path: found.get(file.path, "missing") for file in files}
    verdicts = {path: OURS.get(word, CRASHED) for path, word in words.items()}
    unknown = sum(words[file.path] == "unknown-import" for file in files if file.label == "unknown-import")
    times = [tables.verdict_of_large_file(path) for path in big]
    # The second of two runs: what the first one brings into memory is there for every other scanner, too.
    whole = [[measure.run([*command, str(path)], 600, env) for _ in range(2)][1] for path in big]
    shown = [
        f"{seconds * 1000:.0f} ms and {mega:.0f} MB for the verdict; scan with sha256 {cost.cpu:.1f} s of CPU"
        for (seconds, mega), cost in zip(times, whole, strict=True)
    ]
    return tables.Column("inspector", __version__, verdicts, 0, str(unknown), cost, shown)


def peer(
    work: Path,
    environments: Path,
    name: str,
    corpus: Path,
    paths: dict[str, tables.File],
    listed: Path,
    big: list[Path],
) -> tables.Column:
    """One other scanner: its own command on every file, on the folder, and on the large files."""
    python = environment(environments.absolute(), name)
    scratch = work / "scratch"  # fickling writes a report into the folder it is started in
    scratch.mkdir(exist_ok=True)
    raw = work / f"{name}.json"
    driver = [str(python), str(HERE / "peers" / "drive.py"), name]
    measure.run([*driver, str(listed), str(raw), str(SECONDS_PER_FILE)], 6 * 3600, _env(), folder=scratch)
    answers = json.loads(raw.read_bytes())
    verdicts = {paths[path].path: verdict(name, code) for path, code, _ in answers}
    timeouts = sum(is_timeout(code) for _, code, _ in answers)
    unknown = collections.Counter(
        verdicts[file.path] for file in paths.values() if file.label == "unknown-import"
    )
    cost = None
    if name in FOLDER_WORDS:
        command = [str(python.parent / name), *FOLDER_WORDS[name], str(corpus)]
        cost = measure.run(command, SECONDS_PER_FOLDER, _env(), folder=scratch)
    shown = []
    for path in big:
        listed_one, out = work / "one.json", work / "one.out"
        listed_one.write_text(json.dumps([str(path)]))
        measure.run([*driver, str(listed_one), str(out), "300"], 400, _env(), folder=scratch)
        _, code, seconds = json.loads(out.read_bytes())[0]
        shown.append(f"{seconds:.1f} s, {verdict(name, code)}")
    words = ", ".join(f"{count} {word}" for word, count in sorted(unknown.items()))
    return tables.Column(name, version(python, name), verdicts, timeouts, words, cost, shown)


if __name__ == "__main__":
    sys.exit(main())
