#!/usr/bin/env python3
"""Makes a release of a commit and signs it with a record of this program.

    python packaging/release.py --key release.pem --passphrase-file pass.txt --reviewer "A. Reviewer" \\
        --trust release-trust.txt --valid-until 2027-11-30 -o release

1. Wheel and sdist of --commit (HEAD), built twice and compared; the list of parts checked against the lock.
2. The repository scanned by itself: no finding without a reason; pip-audit is asked (not with --offline).
3. With --deb the Debian packages; what else was built elsewhere is given with --also FILE.
4. A review of the folder with all of these, answered and decided from packaging/release_review.toml.
5. The record signed, and verified with the trust store against the files, as a user will.

The key and the trust store are made once, see packaging/release.md. Nothing is uploaded.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import fnmatch
import io
import json
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
sys.path.append(str(HERE))

from checkout_scripts import load  # noqa: E402 - its folder had to be named first

PROJECT = "provenance-inspector"


class ReleaseFailed(Exception):
    """Which step failed, and what it said."""


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Makes and signs a release.")
    parser.add_argument("--commit", default="HEAD")
    parser.add_argument("--key", type=Path, required=True, metavar="PEM")
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE")
    parser.add_argument("--trust", type=Path, required=True, metavar="FILE")
    parser.add_argument("--reviewer", required=True, metavar="NAME")
    parser.add_argument("--valid-until", metavar="DATE", help="else a year from now")
    parser.add_argument("--deb", action="store_true", help="build the Debian packages too")
    parser.add_argument("--also", type=Path, nargs="*", default=[], metavar="FILE", help="built elsewhere")
    parser.add_argument("--offline", action="store_true", help="do not ask pip-audit")
    parser.add_argument("-o", "--output", type=Path, default=CHECKOUT / "release", metavar="FOLDER")
    asked = parser.parse_args(words)
    try:
        files = gather(asked.output / "files", asked.commit, asked.also, deb=asked.deb, offline=asked.offline)
        record = sign(
            files, asked.output, asked.key, asked.trust, asked.reviewer,
            passphrase_file=asked.passphrase_file, valid_until=asked.valid_until,
        )  # fmt: skip
    except ReleaseFailed as failure:
        print(f"release.py: {failure}", file=sys.stderr)
        return 1
    print(f"Signed and verified: {record}")
    return 0


def gather(files: Path, commit: str, also: Sequence[Path] = (), *, deb: bool, offline: bool) -> Path:
    """Builds the release's files into the new folder ``files``; ReleaseFailed where a check says no."""
    if files.exists():
        raise ReleaseFailed(f"{files} is there already. A release starts with an empty folder.")
    files.mkdir(parents=True)
    build = load("packaging/build.py")
    with tempfile.TemporaryDirectory(prefix="inspector-release-") as scratch:
        tree = Path(scratch, PROJECT)
        build.export(CHECKOUT, commit, tree)
        parts = load("packaging/sbom.py")
        wanted = parts.sbom(tree / "packaging/locks/run.txt", tree)
        name = "packaging/sbom/provenance-inspector.cdx.json"
        if (tree / name).read_text(encoding="utf-8") != wanted:
            raise ReleaseFailed("the list of parts is not that of the lock; run packaging/sbom.py and commit")
        if load("packaging/self_scan.py").main([str(tree), *([] if offline else ["--audit"])]):
            raise ReleaseFailed("the program has findings about itself that nobody has explained")
        shutil.copy(tree / name, files)
    made = build.build(files, commit=commit)
    if deb:
        load("packaging/linux/deb.py").build(
            next(path for path in made if path.suffix == ".whl"), files, "3.11"
        )
    for path in also:
        shutil.copy(path, files)
    return files


def sign(
    files: Path,
    output: Path,
    key: Path,
    trust: Path,
    reviewer: str,
    *,
    passphrase_file: Path | None = None,
    valid_until: str | None = None,
) -> Path:
    """Reviews the folder ``files``, signs ``output``/record and verifies it; gives the record's folder."""
    until = valid_until or str(datetime.date.today() + datetime.timedelta(days=365))
    table = tomllib.loads((HERE / "release_review.toml").read_text(encoding="utf-8"))
    review, record = output / "release.review", output / "record"
    output.mkdir(parents=True, exist_ok=True)
    _command("review", "new", str(files), "-o", str(review), "--project", PROJECT, "--offline")
    shown = json.loads(_command("review", "show", str(review), "--format", "json"))
    decided = False
    for finding in shown["findings"]:
        reason = _reason(finding, table["accepted"])
        if reason is None:
            where = finding["node"].partition(":")[2]
            raise ReleaseFailed(f"nobody has accepted {finding['rule']} in {where}: {finding['title']}")
        words = ["--state", "accepted", "--because", reason, "--expires", until]
        _command("review", "decide", str(review), finding["id"], *words)
        decided = decided or finding["severity"] in ("high", "critical")
    with tempfile.TemporaryDirectory(prefix="inspector-answers-") as scratch:
        answers = Path(scratch, "answers.json")
        answers.write_text(json.dumps(table["answers"]), encoding="utf-8")
        _command("review", "answer", str(review), "--from", str(answers))
    decision = "approved-with-exceptions" if decided else "approved"
    words = ["--decision", decision, "--reviewer", reviewer, "--valid-until", until]
    words += ["--passphrase-file", str(passphrase_file)] if passphrase_file else []
    _command("sign", str(review), "--key", str(key), "-o", str(record), *words)
    _command("verify", str(record), "--root", str(files), "--trust", str(trust), "--project", PROJECT)
    return record


def _reason(finding: dict[str, Any], accepted: list[dict[str, Any]]) -> str | None:
    name = finding["node"].partition(":")[2]
    for row in accepted:
        if finding["rule"] in row["rules"] and fnmatch.fnmatchcase(name, row["where"]):
            return str(row["because"])
    return None


def _command(*words: str) -> str:
    """Runs a command of the program in this process and gives what it printed."""
    from inspector.cli import run

    printed, said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
        code = run(words)
    printed.flush()
    printed.seek(0)
    if code:
        raise ReleaseFailed(f"`inspector {' '.join(words[:2])}` ended with {code}: {said.getvalue().strip()}")
    return printed.read()


if __name__ == "__main__":
    sys.path.insert(0, str(CHECKOUT))
    sys.exit(main())
