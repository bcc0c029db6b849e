"""Targets of uncommon size: a tree of many files, a model file of many gigabytes, a graph of many packages.

    python tests/endurance/sizes.py [--files N] [--gigabytes N] [--packages N] [--only NAME] [--work DIR]

The defaults are the full sizes: 500,000 files, 200 GB, 100,000 packages. The model file is sparse: it takes
no room on the disk, but all of it is read and hashed. Every target is scanned by the command, one worker,
nothing saved; printed are seconds, CPU seconds, the most memory that the scan and its workers held together,
and what came out. Exit code 1 where a scan did not end in order or left something out. Linux only.
"""

from __future__ import annotations

import argparse
import json
import struct
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from common import MIB, cost, head, row

GIGABYTE = 1_000_000_000


def many_files(root: Path, count: int) -> str:
    """Half source, a quarter text, a quarter small models, 500 to a folder."""
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    model = struct.pack("<Q", len(header)) + header + b"\0" * 4
    for number in range(count):
        folder = root / f"d{number // 50_000}" / f"e{number // 500}"
        if number % 500 == 0:
            folder.mkdir(parents=True, exist_ok=True)
        if number % 4 < 2:
            (folder / f"m{number}.py").write_bytes(b"import os\n\n\ndef f%d():\n    return os.sep\n" % number)
        elif number % 4 == 2:
            (folder / f"t{number}.txt").write_bytes(b"line %d\n" % number)
        else:
            (folder / f"w{number}.safetensors").write_bytes(model)
    return f"{count:,} files"


def large_model(root: Path, gigabytes: int) -> str:
    """One safetensors file, whole and sparse."""
    size = gigabytes * GIGABYTE
    header = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    with (root / "model.safetensors").open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + size)
    return f"{gigabytes:,} GB in one file"


def many_packages(root: Path, count: int) -> str:
    """A project and its uv.lock: each package needs three others, in a graph with cycles."""
    (root / "pyproject.toml").write_text(
        '[project]\nname = "p"\nversion = "1"\ndependencies = ["package-0"]\n'
    )
    with (root / "uv.lock").open("w") as file:
        file.write('version = 1\nrequires-python = ">=3.11"\n')
        file.write(
            '\n[[package]]\nname = "p"\nversion = "1"\nsource = { editable = "." }\n'
            'dependencies = [{ name = "package-0" }]\n'
        )
        for number in range(count):
            needs = ", ".join(f'{{ name = "package-{(number * step + 1) % count}" }}' for step in (2, 3, 5))
            file.write(
                f'\n[[package]]\nname = "package-{number}"\nversion = "1.{number % 90}.0"\n'
                'source = { registry = "https://index.example/simple" }\n'
                f"dependencies = [{needs}]\n"
                f'sdist = {{ url = "https://index.example/p-{number}.tar.gz", '
                f'hash = "sha256:{number:064x}", size = {number + 1} }}\n'
            )
    return f"{count:,} packages"


MAKERS: dict[str, tuple[Callable[[Path, int], str], str]] = {
    "files": (many_files, "files"),
    "gigabytes": (large_model, "gigabytes"),
    "packages": (many_packages, "packages"),
}


def scanned(name: str, count: int, work: Path) -> bool:
    """Makes the target, scans it and prints its row; whether all of it was read."""
    target, out = work / name, work / f"{name}.json"
    target.mkdir()
    what = MAKERS[name][0](target, count)
    words = ["scan", str(target), "--offline", "--no-audit", "--no-cache", "--jobs", "1"]
    words += ["--max-seconds-per-file", "86400", "--format", "json", "-o", str(out)]
    took = cost(words, work / "home")
    if took.code:
        row(
            what, f"{took.seconds:.1f}", f"{took.cpu:.1f}", f"{took.peak / MIB:.0f}", f"exit code {took.code}"
        )
        return False
    result = json.loads(out.read_text(encoding="utf-8"))
    coverage = result["coverage"]
    came = f"{coverage['analysed']:,} of {coverage['files']:,} files, {len(result['packages']):,} packages, "
    came += f"{len(result['findings']):,} findings, result {out.stat().st_size / MIB:.0f} MiB"
    row(what, f"{took.seconds:.1f}", f"{took.cpu:.1f}", f"{took.peak / MIB:.0f}", came)
    for left in coverage["not_analysed"][:3]:
        row("", "", "", "", f"not analysed: {left['path']}: {left['why']}")
    whole = coverage["analysed"] == coverage["files"]
    wanted = {"files": coverage["files"], "gigabytes": 1, "packages": len(result["packages"])}[name]
    return whole and wanted >= (1 if name == "gigabytes" else count)


def main() -> int:
    parser = argparse.ArgumentParser(description="Scan targets of uncommon size.", allow_abbrev=False)
    parser.add_argument("--files", type=int, default=500_000)
    parser.add_argument("--gigabytes", type=int, default=200)
    parser.add_argument("--packages", type=int, default=100_000)
    parser.add_argument("--only", choices=sorted(MAKERS))
    parser.add_argument("--work", type=Path, help="where the targets are made; default: the temporary folder")
    given = parser.parse_args()
    failed = 0
    head("target", "seconds", "CPU s", "peak MiB", "came out")
    for name in MAKERS:
        if given.only in (None, name):
            with tempfile.TemporaryDirectory(dir=given.work) as folder:
                failed += not scanned(name, getattr(given, name), Path(folder))
    return min(1, failed)


if __name__ == "__main__":
    sys.exit(main())
