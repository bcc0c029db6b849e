"""How fast the gate is: start, 2,000 small files, one large file, each with its memory. Run by hand:

    python tests/bench/gate_speed.py [--gib N] [--rounds N]

Prints a table. Absolute times are of this machine and its load; the ratio to ``openssl dgst -sha256`` over
the same bytes is taken in one run, round by round, and the best of each side is compared.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from inspector.gate import inspector_gate
from inspector.record import dsse, trust
from inspector.record.keys import FileKey, new_key
from inspector.record.manifest import Manifest, ManifestFile, in_order
from inspector.record.statement import statement_of

LIMITS = {
    "start": "< 0.15 s, < 40 MiB",
    "2,000 files": "< 0.3 s, < 40 MiB",
    "large file": "<= 1.1 x openssl's CPU",
}


class Cost(NamedTuple):
    """What one process took: seconds of the wall clock, seconds of CPU, peak memory in MiB."""

    wall: float
    cpu: float
    memory: float


# A process inherits the memory peak of the one it was forked from, so a small one stands between.
LAUNCHER = """
import json, os, sys, time
began = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, used = os.wait4(child, 0)
wall = time.perf_counter() - began
code = os.waitstatus_to_exitcode(status)
print(json.dumps([code, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def cost(command: list[str]) -> Cost:
    """Runs ``command`` once; it must end with 0. Its use is what the kernel says of it (wait4)."""
    words = [sys.executable, "-I", "-S", "-c", LAUNCHER, *command]
    code, wall, cpu, memory = json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout)
    if code != 0:
        raise SystemExit(f"{command[0]} ended with {code}.")
    return Cost(wall, cpu, memory)


def best(command: list[str], rounds: int) -> Cost:
    """The least of each over ``rounds`` runs."""
    runs = [cost(command) for _ in range(rounds)]
    return Cost(*(min(values) for values in zip(*runs, strict=True)))


def package(place: Path, root: Path, key: FileKey) -> Path:
    """A record over everything under ``root``, signed, without its exports: the gate reads none of them."""
    files = []
    for path in root.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            files.append(ManifestFile(path.relative_to(root).as_posix(), path.stat().st_size, digest))
    manifest = Manifest(in_order(files))
    both = {"sha256": manifest.sha256, "dirHash1": manifest.sha256}
    listed = [
        {"name": one.name, "size": one.size, "sha256": one.sha256, "role": "other"} for one in manifest.files
    ]
    now = int(time.time())
    predicate = {
        "schemaVersion": "1.0",
        "critical": [],
        "recordId": "urn:uuid:00000000-0000-4000-8000-000000000000",
        "serial": 1,
        "supersedes": [],
        "project": {"id": "bench"},
        "decision": "approved",
        "signedAt": inspector_gate.shown_time(now),
        "validUntil": inspector_gate.shown_time(now + 86_400),
        "reviewers": [{"name": "Bench"}],
        "separationOfDuties": {},
        "scope": {},
        "manifest": {"format": "sha256sum", "digest": both, "files": listed, "links": []},
        "findings": [],
        "exceptions": [],
        "checklist": {"items": []},
        "tool": {},
    }
    record = dsse.envelope_bytes(dsse.sign(dsse.canonical_bytes(statement_of(predicate, [])), key))
    out = place / f"{root.name}.dsse.json"
    out.write_bytes(record)
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--gib", type=float, default=1.0, help="size of the large file")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gate-speed-") as folder:
        place = Path(folder)
        key = new_key()
        store = place / "trust.txt"
        trust.add(store, key.public, name="Bench", roles=["reviewer"])
        copied = Path(shutil.copy(inspector_gate.__file__, place / "inspector_gate.py"))
        one, many, large = place / "one", place / "many", place / "large"
        for root in (one, many, large):
            root.mkdir()
        (one / "file").write_bytes(b"x")
        for number in range(2000):
            (many / f"d{number % 20}").mkdir(exist_ok=True)
            (many / f"d{number % 20}" / f"f{number}.txt").write_bytes(b"%d\n" % number * 100)
        block = os.urandom(1 << 20)
        with (large / "weights.bin").open("wb") as stream:
            for _ in range(int(options.gib * 1024)):
                stream.write(block)

        def gate(root: Path, *flags: str) -> list[str]:
            record = package(place, root, key)
            words = [sys.executable, "-I", *flags, str(copied), str(record)]
            return [*words, "--root", str(root), "--trust", str(store)]

        rows = []
        for name, flags in (("cryptography", ()), ("openssl program", ("-S",))):
            rows.append((f"start, {name}", best(gate(one, *flags), options.rounds), LIMITS["start"]))
            rows.append(
                (f"2,000 files, {name}", best(gate(many, *flags), options.rounds), LIMITS["2,000 files"])
            )
        command, weights = gate(large), str(large / "weights.bin")
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(cost(command))
            theirs.append(cost(["openssl", "dgst", "-sha256", weights]))
        gate_best = Cost(*(min(values) for values in zip(*ours, strict=True)))
        openssl_best = Cost(*(min(values) for values in zip(*theirs, strict=True)))
        ratio = gate_best.cpu / openssl_best.cpu
        rows.append((f"{options.gib:g} GiB, gate", gate_best, f"{ratio:.2f} of {LIMITS['large file']}"))
        rows.append((f"{options.gib:g} GiB, openssl dgst", openssl_best, ""))
        print(f"{'':32}{'wall s':>8}{'cpu s':>8}{'MiB':>7}  limit")
        for name, used, limit in rows:
            print(f"{name:32}{used.wall:8.3f}{used.cpu:8.3f}{used.memory:7.1f}  {limit}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
