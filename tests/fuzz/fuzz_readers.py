"""Changes files of every known format and holds the readers to their promises.

    python tests/fuzz/fuzz_readers.py --minutes 30 [--readers pickle torch-zip …] [--seed 1] [--keep FOLDER]

For each changed file: ``read`` gives one verdict without failing, in less than two seconds, the same twice,
in bounded memory; ``explain`` gives its object; ``convert`` refuses in words or plans; and no other reader
finds a dangerous import where the verdict is fine (``oracle.py``). The work is done in a child process
with a limit on memory and on the time of one file; where it dies, that file is a finding and the work goes
on. Findings are printed with what makes them again; the exit code is 1 where there was one.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import re
import resource
import signal
import subprocess
import sys
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

from lies import MAKERS
from mutations import mutate
from oracle import wrongly_fine
from seeds import Seed, seeds

from inspector.artifacts import BytesSource, read
from inspector.artifacts.conversion.convert import plan_conversion
from inspector.artifacts.explain import explain
from inspector.provenance import UnreadableInput

SECONDS_PER_FILE = 2.0
SECONDS_TILL_DEATH = 20
MEMORY = 2 << 30
EXPLAINED_BYTES = 4096
MAX_SORTS = 60
TOLD_OF_A_SORT = 4


def check(name: str, data: bytes) -> str | None:
    """What is wrong with the answer on one file; None where every promise holds."""
    started = time.process_time()
    artifact = read(BytesSource(data), name)
    seconds = time.process_time() - started
    for reason in artifact.reasons:
        if reason.code == "reader-failed":
            return f"a reader failed: {reason.message}"
    if seconds > SECONDS_PER_FILE:
        return f"reading took {seconds:.1f} s"
    if read(BytesSource(data), name) != artifact:
        return "two readings differ"
    json.dumps(artifact.as_json())
    found = wrongly_fine(name, data, artifact.loading, artifact.format)
    if found is not None:
        return f"called {artifact.loading.value} ({artifact.format}), but {found}"
    try:
        plan_conversion(BytesSource(data))
    except UnreadableInput:
        pass
    if len(data) < EXPLAINED_BYTES and not artifact.is_pickle:
        explain(BytesSource(data), name)
    return None


def groups(wanted: list[str]) -> dict[str, list[Seed]]:
    """The seeds by the reader that they go to (the format's word), all or those that are wanted. A seed that
    breaks a promise itself is left out: the corpus holds it, and its changes would hide other findings."""
    found: dict[str, list[Seed]] = {}
    for seed in seeds():
        artifact = read(BytesSource(seed.data), seed.name)
        if wrongly_fine(seed.name, seed.data, artifact.loading, artifact.format) is None:
            found.setdefault(artifact.format, []).append(seed)
    for word, make in MAKERS.items():
        found[word] = [Seed(*make(random.Random(number)), is_hostile=True) for number in range(50)]
    if not wanted:
        return found
    return {word: found[word] for word in sorted(found) if any(part in word for part in wanted)}


def case(number: int, seed: int, rooms: dict[str, list[Seed]]) -> tuple[str, str, bytes]:
    """The changed file of this number: the reader's word, the file's name, its bytes."""
    dice = random.Random(f"{seed}/{number}")
    word = sorted(rooms)[number % len(rooms)]
    if word in MAKERS and dice.random() < 0.9:
        return word, *MAKERS[word](dice)
    chosen = dice.choice(rooms[word])
    other = dice.choice(rooms[dice.choice(sorted(rooms))])
    name = other.name if dice.random() < 0.1 else chosen.name
    return word, name, mutate(dice, chosen.data, other.data)


def work(start: int, seconds: float, seed: int, wanted: list[str]) -> None:
    """The child: writes a line of JSON before each file, and after each that broke a promise."""
    warnings.simplefilter("ignore")  # zipfile remarks on the doubled names that are wanted here
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    rooms = groups(wanted)
    until = time.monotonic() + seconds
    number = start
    while time.monotonic() < until:
        word, name, data = case(number, seed, rooms)
        print(json.dumps([number, word]), flush=True)
        signal.alarm(SECONDS_TILL_DEATH)
        try:
            wrong = check(name, data)
        except Exception:  # noqa: BLE001 - every failure is a finding
            wrong = traceback.format_exc()
        signal.alarm(0)
        if wrong is not None:
            print(json.dumps([number, word, name, wrong, data.hex()]), flush=True)
        number += 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--readers", nargs="*", default=[], help="words of formats; all where none is given")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="number of the first file")
    parser.add_argument("--keep", type=Path, help="folder for the files that broke a promise")
    parser.add_argument("--work", type=float, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work is not None:
        work(given.start, given.work, given.seed, given.readers)
        return 0
    rooms = groups(given.readers)
    counts: collections.Counter[str] = collections.Counter()
    findings: list[list[Any]] = []
    sorts: collections.Counter[str] = collections.Counter()
    until = time.monotonic() + given.minutes * 60
    at = given.start
    while time.monotonic() < until and len(sorts) < MAX_SORTS:
        command = [sys.executable, __file__, "--seed", str(given.seed), "--start", str(at), "--work",
                   str(until - time.monotonic()), "--readers", *given.readers]  # fmt: skip
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for line in child.stdout or ():
            row = json.loads(line)
            at = row[0]
            if len(row) == 2:
                counts[row[1]] += 1
                continue
            findings.append(row)
            sorts[_sort(row[3])] += 1
            if sorts[_sort(row[3])] <= TOLD_OF_A_SORT:
                _tell(row, given)
            if len(sorts) >= MAX_SORTS:
                child.kill()
                break
        if child.wait() != 0 and len(sorts) < MAX_SORTS:
            word, name, data = case(at, given.seed, rooms)
            row = [at, word, name, f"the reading process died ({child.returncode})", data.hex()]
            findings.append(row)
            sorts[_sort(row[3])] += 1
            _tell(row, given)
            at += 1
    for word in sorted(rooms):
        print(f"{word:<28} {counts[word]:>8} files, {sum(row[1] == word for row in findings)} findings")
    print(
        f"{sum(counts.values())} files of {len(rooms)} readers, {len(findings)} findings, {len(sorts)} sorts"
    )
    return 1 if findings else 0


def _sort(wrong: str) -> str:
    """What findings of one cause have in common: the last line without names of files and numbers."""
    return re.sub(r"\d+|but [^:]*:", "", wrong.strip().splitlines()[-1])


def _tell(row: list[Any], given: argparse.Namespace) -> None:
    number, word, name, wrong, content = row
    data = bytes.fromhex(content)
    print(f"seed {given.seed} number {number} ({word}) {name}, {len(data)} bytes: {wrong}", flush=True)
    if given.keep is not None:
        given.keep.mkdir(parents=True, exist_ok=True)
        (given.keep / f"{given.seed}-{number}-{name.replace('/', '_')}").write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
