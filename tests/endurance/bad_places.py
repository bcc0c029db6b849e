"""A disk that fills up, a home folder that may only be read, and a clock that jumps.

    python tests/endurance/bad_places.py [--only disk|home|clock] [--steps N]

disk: every command that writes is run with little room for a file (RLIMIT_FSIZE, which every process of it
inherits), in ``--steps`` steps. It must end with one of our exit codes and a sentence, and what was there
before must be whole: the review opens with every decision, a record is whole or not there.
home: every command is run with INSPECTOR_HOME in a folder that nobody can write.
clock: a review is decided, signed and verified while the time of day goes back and forth by days and years,
between commands and in the middle of them (clock.c; left out with a word where no C compiler is), and on a
machine that seems to have been up for thirty years (a time namespace, where the kernel gives one).
Exit code 1 where something of this does not hold. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from common import HERE, PROGRAM, ROOT, environment, head, in_order, last_line, row, said

SAMPLE = ROOT / "resources" / "sample"
DECISION = ["--decision", "approved-with-exceptions", "--reviewer", "A", "--valid-until", "2031-01-31"]


class Work:
    """A project with its review, key and trust store, made by the commands while all was well."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.project = folder / "project"
        self.review = folder / "project.review"
        shutil.copytree(SAMPLE, self.project)
        self._must("review", "new", str(self.project), "-o", str(self.review), "--offline", "--no-audit")
        shown = self.shown()
        grave = [one["id"] for one in shown["findings"] if one["severity"] in ("critical", "high")]
        why = ["--state", "accepted", "--because", "endurance", "--expires", "2031-01-31"]
        self._must("review", "decide", str(self.review), *grave, *why)
        answers = {one["id"]: {"answer": "no", "note": "x"} for one in shown["questions"] if one["required"]}
        (folder / "answers.json").write_text(json.dumps(answers))
        self._must("review", "answer", str(self.review), "--from", str(folder / "answers.json"))
        self._must("key", "new", str(folder / "k.pem"), "--no-passphrase")
        trust = ["--name", "A", "--role", "reviewer", "--trust", str(folder / "trust.txt")]
        self._must("trust", "add", str(folder / "k.pub"), *trust)

    def _must(self, *words: str) -> None:
        done = said(list(words), self.home)
        if done.returncode:
            raise SystemExit(f"{' '.join(words)}: {done.stderr}")

    def shown(self) -> dict[str, object]:
        done = said(["review", "show", str(self.review), "--format", "json"], self.home)
        return json.loads(done.stdout) if done.returncode == 0 else {"failed": done.stderr}

    def sign(self, out: Path) -> list[str]:
        return ["sign", str(self.review), "--key", str(self.folder / "k.pem"), "-o", str(out), *DECISION]

    def verify(self, record: Path) -> list[str]:
        return ["verify", str(record), "--root", str(self.project), "--trust", str(self.folder / "trust.txt")]

    def commands(self, out: Path) -> Iterator[tuple[str, list[str], list[Path]]]:
        """Name, words, and what the command writes."""
        finding = str(self.shown()["findings"][-1]["id"])  # type: ignore[index]
        project, review = str(self.project), str(self.review)
        offline = ["--offline", "--no-audit"]
        yield (
            "scan",
            ["scan", project, *offline, "--format", "json", "-o", str(out / "s.json")],
            [out / "s.json"],
        )
        yield (
            "review new",
            ["review", "new", project, "-o", str(out / "n.review"), *offline],
            [out / "n.review"],
        )
        yield "review decide", ["review", "decide", review, finding, "--state", "confirmed"], []
        for form in ("html", "pdf", "sarif"):
            words = ["export", review, "--format", form, "-o", str(out / f"r.{form}")]
            yield f"export {form}", words, [out / f"r.{form}"]
        yield "sign", self.sign(out / "record"), [out / "record"]
        yield "key new", ["key", "new", str(out / "x.pem"), "--no-passphrase"], [out / "x.pem"]


def full_disk(work: Work, steps: int) -> int:
    """Every command with room for less and less; gives how often something did not hold."""
    wrong = 0
    sizes = [0, *(4096 << (2 * number) for number in range(steps - 1))]
    for name, words, written in work.commands(work.folder / "out"):
        before = work.shown()
        codes, worst = [], ""
        for size in sizes:
            out = work.folder / "out"
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            done = _with_room(words, work.home, size)
            codes.append(done.returncode)
            # What ended well is there; what did not has left nothing, under its name or another.
            left = sorted(path.name for path in out.iterdir())
            whole = all(path.exists() for path in written)
            ok = in_order(done) and (whole if done.returncode == 0 else not left)
            after = work.shown()
            if name == "review decide" and done.returncode == 0:
                said(["review", "undo", str(work.review)], work.home)
            elif after != before:
                ok, worst = False, f"the review changed with room for {size} bytes"
            if not ok:
                wrong += 1
                worst = worst or f"room {size}: code {done.returncode}, left {left}: {last_line(done.stderr)}"
        row("disk", name, " ".join(map(str, codes)), worst or "in order")
    return wrong


def _with_room(words: list[str], home: Path, size: int) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return subprocess.run(
        [*PROGRAM, *words],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        preexec_fn=limit,
    )


def full_tmpfs(work: Work) -> int:
    """The review on a file system without a free byte, where this user may mount one."""
    place = work.folder / "full"
    place.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    ).returncode:
        row("full", "all", "", "not run: this user may not mount")
        return 0
    try:
        copy = shutil.copyfile(work.review, place / "project.review")
        finding = str(work.shown()["findings"][-1]["id"])  # type: ignore[index]
        before = said(["review", "show", str(copy), "--format", "json"], work.home).stdout
        with contextlib.suppress(OSError), (place / "fill").open("wb", buffering=0) as fill:
            while fill.write(b"x" * 4096):
                pass
        words = ["review", "decide", str(copy), finding, "--state", "confirmed"]
        refused, shown = said(words, work.home), said(["review", "show", str(copy)], work.home)
        (place / "fill").unlink()
        after = said(["review", "show", str(copy), "--format", "json"], work.home).stdout
        accepted = said(words, work.home)
    finally:
        subprocess.run(["umount", str(place)], check=False)
    told = in_order(refused) and refused.returncode == 2 and "damaged" not in refused.stderr
    read = in_order(shown) and shown.returncode == 0
    kept = before == after and accepted.returncode == 0
    row("full", "review decide", refused.returncode, "in order" if told else last_line(refused.stderr))
    row("full", "review show", shown.returncode, "in order" if read else last_line(shown.stderr))
    row("full", "decide with room again", accepted.returncode, "in order" if kept else "the review changed")
    return (not told) + (not read) + (not kept)


def read_only_home(work: Work) -> int:
    """Every command with a home that cannot be written; a folder of /proc is one for root as well."""
    wrong = 0
    for name, words, written in work.commands(work.folder / "out"):
        out = work.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        done = said(words, Path("/proc/inspector-home"))
        ok = in_order(done) and done.returncode == 0 and all(path.exists() for path in written)
        wrong += not ok
        row("home", name, done.returncode, "in order" if ok else last_line(done.stderr))
        if name == "review decide":
            said(["review", "undo", str(work.review)], work.home)
    trust = ["--name", "A", "--role", "reviewer"]
    for name, words in (
        ("key new in the home", ["key", "new", "k", "--no-passphrase"]),
        ("key list", ["key", "list"]),
        ("trust add to the home", ["trust", "add", str(work.folder / "k.pub"), *trust]),
        ("trust list", ["trust", "list"]),
        ("advisories status", ["advisories", "status"]),
        ("advisories import", ["advisories", "import", str(work.folder)]),
    ):
        done = said(words, Path("/proc/inspector-home"))
        ok = in_order(done)
        wrong += not ok
        row("home", name, done.returncode, "in order" if ok else last_line(done.stderr))
    return wrong


DAY = 86_400
# Looks at the clock after which it jumps: at the start of a command, early and late in its work.
LOOKS = (1, 5, 20, 60)


def jumping_clock(work: Work, library: Path) -> int:
    """Decides, signs and verifies at other times; gives how often the answer was not the one expected."""
    wrong = 0
    record = work.folder / "record"
    finding = str(work.shown()["findings"][-1]["id"])  # type: ignore[index]
    decide = ["review", "decide", str(work.review), finding, "--state"]
    since_1970 = -int(time.time()) + DAY
    steps: list[tuple[str, int, list[str], int, str]] = [
        ("a year back", -366 * DAY, [*decide, "confirmed"], 0, ""),
        ("two days on", 2 * DAY, [*decide, "open"], 0, ""),
        ("now", 0, work.sign(record), 0, ""),
        ("now", 0, work.verify(record), 0, ""),
        ("two minutes back", -120, work.verify(record), 0, ""),
        ("a day back", -DAY, work.verify(record), 1, "signed-in-future"),
        ("ten years on", 3660 * DAY, work.verify(record), 1, "expired"),
        ("1970", since_1970, work.verify(record), 1, "signed-in-future"),
        ("a day back", -DAY, work.sign(work.folder / "second"), 0, ""),
        ("now", 0, work.verify(work.folder / "second"), 0, ""),
        ("past 2038", 5000 * DAY, ["scan", str(work.project), "--offline", "--no-audit"], 0, ""),
    ]
    for when, shift, words, code, wanted in steps:
        done = said(words, work.home, LD_PRELOAD=str(library), CLOCK_SHIFT=str(shift))
        ok = in_order(done) and done.returncode == code and wanted in done.stderr
        wrong += not ok
        outcome = wanted or "in order"
        outcome = outcome if ok else f"expected {code} {wanted}: {last_line(done.stderr)}"
        row("clock", f"{words[0]}, {when}", done.returncode, outcome)
    serials = [_serial(work.folder / name) for name in ("record", "second")]
    if serials[0] >= serials[1]:
        wrong += 1
        row("clock", "serials", "", f"the later record has the lower serial: {serials}")
    return wrong + _jumps_meanwhile(work, library) + _long_up(work)


def _jumps_meanwhile(work: Work, library: Path) -> int:
    """Every command while the time of day jumps a year on or back, after so many looks at it."""
    wrong = 0
    for name, words, written in work.commands(work.folder / "out"):
        bad = ""
        for looks, then in itertools.product(LOOKS, (366 * DAY, -366 * DAY)):
            out = work.folder / "out"
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            jump = {"CLOCK_LOOKS": str(looks), "CLOCK_THEN": str(then)}
            done = said(words, work.home, LD_PRELOAD=str(library), **jump)
            if not in_order(done) or done.returncode or not all(path.exists() for path in written):
                bad = bad or f"after {looks} looks by {then} s: {done.returncode} {last_line(done.stderr)}"
            if name == "review decide":
                said(["review", "undo", str(work.review)], work.home)
        wrong += bool(bad)
        row("clock", f"{name}, a year meanwhile", 0 if not bad else "", bad or "in order")
    return wrong


def _long_up(work: Work) -> int:
    """A scan and a decision on a machine whose monotonic clock stands at thirty years."""
    inside = ["unshare", "--time", "--monotonic", str(30 * 365 * DAY), "--boottime", str(30 * 365 * DAY)]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        row("clock", "up for thirty years", "", "not run: no time namespace here")
        return 0
    words = ["scan", str(work.project), "--offline", "--no-audit"]
    done = subprocess.run(
        [*inside, *PROGRAM, *words], env=environment(work.home), capture_output=True, text=True, check=False
    )
    ok = in_order(done) and done.returncode == 0
    row("clock", "scan, up for thirty years", done.returncode, "in order" if ok else last_line(done.stderr))
    return not ok


def _moved_clock(folder: Path) -> Path | None:
    """clock.c as a library in ``folder``; None where it cannot be compiled."""
    made = folder / "clock.so"
    compiler = shutil.which("cc")
    words = ["-shared", "-fPIC", "-O1", "-o", str(made), str(HERE / "clock.c"), "-ldl"]
    if compiler is None or subprocess.run([compiler, *words], check=False).returncode:
        return None
    return made


def _serial(record: Path) -> int:
    import base64

    envelope = json.loads((record / "review-record.dsse.json").read_text())
    return int(json.loads(base64.b64decode(envelope["payload"]))["predicate"]["serial"])


def main() -> int:
    parser = argparse.ArgumentParser(description="Commands in bad places.", allow_abbrev=False)
    parser.add_argument("--only", choices=("disk", "home", "clock"))
    parser.add_argument("--steps", type=int, default=8, help="0, 4 kB, 16 kB, … bytes of room")
    given = parser.parse_args()
    wrong = 0
    head("place", "command", "exit code", "outcome")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        work = Work(Path(folder))
        if given.only in (None, "disk"):
            wrong += full_disk(work, given.steps)
            wrong += full_tmpfs(work)
        if given.only in (None, "home"):
            wrong += read_only_home(work)
        if given.only in (None, "clock"):
            library = _moved_clock(Path(folder))
            if library is not None:
                wrong += jumping_clock(work, library)
            else:
                row("clock", "all", "", "not run: no C compiler here")
    return min(1, wrong)


if __name__ == "__main__":
    sys.exit(main())
