"""Scans generated projects again and again in one process, and watches what it holds.

    python tests/endurance/soak.py [--minutes 120] [--files 120] [--seed 1]

Each round makes another project (source, configuration, manifests, hostile and harmless model files, broken
ones), scans it, makes a review of it, decides, undoes, exports, and throws it away. Every tenth round leaves
the scan in the middle, as cancelling does. Printed are resident memory, open descriptors, threads, children
and what lies in the temporary folder. Exit code 1 where one of them grows: memory by more than a tenth
between the second quarter and the end, anything else at all. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from common import MIB, ROOT, head, row

sys.path.insert(0, str(ROOT / "tests" / "corpus"))


class Held(NamedTuple):
    """What this process holds at one moment; ``memory`` in MiB."""

    memory: float
    descriptors: int
    threads: int
    children: int
    temporary: int


def held(temporary: Path) -> Held:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return Held(
        pages * os.sysconf("SC_PAGE_SIZE") / MIB,
        len(os.listdir("/proc/self/fd")),
        threading.active_count(),
        len(children),
        len(os.listdir(temporary)),
    )


class Projects:
    """Makes projects of ``files`` files, each another one, from a seed."""

    def __init__(self, files: int, seed: int) -> None:
        import make_hostile

        harmless = ROOT / "tests" / "corpus" / "harmless"
        self._chance = random.Random(seed)
        self._files = files
        self._contents = [path.read_bytes() for path in sorted(harmless.rglob("*")) if path.is_file()]
        self._contents += [content for content in _contents_of(make_hostile) if len(content) < MIB]

    def make(self, root: Path) -> None:
        chance = self._chance
        for number in range(self._files):
            folder = root / f"part{number % 7}" / f"n{chance.randrange(3)}"
            folder.mkdir(parents=True, exist_ok=True)
            kind = chance.random()
            if kind < 0.4:
                content = bytearray(chance.choice(self._contents))
                if (
                    content and chance.random() < 0.5
                ):  # half of them changed somewhere, so that no result is known
                    content[chance.randrange(len(content))] = chance.randrange(256)
                (folder / f"model{number}.{chance.choice(('pkl', 'bin', 'pt', 'onnx', 'json'))}").write_bytes(
                    content
                )
            elif kind < 0.8:
                (folder / f"code{number}.py").write_text(_source(chance, number))
            else:
                lines = [
                    f"package-{chance.randrange(999)}=={chance.randrange(9)}.{number}" for _ in range(20)
                ]
                (folder / f"requirements-{number}.txt").write_text("\n".join(lines))


def _contents_of(make_hostile: object) -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        make_hostile.write(Path(folder))  # type: ignore[attr-defined]
        return [path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()]


def _source(chance: random.Random, number: int) -> str:
    name = f"owner{chance.randrange(50)}/model{number}"
    return (
        "import torch, pickle\nfrom transformers import AutoModel\n"
        f"NAME = {name!r}\n"
        "def load(path):\n"
        f"    model = AutoModel.from_pretrained(NAME, revision={chance.choice(('main', 'a' * 40))!r})\n"
        f"    state = torch.load(path, weights_only={chance.choice((True, False))})\n"
        "    return model, state, pickle.load(open(path, 'rb'))\n"
    ) * (1 + chance.randrange(5))


def one_round(project: Path, place: Path, *, cut: bool) -> int:
    """What a reviewer does with one project; gives the number of findings."""
    from inspector.provenance import State
    from inspector.record.exports import export
    from inspector.review import Review
    from inspector.scan import Collected, ScanOptions, scan_events

    options = ScanOptions(str(project), offline=True, audit=False, jobs=1, use_cache=False)
    collected = Collected()
    with contextlib.closing(scan_events(options)) as events:
        for number, event in enumerate(events):
            if cut and number == 40:
                return 0
            collected.add(event)
    result = collected.result()
    with contextlib.closing(Review.create(place / "soak.review", result["target"], options={})) as review:
        review.take_scan(result)
        for item in review.findings()[:10]:
            review.decide([item.finding.id], State.CONFIRMED, because="soak")
        review.undo()
        review.redo()
        export("html", review)
    return len(result["findings"])


def main() -> int:
    parser = argparse.ArgumentParser(description="Soak the scan and the review.", allow_abbrev=False)
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--files", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    projects = Projects(given.files, given.seed)
    samples: list[Held] = []
    with tempfile.TemporaryDirectory() as folder:
        temporary = Path(folder, "tmp")
        temporary.mkdir()
        os.environ.update(INSPECTOR_HOME=str(Path(folder, "home")), TMPDIR=str(temporary))
        tempfile.tempdir = str(temporary)
        head(
            "minute",
            "round",
            "findings",
            "memory MiB",
            "descriptors",
            "threads",
            "children",
            "temporary files",
        )
        started, shown, number = time.monotonic(), -1.0, 0
        while (minute := (time.monotonic() - started) / 60) < given.minutes or number < 8:
            project = Path(folder, "project")
            projects.make(project)
            findings = one_round(project, Path(folder), cut=number % 10 == 9)
            shutil.rmtree(project)
            for left in Path(folder).glob("soak.review*"):
                left.unlink()
            number += 1
            samples.append(held(temporary))
            if minute - shown >= given.minutes / 12:
                shown = minute
                row(f"{minute:.1f}", number, findings, f"{samples[-1].memory:.0f}", *samples[-1][1:])
        row(f"{minute:.1f}", number, "end", f"{samples[-1].memory:.0f}", *samples[-1][1:])
    return judge(samples)


def judge(samples: list[Held]) -> int:
    """0 where nothing grew. The first rounds import libraries and fill caches: they are not compared."""
    quarter, tail = samples[len(samples) // 4 : len(samples) // 2], samples[-max(3, len(samples) // 8) :]
    before, after = (statistics.median(one.memory for one in part) for part in (quarter, tail))
    grown = [
        name
        for name in ("descriptors", "threads", "children", "temporary")
        if min(getattr(one, name) for one in tail) > max(getattr(one, name) for one in quarter)
    ]
    if after > before * 1.1:
        grown.append(f"memory ({before:.0f} to {after:.0f} MiB)")
    print(f"\ngrew: {', '.join(grown) or 'nothing'}; memory {before:.0f} to {after:.0f} MiB")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
